"""What `compare` shows, asked for: a cost works out nothing before somebody asks."""

from __future__ import annotations

from costcalc import count
from costcalc.cost import CONVENTIONS, Cost, Peak
from costcalc.graph import Graph


def everything(graph: Graph) -> tuple[int, int, int, int, Peak]:
    """Count a network, and ask for all that `compare` shows."""
    return _asked(count(graph))


def by_every_convention(graph: Graph) -> list[int]:
    """Count a network under every convention, with the same besides."""
    cost = count(graph)
    _asked(cost)
    return [cost.total(name) for name in CONVENTIONS]


def _asked(cost: Cost) -> tuple[int, int, int, int, Peak]:
    return cost.macs, cost.params, cost.activations, cost.memory_access, cost.peak_memory
