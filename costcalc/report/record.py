"""The one thing that every report is: columns, rows of exact values, a total, and what they rest on.

A `Table` knows no file format and no terminal. `table.py` draws it, `formats.py` writes it as
Markdown, CSV or JSON; none of them computes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from costcalc.cost import AtLeast
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


@dataclass(frozen=True, slots=True)
class Column:
    """A named column.

    Attributes:
        name: The key in records, CSV and JSON; of a metric its name.
        header: What tables print over it.
        kind: How its values are written; prose is text that may be broken into lines.
        priority: 0 is always shown; on a narrow terminal the highest leaves first, and
            columns of one priority leave together.
        aliases: Further names that it may be asked for by.
    """

    name: str
    header: str
    kind: Kind = "text"
    priority: int = 0
    aliases: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Tell whether somebody means this column: by its name, its header or an alias, in whatever case."""
        return name.casefold() in [each.casefold() for each in (self.name, self.header, *self.aliases)]

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

        Whatever a table prints as a header can be asked for; a header that several columns share stands for
        all of them.

        Raises:
            UsageError: E031, a name that no column has; all of them at once.
        """
        wanted: dict[str, Column] = {}
        unknown = []
        for name in names:
            found = (*self.columns, *self.more) if name == "all" else self.find(name)
            if not found:
                unknown.append(self._no_column(name))
            wanted |= {column.name: column for column in found if column.name not in wanted}
        if unknown:
            raise UsageError(unknown)
        return replace(self, columns=tuple(replace(column, priority=0) for column in wanted.values()))

    def sort(self, name: str, *, descending: bool = False) -> Table:
        """Return the table with its rows in the order of one column; the unknown comes last.

        Raises:
            UsageError: E031, no column is called so.
        """
        found = self.find(name)
        if not found:
            raise UsageError(self._no_column(name))
        key = found[0].name
        known = [row for row in self.rows if _is_known(row[key])]
        known.sort(key=lambda row: row[key], reverse=descending)  # type: ignore[arg-type, return-value]
        return replace(self, rows=(*known, *(row for row in self.rows if not _is_known(row[key]))))

    def find(self, name: str) -> tuple[Column, ...]:
        """Return the columns that somebody means: the one of that name, or all that are called so."""
        columns = (*self.columns, *self.more)
        named = tuple(column for column in columns if column.name == name)
        return named or tuple(column for column in columns if name and column.is_called(name))

    def _no_column(self, name: str) -> Diagnostic:
        known = [column.name for column in (*self.columns, *self.more)]
        return Diagnostic("E031", f"there is no column `{name}`", help=one_of(name, known))


def _is_known(value: object) -> bool:
    return not (value is None or value == "" or isinstance(value, AtLeast))


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
