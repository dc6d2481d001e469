"""Printed figures against counted ones: does a spec reproduce its paper?"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from costcalc.cost import Basis, Cost, Group, metric, metric_names
from costcalc.errors import Location, SpecError
from costcalc.graph import Graph
from costcalc.spec.build import build
from costcalc.spec.check import unknown_figures
from costcalc.spec.model import Spec
from costcalc.spec.terms import overrides_of
from costcalc.units import agrees

NOT_COUNTED = ("top1", "top5", "year")
"""What sources print, and nothing but training or a calendar tells."""

Value = int | Fraction | None

BASE = "base"
"""The key of the figures of a spec without variants."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure, and what is counted.

    Attributes:
        model: The network that it was printed for, `mobilenet@a0.5`.
        of: The stages and heads that it is about; none: the whole network.
        metric: Any metric's name or alias; a convention's name is one.
        printed: The figure as printed.
        counted: Ours; None if it is not known of some operator, or is known of whole networks only.
        source: Who printed it.
        gap: Why it is known to disagree, if it is.
        location: Where the spec holds it.
        graph: The network.
    """

    model: str
    of: tuple[str, ...]
    metric: str
    printed: str
    counted: Value
    source: str | None
    gap: str | None
    location: Location
    graph: Graph = field(repr=False)

    @property
    def agrees(self) -> bool:
        """Whether the two are equal to within one unit of the last printed digit."""
        bytes_ = metric(self.metric).is_bytes
        return self.counted is not None and agrees(self.printed, self.counted, bytes_=bytes_)

    @property
    def holds(self) -> bool:
        """Whether they agree, or disagree as the spec says. A gap that has closed is no gap."""
        return self.agrees == (self.gap is None)


def figure_names() -> list[str]:
    """Return what figures can be called: everything that is counted, and what only training can show."""
    return [*metric_names(), *NOT_COUNTED]


def check_published(spec: Spec, name: str | None = None) -> list[Figure]:
    """Count every figure that a spec carries and that counting can tell, in the order of the file.

    Args:
        spec: A decoded and linked spec (`Model.spec`).
        name: What to call it in `Figure.model`; its own name unless given.

    Raises:
        CostcalcError: a figure belongs to a variant that the spec does not have or that cannot be
            built, or its name is none of `figure_names` (E325).
    """
    if unknown := unknown_figures(spec, figure_names()):
        raise SpecError(unknown)
    name = name or spec.name
    costs: dict[str, Cost] = {}
    figures = []
    for published in spec.published:
        variant = "" if published.variant == BASE else published.variant
        for figure, printed in published.figures.items():
            if figure in NOT_COUNTED:
                continue
            if variant not in costs:
                costs[variant] = _count(spec, f"{name}@{variant}" if variant else name, variant)
            cost = costs[variant]
            part = _part(cost, published.of)
            figures.append(
                Figure(
                    model=cost.name,
                    of=published.of,
                    metric=figure,
                    printed=printed,
                    counted=_value(part, figure),
                    source=published.source,
                    gap=published.gaps.get(figure),
                    location=published.location,
                    graph=cost.graph,
                )
            )
    return figures


def _count(spec: Spec, name: str, variant: str) -> Cost:
    return Basis().count(build(spec, name, overrides_of(spec, variant)).graph)


def _part(cost: Cost, stages: tuple[str, ...]) -> Group:
    """Return the cost of some stages and heads; of all if none is named."""
    if not stages:
        return cost
    return cost.group(cost.name, lambda row: row.node.stage in stages)


def _value(of: Group, name: str) -> Value:
    """Return what a network, or a part of it, has of a metric; parts have what adds up to the whole."""
    found = metric(name)
    if not isinstance(of, Cost) and not found.is_sum:
        return None
    value: Value = found.exact(of)
    return value
