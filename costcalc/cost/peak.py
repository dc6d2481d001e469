"""Peak memory: the most bytes that are alive at once while a network runs, by liveness.

A tensor lives from the kernel that writes it to the last one that reads it; the outputs of the
network live to the end. A kernel's inputs and its output are alive together, except that a fused
epilogue works in place. A view keeps the tensor alive that it looks into. Workspaces of particular
kernels (im2col, Winograd) and the allocator's fragmentation are not counted.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from costcalc.cost.call import Call, partial_elements
from costcalc.cost.dtype import DType
from costcalc.cost.execution import Execution


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
    execution: Execution, *, batch: int, weights: DType, activations: DType, weights_in_ram: bool = False
) -> Peak:
    """Return the peak over the graph's execution order, in time linear in its nodes."""
    nodes, calls, owners = execution.graph.nodes, execution.calls, execution.owners
    steps = in_use(execution)
    most = max(steps)
    step = steps.index(most)

    per_element = batch * activations.bytes
    size = [call.out_elements * per_element for call in calls]
    live = [
        (nodes[index].name, size[index])
        for index in range(step + 1)
        if owners[index] == index and execution.last_uses[index] >= step
    ]
    if partial := partial_result(calls[step], execution):
        live.append((f"{nodes[step].name} (partial)", partial * per_element))
    stored = execution.all_stored_bytes(weights) if weights_in_ram else 0
    if weights_in_ram:
        live.insert(0, ("weights", stored))
    return Peak(most * per_element + stored, nodes[step].name, tuple(live))


def in_use(execution: Execution) -> list[int]:
    """Return the elements of all tensors that are alive while each node runs, for a batch of one."""
    owners, last_uses = execution.owners, execution.last_uses
    freed_after = [0] * (len(owners) + 1)
    alive = 0
    steps = []
    for index, call in enumerate(execution.calls):
        if owners[index] == index:
            alive = alive + call.out_elements
            freed_after[last_uses[index]] += call.out_elements
        steps.append(alive + partial_result(call, execution))
        alive = alive - freed_after[index]
    return steps


def partial_result(call: Call, execution: Execution) -> int:
    """Return the most elements that a pairwise operator holds beyond its inputs and its output."""
    if not execution.is_pairwise(call):
        return 0
    sizes = partial_elements(call)
    held = [sizes[1], *(old + new for old, new in itertools.pairwise(sizes[1:]))]
    return max(held) - call.out_elements
