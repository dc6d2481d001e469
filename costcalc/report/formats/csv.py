"""CSV: exact values for spreadsheets, and for whoever loads many files. A result becomes one table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from costcalc.cost import AtLeast
from costcalc.graph import format_shape
from costcalc.report.formats import Look, Printer
from costcalc.report.record import Column, Record, Table

if TYPE_CHECKING:
    from costcalc.gate.result import Finding, ModelChange, PartChange, Place, Result, Values

_VALUES = (
    Column("metric", "metric"),
    Column("value", "value", "exact"),
    Column("base", "base", "exact"),
    Column("delta", "delta", "exact"),
    Column("increase", "increase", "number"),
)
_PLACE = (Column("file", "file"), Column("line", "line", "exact"))
_FINDING_COLUMNS = (
    Column("model", "network"),
    *_VALUES,
    Column("kind", "kind"),
    Column("limit", "limit", "exact"),
    Column("slack", "slack", "exact"),
    Column("verdict", "verdict"),
    Column("outcome", "outcome"),
    Column("rule", "rule"),
    Column("rule_file", "rule in"),
    Column("rule_line", "line", "exact"),
    *_PLACE,
)
_CHANGE_COLUMNS = (
    Column("model", "network"),
    Column("part", "part"),
    Column("part_kind", "kind"),
    Column("status", "status"),
    *_VALUES,
    *_PLACE,
)


def print_table(table: Table, look: Look) -> str:
    """Return a line of column names and one line per row, with exact values.

    What the numbers rest on (convention, batch, ...) repeats in the last columns, so that
    files can be concatenated and still say what they mean. The total is left to the reader.
    """
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(column.name for column in table.columns), *table.context])
    for row in table.rows:
        values = (*(row[column.name] for column in table.columns), *table.context.values())
        writer.writerow(map(_plain, values))
    return text.getvalue()


def _plain(value: object) -> object:
    match value:
        case None | AtLeast():
            return ""
        case bool():
            return str(value).lower()
        case Fraction():
            return float(value)
        case tuple():
            return format_shape(value)
    return value


def print_result(result: Result, look: Look) -> str:
    """Return a result as the CSV of its table."""
    return print_table(result_table(result), look)


def result_table(result: Result) -> Table:
    """Return a row per finding of a check, and per metric of every network, stage and layer of a diff."""
    context: dict[str, object] = {**result.context.record(), **_base(result)}
    if result.command == "check":
        rows = tuple(map(_finding, result.findings))
        return Table(_FINDING_COLUMNS, rows, "findings", context=context)
    changes = tuple(row for model in result.models for row in _model(model))
    return Table(_CHANGE_COLUMNS, changes, "changes", context=context)


def _base(result: Result) -> dict[str, object]:
    base = result.base
    return {"against": base.name if base else "", "against_commit": (base.commit if base else "") or ""}


def _finding(finding: Finding) -> Record:
    rule = _place(finding.rule.place)
    return {
        "model": finding.model,
        **_values(finding.metric, finding.values),
        "kind": finding.kind,
        "limit": finding.limit,
        "slack": finding.slack,
        "verdict": finding.verdict,
        "outcome": finding.outcome,
        "rule": finding.rule.name,
        "rule_file": rule["file"],
        "rule_line": rule["line"],
        **_place(finding.place),
    }


def _model(model: ModelChange) -> Iterator[Record]:
    whole = {"model": model.model, "part": "", "part_kind": "network", "status": model.status}
    for metric, values in model.metrics.items():
        yield whole | _values(metric, values) | {"file": model.file, "line": ""}
    for kind, parts in (("stage", model.stages), ("layer", model.layers)):
        for part in parts:
            yield from _part(model.model, kind, part)


def _part(model: str, kind: str, part: PartChange) -> Iterator[Record]:
    about = {"model": model, "part": part.name, "part_kind": kind, "status": part.status}
    for metric, values in part.metrics.items():
        if values.value == values.base:
            continue
        yield about | _values(metric, values) | _place(part.place)


def _values(metric: str, values: Values) -> dict[str, object]:
    delta, base = values.delta, values.base
    increase = Fraction(delta, base) if delta is not None and base else None
    return {"metric": metric, "value": values.value, "base": base, "delta": delta, "increase": increase}


def _place(place: Place | None) -> dict[str, object]:
    return {"file": place.file, "line": place.line} if place else {"file": "", "line": ""}


PRINTER: Final = Printer("csv", ".csv", table=print_table, result=print_result)
