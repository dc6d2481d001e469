"""Fusion: which operators run inside another one's kernel, and what parameters are then left.

`none`         every operator is a kernel of its own, as in eager PyTorch
`conv-bn-act`  what deployment does: a batch norm or an activation function is applied to the
               values that its producer still holds in registers, so nothing is written between,
               and a batch norm right after a convolution becomes part of its weights
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from costcalc.cost.call import Call
from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.graph import Activation, BatchNorm, Graph, Input, Op, PReLU

Fusion = Literal["none", "conv-bn-act"]

FUSIONS: tuple[Fusion, ...] = ("none", "conv-bn-act")


def parse_fusion(text: str) -> Fusion:
    """Return the fusion of this name.

    Raises:
        UsageError: no such fusion (E503).
    """
    if text not in FUSIONS:
        help_ = did_you_mean(text, FUSIONS) or f"known: {', '.join(FUSIONS)}"
        raise UsageError(Diagnostic("E503", f"`{text}` is not a fusion", help=help_))
    return text


def kernel_heads(graph: Graph, calls: Sequence[Call]) -> list[int]:
    """Return, for every node, the head of its kernel: a node joins its producer's where it can.

    It must be an epilogue (batch norm, activation function, PReLU), nobody else may read what the
    producer would have written (an output of the network is read), and the producer must have a
    kernel: views and the input have none.
    """
    nodes = graph.nodes
    readers = [0] * len(nodes)
    for node in nodes:
        for source in node.inputs:
            readers[source] += 1
    for output in graph.outputs.values():
        readers[output] += 1
    heads = list(range(len(nodes)))
    for index, node in enumerate(nodes):
        if _is_epilogue(node.op):
            producer = node.inputs[0]
            has_kernel = not calls[producer].is_view and type(nodes[producer].op) is not Input
            if readers[producer] == 1 and has_kernel:
                heads[index] = heads[producer]
    return heads


def _is_epilogue(op: Op) -> bool:
    # Softmax divides by a sum over all channels, which no register holds.
    if type(op) is Activation:
        return op.function != "softmax"
    return type(op) is BatchNorm or type(op) is PReLU


def folded_parameters(calls: Sequence[Call], heads: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return, for every node, the elements of parameters that are left when batch norms are folded.

    And how many of them are biases. Right after a convolution or a fully connected layer a batch norm
    costs nothing but the bias that it leaves behind, and not even that when there was one. Anywhere else
    it is a scale and a shift: two values per channel, in which the running statistics are already folded.
    """
    left: list[int] = []
    biases: list[int] = []
    bias_of: dict[int, int] = {}  # by head that can still take a batch norm: elements of the bias it lacks
    for index, call in enumerate(calls):
        op, head = call.op, heads[index]
        left.append(call.weights + call.buffers)
        biases.append(call.biases)
        if type(op) is BatchNorm:
            if head in bias_of:
                left[head] += bias_of[head]
                biases[head] += bias_of[head]
                left[index] = bias_of[head] = 0
            else:
                left[index] = 2 * call.output[0]
        elif op.multiplies:
            bias_of[index] = 0 if op.bias else call.output[0]
        else:
            bias_of.pop(head, None)
    return left, biases
