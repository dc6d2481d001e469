"""What another tool says about a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Another tool's count of one graph, for a batch of one.

    Attributes:
        tool: The tool's name, e.g. `fvcore`.
        version: Its version.
        torch: The version of the torch that it ran on.
        unit: What it counts: multiply-accumulates, or operations (two per multiply-accumulate).
        total: Its count of the whole graph.
        by_operator: Its count by its own operator names, e.g. `{"conv": ..., "batch_norm": ...}`.
        by_node: Its count by the names of our nodes, in execution order, without the input.
        uncounted: How often it met an operator that it has no rule for and took as zero.

    The last three are empty for a tool that does not tell.
    """

    tool: str
    version: str
    torch: str
    unit: Literal["MAC", "FLOP"]
    total: int
    by_operator: Mapping[str, int]
    by_node: Mapping[str, int]
    uncounted: Mapping[str, int]
