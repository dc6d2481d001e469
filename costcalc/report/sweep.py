"""A sweep's result as a table for people, and as JSON of any size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from costcalc.cost import find_metric, metric
from costcalc.report.columns import macs_column
from costcalc.report.formats import SCHEMA_VERSION
from costcalc.report.record import Column, Kind, Table
from costcalc.units import plural
from costcalc.version import __version__

if TYPE_CHECKING:  # importing it costs what numpy costs
    from costcalc.sweeps.result import Result

READABLE = 200
"""Rows that somebody may read."""
HEAD = 50
"""Rows that are shown of more."""

FVCORE = "fvcore"
"""The column of what fvcore itself counts."""

_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?")


def sweep_table(result: Result, notes: tuple[str, ...] = (), elsewhere: str | None = None) -> Table:
    """Return a row per design: the first ones, if nobody could read them all.

    Args:
        result: The designs.
        notes: Further footer lines.
        elsewhere: A file that has all of them, if there is one.
    """
    asked = result.definition
    number = len(result) if len(result) <= max(READABLE, asked.top) else HEAD
    rows = [_row(result, record) for record in result.records(0, number)]
    everything = "all" in asked.metrics
    several = len(result.names()) > 1 or not result.axes
    columns = [
        Column("model", "model", priority=0 if several or everything else 3),
        *(Column(axis.name, axis.name, "number" if axis.is_numeric else "text") for axis in result.axes),
        *(_column(result, name, bool(asked.metrics) or place < 2) for place, name in enumerate(result.shown)),
        *(Column(name, name, "text") for name in result.figures()),
    ]
    if any(row["error"] for row in rows):
        wanted = everything or "reason" in asked.metrics
        columns += [Column("error", "error"), Column("reason", "reason", "prose", 0 if wanted else 2)]
    more = _more(number, len(result), elsewhere) if number < len(result) else []
    return Table(
        tuple(columns),
        tuple(rows),
        "designs",
        context=result.context,
        notes=(*notes, *more, *_notes(result)),
    )


def _row(result: Result, record: dict[str, object]) -> dict[str, object]:
    """Return what a table shows of a design: of one that is not legal, no counts."""
    figures = {name: _figure(record[name]) for name in result.figures()}
    return {**record, **figures, **(dict.fromkeys(result.shown, "") if record["error"] else {})}


def _column(result: Result, name: str, stays: bool) -> Column:
    if name == "macs":
        return macs_column([result.basis.convention])
    found = find_metric(name) if name != FVCORE else None
    stays = stays or found is None or found.convention is not None
    return metric_column(name, 0 if stays else 1) if found else Column(name, name, "count")


def metric_column(name: str, priority: int = 0) -> Column:
    """Return the column of the counts of a metric."""
    found = metric(name)
    kind: Kind = "bytes" if found.is_bytes else "count"
    return Column(found.name, found.header, kind, priority)


def _figure(value: Any) -> str:
    return "?" if value is None else f"{value:g}"


def _more(number: int, of: int, elsewhere: str | None) -> list[str]:
    if elsewhere:
        return [f"The first {number:,} of {of:,} rows; all are in {elsewhere}."]
    choose = "Choose with --where, --pareto or --top, or write all with -o csv=FILE."
    return [f"The first {number:,} of {of:,} rows. {choose}"]


def _notes(result: Result) -> list[str]:
    refused = result.part.refused
    counted = plural(result.designs, "design")
    if len(refused) == 1:
        counted += "".join(f", {number:,} of them not legal ({code})" for code, number in refused.items())
    elif refused:
        wrong = ", ".join(f"{number:,} {code}" for code, number in refused.items())
        counted += f", {sum(refused.values()):,} of them not legal ({wrong})"
    if len(result) != result.designs:
        counted += f"; {len(result):,} kept"
    return [
        f"{counted}.",
        *(_second_opinion(result) if result.definition.with_fvcore else []),
        result.basis.words(result.basis_axes),
    ]


def _second_opinion(result: Result) -> list[str]:
    same, other, unknown = result.fvcore_verdicts()
    notes = [f"fvcore counts what its rules give, to the integer, for {same:,} of {same + other:,} designs."]
    return notes + ([f"It could not count {unknown:,} more."] if unknown else [])


def sweep_json(result: Result, notes: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield a JSON document in pieces, a design per line."""
    about = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "costcalc", "version": __version__},
        **result.context,
        "counted": result.designs,
        "refused": result.part.refused,
        "notes": [*notes, *_notes(result)],
    }
    head = json.dumps(about, indent=2, ensure_ascii=False)
    yield f'{head[:-2]},\n  "designs": ['
    names = [axis.name for axis in result.axes]
    separator = "\n    "
    for row in result.records(0, len(result)):
        values = {**row, **{name: _plain(row[name]) for name in names}}
        yield separator + json.dumps(values, ensure_ascii=False)
        separator = ",\n    "
    yield "\n  ]\n}\n" if len(result) else "]\n}\n"


def _plain(text: object) -> object:
    """Return a value of an axis as a number, if JSON can write it so."""
    if isinstance(text, str) and _JSON_NUMBER.fullmatch(text):
        return json.loads(text)
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text
