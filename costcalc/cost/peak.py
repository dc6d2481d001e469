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
    owner, last_use = _lives(graph, calls, plan)
    steps = in_use(graph, calls, plan)
    most = max(steps)
    step = steps.index(most)

    per_element = batch * precision.activations.bytes
    size = [call.out_elements * per_element for call in calls]
    live = [(nodes[i].name, size[i]) for i in range(step + 1) if owner[i] == i and last_use[i] >= step]
    if partial := partial_result(calls[step], plan):
        live.append((f"{nodes[step].name} (partial)", partial * per_element))
    weights = stored(graph, plan) * precision.weights.bytes if weights_in_ram else 0
    if weights_in_ram:
        live.insert(0, ("weights", weights))
    return Peak(most * per_element + weights, nodes[step].name, tuple(live))


def in_use(graph: Graph, calls: Sequence[Call], plan: Plan) -> list[int]:
    """Return the elements of all tensors that are alive while each node runs, for a batch of one."""
    owner, last_use = _lives(graph, calls, plan)
    freed_after = [0] * (len(calls) + 1)
    alive = 0
    steps = []
    for index, call in enumerate(calls):
        if owner[index] == index:
            alive = alive + call.out_elements
            freed_after[last_use[index]] += call.out_elements
        steps.append(alive + partial_result(call, plan))
        alive = alive - freed_after[index]
    return steps


def _lives(graph: Graph, calls: Sequence[Call], plan: Plan) -> tuple[list[int], list[int]]:
    """Return, for every node, the node that allocated its memory, and the last one that reads that."""
    owner = storage(graph, calls, plan)
    last_use = list(range(len(owner)))
    for index, node in enumerate(graph.nodes):
        for source in node.inputs:
            last_use[owner[source]] = index
    for output in graph.outputs.values():
        last_use[owner[output]] = len(owner)
    return owner, last_use


def storage(graph: Graph, calls: Sequence[Call], plan: Plan) -> list[int]:
    """Return, for every node, the node that allocated the memory its output is in."""
    owner = list(plan.heads)
    for index, (node, call) in enumerate(zip(graph.nodes, calls, strict=True)):
        if call.is_view:
            owner[index] = owner[node.inputs[0]]
    return owner


def stored(graph: Graph, plan: Plan) -> int:
    """Return the elements of all parameters, shared ones once."""
    pairs = zip(graph.nodes, plan.parameters, strict=True)
    return sum([elements for node, elements in pairs if not node.shares])


def partial_result(call: Call, plan: Plan) -> int:
    """Return the most elements that a pairwise operator holds beyond its inputs and its output."""
    if not is_pairwise(call, plan):
        return 0
    sizes = partial_elements(call)
    held = [sizes[1], *(old + new for old, new in itertools.pairwise(sizes[1:]))]
    return max(held) - call.out_elements
