"""Where a tool's count and ours part: the first node, whether the tool reports by node or not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from costcalc.graph import Graph, Node
from costcalc.witness.tools import Unavailable
from costcalc.witness.witnessed import Witnessed

Ask = Callable[[Graph], Witnessed | Unavailable]


def first_difference(
    graph: Graph, ours: Sequence[int | None], theirs: Witnessed | Unavailable, ask: Ask
) -> Node:
    """Return the first node that a tool counts otherwise, or fails on.

    A tool that reports by node says so itself. Any other is asked about beginnings of the network,
    halving the distance each time; where several differences cancel out, that finds one of them.

    Args:
        graph: The network; its count is known to differ.
        ours: Our count of every node but the input, None where unknown.
        theirs: What the tool says about all of it.
        ask: Asks the tool about a part of it.
    """
    if isinstance(theirs, Witnessed) and theirs.by_node:
        counts = list(theirs.by_node.values())
        differing = [index for index, count in enumerate(counts, 1) if count != ours[index - 1]]
        return graph.nodes[differing[0]]
    good, bad = 0, len(graph.nodes) - 1
    while bad - good > 1:
        middle = (good + bad) // 2
        answer = ask(beginning(graph, middle))
        agrees = isinstance(answer, Witnessed) and answer.total == sum(n or 0 for n in ours[:middle])
        good, bad = (middle, bad) if agrees else (good, middle)
    return graph.nodes[bad]


def beginning(graph: Graph, last: int) -> Graph:
    """Return the nodes up to one of them as a network; what none of them reads is an output."""
    nodes = graph.nodes[: last + 1]
    read = {source for node in nodes for source in node.inputs}
    outputs = {f"out{index}": index for index in range(len(nodes)) if index not in read}
    return dataclasses.replace(graph, nodes=nodes, outputs=outputs)
