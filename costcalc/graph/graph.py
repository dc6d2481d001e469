"""A network: operators in execution order, each naming the nodes that it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from costcalc.errors import MOST_NAMED, Location
from costcalc.graph.elementwise import Input
from costcalc.graph.operator import Op, Shape, Weight


@dataclass(frozen=True, slots=True)
class Node:
    """One operator at one place in a network.

    Attributes:
        name: A dotted path, unique in its graph: `stage3.1.conv`.
        op: The operator.
        inputs: Indices of the nodes that it reads, in argument order.
        shape: The shape of its output, without the batch.
        stage: The first part of the path: the row of the spec that it came from.
        origin: Where the row that made it is written, if it came from a file.
        shares: The name of an earlier node whose weights this one uses instead of its own.
    """

    name: str
    op: Op
    inputs: tuple[int, ...]
    shape: Shape
    stage: str
    origin: Location | None = field(default=None, compare=False)
    shares: str | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A network.

    Attributes:
        name: What it is called.
        nodes: In execution order; node 0 is the input.
        outputs: By head, the node that computes it.
        unread: Nodes that were left out, as no output needs them.
    """

    name: str
    nodes: tuple[Node, ...]
    outputs: Mapping[str, int]
    unread: tuple[Node, ...] = field(default=(), compare=False)

    @property
    def unread_note(self) -> str:
        """What to say of the nodes that were left out; empty if there are none."""
        if not self.unread:
            return ""
        names = ", ".join(node.name for node in self.unread[:MOST_NAMED])
        more = f" and {len(self.unread) - MOST_NAMED} more" if len(self.unread) > MOST_NAMED else ""
        return f"{self.name}: no output needs {names}{more}, so they are not counted"

    @property
    def input_shape(self) -> Shape:
        """(C, H, W) of the network's input."""
        return self.nodes[0].shape

    def input_shapes(self, node: Node) -> tuple[Shape, ...]:
        """Return the shapes that a node's operator is called with."""
        nodes = self.nodes
        return tuple([nodes[index].shape for index in node.inputs])

    def weights(self, node: Node) -> tuple[Weight, ...]:
        """Return the learned tensors that a node owns: none when it shares another node's."""
        return () if node.shares else node.op.weights(*self.input_shapes(node))

    def consumers(self) -> list[list[int]]:
        """Return, for every node, the indices of the nodes that read it."""
        readers: list[list[int]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for source in dict.fromkeys(node.inputs):
                readers[source].append(index)
        return readers

    def digest(self) -> str:
        """Return a hash of everything that decides a count: operators, edges, shapes, outputs.

        Equal networks have equal digests, whatever their names and files.
        """
        import hashlib  # which loads OpenSSL, and hardly any command asks for a digest

        owner = {node.name: index for index, node in enumerate(self.nodes)} | {None: None}
        text = repr([(node.op, node.inputs, node.shape, owner[node.shares]) for node in self.nodes])
        return hashlib.sha256(f"{text}{sorted(self.outputs.items())}".encode()).hexdigest()


class GraphBuilder:
    """Collects nodes in execution order and computes their shapes."""

    def __init__(self, name: str, input_shape: Shape) -> None:
        self.name = name
        self.nodes: list[Node] = [Node("input", Input(input_shape), (), input_shape, "input")]
        self._names: dict[str, int] = {"input": 1}

    def shape(self, index: int) -> Shape:
        """Return the output shape of a node."""
        return self.nodes[index].shape

    def add(
        self,
        op: Op,
        inputs: tuple[int, ...],
        name: str,
        *,
        origin: Location | None = None,
        shares: str | None = None,
    ) -> int:
        """Append an operator and return its index; a name that is taken gets a number.

        Raises:
            OperatorError: the operator does not take these inputs.
        """
        nodes = self.nodes
        shape = op.out_shape(*[nodes[index].shape for index in inputs])
        nodes.append(Node(self._unique(name), op, inputs, shape, name.partition(".")[0], origin, shares))
        return len(nodes) - 1

    def _unique(self, name: str) -> str:
        while (seen := self._names.get(name, 0) + 1) > 1:
            self._names[name] = seen
            name = f"{name}_{seen}"
        self._names[name] = seen
        return name

    def build(self, outputs: Mapping[str, int]) -> Graph:
        """Return the finished graph, without what no output needs: nobody runs that."""
        needed = _needed(self.nodes, outputs)
        if len(needed) == len(self.nodes):
            return Graph(self.name, tuple(self.nodes), dict(outputs))
        place = {old: new for new, old in enumerate(needed)}
        owners: dict[str, str] = {}  # of weights whose owner is left out: the first that shares them
        kept = []
        names = {self.nodes[index].name for index in needed}
        for old in needed:
            node = self.nodes[old]
            shares = node.shares
            if shares is not None and shares not in names:
                shares = owners.get(shares)
                if shares is None and node.shares is not None:
                    owners[node.shares] = node.name
            inputs = tuple([place[source] for source in node.inputs])
            kept.append(replace(node, inputs=inputs, shares=shares))
        heads = {head: place[index] for head, index in outputs.items()}
        unread = tuple([node for node in self.nodes if node.name not in names])
        return Graph(self.name, tuple(kept), heads, unread)


def _needed(nodes: Sequence[Node], outputs: Mapping[str, int]) -> list[int]:
    """Return the nodes that outputs need, and the input, in order."""
    needed = [False] * len(nodes)
    for output in outputs.values():
        needed[output] = True
    for index in reversed(range(len(nodes))):
        if needed[index]:
            for source in nodes[index].inputs:
                needed[source] = True
    needed[0] = True
    return [index for index, is_needed in enumerate(needed) if is_needed]
