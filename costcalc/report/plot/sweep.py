"""Which picture a sweep gets, and of what, when nobody says."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.errors import Diagnostic, UsageError
from costcalc.report.plot.heatmap import heatmap
from costcalc.report.plot.points import SPEC, Points
from costcalc.report.plot.scatter import MOST_KINDS, scatter


def draw(
    points: Points,
    *,
    kind: str = "scatter",
    x: str | None = None,
    y: str | None = None,
    colour: str | None = None,
    budgets: Sequence[str] = (),
    format: str = "svg",
) -> bytes:
    """Draw a sweep as points or as cells.

    Unless said otherwise, points lie by the first two metrics (by a figure that was joined, such as an
    accuracy, in place of the second) and have the colour of the spec, the network or the first axis, whatever
    there are several of; cells lie by the first two axes and have the colour of the first metric.

    Raises:
        MissingExtraError: E020, matplotlib is not installed.
        UsageError: E031, there is no such column; E708, what is asked for cannot be drawn so.
    """
    varying = [name for name in points.axes if len(set(points.column(name))) > 1]
    telling = [
        name for name in varying if points.is_numeric(name) or len(set(points.column(name))) <= MOST_KINDS
    ]
    if kind == "heatmap":
        axes = [name for name in varying if name not in (SPEC, x, y)]
        x, y = x or _next(axes, "axis"), y or _next(axes, "axis")
        colour = colour or _next(list(points.metrics), "metric")
        return heatmap(points, x=x, y=y, colour=colour, budgets=budgets, format=format)
    costs = [
        name for name in (*points.metrics[:1], *points.figures, *points.metrics[1:]) if name not in (x, y)
    ]
    x, y = x or _next(costs, "metric"), y or _next(costs, "metric")
    colour = colour or next(iter(telling), None)
    return scatter(points, x=x, y=y, colour=colour, budgets=budgets, format=format)


def _next(names: list[str], what: str) -> str:
    if not names:
        raise UsageError(
            Diagnostic("E708", f"the result has no further {what} to draw", help="say --x and --y")
        )
    return names.pop(0)
