"""Formulas with the numbers in, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from costcalc.cost.formula import Formula
from costcalc.report.record import Column, Record, Table
from costcalc.units import format_ratio

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
        tuple(map(_row, formulas, (None, *formulas))),
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


def _row(formula: Formula, before: Formula | None) -> Record:
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
