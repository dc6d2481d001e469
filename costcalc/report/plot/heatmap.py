"""A cell per pair of values of two axes, coloured by a metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costcalc.errors import Diagnostic, UsageError
from costcalc.report.plot.picture import (
    BUDGET,
    INK,
    canvas,
    caption,
    colour_bar,
    design_count,
    is_wide,
    label,
    parse_budgets,
    quantity,
    saved,
    shades,
    style,
)
from costcalc.report.plot.points import Points, Value

MOST_WRITTEN = (10, 12)
"""Columns and rows of cells that have room for a number."""

MOST_TICKS = 10

MOST_VECTORS = 3000
"""Cells that are drawn one by one; more become one image within the picture."""

Cells = dict[tuple[Value, Value], float | None]


def heatmap(
    points: Points, *, x: str, y: str, colour: str, budgets: Sequence[str] = (), format: str = "svg"
) -> bytes:
    """Draw a metric over two axes; a budget of it is a line around the cells that keep to it.

    Args:
        points: The designs, one for every pair of values at most.
        x: The axis along the width.
        y: The axis along the height.
        colour: The metric.
        budgets: `macs=300M` and the like, of the metric.
        format: `svg` or `png`.

    Raises:
        MissingExtraError: E020, matplotlib is not installed.
        UsageError: E031, there is no such column; E708, what is asked for cannot be drawn so.
    """
    with style():
        name = points.name(colour)
        cells = _cells(points, x, y, name)
        columns, rows = (_sorted([key[side] for key in cells]) for side in (0, 1))
        figure, axes = canvas()
        axes.grid(False)
        for side in axes.spines.values():
            side.set_visible(False)
        drawn = _draw(axes, cells, columns, rows)
        known = [value for value in cells.values() if value is not None]
        colour_bar(figure, axes, drawn, name, known, points)
        _ticks(axes.xaxis, columns, x)
        _ticks(axes.yaxis, rows, y)
        if len(columns) <= MOST_WRITTEN[0] and len(rows) <= MOST_WRITTEN[1]:
            _write(axes, cells, columns, rows, drawn, name, points)
        for metric, most in parse_budgets(budgets, points).items():
            if metric != name:
                message = f"--budget {metric}: the colour is {name}"
                raise UsageError(Diagnostic("E708", message, help=f"for example: --color {metric}"))
            _outline(axes, cells, columns, rows, most)
            axes.set_title(
                f"within {quantity(name, most, points.metrics)} {label(name).partition(' (')[0]}",
                loc="left", fontsize=11, color=BUDGET,
            )  # fmt: skip
        caption(figure, points, design_count(points, len(cells)))
        return saved(figure, format)


def _cells(points: Points, x: str, y: str, name: str) -> Cells:
    if not points.is_numeric(name):
        raise UsageError(Diagnostic("E708", f"`{name}` holds names, which have no shades"))
    cells: Cells = {}
    for column, row, value in zip(points.column(x), points.column(y), points.column(name), strict=True):
        if (column, row) in cells:
            message = f"several designs have {x} {_text(column)} and {y} {_text(row)}"
            help = "sweep these two alone, or choose with `sweep --where`"
            raise UsageError(Diagnostic("E708", message, help=help))
        cells[column, row] = value if isinstance(value, float) else None
    if not any(value is not None for value in cells.values()):
        raise UsageError(Diagnostic("E708", f"no design has {name}"))
    return cells


def _sorted(values: Sequence[Value]) -> list[Value]:
    different = list(dict.fromkeys(values))
    if all(isinstance(value, float) for value in different):
        return sorted(different, key=lambda value: float(value or 0))
    return different


def _draw(axes: Any, cells: Cells, columns: list[Value], rows: list[Value]) -> Any:
    from matplotlib.colors import LogNorm, Normalize

    known = [value for value in cells.values() if value is not None]
    norm = (LogNorm if is_wide(known) else Normalize)(min(known), max(known))
    table = [[cells.get((column, row)) for column in columns] for row in rows]
    numbers = [[float("nan") if value is None else value for value in line] for line in table]
    axes.set_facecolor("#f2f3f5")  # where no design is legal
    cells_are_many = len(columns) > 40 or len(rows) > 40
    return axes.pcolormesh(
        numbers,
        norm=norm,
        cmap=shades(),
        edgecolors="white",
        linewidth=0 if cells_are_many else 1,
        rasterized=len(cells) > MOST_VECTORS,
    )


def _ticks(axis: Any, values: list[Value], name: str) -> None:
    every = -(-len(values) // MOST_TICKS)
    chosen = range(0, len(values), every)
    axis.set_ticks([place + 0.5 for place in chosen], [_text(values[place]) for place in chosen])
    axis.set_label_text(label(name))


def _text(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _write(
    axes: Any, cells: Cells, columns: list[Value], rows: list[Value], drawn: Any, name: str, points: Points
) -> None:
    """Write the numbers into the cells, dark on light and light on dark."""
    for row, below in enumerate(rows):
        for column, left in enumerate(columns):
            value = cells.get((left, below))
            if value is not None:
                red, green, blue, _ = drawn.to_rgba(value)
                is_light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
                axes.text(
                    column + 0.5, row + 0.5, quantity(name, value, points.metrics), ha="center", va="center",
                    fontsize=10 if len(columns) <= 6 else 8.5, color=INK if is_light else "white",
                )  # fmt: skip


def _outline(axes: Any, cells: Cells, columns: list[Value], rows: list[Value], most: int) -> None:
    """Draw the edges between cells that keep to a budget and all others."""

    def fits(column: int, row: int) -> bool:
        if not (0 <= column < len(columns) and 0 <= row < len(rows)):
            return False
        value = cells.get((columns[column], rows[row]))
        return value is not None and value <= most

    own: dict[str, Any] = {"color": BUDGET, "linewidth": 2.2, "solid_capstyle": "round", "clip_on": False}
    for row in range(len(rows) + 1):
        for column in range(len(columns) + 1):
            if fits(column, row) != fits(column - 1, row):
                axes.plot([column, column], [row, row + 1], **own)
            if fits(column, row) != fits(column, row - 1):
                axes.plot([column, column + 1], [row, row], **own)
