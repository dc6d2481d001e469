"""Why a call or step was refused, said so that it can be put right.

First what `check` finds in names alone and `lower` in networks, in the same words; then the refusals of
operators, with the row that led there and the numbers at work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from costcalc.errors import Diagnostic, Location, OperatorError, SpecError, did_you_mean
from costcalc.spec.evaluate import show
from costcalc.spec.model import Cell, Slot
from costcalc.spec.scope import Frame


def no_label(cell: Cell, labels: Collection[str]) -> Diagnostic:
    """Return the error for a `from` that names a tensor which the block does not have yet (E308)."""
    help = did_you_mean(cell.text, labels) or f"labels here: {', '.join(sorted(labels))}"
    return Diagnostic("E308", f"`from`: no label `{cell.text}` so far", cell.location(), help)


def no_stage(cell: Cell, stages: Collection[str]) -> Diagnostic:
    """Return the error for a `from` that names a stage which is not above (E308)."""
    help = did_you_mean(cell.text, stages) or "name a stage above this row"
    return Diagnostic("E308", f"`from`: no stage `{cell.text}` so far", cell.location(), help)


def head_is_stage(name: str, where: Location) -> Diagnostic:
    """Return the error for a head that has the name of a stage (E323)."""
    return Diagnostic(
        "E323", f"head `{name}` has the name of a stage", where, "give the head a name of its own"
    )


def refusal(error: OperatorError, frame: Frame, op: Cell) -> Diagnostic:
    """Locate an operator's refusal: in this file, or at the row that called a block of another file."""
    here = op.location()
    where = here if here.file == frame.origin.file else frame.origin
    message = error.message if error.message.startswith(frame.path) else f"{frame.path}: {error.message}"
    return Diagnostic(error.code, message + _row(frame, where), where, error.help)


def explained(error: SpecError, slot: Slot, frame: Frame) -> SpecError:
    """Add to the refusal of an argument what the names in it are worth, and the row that led here."""
    values = "" if isinstance(slot, Cell) and slot.is_name else _values(slot, frame)
    where = f", where {values}" if values else ""
    return SpecError(
        replace(
            found, message=found.message + where + (_row(frame, found.location) if found.location else "")
        )
        for found in error.diagnostics
    )


def derivation(slots: Mapping[str, Slot], frame: Frame) -> str:
    """Return where channels and groups that do not go together come from: `: c = 2*m where m = 3`."""
    parts = []
    for name in ("c", "g", "m"):
        slot = slots.get(name)
        if isinstance(slot, Cell) and (values := _values(slot, frame)):
            parts.append(values if slot.is_name else f"{name} = {slot.text} where {values}")
    return f": {'; '.join(parts)}" if parts else ""


def _values(slot: Slot, frame: Frame) -> str:
    cells = (slot,) if isinstance(slot, Cell) else slot
    names = sorted({name for cell in cells if cell.expression for name in cell.expression.names})
    return ", ".join(f"{name} = {show(frame.scope[name])}" for name in names if name in frame.scope)


def _row(frame: Frame, where: Location) -> str:
    """Return which row led here, unless `where` is in it."""
    origin = frame.origin
    is_there = (where.file, where.line) == (origin.file, origin.line)
    return "" if is_there else f" (in the row at line {origin.line})"
