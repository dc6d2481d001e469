"""Memory access: the bytes that a network reads and writes, operator by operator.

Each kernel reads its inputs and its parameters once per batch and writes its output once, as in
ShuffleNetV2 (arXiv:1807.11164, section 2: a cache that holds everything in use). A 1x1 convolution
is its closed form, hw(c1 + c2) + c1 c2 elements; with g groups, hw(c1 + c2) + c1 c2 / g.
"""

from __future__ import annotations

from typing import NamedTuple

from costcalc.cost.call import Call, partial_elements
from costcalc.cost.dtype import DType
from costcalc.cost.execution import Execution
from costcalc.graph import Input, elements


class Access(NamedTuple):
    """Bytes that one operator moves."""

    read_bytes: int
    written_bytes: int


def access(execution: Execution, *, batch: int, weights: DType, activations: DType) -> list[Access]:
    """Return what every node moves.

    A group of fused nodes reads what its head reads and writes its last output. The row of the
    head holds both, the row of a fused node only the parameters that it still needs (the slopes
    of a PReLU): so rows add up. A view moves nothing.

    Args:
        execution: The network and its kernels.
        batch: Images per batch.
        weights: The number format of parameters.
        activations: The number format of tensors.
    """
    heads, stored = execution.heads, execution.stored_bytes(weights)
    per_activation = batch * activations.bytes
    moved = []
    for index, call in enumerate(execution.calls):
        read, written = _activations(call, execution) if heads[index] == index else (0, 0)
        read_bytes = read * per_activation + stored[index]
        moved.append(Access(read_bytes, written * per_activation))
    return moved


def _activations(call: Call, execution: Execution) -> tuple[int, int]:
    """Return the elements that a kernel reads and writes."""
    if call.is_view or type(call.op) is Input:
        return 0, 0
    if execution.is_pairwise(call):
        partial = partial_elements(call)
        later = sum([elements(shape) for shape in call.inputs[1:]])
        return sum(partial[:-1]) + later, sum(partial[1:])
    return call.in_elements, call.out_elements
