"""A sweep's result as a table for people, and as JSON of any size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from costcalc.report.formats import SCHEMA_VERSION
from costcalc.report.record import Column, Table
from costcalc.version import __version__

if TYPE_CHECKING:  # importing it costs what numpy costs
    from costcalc.sweeps.result import Result

MOST_ROWS = 1000
"""Rows that anybody reads."""

_HEADERS = {
    "macs": "MACs",
    "flops": "FLOPs",
    "memory_access_bytes": "access",
    "read_bytes": "read",
    "written_bytes": "written",
    "peak_memory_bytes": "peak",
    "param_bytes": "weights",
}
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?")


def context(result: Result) -> dict[str, object]:
    """Return what the counts rest on, for machines."""
    definition = result.definition
    return {
        "convention": definition.convention,
        "batch": definition.batch,
        "dtype": definition.activations,
        "weights_dtype": definition.weights,
        "fusion": definition.fusion,
    }


def sweep_table(result: Result, notes: tuple[str, ...] = ()) -> Table:
    """Return a row per design: the first ones, if nobody could read them all."""
    rows = tuple(result.records(0, MOST_ROWS))
    several = len(result.names()) > 1
    columns = [
        Column("model", "model", priority=0 if several or not result.axes else 3),
        *(Column(axis.name, axis.name, "number" if axis.is_numeric else "text") for axis in result.axes),
        *(
            Column(metric.name, metric_header(metric.name), metric.kind, 1 if place > 1 else 0)
            for place, metric in enumerate(result.metrics)
        ),
        *(Column(name, name, "text") for name in result.figures()),
    ]
    if any(row["error"] for row in rows):
        columns += [Column("error", "error"), Column("reason", "reason", priority=2)]
        names = [metric.name for metric in result.metrics]
        rows = tuple({**row, **dict.fromkeys(names, "")} if row["error"] else row for row in rows)
    return Table(
        tuple(columns),
        tuple({**row, **{name: _figure(row[name]) for name in result.figures()}} for row in rows),
        "designs",
        context=context(result),
        notes=(*notes, *_notes(result)),
    )


def metric_header(name: str) -> str:
    """Return what tables print over the counts of a metric."""
    unit, _, convention = name.partition("s_")
    if unit in ("mac", "flop"):
        return f"{_HEADERS[f'{unit}s']} ({convention})"
    return _HEADERS.get(name, name)


def _figure(value: Any) -> str:
    return "?" if value is None else f"{value:g}"


def _notes(result: Result) -> list[str]:
    refused = result.part.refused
    wrong = ", ".join(f"{number:,} {code}" for code, number in refused.items())
    counted = f"{result.designs:,} design{'s' * (result.designs != 1)}"
    if refused:
        counted += f", {sum(refused.values()):,} of them not legal ({wrong})"
    if len(result) != result.designs:
        counted += f"; {len(result):,} kept"
    notes = [f"{counted}."]
    if len(result) > MOST_ROWS:
        more = f"{len(result) - MOST_ROWS:,} more rows: choose with --where, --pareto or --top"
        notes.append(f"{more}, or write them all with -o csv=FILE.")
    definition = result.definition
    dtype = definition.weights
    if definition.activations != dtype:
        dtype = f"{definition.weights} weights, {definition.activations} activations"
    notes.append(
        f"1 MAC = 1 multiply-add ({definition.convention} convention); batch {definition.batch}, "
        f"{dtype}, fusion {definition.fusion}."
    )
    return notes


def sweep_json(result: Result, notes: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield a JSON document in pieces, a design per line."""
    about = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "costcalc", "version": __version__},
        **context(result),
        "counted": result.designs,
        "refused": result.part.refused,
        "notes": [*notes, *_notes(result)],
    }
    head = json.dumps(about, indent=2, ensure_ascii=False)
    yield f'{head[:-2]},\n  "designs": ['
    names = [axis.name for axis in result.axes]
    separator = "\n    "
    for start in range(0, len(result), MOST_ROWS):
        for row in result.records(start, start + MOST_ROWS):
            values = {**row, **{name: _plain(row[name]) for name in names}}
            yield separator + json.dumps(values, ensure_ascii=False)
            separator = ",\n    "
    yield "\n  ]\n}\n" if len(result) else "]\n}\n"


def _plain(text: object) -> object:
    """Return a value of an axis as a number, if JSON can write it so."""
    if isinstance(text, str) and _JSON_NUMBER.fullmatch(text):
        return json.loads(text)
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text
