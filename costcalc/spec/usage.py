"""Which names a spec uses, wherever it uses them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from costcalc.spec.model import Block, Branch, Cell, Slot, Spec


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used: parameters of the spec, its tables, and blocks that its own blocks call."""

    names: frozenset[str]
    tables: frozenset[str]
    blocks: frozenset[str]


def usage(spec: Spec, reached: Collection[str]) -> Usage:
    """Return what a spec uses; of imported blocks, only those that it can call count.

    Args:
        spec: A spec without errors in its names.
        reached: The blocks that it can call.
    """
    blocks = [
        block for name, block in spec.blocks.items() if name in reached or block.location.file == spec.file
    ]
    names: set[str] = set()
    tables: set[str] = set()
    for cell in _own_cells(spec):
        names |= _names(cell)
        tables |= _tables(cell)
    for block in blocks:
        for cell in _block_cells(block):
            names |= _names(cell) - block.parameters.keys() - block.let.keys()
            tables |= _tables(cell)
        defaults = {name: parameter.default for name, parameter in block.parameters.items()}
        for name, slot in {**defaults, **block.let}.items():
            # `params: {g: g}` hands the spec's g to the block's.
            names |= {name} & {used for cell in _cells(slot) for used in _names(cell)}
    blocks_called = {op.text for block in blocks for op in called(block.body)}
    return Usage(frozenset(names), frozenset(tables), frozenset(blocks_called))


def called(branch: Branch) -> Iterator[Cell]:
    """Yield what the steps of a branch call by name, those of merged branches included."""
    for step in branch.steps:
        for inner in step.branches or ():
            yield from called(inner)
        if not step.op.passes:
            yield step.op


def called_by(block: Block) -> Iterator[Cell]:
    """Yield the names that a block calls, and those that it may hand on to be called."""
    yield from called(block.body)
    for cell in _block_cells(block):
        if cell.expression and cell.is_name and cell.text not in (*block.parameters, *block.let):
            yield cell


def _names(cell: Cell) -> frozenset[str]:
    if cell.passes:
        return frozenset({cell.passes})
    return cell.expression.names if cell.expression else frozenset()


def _tables(cell: Cell) -> set[str]:
    return {name for name, _ in cell.expression.calls} if cell.expression else set()


def _own_cells(spec: Spec) -> Iterator[Cell]:
    """Yield the cells that are read in the scope of the spec's parameters."""
    yield from spec.input
    for parameter in spec.params.values():
        yield from _cells(parameter.default)
    for settings in (*spec.variants.values(), spec.overrides):
        for slot in settings.values():
            yield from _cells(slot)
    for scaling in spec.scaling.values():
        yield from (scaling.factor, *_cells(scaling.round))
    for row in spec.stages:
        yield from (row.op, *row.sources)
        for slot in (*row.cells.values(), *row.arguments.values()):
            yield from _cells(slot)
    for head in spec.heads.values():
        yield from _branch_cells(head)


def _block_cells(block: Block) -> Iterator[Cell]:
    for parameter in block.parameters.values():
        yield from _cells(parameter.default)
    yield from block.let.values()
    yield from _branch_cells(block.body)


def _branch_cells(branch: Branch) -> Iterator[Cell]:
    yield from (*_cells(branch.when), *branch.sources)
    for step in branch.steps:
        yield from (step.op, *_cells(step.when), *_cells(step.positional), *step.sources)
        for slot in step.arguments.values():
            yield from _cells(slot)
        for inner in step.branches or ():
            yield from _branch_cells(inner)


def _cells(slot: Slot | None) -> tuple[Cell, ...]:
    if slot is None:
        return ()
    return (slot,) if isinstance(slot, Cell) else slot
