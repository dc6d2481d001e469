"""A point per design: two costs against each other, the front of the best, and budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from costcalc.errors import Diagnostic, UsageError
from costcalc.report.plot.picture import (
    BUDGET,
    FRONT,
    INK,
    MARKERS,
    PALETTE,
    canvas,
    caption,
    colour_bar,
    design_count,
    dress,
    is_wide,
    label,
    parse_budgets,
    quantity,
    saved,
    shades,
    style,
)
from costcalc.report.plot.points import Points, Value

MOST_VECTORS = 3000
"""Points that are drawn one by one; more become one image within the picture, or it would be megabytes."""

MOST_KINDS = len(PALETTE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The designs that have both coordinates."""

    x: list[float]
    y: list[float]
    colour: list[Value]


def scatter(
    points: Points, *, x: str, y: str, colour: str | None, budgets: Sequence[str] = (), format: str = "svg"
) -> bytes:
    """Draw designs as points, their Pareto front as a line with steps, and budgets as lines across.

    Args:
        points: The designs.
        x: The column along the width; less is better, but of figures such as accuracies more.
        y: The column along the height, likewise.
        colour: The column that colours the points; None for one colour.
        budgets: `macs=300M` and the like, of what is drawn.
        format: `svg` or `png`.

    Raises:
        MissingExtraError: E020, matplotlib is not installed.
        UsageError: E031, there is no such column; E708, what is asked for cannot be drawn so.
    """
    with style():
        names = points.name(x), points.name(y)
        shown = _shown(points, *names, colour)
        figure, axes = canvas()
        for axis, name, values in ((axes.xaxis, names[0], shown.x), (axes.yaxis, names[1], shown.y)):
            dress(axis, name, values, points)
        size = 46 if len(shown.x) <= 60 else 26 if len(shown.x) <= 600 else 9
        _colour(figure, axes, shown, points, colour, size)
        on_front = _front(axes, shown, points, names)
        for name, most in parse_budgets(budgets, points).items():
            _budget(axes, names, name, most, points)
        _legend(axes, colour)
        what = design_count(points, len(shown.x))
        if on_front > 1:
            what += f", {on_front:,} on the Pareto front"
        caption(figure, points, what)
        return saved(figure, format)


def _shown(points: Points, x: str, y: str, colour: str | None) -> Drawn:
    for name in (x, y):
        if not points.is_numeric(name):
            raise UsageError(Diagnostic("E708", f"`{name}` holds names, not numbers: colour by it instead"))
    third: Sequence[Value] = points.column(colour) if colour else [None] * len(points)
    columns = zip(points.column(x), points.column(y), third, strict=True)
    known = [(a, b, c) for a, b, c in columns if isinstance(a, float) and isinstance(b, float)]
    if not known:
        raise UsageError(Diagnostic("E708", f"no design has both {x} and {y}"))
    return Drawn([a for a, _, _ in known], [b for _, b, _ in known], [c for _, _, c in known])


def _colour(figure: Any, axes: Any, shown: Drawn, points: Points, name: str | None, size: float) -> None:
    """Draw the points: by shades of a number, or by a colour and a shape for every name."""
    own: dict[str, Any] = {
        "s": size,
        "linewidths": 0.5 if size > 10 else 0,
        "edgecolors": "white",
        "zorder": 3,
        "rasterized": len(shown.x) > MOST_VECTORS,
    }
    values = list(dict.fromkeys(shown.colour))
    numbers = [value for value in shown.colour if isinstance(value, float)]
    if name is None:
        axes.scatter(shown.x, shown.y, color=PALETTE[0], **own)
    elif len(numbers) == len(shown.colour) and len(values) > MOST_KINDS:
        from matplotlib.colors import LogNorm, Normalize

        norm = (LogNorm if is_wide(numbers) else Normalize)(min(numbers), max(numbers))
        drawn = axes.scatter(shown.x, shown.y, c=numbers, norm=norm, cmap=shades(), **own)
        colour_bar(figure, axes, drawn, points.name(name), numbers, points)
    else:
        _kinds(axes, shown, points, name, own)


def _kinds(axes: Any, shown: Drawn, points: Points, name: str, own: dict[str, Any]) -> None:
    kinds: list[Value] = list(dict.fromkeys(shown.colour))
    numeric = all(isinstance(kind, float) for kind in kinds)
    if numeric:
        kinds.sort(key=lambda kind: float(kind or 0))
    if len(kinds) > MOST_KINDS:
        message = (
            f"`{name}` has {len(kinds)} names, and no more than {MOST_KINDS} can be told apart by colour"
        )
        raise UsageError(Diagnostic("E708", message, help="choose some with `sweep --where`"))
    colours = _evenly(len(kinds)) if numeric else PALETTE
    for place, kind in enumerate(kinds):
        chosen = [at for at, value in enumerate(shown.colour) if value == kind]
        text = quantity(points.name(name), kind, points.metrics) if not isinstance(kind, str) else kind
        axes.scatter(
            [shown.x[at] for at in chosen],
            [shown.y[at] for at in chosen],
            color=colours[place],
            marker="o" if numeric else MARKERS[place],
            label=text,
            **own,
        )


def _evenly(number: int) -> list[Any]:
    scale = shades()
    return [scale(place / max(number - 1, 1)) for place in range(number)]


def _front(axes: Any, shown: Drawn, points: Points, names: tuple[str, str]) -> int:
    """Draw the front as steps: to the right of a point nothing better than it is known until the next."""
    from costcalc.sweeps.select import front

    signs = [-1 if name in points.figures else 1 for name in names]
    best = front(
        [[sign * value for value in side] for sign, side in zip(signs, (shown.x, shown.y), strict=True)]
    )
    corners = sorted({(shown.x[at], shown.y[at]) for at in best.tolist()})
    if len(corners) > 1:
        axes.step(
            [x for x, _ in corners],
            [y for _, y in corners],
            where="post" if signs[0] == 1 else "pre",
            color=FRONT,
            linewidth=1.4,
            zorder=2,
            label="Pareto front",
        )
    return len(corners)


def _budget(axes: Any, names: tuple[str, str], name: str, most: int, points: Points) -> None:
    text = f"{label(name).partition(' (')[0]} {quantity(name, most, points.metrics)}"
    own: dict[str, Any] = {"color": BUDGET, "linewidth": 1.2, "linestyle": (0, (5, 3)), "zorder": 1}
    above: dict[str, Any] = {"textcoords": "offset points", "color": BUDGET, "fontsize": 10}
    if name == names[0]:
        axes.axvline(most, **own)
        axes.annotate(text, (most, 1), (0, 3), xycoords=("data", "axes fraction"), ha="center", **above)
    elif name == names[1]:
        axes.axhline(most, **own)
        axes.annotate(text, (0, most), (5, 3), xycoords=("axes fraction", "data"), **above)
    else:
        message = f"--budget {name}: neither x nor y is {name}"
        raise UsageError(Diagnostic("E708", message, help=f"drawn are {names[0]} and {names[1]}"))


def _legend(axes: Any, colour: str | None) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    legend = axes.legend(
        handles,
        labels,
        title=colour if any(text != "Pareto front" for text in labels) else None,
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        handletextpad=0.4,
        alignment="left",
    ) if len(labels) > 1 else axes.legend(handles, labels, loc="best")  # fmt: skip
    legend.get_title().set_color(INK)
