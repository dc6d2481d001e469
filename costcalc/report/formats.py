"""A record as text in one of the formats: table, Markdown, CSV, JSON."""

from __future__ import annotations

from fractions import Fraction

from costcalc.graph import format_shape
from costcalc.report.record import AtLeast, Record, Table, cell_text
from costcalc.version import __version__

FORMATS = ("table", "markdown", "csv", "json")

SCHEMA_VERSION = "1.0"
"""Of the JSON results: a new key raises the minor version, anything else the major one."""


def render(
    table: Table, format: str, *, width: int | None = None, colour: bool = False, raw: bool = False
) -> str:
    """Return the report in one of `FORMATS`. Width, colour and `raw` are for people's eyes only."""
    match format:
        case "markdown":
            return render_markdown(table, raw=raw)
        case "csv":
            return render_csv(table)
        case "json":
            return render_json(table)
    from costcalc.report.table import render_table  # rich costs 20 ms

    return render_table(table, width=width, colour=colour, raw=raw)


def render_markdown(table: Table, *, raw: bool = False) -> str:
    """Return a Markdown table of every column, the total in bold, the notes below."""

    def line(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def cells(row: Record) -> list[str]:
        return [_escape(cell_text(column, row[column.name], raw=raw)) for column in table.columns]

    lines = [
        line([_escape(column.header) for column in table.columns]),
        line([":--" if column.is_text else "--:" for column in table.columns]),
        *[line(cells(row)) for row in table.rows],
    ]
    if table.total is not None:
        lines.append(line([f"**{cell}**" if cell else "" for cell in cells(table.total)]))
    notes = [f"\n{_escape(note)}" for note in table.notes]
    return "\n".join((*lines, *notes)) + "\n"


def render_csv(table: Table) -> str:
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


def render_json(table: Table) -> str:
    """Return everything: schema and tool version, context, exact rows, total and notes."""
    import json

    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "costcalc", "version": __version__},
        **table.context,
        table.rows_name: table.rows,
        **({} if table.total is None else {"total": table.total}),
        "notes": table.notes,
    }
    return json.dumps(document, indent=2, default=_json, ensure_ascii=False) + "\n"


def _json(value: object) -> float | None:
    return float(value) if isinstance(value, Fraction) else None


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


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")
