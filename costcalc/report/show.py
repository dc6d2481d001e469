"""One network, where it spends what it costs: a cost to a table of stages, operators or layers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from costcalc.cost.count import Cost, Group
from costcalc.graph import format_shape
from costcalc.report.context import (
    MORE_COLUMNS,
    context,
    context_note,
    convention_columns,
    convention_counts,
    known_macs,
    largest,
    macs_column,
    more_counts,
    other_conventions,
    unknown_notes,
)
from costcalc.report.record import Column, Table
from costcalc.units import format_bytes

By = Literal["stage", "op", "layer"]

VIEWS: tuple[By, ...] = ("stage", "op", "layer")

_NUMBERS = (
    Column("macs_share", "%", "percent", 1),
    Column("params", "params", "count"),
    Column("params_share", "%", "percent", 1),
    Column("memory_access_bytes", "access", "bytes", 2),
    Column("arithmetic_intensity", "FLOP/B", "number", 3),
)
_NAMES: dict[By, tuple[Column, ...]] = {
    "stage": (Column("stage", "stage"), Column("output", "output", "shape", 4)),
    "op": (Column("op", "operator"), Column("layers", "layers", "count", 4)),
    "layer": (
        Column("layer", "layer"),
        Column("op", "operator", priority=5),
        Column("output", "output", "shape", 4),
    ),
}


def show_table(name: str, cost: Cost, by: By) -> Table:
    """Return a row per stage, operator or layer, and a total that the rows always add up to.

    Stages and layers come in execution order, operators by falling MACs.
    """
    others = other_conventions(cost.conventions)
    names = _NAMES[by]
    total = Group(cost, "total", cost.indices)
    peak = cost.peak_memory

    def numbers(group: Group) -> dict[str, object]:
        return _numbers(group, total) | convention_counts(group, others)

    return Table(
        (*names, macs_column(cost.conventions), *convention_columns(others), *_NUMBERS),
        tuple(_named(group, by) | numbers(group) for group in _groups(cost, by)),
        {"stage": "stages", "op": "operators", "layer": "layers"}[by],
        total=dict.fromkeys((column.name for column in names), "")
        | {names[0].name: "total"}
        | numbers(total),
        context={
            "model": name,
            "input": cost.graph.input_shape,
            **context(cost),
            "peak_memory_bytes": peak.bytes,
            "peak_memory_node": peak.node,
            "peak_memory_tensors": dict(peak.live),
        },
        notes=(
            f"{name}: input {format_shape(cost.graph.input_shape)}, "
            f"peak memory {format_bytes(peak.bytes)} at {peak.node}; alive: {largest(peak.live)}.",
            context_note(cost),
            *(f"{note}: ≥ is a lower bound." for note in unknown_notes(name, cost, cost.conventions)),
        ),
        more=MORE_COLUMNS,
    )


def _groups(cost: Cost, by: By) -> Sequence[Group]:
    match by:
        case "stage":
            return cost.by_stage()
        case "op":
            return sorted(cost.by_label(), key=lambda group: -group.macs)
        case "layer":
            return cost.by_layer()


def _named(group: Group, by: By) -> dict[str, object]:
    last = group.rows[-1]
    match by:
        case "stage":
            return {"stage": group.name, "output": last.node.shape}
        case "op":
            return {"op": group.name, "layers": len(group.rows)}
        case "layer":
            return {"layer": group.name, "op": last.label, "output": last.node.shape}


def _numbers(group: Group, total: Group) -> dict[str, object]:
    intensity = group.arithmetic_intensity
    return {
        "macs": known_macs(group),
        "macs_share": None if total.unknown_macs else _share(group.macs, total.macs),
        "params": group.params,
        "params_share": _share(group.params, total.params),
        "memory_access_bytes": group.memory_access,
        "arithmetic_intensity": "" if intensity is None else None if group.unknown else intensity,
    } | more_counts(group)


def _share(part: int, whole: int) -> Fraction | str:
    return Fraction(part, whole) if whole else ""
