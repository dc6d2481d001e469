"""The one thing that every report is: columns, rows of exact values, a total, and what they rest on.

A `Table` knows no file format and no terminal. `table.py` draws it, `formats.py` writes it as
Markdown, CSV or JSON; none of them computes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from costcalc.cost.count import AtLeast as AtLeast
from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.graph import format_shape
from costcalc.units import format_bytes, format_count, format_percent, format_ratio

Kind = Literal[
    "text",
    "prose",
    "shape",
    "count",
    "exact",
    "bytes",
    "ratio",
    "number",
    "percent",
    "check",
    "verdict",
    "flag",
]
Record = Mapping[str, object]
"""A row: the values of its columns, and whatever else only JSON has room for.

`None` is unknown, an empty string does not apply; ratios and shares are exact fractions.
"""


def partial_sum(known: int, unknown: int, parts: int) -> int | AtLeast | None:
    """Return what is known of a sum when so many of its parts are unknown."""
    if not unknown:
        return known
    return AtLeast(known) if unknown < parts else None


@dataclass(frozen=True, slots=True)
class Column:
    """A named column.

    Attributes:
        name: The key in records, CSV and JSON, with the unit in it: `memory_access_bytes`.
        header: What tables print over it.
        kind: How its values are written; prose is text that may be broken into lines.
        priority: 0 is always shown; on a narrow terminal the highest leaves first, and
            columns of one priority leave together.
    """

    name: str
    header: str
    kind: Kind = "text"
    priority: int = 0

    @property
    def is_text(self) -> bool:
        """Whether the column reads from the left; numbers line up on the right."""
        return self.kind in ("text", "prose", "check", "verdict", "flag")


@dataclass(frozen=True, slots=True)
class Table:
    """A report.

    Attributes:
        columns: What tables and CSV show, in order.
        rows: Exact values; integers stay integers.
        rows_name: What a row is, in the plural: the key of the rows in JSON.
        total: The totals row, when the rows add up to something.
        context: What the numbers rest on: convention, batch, dtype, fusion.
        notes: Footer lines for people.
        more: Columns that are shown only when they are asked for.
    """

    columns: tuple[Column, ...]
    rows: tuple[Record, ...]
    rows_name: str
    total: Record | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    more: tuple[Column, ...] = ()

    def select(self, names: Iterable[str]) -> Table:
        """Return the table with these columns in this order; `all` stands for every column.

        Raises:
            UsageError: E031, a name that is no column; all of them at once.
        """
        known = {column.name: column for column in (*self.columns, *self.more)}
        wanted: dict[str, Column] = {}
        unknown = []
        for name in names:
            if name == "all":
                wanted |= {key: column for key, column in known.items() if key not in wanted}
            elif name in known:
                wanted[name] = known[name]
            else:
                unknown.append(_no_column(name, known))
        if unknown:
            raise UsageError(unknown)
        return replace(self, columns=tuple(replace(column, priority=0) for column in wanted.values()))

    def sort(self, name: str, *, descending: bool = False) -> Table:
        """Return the table with its rows in the order of one column; the unknown comes last.

        Raises:
            UsageError: E031, `name` is no column.
        """
        kinds = {column.name: column.kind for column in (*self.columns, *self.more)}
        if name not in kinds:
            raise UsageError(_no_column(name, kinds))
        known = [row for row in self.rows if _is_known(row[name])]
        known.sort(key=lambda row: row[name], reverse=descending)  # type: ignore[arg-type, return-value]
        return replace(self, rows=(*known, *(row for row in self.rows if not _is_known(row[name]))))


def _is_known(value: object) -> bool:
    return not (value is None or value == "" or isinstance(value, AtLeast))


def _no_column(name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("E031", f"there is no column `{name}`", help=one_of(name, known))


_VERDICTS = {
    "equal": "✓",
    "reproduced": "✓",
    "explained": "gap",
    "differs": "≠",
    "unexplained": "≠",
    "unknown": "?",
}


def cell_text(column: Column, value: object, *, raw: bool = False) -> str:
    """Write one value for people: 4 significant digits, or exact integers when `raw`."""
    match column.kind, value:
        case _, AtLeast(part):
            return f"≥{cell_text(column, part, raw=raw)}"
        case "verdict", str():
            return _VERDICTS.get(value, value)
        case _, str():
            return value
        case "flag", bool():
            return "yes" if value else "no"
        case "check", None:
            return "?"
        case "check", _:
            return "✓" if value else "≠"
        case "shape", tuple():
            return format_shape(value)
        case "exact", int() if not raw:
            return f"{value:,}"
        case "count" | "bytes", int() if raw:
            return str(value)
        case "count", int() | None:
            return format_count(value)
        case "bytes", int() | None:
            return format_bytes(value)
        case "percent", int() | Fraction() | None:
            return format_percent(value)
        case "ratio", int() | Fraction():
            return f"{format_ratio(value)}x"
        case "number" | "ratio" | "exact", int() | Fraction() | None:
            return format_ratio(value)
        case _:
            return "?" if value is None else str(value)
