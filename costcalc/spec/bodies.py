"""The names and calls in blocks and heads: every step calls something, with what it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from costcalc.errors import SpecError, did_you_mean
from costcalc.spec.calls import Call, step_call
from costcalc.spec.model import Block, Branch, Cell, Step
from costcalc.spec.names import RESERVED, RESERVED_IN_BLOCKS, SIZES, Names
from costcalc.spec.primitives import MERGES, PRIMITIVES, REQUIRED, Primitive

Scope = set[str]


class Bodies:
    """Checks what steps say; each block once, however often it is called."""

    def __init__(self, names: Names, blocks: Mapping[str, Block]) -> None:
        self._names = names
        self._blocks = blocks

    def block(self, block: Block, params: Collection[str]) -> None:
        """Check a block, which sees the parameters of the spec, its own, and its inputs' sizes."""
        scope = {*params, *SIZES, "i"}
        for label in block.inputs:
            scope |= sizes(label)
        for name, parameter in block.parameters.items():
            if name in RESERVED_IN_BLOCKS:
                self._names.note("E324", f"`{name}` is reserved", parameter.location, RESERVED[name])
            if parameter.default is not None:
                self._names.value(parameter.default, scope)
            scope.add(name)
        for name, cell in block.let.items():
            if name in RESERVED_IN_BLOCKS:
                self._names.note("E324", f"`{name}` is reserved", cell.location(), RESERVED[name])
            self._names.value(cell, scope)
            scope.add(name)
        self.branch(block.body, scope, {"in", *block.inputs})

    def branch(self, branch: Branch, scope: Scope, labels: set[str]) -> None:
        """Check steps in order; labels that they define are known to those behind them."""
        if branch.when is not None:
            self._names.number(branch.when, scope, "`when`")
        self.sources(branch.sources, labels)
        for step in branch.steps:
            self._step(step, scope, labels)

    def sources(self, sources: tuple[Cell, ...], labels: Collection[str]) -> None:
        """Check the labels that a `from` names."""
        for cell in sources:
            if cell.text not in labels:
                help = did_you_mean(cell.text, labels) or f"labels here: {', '.join(sorted(labels))}"
                self._names.note("E308", f"`from`: no label `{cell.text}` so far", cell.location(), help)

    def call(self, call: Call, scope: Collection[str]) -> None:
        """Check the arguments of a call, and that none is missing."""
        match call.callee:
            case Block() as block:
                for slot in call.slots.values():
                    self._names.value(slot, scope)
                required = [name for name, each in block.parameters.items() if each.default is None]
                what = f"block `{block.name}`"
            case Primitive() as primitive:
                for name, slot in call.slots.items():
                    argument = primitive.arguments[name]
                    self._names.argument(slot, scope, argument, f"{primitive.name}: {name}")
                required = [name for name, each in primitive.arguments.items() if each.default is REQUIRED]
                what = f"`{primitive.name}`"
            case _:
                return
        for name in required:
            if name not in call.slots:
                help = f"write `{call.name}: {{{name}: ...}}`"
                self._names.note("E303", f"{what} needs `{name}`", call.op.location(), help)

    def _step(self, step: Step, scope: Scope, labels: set[str]) -> None:
        if step.when is not None:
            self._names.number(step.when, scope, "`when`")
        self.sources(step.sources, labels)
        if step.branches is not None:
            if step.share:
                help = "make a block of the branches, and call that with `share`"
                message = f"`{step.op.text}` has no weights to share"
                self._names.note("E318", message, step.op.location(), help)
            for branch in step.branches:
                self.branch(branch, scope, labels)
        elif step.op.passes:
            self._names.passed(step.op, scope)
            for slot in (*step.arguments.values(), *((step.positional,) if step.positional else ())):
                self._names.value(slot, scope)
        else:
            try:
                self.call(step_call(step, step.op.text, self._blocks), scope)
            except SpecError as error:
                self._names.refused(error)
        for label in step.labels:
            labels.add(label)
            scope |= sizes(label)


def sizes(label: str) -> Scope:
    """Return the names of a labelled tensor's sizes."""
    return {f"c_{label}", f"h_{label}", f"w_{label}"}


def calls(branch: Branch) -> Iterator[Cell]:
    """Yield what the steps of a branch call by name, those of merged branches included."""
    for step in branch.steps:
        for inner in step.branches or ():
            yield from calls(inner)
        if not step.op.passes:
            yield step.op


def no_rings(names: Names, blocks: Mapping[str, Block]) -> None:
    """Note every block that calls itself, directly or through others."""
    state: dict[str, bool] = {}  # False while a block is open, True when it is done
    for start in blocks:
        if start in state:
            continue
        path = [start]
        waiting = [calls(blocks[start].body)]
        state[start] = False
        while waiting:
            op = next(waiting[-1], None)
            if op is None:
                waiting.pop()
                state[path.pop()] = True
            elif op.text in blocks and op.text not in state:
                path.append(op.text)
                waiting.append(calls(blocks[op.text].body))
                state[op.text] = False
            elif state.get(op.text) is False:
                ring = " -> ".join([*path[path.index(op.text) :], op.text])
                help = "networks are finite: a block cannot call itself, whatever the conditions"
                names.note("E322", f"block `{op.text}` calls itself: {ring}", op.location(), help)


def no_hidden(names: Names, blocks: Mapping[str, Block]) -> None:
    """Note every block that would hide a primitive."""
    for name, block in blocks.items():
        if name in PRIMITIVES or name in MERGES:
            help = "choose a name that no primitive has"
            names.note("E324", f"block `{name}` has the name of a primitive", block.location, help)
