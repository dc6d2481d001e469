"""One network: where it spends what it costs, by stage, operator or layer, and by which formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from costcalc.cost import Cost, Group
from costcalc.cost.formula import Formula
from costcalc.graph import format_shape
from costcalc.report.columns import (
    convention_columns,
    largest,
    macs_column,
    metric_column,
    metric_values,
    more_columns,
    other_conventions,
    unknown_notes,
)
from costcalc.report.record import Column, Record, Table
from costcalc.units import format_bytes, format_ratio

By = Literal["stage", "op", "layer"]

VIEWS: tuple[By, ...] = ("stage", "op", "layer")

_NUMBERS = (
    Column("macs_share", "%", "percent", 1),
    metric_column("params"),
    Column("params_share", "%", "percent", 1),
    metric_column("memory_access", 2),
    metric_column("arithmetic_intensity", 3),
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
    basis, names = cost.basis, _NAMES[by]
    others = other_conventions(basis.conventions)
    columns = (*names, macs_column(basis.conventions), *convention_columns(others), *_NUMBERS)
    total = Group(cost, "total", cost.indices)
    peak = cost.peak_memory

    def numbers(group: Group) -> dict[str, object]:
        return metric_values(group, others, sums_alone=True) | _numbers(group, total)

    return Table(
        columns,
        tuple(_named(group, by) | numbers(group) for group in _groups(cost, by)),
        {"stage": "stages", "op": "operators", "layer": "layers"}[by],
        total=dict.fromkeys((column.name for column in names), "")
        | {names[0].name: "total"}
        | numbers(total),
        context={
            "model": name,
            "input": cost.graph.input_shape,
            **basis.record(),
            "peak_memory": peak.bytes,
            "peak_memory_node": peak.node,
            "peak_memory_tensors": dict(peak.live),
        },
        notes=(
            f"{name}: input {format_shape(cost.graph.input_shape)}, "
            f"peak memory {format_bytes(peak.bytes)} at {peak.node}; alive: {largest(peak.live)}.",
            basis.words(),
            *(f"{note}: ≥ is a lower bound." for note in unknown_notes(name, cost, basis.conventions)),
        ),
        more=more_columns(columns, sums_alone=True),
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
        "macs_share": None if total.unknown_macs else _share(group.macs, total.macs),
        "params_share": _share(group.params, total.params),
        "arithmetic_intensity": "" if intensity is None else None if group.unknown else intensity,
    }


def _share(part: int, whole: int) -> Fraction | str:
    return Fraction(part, whole) if whole else ""


# ---- formulas with the numbers in ----------------------------------------------------------------

_SYMBOLS = {
    "h w": "positions of the output",
    "h_in w_in": "positions of the input",
    "c_in c_out": "channels",
    "c": "channels, as many out as in",
    "k_h k_w": "kernel",
    "g": "groups",
    "m": "channels of the bottleneck",
}


def formula_table(model: str, formulas: Sequence[Formula]) -> Table:
    """Return a row per formula; the notes say what the symbols are, and which papers have it."""
    sources = dict.fromkeys(formula.source for formula in formulas if formula.source)
    used = {symbol for formula in formulas for symbol in re.findall(r"\w+", formula.symbols)}
    legend = [f"{names}: {what}" for names, what in _SYMBOLS.items() if used & set(names.split())]
    notes = [f"{'; '.join(legend)}."] if legend else []
    notes += [f"Sources: {'; '.join(sources)}."] if sources else []
    return Table(
        (Column("equation", model, "prose"),),
        tuple(map(_equation, formulas, (None, *formulas))),
        "formulas",
        context={"model": model, "batch": 1},
        notes=tuple(notes),
        more=(
            Column("layer", "layer"),
            Column("quantity", "quantity"),
            Column("symbols", "formula"),
            Column("numbers", "numbers"),
            Column("value", "value", "exact"),
            Column("source", "source"),
        ),
    )


def _equation(formula: Formula, before: Formula | None) -> Record:
    """Return an equation, under the name of its layer unless the one before it has it already."""
    equation = f"{formula.quantity} = {formula.symbols} = {formula.numbers} = {_value(formula.value)}"
    heading = "" if before and before.layer == formula.layer else f"{formula.layer}\n"
    return {
        "equation": f"{heading}  {equation}",
        "layer": formula.layer,
        "quantity": formula.quantity,
        "symbols": formula.symbols,
        "numbers": formula.numbers,
        "value": formula.value,
        "source": formula.source,
    }


def _value(value: int | Fraction) -> str:
    return f"{value:,}" if isinstance(value, int) else format_ratio(value)
