"""Peak memory: the most bytes that are alive at once while a network runs, by liveness.

A tensor lives from the kernel that writes it to the last one that reads it; the outputs of the
network live to the end. A kernel's inputs and its output are alive together, except that a fused
epilogue works in place. A view keeps the tensor alive that it looks into. Workspaces of particular
kernels (im2col, Winograd) and the allocator's fragmentation are not counted.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from costcalc.cost.call import Call, partial_elements
from costcalc.cost.dtype import Precision
from costcalc.cost.fusion import Plan
from costcalc.cost.memory import is_pairwise
from costcalc.graph import Graph


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory in use at once.

    Attributes:
        bytes: How much.
        node: The name of the node that runs at that time (the first one, if several tie).
        live: What is alive: (the node that wrote it, bytes), in the order of writing, and
            ("weights", bytes) first when they are held in RAM too. Adds up to `bytes`.
    """

    bytes: int
    node: str
    live: tuple[tuple[str, int], ...]


def peak(
    graph: Graph,
    calls: Sequence[Call],
    plan: Plan,
    *,
    batch: int,
    precision: Precision,
    weights_in_ram: bool = False,
) -> Peak:
    """Return the peak over the graph's execution order, in time linear in its nodes."""
    nodes = graph.nodes
    owner = _storage(graph, plan)
    last_use = list(range(len(nodes)))
    for index, node in enumerate(nodes):
        for source in node.inputs:
            last_use[owner[source]] = index
    for output in graph.outputs.values():
        last_use[owner[output]] = len(nodes)

    per_element = batch * precision.activations.bytes
    size = [call.out_elements * per_element for call in calls]
    freed_after = [0] * (len(nodes) + 1)
    alive = most = step = scratch = 0
    for index, call in enumerate(calls):
        partial = _partial_result(call) * per_element if is_pairwise(call, plan) else 0
        if owner[index] == index:
            alive += size[index]
            freed_after[last_use[index]] += size[index]
        if alive + partial > most:
            most, step, scratch = alive + partial, index, partial
        alive -= freed_after[index]

    live = [(nodes[i].name, size[i]) for i in range(step + 1) if owner[i] == i and last_use[i] >= step]
    if scratch:
        live.append((f"{nodes[step].name} (partial)", scratch))
    if weights_in_ram:
        weights = _stored(graph, plan) * precision.weights.bytes
        most += weights
        live.insert(0, ("weights", weights))
    return Peak(most, nodes[step].name, tuple(live))


def _storage(graph: Graph, plan: Plan) -> list[int]:
    """Return, for every node, the node that allocated the memory its output is in."""
    owner = list(plan.heads)
    for index, node in enumerate(graph.nodes):
        if node.op.is_view:
            owner[index] = owner[node.inputs[0]]
    return owner


def _stored(graph: Graph, plan: Plan) -> int:
    """Return the elements of all parameters, shared ones once."""
    pairs = zip(graph.nodes, plan.parameters, strict=True)
    return sum([elements for node, elements in pairs if not node.shares])


def _partial_result(call: Call) -> int:
    """Return the most elements that a pairwise operator holds beyond its inputs and its output."""
    sizes = partial_elements(call)
    held = [sizes[1], *(old + new for old, new in itertools.pairwise(sizes[1:]))]
    return max(held) - call.out_elements
