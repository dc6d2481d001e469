"""What all pictures share: paper and ink, scales with units, budgets, and files equal to the byte.

matplotlib is imported by what draws, when it draws.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from costcalc.cost import find_metric
from costcalc.errors import Diagnostic, MissingExtraError, UsageError
from costcalc.report.plot.points import Points
from costcalc.units import format_bytes, format_count, plural

WIDTH, HEIGHT = 6.4, 4.6
"""Inches. Letters of 11 points are readable when a phone shows this 360 pixels wide."""

INK, FAINT, GRID, FRONT, BUDGET = "#1f2430", "#667085", "#e7e9ee", "#1f2430", "#b3261e"
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#4d4d4d")
"""Colours that colour-blind people tell apart (Okabe and Ito), without the yellow, which is too light."""

MARKERS = "osD^vPXh"
LOG_FROM = 20
"""The largest over the smallest value from which on an axis is logarithmic."""

_STYLE: Any = {
    "svg.hashsalt": "costcalc",  # so that equal pictures are equal files
    "svg.fonttype": "none",  # text stays text: it can be searched, and is small
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Helvetica", "Arial"],
    "font.size": 11,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 10,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw and save pictures in our style within, whatever the reader's own configuration says.

    Raises:
        MissingExtraError: E020, matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        help = 'pip install "costcalc[plot]"'
        raise MissingExtraError(Diagnostic("E020", "matplotlib is not installed", help=help)) from None
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def canvas() -> tuple[Any, Any]:
    """Return a figure and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained", facecolor="white")
    return figure, figure.add_subplot()


def saved(figure: Any, format: str) -> bytes:
    """Return a picture as a file: the same bytes whenever, wherever the same matplotlib is."""
    file = BytesIO()
    if format == "png":
        figure.savefig(file, format="png", dpi=200, metadata={"Software": None})
        return file.getvalue()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(file, format="svg", dpi=200, metadata=nothing)
    return re.sub(rb"<!DOCTYPE[^>]*>\n", b"", file.getvalue())


def label(name: str) -> str:
    """Return what stands beside an axis: the name and its unit."""
    words = {
        "params": "parameters",
        "activations": "activations (elements)",
        "resolution": "resolution (pixels)",
    }
    found = find_metric(name)
    if found and found.is_bytes:
        return found.name.removesuffix("_bytes").replace("_", " ")  # the ticks say MiB
    return words.get(name) or (found.header if found else name)


def is_bytes(name: str) -> bool:
    """Tell whether a column counts bytes."""
    found = find_metric(name)
    return found is not None and found.is_bytes


def quantity(name: str, value: float | None, metrics: Sequence[str]) -> str:
    """Return a value as a label: `150M`, `1.5 MiB`, `0.25`."""
    if value is None:
        return "?"
    if name not in metrics:
        return f"{value:g}"
    if value != int(value) and value < 10:
        return f"{value:g}"
    text = format_bytes(int(value), 3) if is_bytes(name) else format_count(int(value), 3)
    return re.sub(r"(\.\d*?)0+(?=\D|$)", lambda match: match[1].rstrip("."), text)


def shades() -> Any:
    """Return colours that grow lighter evenly, for the colour-blind too, and stop short of yellow."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    viridis = colormaps["viridis"]
    return ListedColormap([viridis(place / 255) for place in range(238)], "costcalc")


def colour_bar(
    figure: Any, axes: Any, drawn: Any, name: str, values: Sequence[float], points: Points
) -> None:
    """Put a scale beside a picture that says what its colours are."""
    bar = figure.colorbar(
        drawn, ax=axes, format=_writer(name, points), ticks=_locator(name, values), pad=0.02, aspect=28
    )
    bar.minorticks_off()
    bar.ax.tick_params(length=0)
    bar.set_label(label(name))
    bar.outline.set_visible(False)


def is_wide(values: Sequence[float]) -> bool:
    """Tell whether values are to be shown on a logarithmic scale."""
    return min(values) > 0 and max(values) / min(values) >= LOG_FROM


def dress(axis: Any, name: str, values: Sequence[float], points: Points) -> None:
    """Give an axis its scale, label and ticks."""
    from matplotlib.ticker import NullLocator

    is_log = is_wide(values)
    if is_log:
        axis._set_axes_scale("log")
        axis.set_minor_locator(NullLocator())
    axis.set_major_locator(_locator(name, values))
    axis.set_major_formatter(_writer(name, points))
    axis.set_label_text(label(name) + (", log" if is_log else ""))


def _writer(name: str, points: Points) -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: quantity(name, value, points.metrics))


def _locator(name: str, values: Sequence[float]) -> Any:
    """Return where ticks are: at round numbers, which for bytes are others."""
    from matplotlib.ticker import LogLocator, MaxNLocator, MultipleLocator

    low, high = min(values), max(values)
    if is_bytes(name) and high > low:
        return LogLocator(base=2, numticks=10) if is_wide(values) else MultipleLocator(_byte_step(high - low))
    if is_wide(values):
        return LogLocator(subs=(1, 2, 5) if high / low < 2000 else (1,), numticks=10)
    return MaxNLocator(nbins=6)


def _byte_step(width: float) -> float:
    """Return a round number of KiB, MiB or the like of which about five make a width."""
    unit: float = 1
    while unit * 1024 < width / 2:
        unit *= 1024
    return next(unit * step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if unit * step * 6 >= width)


def caption(figure: Any, points: Points, what: str) -> None:
    """Say below a picture what is in it and what the counts rest on."""
    said = [what]
    if points.context:
        known = points.context
        batch = f", batch {known['batch']}" if "batch" in known else ""
        dtype = known.get("activations_dtype") or known.get("dtype")
        formats = f", {dtype}" if dtype else ""
        said.append(f"1 MAC = 1 multiply-add ({known.get('convention', '?')}){batch}{formats}")
    figure.supxlabel("; ".join(said), x=0.01, ha="left", fontsize=8.5, color=FAINT)


def parse_budgets(texts: Sequence[str], points: Points) -> dict[str, int]:
    """Return budgets by column from `macs=300M`.

    Raises:
        UsageError: E705, one cannot be read; E031, one is of no metric.
    """
    from costcalc.sweeps.solve import parse_budgets as parse

    given: dict[str, str | int] = {}
    for text in texts:
        name, equals, most = text.partition("=")
        if not equals:
            message = f"--budget {text}: it takes METRIC=MOST"
            raise UsageError(Diagnostic("E705", message, help="for example: --budget macs=300M"))
        given[name.strip()] = most
    return {points.name(budget.metric): budget.most for budget in (parse(given) if given else ())}


def design_count(points: Points, number: int) -> str:
    """Return how many designs a picture shows, and how many there are that it could not."""
    refused = f" ({points.refused:,} more are not legal)" if points.refused else ""
    return f"{plural(number, 'design')}{refused}"
