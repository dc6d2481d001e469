"""The networks that ship: what each costs, its variants, and what was printed for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.cost import METRICS, Basis
from costcalc.graph import Shape
from costcalc.report.columns import metric_column, more_columns
from costcalc.report.record import Column, Table
from costcalc.verification import Figure

_COSTS = (
    metric_column("macs"),
    metric_column("params"),
    metric_column("memory_access", 3),
    metric_column("peak_memory", 4),
    Column("top1", "top1"),
)
_BASIS = Basis()
_NOTE = f"{_BASIS.words()} top1: accuracy in percent, as printed."


@dataclass(frozen=True, slots=True)
class Entry:
    """A network or a variant: what it costs, and what is known about it.

    Attributes:
        name: What to call it in a reference.
        input: The shape of its input.
        counts: Every metric by its name.
        family: The family of networks.
        year: When it was published.
        source: Where its table comes from.
        variants: How many variants its spec has.
        top1: ImageNet accuracy as printed, or "".
    """

    name: str
    input: Shape
    counts: Mapping[str, object]
    family: str
    year: int | None
    source: str
    variants: int
    top1: str


_ASKED = {
    name: metric.name
    for metric in METRICS.values()
    for name in (metric.name, metric.header, *metric.aliases)
    if name.isidentifier()
}
CONDITIONS = (*_ASKED, "year", "top1")
"""What a condition can ask for."""


def metrics(entry: Entry) -> dict[str, object]:
    """Return what a condition can ask of an entry."""
    counts = {name: entry.counts[metric] for name, metric in _ASKED.items()}
    return {**counts, "year": entry.year, "top1": _number(entry.top1)}


def zoo_table(entries: Sequence[Entry]) -> Table:
    """Return a row per network."""
    return Table(
        (
            Column("name", "network"),
            Column("family", "family", priority=2),
            Column("year", "year", "exact", 1),
            *_COSTS,
            Column("variants", "variants", "exact", 1),
            Column("source", "source", priority=5),
        ),
        tuple(_row(entry) for entry in entries),
        "networks",
        context=_BASIS.record(),
        notes=(_NOTE, "costcalc zoo NAME shows the variants and where each figure comes from."),
        more=more_columns(_COSTS),
    )


def variants_table(entries: Sequence[Entry], title: str, source: str) -> Table:
    """Return a row per variant of one network."""
    return Table(
        (Column("name", "variant"), Column("input", "input", "shape", 2), *_COSTS),
        tuple(_row(entry) for entry in entries),
        "variants",
        context={"title": title, "source": source, **_BASIS.record()},
        notes=(f"{title}: {source}", _NOTE),
        more=more_columns(_COSTS),
    )


def _row(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "family": entry.family,
        "year": "" if entry.year is None else str(entry.year),
        "input": entry.input,
        **entry.counts,
        "top1": entry.top1,
        "variants": entry.variants,
        "source": entry.source,
    }


def _number(text: str) -> object:
    """Return an accuracy such as `70.6` exactly; None when none was printed."""
    try:
        return Fraction(text)
    except ValueError:
        return None


def published_table(figures: Iterable[Figure]) -> Table:
    """Return a row per printed figure: printed, counted, by whom, and the verdict."""
    rows = tuple(_figure(figure) for figure in figures)
    parts = (Column("of", "of", "prose", 1),) if any(row["of"] for row in rows) else ()
    return Table(
        (
            Column("model", "network"),
            *parts,
            Column("metric", "metric"),
            Column("printed", "printed"),
            Column("counted", "counted", "exact"),
            Column("verdict", "", "verdict"),
            Column("source", "source", "prose", 2),
            Column("gap", "why not", "prose", 3),
        ),
        rows,
        "figures",
        context={"convention": "paper"},
        notes=(summary(rows),),
    )


def summary(rows: Sequence[dict[str, object]]) -> str:
    """Return how many figures are reproduced, explained and neither."""
    verdicts = [row["verdict"] for row in rows]
    reproduced, explained = verdicts.count("reproduced"), verdicts.count("explained")
    return (
        f"{reproduced} of {len(rows)} printed figures reproduced, {explained} explained, "
        f"{len(rows) - reproduced - explained} unexplained."
    )


def _figure(figure: Figure) -> dict[str, object]:
    if figure.holds:
        verdict = "reproduced" if figure.gap is None else "explained"
    else:
        verdict = "unexplained" if figure.gap is None else "gap closed"
    return {
        "model": figure.model,
        "of": ", ".join(figure.of),
        "metric": figure.metric,
        "printed": figure.printed,
        "counted": figure.counted,
        "verdict": verdict,
        "source": figure.source or "",
        "gap": figure.gap or "",
    }
