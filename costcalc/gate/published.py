"""Printed figures against counted ones: does a spec reproduce its paper?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from costcalc.cost import Cost, Group, count
from costcalc.errors import Location
from costcalc.graph import Graph
from costcalc.spec.build import build
from costcalc.spec.model import Spec
from costcalc.spec.terms import overrides_of
from costcalc.units import agrees

NOT_COUNTED = ("top1", "top5", "year")
"""What sources print, and nothing but training or a calendar tells."""

BASE = "base"
"""The key of the figures of a spec without variants."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure, and what is counted.

    Attributes:
        model: The network that it was printed for, `mobilenet@a0.5`.
        of: The stages and heads that it is about; none: the whole network.
        metric: `macs`, `params`, another cost that a cost has as an attribute, or a convention.
        printed: The figure as printed.
        counted: Ours; None if the convention has no rule for some operator.
        source: Who printed it.
        gap: Why it is known to disagree, if it is.
        location: Where the spec holds it.
        graph: The network.
    """

    model: str
    of: tuple[str, ...]
    metric: str
    printed: str
    counted: int | None
    source: str | None
    gap: str | None
    location: Location
    graph: Graph = field(repr=False)

    @property
    def agrees(self) -> bool:
        """Whether the two are equal to within one unit of the last printed digit."""
        return self.counted is not None and agrees(self.printed, self.counted)

    @property
    def holds(self) -> bool:
        """Whether they agree, or disagree as the spec says. A gap that has closed is no gap."""
        return self.agrees == (self.gap is None)


def check_published(spec: Spec, name: str | None = None) -> list[Figure]:
    """Count every figure that a spec carries and that counting can tell, in the order of the file.

    Args:
        spec: A decoded and linked spec (`Model.spec`).
        name: What to call it in `Figure.model`; its own name unless given.

    Raises:
        CostcalcError: a figure belongs to a variant that the spec does not have or that cannot be
            built, or its metric is neither a cost nor a convention.
    """
    name = name or spec.name
    costs: dict[str, Cost] = {}
    figures = []
    for published in spec.published:
        variant = "" if published.variant == BASE else published.variant
        for metric, printed in published.figures.items():
            if metric in NOT_COUNTED:
                continue
            if variant not in costs:
                costs[variant] = _count(spec, f"{name}@{variant}" if variant else name, variant)
            cost = costs[variant]
            part = _part(cost, published.of)
            figures.append(
                Figure(
                    model=cost.name,
                    of=published.of,
                    metric=metric,
                    printed=printed,
                    counted=_value(part, metric),
                    source=published.source,
                    gap=published.gaps.get(metric),
                    location=published.location,
                    graph=cost.graph,
                )
            )
    return figures


def _count(spec: Spec, name: str, variant: str) -> Cost:
    metrics = {metric: None for published in spec.published for metric in published.figures}
    conventions = [metric for metric in metrics if metric not in (*NOT_COUNTED, *_COSTS)]
    return count(build(spec, name, overrides_of(spec, variant)).graph, also=conventions)


def _part(cost: Cost, stages: tuple[str, ...]) -> Group:
    """Return the cost of some stages and heads; of all if none is named."""
    if not stages:
        return cost
    return cost.group(cost.name, lambda row: row.node.stage in stages)


_COSTS: dict[str, Callable[[Group], int]] = {
    "macs": lambda cost: cost.macs,
    "params": lambda cost: cost.params,
    "params_without_bn": lambda cost: cost.params_without_bn,
    "params_and_buffers": lambda cost: cost.params_and_buffers,
    "activations": lambda cost: cost.activations,
    "conv_activations": lambda cost: cost.conv_activations,
}


def _value(cost: Group, metric: str) -> int | None:
    if metric in _COSTS:
        return _COSTS[metric](cost)
    unknown = any(row.counts[metric] is None for row in cost.rows)
    return None if unknown else cost.total(metric)
