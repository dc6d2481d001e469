"""One use of an operator, measured once: what every formula of this package starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from costcalc.graph import Graph, Shape, Weight, elements


@dataclass(slots=True)
class Call:
    """An operator applied to tensors, for a batch of one.

    Attributes:
        op: The operator, an `Op`; `Any` because a rule is looked up by its class and then uses its arguments.
        inputs: The shapes it is applied to.
        output: The shape it gives.
        macs: Its own multiply-accumulates (`Op.macs`).
        in_elements: Elements of all inputs together.
        out_elements: Elements of the output.
        weights: Elements of the learned tensors it uses, its own or another node's.
        biases: Those of them that are biases added to sums of products.
        buffers: Elements of the tensors it uses that are stored but not learned.
        is_view: Whether its output is in the memory of its input (`Op.is_view`): what flattens one that is
            not contiguous copies it.
    """

    op: Any
    inputs: tuple[Shape, ...]
    output: Shape
    macs: int
    in_elements: int
    out_elements: int
    weights: int
    biases: int
    buffers: int
    is_view: bool


def measure(graph: Graph) -> tuple[Call, ...]:
    """Measure every node of a graph, the input included, in execution order."""
    nodes = graph.nodes
    sizes = [elements(node.shape) for node in nodes]
    measured: list[Call] = []
    contiguous: list[bool] = []  # by node: whether its elements lie in memory in their order, without gaps
    for node, size in zip(nodes, sizes, strict=True):
        op = node.op
        inputs = tuple([nodes[index].shape for index in node.inputs])
        weights = op.weights(*inputs)
        whole = all(contiguous[index] for index in node.inputs)
        is_view = op.is_view(*inputs) and (whole or not op.needs_contiguous)
        contiguous.append(not is_view or (whole and op.is_contiguous(*inputs)))
        measured.append(
            Call(
                op,
                inputs,
                node.shape,
                op.macs(*inputs),
                sum([sizes[index] for index in node.inputs]),
                size,
                _elements(weights),
                _elements(tuple([each for each in weights if each.name == "bias"])) if op.multiplies else 0,
                _elements(op.buffers(*inputs)),
                is_view,
            )
        )
    return tuple(measured)


def _elements(tensors: tuple[Weight, ...]) -> int:
    return sum([tensor.size for tensor in tensors]) if tensors else 0


def partial_elements(call: Call) -> list[int]:
    """Return the sizes of a pairwise operator's first input, partial results and output."""
    shape = call.inputs[0]
    sizes = [elements(shape)]
    for other in call.inputs[1:]:
        shape = call.op.out_shape(shape, other)
        sizes.append(elements(shape))
    return sizes
