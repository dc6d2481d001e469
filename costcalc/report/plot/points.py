"""The designs of a sweep as columns to draw, read from its CSV or JSON, or from a result itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costcalc.cost import BASIS_KEYS, find_metric
from costcalc.errors import Diagnostic, UsageError, one_of

if TYPE_CHECKING:  # importing it costs what numpy costs
    from costcalc.sweeps.result import Result

CONTEXT = (*BASIS_KEYS, "dtype")
"""What the counts rest on; `dtype` is what earlier versions called the format of activations."""
_NOT_DRAWN = ("error", "reason", *CONTEXT)

SPEC = "spec"
"""The column of the name before `@`, which many networks share."""

Value = float | str | None
"""A number, a name, or nothing known."""


@dataclass(frozen=True, slots=True)
class Points:
    """Legal designs.

    Attributes:
        columns: By name a value per design.
        metrics: The columns that count something; lower is better.
        axes: The columns that say which design it is.
        context: What the counts rest on.
        refused: How many designs were not legal.
    """

    columns: Mapping[str, Sequence[Value]]
    metrics: tuple[str, ...]
    axes: tuple[str, ...]
    context: Mapping[str, str]
    refused: int = 0

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def column(self, name: str) -> Sequence[Value]:
        """Return a column.

        Raises:
            UsageError: E031, there is none.
        """
        return self.columns[self.name(name)]

    def name(self, name: str) -> str:
        """Return the name of a column in full: `memory_access` for `access`.

        Raises:
            UsageError: E031, there is none.
        """
        found = find_metric(name)
        for known in (name, *((found.name, *found.aliases) if found else ())):
            if known in self.columns:
                return known
        help = one_of(name, self.columns)
        raise UsageError(Diagnostic("E031", f"there is no column `{name}`", help=help))

    def is_numeric(self, name: str) -> bool:
        """Tell whether a column has numbers alone."""
        return all(not isinstance(value, str) for value in self.column(name))

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns that came from elsewhere, such as accuracies; higher is better."""
        return tuple([name for name in self.columns if name not in (*self.metrics, *self.axes)])


def parse_points(text: str, name: str = "the file") -> Points:
    """Read the CSV or the JSON of a sweep.

    Raises:
        UsageError: E707, it is neither, or holds no legal design.
    """
    rows, context = _json(text, name) if text.lstrip().startswith("{") else _csv(text, name)
    return points_of(rows, context, name)


def points_of(
    rows: Sequence[Mapping[str, Any]], context: Mapping[str, Any], name: str = "the sweep"
) -> Points:
    """Return the designs among rows that are legal, as columns.

    Raises:
        UsageError: E707, there are none.
    """
    legal = [row for row in rows if not row.get("error")]
    if not legal:
        raise UsageError(Diagnostic("E707", f"{name} has no legal design to draw"))
    names = [key for key in legal[0] if key not in _NOT_DRAWN]
    metrics = [key for key in names if _is_count(key)]
    first = names.index(metrics[0]) if metrics else len(names)
    columns = {key: [_value(row.get(key)) for row in legal] for key in names}
    columns[SPEC] = [str(row["model"]).partition("@")[0] for row in legal]
    return Points(
        columns,
        tuple(metrics),
        (SPEC, *names[:first]),
        {
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in context.items()
        },
        len(rows) - len(legal),
    )


def of_result(result: Result) -> Points:
    """Return the designs of a sweep's result."""
    rows = list(result.records(0, len(result)))
    return points_of(rows, result.context)


def _csv(text: str, name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows: list[dict[str, Any]] = list(csv.DictReader(text.splitlines()))
    if not rows or "model" not in rows[0] or "error" not in rows[0]:
        raise _no_sweep(name)
    return rows, {key: rows[0][key] for key in CONTEXT if key in rows[0]}


def _json(text: str, name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_sweep(name) from None
    rows = document.get("designs")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "model" in row for row in rows):
        raise _no_sweep(name)
    return rows, {key: document[key] for key in CONTEXT if key in document}


def _no_sweep(name: str) -> UsageError:
    help = "costcalc sweep ... -o csv=FILE writes one"
    return UsageError(Diagnostic("E707", f"{name} is not the result of a sweep", help=help))


def _is_count(name: str) -> bool:
    from costcalc.sweeps.count import is_countable

    found = find_metric(name)
    return found is not None and is_countable(found)


def _value(value: object) -> Value:
    """Return a cell as a number if it is one; `1/3` is."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value == "":
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = str(value)
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        return text
