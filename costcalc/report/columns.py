"""Costs in the columns of tables: every column of a metric is made from the metric, and so is its value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from costcalc.cost import METRICS, Convention, Cost, Group, Metric
from costcalc.cost.conventions import PAPER
from costcalc.cost.metrics import metric_of
from costcalc.report.record import Column, Kind
from costcalc.units import format_bytes

_NAMED = 3  # of the largest layers and tensors


def metric_column(metric: Metric | str, priority: int = 0) -> Column:
    """Return the column of a metric."""
    found = METRICS[metric] if isinstance(metric, str) else metric
    kind: Kind = "bytes" if found.is_bytes else "number" if found.unit == "FLOP/B" else "count"
    return Column(found.name, found.header, kind, priority, found.aliases)


def more_columns(shown: Iterable[Column], *, sums_alone: bool = False) -> tuple[Column, ...]:
    """Return a column for every metric that is not shown anyway: those that `--columns` may name.

    Args:
        shown: The columns that are.
        sums_alone: Leave out what only a whole network has.
    """
    names = {column.name for column in shown}
    metrics = [each for each in METRICS.values() if each.is_sum or not sums_alone]
    return tuple(metric_column(each) for each in metrics if each.name not in names)


def metric_values(
    group: Group, conventions: Iterable[Convention] = (), *, sums_alone: bool = False
) -> dict[str, object]:
    """Return the values of all metrics by name, and those of further conventions."""
    metrics = [each for each in METRICS.values() if each.is_sum or not sums_alone]
    return {each.name: each.of(group) for each in (*metrics, *map(metric_of, conventions))}


def macs_column(conventions: Sequence[Convention]) -> Column:
    """Return the column of multiply-accumulates, which says by whose rules they are if not a paper's."""
    first, column = conventions[0], metric_column("macs")
    if first.unit == "FLOP" or first.name == PAPER.name:
        return column
    return replace(column, header=f"MACs ({first.name})", aliases=(column.header,))


def other_conventions(conventions: Sequence[Convention]) -> list[Convention]:
    """Return those that `macs` does not show: all but the first, and that too if it counts FLOPs."""
    return [each for index, each in enumerate(conventions) if index or each.unit == "FLOP"]


def convention_columns(conventions: Iterable[Convention]) -> list[Column]:
    """Return a column per convention."""
    return [metric_column(metric_of(each)) for each in conventions]


# ---- what notes say of costs ---------------------------------------------------------------------


def largest(sized: Iterable[tuple[str, int]]) -> str:
    """Return the largest of some named bytes, `conv 1.531 MiB, bn 784.0 KiB, 4 more 98.00 KiB`."""
    ordered = sorted(sized, key=lambda each: -each[1])
    words = [f"{name} {format_bytes(size)}" for name, size in ordered[:_NAMED]]
    rest = sum(size for _, size in ordered[_NAMED:])
    if rest:
        words.append(f"{len(ordered) - _NAMED} more {format_bytes(rest)}")
    return ", ".join(words)


def unknown_notes(name: str, cost: Cost, conventions: Collection[Convention]) -> list[str]:
    """Return, for every convention without a rule for some operators of a network, which those are."""
    notes = []
    for convention in conventions:
        rows = [row for row in cost.rows if row.count(convention) is None]
        labels = dict.fromkeys(row.label for row in rows)
        if rows:
            where = rows[0].node.name + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
            notes.append(f"{name}: {convention.name} does not know {', '.join(labels)} ({where})")
    return notes
