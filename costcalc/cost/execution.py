"""How a network is executed under a fusion: its kernels, what they read, and how long tensors live."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from costcalc.cost.call import Call, measure
from costcalc.cost.dtype import DType
from costcalc.cost.fusion import Fusion, folded_parameters, kernel_heads
from costcalc.graph import Add, Graph, Mul


class Execution:
    """A graph about to be executed. Every part is worked out when it is first asked for.

    Attributes:
        graph: The network, in execution order.
        fusion: Which operators share a kernel.
    """

    def __init__(self, graph: Graph, fusion: Fusion = "conv-bn-act") -> None:
        self.graph = graph
        self.fusion = fusion

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The measured nodes."""
        return measure(self.graph)

    @cached_property
    def heads(self) -> Sequence[int]:
        """For every node, the node whose kernel computes it: itself, or the head of its group."""
        nodes = range(len(self.graph.nodes))
        return nodes if self.fusion == "none" else kernel_heads(self.graph, self.calls)

    @cached_property
    def _stored(self) -> tuple[Sequence[int], Sequence[int]]:
        if self.fusion == "none":
            parameters = [call.weights + call.buffers for call in self.calls]
            return parameters, [call.biases for call in self.calls]
        return folded_parameters(self.calls, self.heads)

    @property
    def parameters(self) -> Sequence[int]:
        """For every node, the elements of weights and buffers that it still reads."""
        return self._stored[0]

    @property
    def biases(self) -> Sequence[int]:
        """For every node, how many of its parameters are biases."""
        return self._stored[1]

    @cached_property
    def owners(self) -> Sequence[int]:
        """For every node, the node that allocated the memory its output is in: a view has none of its own."""
        owners = list(self.heads)
        for index, (node, call) in enumerate(zip(self.graph.nodes, self.calls, strict=True)):
            if call.is_view:
                owners[index] = owners[node.inputs[0]]
        return owners

    @cached_property
    def last_uses(self) -> Sequence[int]:
        """For every node, the last node that reads the memory it allocated; outputs live to the end."""
        owners = self.owners
        last_uses = list(range(len(owners)))
        for index, node in enumerate(self.graph.nodes):
            for source in node.inputs:
                last_uses[owners[source]] = index
        for output in self.graph.outputs.values():
            last_uses[owners[output]] = len(owners)
        return last_uses

    def stored_bytes(self, weights: DType) -> list[int]:
        """Return, for every node, the bytes of the parameters that it still reads."""
        pairs = zip(self.parameters, self.biases, strict=True)
        return [weights.bytes_of(parameters, biases) for parameters, biases in pairs]

    def all_stored_bytes(self, weights: DType) -> int:
        """Return the bytes of all parameters, shared ones once."""
        pairs = zip(self.graph.nodes, self.stored_bytes(weights), strict=True)
        return sum([size for node, size in pairs if not node.shares])

    def is_pairwise(self, call: Call) -> bool:
        """Tell whether an operator runs in steps: eagerly, only two tensors are added at once."""
        return self.fusion == "none" and len(call.inputs) > 2 and type(call.op) in (Add, Mul)
