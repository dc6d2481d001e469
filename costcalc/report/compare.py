"""Several networks side by side: costs to a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.cost.convention import Convention
from costcalc.cost.count import Cost
from costcalc.report.columns import (
    convention_columns,
    macs_column,
    metric_column,
    metric_values,
    more_columns,
    other_conventions,
    unknown_notes,
)
from costcalc.report.record import Column, Table

FVCORE = "fvcore"


@dataclass(frozen=True, slots=True)
class Entry:
    """One network of a comparison.

    Attributes:
        name: What to call it.
        cost: Its cost, counted under `fvcore` too when fvcore is asked.
        fvcore: What fvcore counts for a batch of one; None if it could not say.
    """

    name: str
    cost: Cost
    fvcore: int | None = None

    @property
    def by_fvcore_rules(self) -> int:
        """Our own count for a batch of one under fvcore's convention."""
        return self.cost.total(FVCORE) // self.cost.basis.batch

    @property
    def fvcore_matches(self) -> bool | None:
        """Whether that is what fvcore counts, to the integer."""
        return None if self.fvcore is None else self.fvcore == self.by_fvcore_rules


def compare_table(
    entries: Sequence[Entry],
    conventions: Sequence[Convention],
    *,
    with_fvcore: bool,
    notes: Sequence[str] = (),
) -> Table:
    """Return a row per network.

    Args:
        entries: At least one, all counted alike; ratios are to the first.
        conventions: The first decides `macs`; others, and one that counts FLOPs, get a column.
        with_fvcore: Whether fvcore was asked.
        notes: Further footer lines.
    """
    first = entries[0].cost
    others = other_conventions(conventions)
    columns = (
        Column("model", "model"),
        Column("input", "input", "shape", 6),
        macs_column(conventions),
        *convention_columns(others),
        *(_FVCORE_COLUMNS if with_fvcore else ()),
        metric_column("params", 1),
        metric_column("memory_access", 4),
        metric_column("peak_memory", 5),
        Column("ratio", "ratio", "ratio", 3),
    )
    rows = []
    for entry in entries:
        row = _row(entry.name, entry.cost, first) | metric_values(entry.cost, others)
        rows.append(row | _fvcore(entry) if with_fvcore else row)
    footer = [first.basis.words(), *(_fvcore_notes(entries) if with_fvcore else ()), *notes]
    for entry in entries:
        footer += [
            f"{note}: ≥ is a lower bound." for note in unknown_notes(entry.name, entry.cost, conventions)
        ]
    return Table(
        columns,
        tuple(rows),
        "models",
        context=first.basis.record(),
        notes=tuple(footer),
        more=more_columns(columns),
    )


_FVCORE_COLUMNS = (Column("fvcore", "fvcore", "count", 2), Column("fvcore_matches", "", "check", 2))


def _row(name: str, cost: Cost, first: Cost) -> dict[str, object]:
    exact = not (cost.unknown_macs or first.unknown_macs) and first.macs
    return {
        "model": name,
        "input": cost.graph.input_shape,
        "peak_memory_node": cost.peak_memory.node,
        "peak_memory_tensors": dict(cost.peak_memory.live),
        "ratio": Fraction(cost.macs, first.macs) if exact else None,
        "unknown": [row.node.name for row in cost.unknown],
    }


def _fvcore(entry: Entry) -> dict[str, object]:
    return {
        "fvcore": entry.fvcore,
        "fvcore_matches": entry.fvcore_matches,
        "macs_by_fvcore_rules": entry.by_fvcore_rules,
        "fvcore_minus_macs": _terms(entry.cost),
    }


def _terms(cost: Cost) -> dict[str, int]:
    """Return what fvcore's rules count more, or less, than `macs`, by operator, for a batch of one."""
    terms: dict[str, int] = {}
    for row in cost.rows:
        more = (row.count(FVCORE) or 0) - (row.macs or 0)
        if more:
            terms[row.node.op.kind] = terms.get(row.node.op.kind, 0) + more // cost.basis.batch
    return terms


def _fvcore_notes(entries: Sequence[Entry]) -> list[str]:
    """Explain the column in a line, and each count that fvcore's rules do not explain in another."""
    terms = {operator: amount for entry in entries for operator, amount in _terms(entry.cost).items()}
    total = " ".join(
        ("MACs", *(f"{'+' if amount > 0 else '-'} {operator}" for operator, amount in terms.items()))
    )
    notes = []
    if any(entry.fvcore_matches for entry in entries):
        notes.append(f"fvcore = {total}; ✓: its rules give the same integer.")
    for entry in entries:
        if entry.fvcore_matches is False:
            notes.append(
                f"≠: by fvcore's rules {entry.name} has {entry.by_fvcore_rules}, not {entry.fvcore}."
            )
    return notes
