"""The cost of a network: a row per node, and totals that are sums of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from costcalc.cost.call import Call, calls
from costcalc.cost.convention import Convention
from costcalc.cost.conventions import PAPER, parse_convention
from costcalc.cost.dtype import FP32, Precision, parse_precision
from costcalc.cost.fusion import Fusion, Plan, plan
from costcalc.cost.memory import Access, access
from costcalc.cost.peak import Peak, peak
from costcalc.errors import Diagnostic, UsageError
from costcalc.graph import BatchNorm, Conv2d, ConvTranspose2d, Graph, Linear, Node, Shape

PRODUCTS = (Conv2d, ConvTranspose2d, Linear)
"""The operators that multiply and accumulate."""


@dataclass(slots=True)
class NodeCost:
    """What one node costs, for the whole batch.

    Attributes:
        node: The node.
        inputs: The shapes it reads, without the batch.
        counts: By convention; None is unknown.
        macs: Multiply-accumulates: the count, if the cost's convention counts those, else the
            operator's own.
        flops: The count, if the cost's convention counts FLOPs, else 2 per multiply-accumulate.
        params: Learned elements that the node owns.
        buffers: Elements it stores but does not learn.
        activations: Elements it produces: none for a view.
        read_bytes: Memory read.
        written_bytes: Memory written.
    """

    node: Node
    inputs: tuple[Shape, ...]
    counts: Mapping[str, int | None]
    macs: int | None
    flops: int | None
    params: int
    buffers: int
    activations: int
    read_bytes: int
    written_bytes: int

    @property
    def label(self) -> str:
        """The operator's type as a paper's table would name it, e.g. `conv dw 3x3`."""
        return self.node.op.label(*self.inputs)

    @property
    def memory_access(self) -> int:
        """Bytes read and written."""
        return self.read_bytes + self.written_bytes


@dataclass(frozen=True, slots=True)
class Group:
    """Some rows and their sums. Where a row's count is unknown, a sum of counts is a lower bound."""

    name: str
    rows: tuple[NodeCost, ...]

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""
        return sum([row.macs for row in self.rows if row.macs is not None])

    @property
    def flops(self) -> int:
        """Floating-point operations."""
        return sum([row.flops for row in self.rows if row.flops is not None])

    @property
    def params(self) -> int:
        """Learned elements."""
        return sum([row.params for row in self.rows])

    @property
    def params_without_bn(self) -> int:
        """Learned elements but the scales and shifts of batch norms."""
        return sum([row.params for row in self.rows if not isinstance(row.node.op, BatchNorm)])

    @property
    def buffers(self) -> int:
        """Elements that are stored but not learned."""
        return sum([row.buffers for row in self.rows])

    @property
    def params_and_buffers(self) -> int:
        """Elements that are stored, learned or not: what Keras calls parameters."""
        return self.params + self.buffers

    @property
    def activations(self) -> int:
        """Elements produced."""
        return sum([row.activations for row in self.rows])

    @property
    def conv_activations(self) -> int:
        """Elements produced by convolutions and fully connected layers: RegNet's activations.

        Source: Designing Network Design Spaces (arXiv:2003.13678).
        """
        return sum([row.activations for row in self.rows if isinstance(row.node.op, PRODUCTS)])

    @property
    def read_bytes(self) -> int:
        """Memory read."""
        return sum([row.read_bytes for row in self.rows])

    @property
    def written_bytes(self) -> int:
        """Memory written."""
        return sum([row.written_bytes for row in self.rows])

    @property
    def memory_access(self) -> int:
        """Bytes read and written."""
        return self.read_bytes + self.written_bytes

    @property
    def arithmetic_intensity(self) -> Fraction | None:
        """FLOPs per byte read or written; None when no byte is."""
        return Fraction(self.flops, self.memory_access) if self.memory_access else None

    @property
    def unknown(self) -> tuple[NodeCost, ...]:
        """The rows that the cost's convention has no rule for. None: the sums are exact."""
        return tuple([row for row in self.rows if row.macs is None or row.flops is None])

    @property
    def unknown_macs(self) -> tuple[NodeCost, ...]:
        """Those of them whose multiply-accumulates are unknown: none, if the convention counts FLOPs."""
        return tuple([row for row in self.rows if row.macs is None])

    def total(self, convention: str) -> int:
        """Return the count under one of the conventions counted."""
        counts = [row.counts[convention] for row in self.rows]
        return sum([count for count in counts if count is not None])


@dataclass(frozen=True, slots=True)
class Cost(Group):
    """What a network costs: a row for every node but the input.

    Attributes:
        graph: The network.
        conventions: What was counted; the first decides `macs` and `flops`.
        batch: Images per batch; everything but params and buffers is for all of them.
        precision: Bytes per element.
        fusion: What runs in one kernel.
        peak_memory: The most memory in use at once.
        weights_in_ram: Whether that includes the weights.
        order: Of execution: "given", "best", or "best found" where the search was given up.
    """

    graph: Graph
    conventions: tuple[Convention, ...]
    batch: int
    precision: Precision
    fusion: Fusion
    peak_memory: Peak
    weights_in_ram: bool
    order: str

    @property
    def convention(self) -> Convention:
        """The convention that decides `macs` and `flops`."""
        return self.conventions[0]

    def by_stage(self) -> tuple[Group, ...]:
        """Return one group per row of the spec, in execution order."""
        return _group(self.rows, lambda row: row.node.stage)

    def by_label(self) -> tuple[Group, ...]:
        """Return one group per type of operator, as a paper's table names them."""
        return _group(self.rows, lambda row: row.label)


def _group(rows: Iterable[NodeCost], key: Callable[[NodeCost], str]) -> tuple[Group, ...]:
    groups: dict[str, list[NodeCost]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return tuple(Group(name, tuple(members)) for name, members in groups.items())


def count(
    graph: Graph,
    convention: Convention | str = PAPER,
    *,
    also: Sequence[Convention | str] = (),
    batch: int = 1,
    precision: Precision | str = FP32,
    fusion: Fusion = "conv-bn-act",
    weights_in_ram: bool = False,
    order: Literal["given", "best"] = "given",
) -> Cost:
    """Count a network.

    Args:
        graph: The network.
        convention: What decides `macs` and `flops`.
        also: Other conventions to count, for `NodeCost.counts`.
        batch: Images per batch.
        precision: Bytes per element; a name such as `int8` stands for weights and activations alike.
        fusion: Which operators share a kernel; decides memory access and peak memory.
        weights_in_ram: Whether peak memory includes the weights.
        order: Whether operators run in the order of the graph, or in one that needs the least memory;
            that may take seconds to find. `Cost.graph` and the rows are in that order.

    Raises:
        UsageError: the batch is not positive (E504), no such convention (E502) or format (E501).
    """
    if batch < 1:
        raise UsageError(Diagnostic("E504", f"a batch of {batch} images cannot be counted"))
    if isinstance(precision, str):
        precision = parse_precision(precision)
    conventions = tuple({each.name: each for each in map(_resolve, (convention, *also))}.values())
    ran: str = order
    if order == "best":
        from costcalc.cost.order import in_best_order

        graph, is_best = in_best_order(graph, fusion)
        ran = "best" if is_best else "best found"
    measured = calls(graph)
    kernels = plan(graph, measured, fusion)
    rows = node_costs(graph, measured, kernels, conventions, batch=batch, precision=precision)
    most = peak(graph, measured, kernels, batch=batch, precision=precision, weights_in_ram=weights_in_ram)
    return Cost(graph.name, rows, graph, conventions, batch, precision, fusion, most, weights_in_ram, ran)


def node_costs(
    graph: Graph,
    calls: Sequence[Call],
    plan: Plan,
    conventions: tuple[Convention, ...],
    *,
    batch: int,
    precision: Precision,
) -> tuple[NodeCost, ...]:
    """Return a row for every node but the input; `calls` are the measured nodes, `plan` their kernels."""
    moved = access(calls, plan, batch=batch, precision=precision)
    rows = [
        _row(node, call, bytes_, conventions, batch)
        for node, call, bytes_ in zip(graph.nodes, calls, moved, strict=True)
    ]
    return tuple(rows[1:])


def _resolve(convention: Convention | str) -> Convention:
    return parse_convention(convention) if isinstance(convention, str) else convention


def _row(node: Node, call: Call, moved: Access, conventions: tuple[Convention, ...], batch: int) -> NodeCost:
    counts: dict[str, int | None] = {}
    for convention in conventions:
        counted = convention.count(call)
        counts[convention.name] = None if counted is None else counted * batch
    macs = flops = counts[conventions[0].name]
    if conventions[0].unit == "FLOP":
        macs = call.macs * batch
    elif macs is not None:
        flops = 2 * macs
    owned = not node.shares
    return NodeCost(
        node=node,
        inputs=call.inputs,
        counts=counts,
        macs=macs,
        flops=flops,
        params=call.weights if owned else 0,
        buffers=call.buffers if owned else 0,
        activations=0 if call.is_view else call.out_elements * batch,
        read_bytes=moved.read_bytes,
        written_bytes=moved.written_bytes,
    )
