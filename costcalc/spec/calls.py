"""What the name of a row or step calls: a block, a primitive, or a merge of several tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from costcalc.errors import Diagnostic, SpecError, did_you_mean
from costcalc.graph import Op
from costcalc.spec.advice import advice, parameter_advice
from costcalc.spec.evaluate import evaluate, show
from costcalc.spec.expression import Functions
from costcalc.spec.model import Block, Cell, Row, Slot, Step, slot_location
from costcalc.spec.primitives import MERGES, PRIMITIVES, REQUIRED, Primitive

Callee = Primitive | Block | Op


def called_name(op: Cell, scope: Mapping[str, Any], functions: Functions) -> str:
    """Return the name written, or for `$p` the one that parameter `p` holds.

    Raises:
        SpecError: there is no such parameter (E301), or it holds no name (E307).
    """
    if op.passes is None:
        return op.text
    name = evaluate(op, scope, functions)
    if isinstance(name, str):
        return name
    message = f"`{op.text}` = {show(name)} names no operator or block"
    raise SpecError(Diagnostic("E307", message, op.location()))


@dataclass(frozen=True, slots=True)
class BoundCall:
    """What is called, and its arguments as written, bound to its parameters.

    Attributes:
        op: Where the name is written.
        name: The name, any `$p` replaced.
        callee: What it names.
        slots: The arguments; each is a parameter of the callee.
        lacking: The parameters that must be given, and are not.
    """

    op: Cell
    name: str
    callee: Callee
    slots: Mapping[str, Slot]
    lacking: tuple[str, ...]

    def lacks(self, parameter: str) -> Diagnostic:
        """Return the error about one of `lacking` (E303)."""
        what = f"block `{self.name}`" if isinstance(self.callee, Block) else f"`{self.name}`"
        help = f"write `{self.name}: {{{parameter}: ...}}`"
        return Diagnostic("E303", f"{what} needs `{parameter}`", self.op.location(), help)


def bind_row(row: Row, name: str, blocks: Mapping[str, Block]) -> BoundCall:
    """Return the call that a row makes; its `c` and `s` are arguments like its other columns.

    Raises:
        SpecError: nothing has this name (E302), or it lacks a parameter that the row gives (E203).
    """
    widths = {key: row.cells[key] for key in ("c", "s") if key in row.cells}
    return _bound(row.op, name, _find(name, blocks, row.op), {**row.arguments, **widths})


def bind_step(step: Step, name: str, blocks: Mapping[str, Block]) -> BoundCall:
    """Return the call that a step makes; an argument without a name is for the first parameter.

    Raises:
        SpecError: as `bind_row`.
    """
    callee = _find(name, blocks, step.op)
    if step.positional is None:
        return _bound(step.op, name, callee, step.arguments)
    for first in _parameters(callee):
        return _bound(step.op, name, callee, {first: step.positional})
    raise SpecError(Diagnostic("E203", f"`{name}` takes no arguments", step.op.location()))


def _find(name: str, blocks: Mapping[str, Block], op: Cell) -> Callee:
    found = blocks.get(name) or PRIMITIVES.get(name) or MERGES.get(name)
    if found is not None:
        return found
    help = advice(name) or did_you_mean(name, [*blocks, *PRIMITIVES, *MERGES])
    help = help or "name a primitive, a block of this file, or one that it imports"
    raise SpecError(Diagnostic("E302", f"no operator or block `{name}`", op.location(), help))


def _parameters(callee: Callee) -> Mapping[str, bool]:
    """Return whether each parameter of a callee must be given."""
    match callee:
        case Block():
            return {name: each.default is None for name, each in callee.parameters.items()}
        case Primitive():
            return {name: each.default is REQUIRED for name, each in callee.arguments.items()}
        case _:  # a merge has tensors, and nothing to set
            return {}


def _bound(op: Cell, name: str, callee: Callee, slots: Mapping[str, Slot]) -> BoundCall:
    known = _parameters(callee)
    unknown = [key for key in slots if key not in known]
    if not unknown:
        lacking = [key for key, required in known.items() if required and key not in slots]
        return BoundCall(op, name, callee, slots, tuple(lacking))
    has = f"it has {', '.join(known)}" if known else "it has none"
    raise SpecError(
        Diagnostic(
            "E203",
            f"`{name}` has no parameter `{key}`; {has}",
            slot_location(slots[key]),
            parameter_advice(key, known) or did_you_mean(key, known),
        )
        for key in unknown
    )
