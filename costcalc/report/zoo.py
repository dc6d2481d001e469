"""The networks that ship: what each costs, its variants, and what was printed for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.cost import METRICS, Basis
from costcalc.graph import Shape
from costcalc.report.record import Column, Table
from costcalc.verification import Figure

SHOWN = ("macs", "params", "memory_access", "peak_memory")
"""The metrics that lists of networks show."""

_BASIS = Basis()
_NOTE = f"{_BASIS.words()} top1: accuracy in percent, as printed."


def _costs() -> tuple[Column, ...]:
    """Return a column per metric, less of them where there is less room, and the accuracy."""
    columns = []
    for name, priority in zip(SHOWN, (0, 0, 3, 4), strict=True):
        found = METRICS[name]
        columns.append(Column(name, found.header, "bytes" if found.is_bytes else "count", priority))
    return (*columns, Column("top1", "top1"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A network or a variant: what it costs, and what is known about it.

    Attributes:
        name: What to call it in a reference.
        input: The shape of its input.
        costs: Its metrics: those that are shown, and those that a condition asks for.
        family: The family of networks.
        year: When it was published.
        source: Where its table comes from.
        variants: How many variants its spec has.
        top1: ImageNet accuracy as printed, or "".
    """

    name: str
    input: Shape
    costs: Mapping[str, object]
    family: str
    year: int | None
    source: str
    variants: int
    top1: str

    @property
    def values(self) -> dict[str, object]:
        """What a condition can ask of it."""
        return {**self.costs, "year": self.year, "top1": _number(self.top1)}


def zoo_table(entries: Sequence[Entry]) -> Table:
    """Return a row per network."""
    return Table(
        (
            Column("name", "network"),
            Column("family", "family", priority=2),
            Column("year", "year", "exact", 1),
            *_costs(),
            Column("variants", "variants", "exact", 1),
            Column("source", "source", priority=5),
        ),
        tuple(_row(entry) for entry in entries),
        "networks",
        context=_BASIS.record(),
        notes=(_NOTE, "costcalc zoo NAME shows the variants and where each figure comes from."),
    )


def variants_table(entries: Sequence[Entry], title: str, source: str) -> Table:
    """Return a row per variant of one network."""
    return Table(
        (Column("name", "variant"), Column("input", "input", "shape", 2), *_costs()),
        tuple(_row(entry) for entry in entries),
        "variants",
        context={"title": title, "source": source, **_BASIS.record()},
        notes=(f"{title}: {source}", _NOTE),
    )


def _row(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "family": entry.family,
        "year": "" if entry.year is None else str(entry.year),
        "input": entry.input,
        **entry.costs,
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
