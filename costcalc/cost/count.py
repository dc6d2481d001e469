"""How to count, and what a network then costs: a row per node, and totals that are sums of rows.

A `Basis` is everything that decides a number; it counts a graph. A `Cost` is what that comes to; it works
out a column of numbers, one per node, when somebody first asks for it: whoever wants multiply-accumulates
alone does not wait for memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, TypeVar

from costcalc.cost.convention import Convention
from costcalc.cost.conventions import PAPER, parse_convention
from costcalc.cost.dtype import DTYPES, DType, parse_dtype
from costcalc.cost.execution import Execution
from costcalc.cost.fusion import Fusion, parse_fusion
from costcalc.cost.memory import Access, access
from costcalc.cost.peak import Peak, peak
from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.graph import BatchNorm, Graph, Input, Node, Shape

Order = Literal["given", "best", "best found"]
"""Of execution: as the graph has it; one that needs the least memory; or the best that was found before the
search was given up, which only a counted network says."""

ORDERS: Final = ("given", "best")

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Basis:
    """What numbers rest on.

    Attributes:
        conventions: What counts; the first decides `macs` and `flops`.
        batch: Images per batch; everything but params and buffers is for all of them.
        weights: The number format of everything stored with the model.
        activations: The number format of every tensor that it computes.
        fusion: Which operators share a kernel; decides memory access and peak memory.
        order: In which order branches are executed.
        weights_in_ram: Whether peak memory includes the weights.
    """

    conventions: tuple[Convention, ...] = (PAPER,)
    batch: int = 1
    weights: DType = DTYPES["fp32"]
    activations: DType = DTYPES["fp32"]
    fusion: Fusion = "conv-bn-act"
    order: Order = "given"
    weights_in_ram: bool = False

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise UsageError(_no_batch(self.batch))

    @property
    def convention(self) -> Convention:
        """The convention that decides `macs` and `flops`."""
        return self.conventions[0]

    def count(self, graph: Graph) -> Cost:
        """Count a network. An order with the least memory may take seconds to find.

        The cost's graph is in the order of execution, and its basis says whether that is the best one.
        """
        basis = self
        if self.order == "best":
            from costcalc.cost.order import in_best_order

            graph, is_best = in_best_order(graph, self.fusion)
            basis = self if is_best else replace(self, order="best found")
        return Cost(Execution(graph, self.fusion), basis)

    def words(self, varying: Sequence[str] = ()) -> str:
        """Return all of it as a footer says it.

        Args:
            varying: What has a column of its own: `batch`, `dtype`, `fusion`.
        """
        first = self.convention
        flops = f", FLOPs by the {first.name} convention" if first.unit == "FLOP" else ""
        macs = "" if flops else f" ({first.name} convention)"
        said = {
            "batch": f"batch {self.batch}",
            "dtype": format_dtypes(self.weights, self.activations),
            "fusion": f"fusion {self.fusion}",
        }
        words = [
            *(text for name, text in said.items() if name not in varying),
            *(["weights in RAM"] if self.weights_in_ram else []),
            *([f"{self.order} order"] if self.order != "given" else []),
        ]
        words += [f"{' and '.join(varying)} by column"] if varying else []
        return f"1 MAC = 1 multiply-add{flops}{macs}; {', '.join(words)}."

    def record(self) -> dict[str, str | int | bool]:
        """Return all of it as the columns and keys that every format has; `parse_basis` takes them back."""
        return {
            "convention": ",".join(each.name for each in self.conventions),
            "batch": self.batch,
            "weights_dtype": self.weights.name,
            "activations_dtype": self.activations.name,
            "fusion": self.fusion,
            "order": self.order,
            "weights_in_ram": self.weights_in_ram,
        }


BASIS_KEYS: Final = tuple(Basis().record())
"""The names of its parts, in every format."""


def parse_basis(
    convention: str = PAPER.name,
    batch: int = 1,
    dtype: str = "fp32",
    *,
    weights_dtype: str | None = None,
    activations_dtype: str | None = None,
    fusion: str = "conv-bn-act",
    order: str = "given",
    weights_in_ram: bool = False,
) -> Basis:
    """Return the basis that texts say.

    Args:
        convention: The name of one, or of several with commas between.
        batch: Images per batch.
        dtype: The number format of weights and activations.
        weights_dtype: That of the weights alone.
        activations_dtype: That of the activations alone.
        fusion: Which operators share a kernel.
        order: `given` or `best`.
        weights_in_ram: Whether peak memory includes the weights.

    Raises:
        UsageError: everything that is wrong with them (E501 to E504, E508).

    >>> parse_basis(batch=8, dtype="int8").words()
    '1 MAC = 1 multiply-add (paper convention); batch 8, int8, fusion conv-bn-act.'
    """
    wrong: dict[Diagnostic, None] = {}

    def read(parse: Callable[[str], _Value], text: str, default: _Value) -> _Value:
        try:
            return parse(text)
        except UsageError as error:
            wrong.update(dict.fromkeys(error.diagnostics))
            return default

    names = dict.fromkeys(name.strip() for name in convention.split(","))
    usual = Basis()
    found = Basis(
        conventions=tuple([read(parse_convention, name, PAPER) for name in names]),
        batch=max(batch, 1),
        weights=read(parse_dtype, weights_dtype or dtype, usual.weights),
        activations=read(parse_dtype, activations_dtype or dtype, usual.activations),
        fusion=read(parse_fusion, fusion, usual.fusion),
        order=read(_parse_order, order, usual.order),
        weights_in_ram=weights_in_ram,
    )
    if batch < 1:
        wrong[_no_batch(batch)] = None
    if wrong:
        raise UsageError(wrong)
    return found


def _no_batch(batch: int) -> Diagnostic:
    return Diagnostic("E504", f"a batch of {batch} images cannot be counted")


def _parse_order(text: str) -> Order:
    match text:
        case "given" | "best" | "best found":
            return text
    raise UsageError(Diagnostic("E030", f"`{text}` is not an order of execution", help=one_of(text, ORDERS)))


def format_dtypes(weights: DType, activations: DType) -> str:
    """Return two number formats as people say them: `int8`, or `int8 weights, fp16 activations`."""
    return weights.name if weights == activations else f"{weights} weights, {activations} activations"


Counts = Sequence[int | None]
"""By node; None is unknown."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A sum of which some parts are unknown. For machines that is unknown."""

    value: int


def partial_sum(counts: Counts) -> int | AtLeast | None:
    """Return the sum of some counts, as far as they are known: None if none of them is."""
    known = [count for count in counts if count is not None]
    if len(known) == len(counts):
        return sum(known)
    return AtLeast(sum(known)) if known else None


@dataclass(frozen=True, slots=True, eq=False)
class NodeCost:
    """What one node costs, for the whole batch."""

    cost: Cost
    index: int

    @property
    def node(self) -> Node:
        """The node."""
        return self.cost.graph.nodes[self.index]

    @property
    def inputs(self) -> tuple[Shape, ...]:
        """The shapes it reads, without the batch."""
        return self.cost.execution.calls[self.index].inputs

    @property
    def label(self) -> str:
        """The operator's type as a paper's table would name it, e.g. `conv dw 3x3`."""
        return self.node.op.label(*self.inputs)

    def count(self, convention: Convention | str) -> int | None:
        """Return the count under a convention; None is unknown."""
        return self.cost.counts(convention)[self.index]

    @property
    def counts(self) -> Mapping[str, int | None]:
        """The counts by convention, of those that the cost was counted by."""
        return {each.name: self.count(each) for each in self.cost.basis.conventions}

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates: the count, if the convention counts those, else the operator's own."""
        return self.cost.macs_by_node[self.index]

    @property
    def flops(self) -> int | None:
        """The count, if the convention counts FLOPs, else 2 per multiply-accumulate."""
        return self.cost.flops_by_node[self.index]

    @property
    def params(self) -> int:
        """Learned elements that the node owns."""
        return self.cost.params_by_node[self.index]

    @property
    def buffers(self) -> int:
        """Elements it stores but does not learn."""
        return self.cost.buffers_by_node[self.index]

    @property
    def activations(self) -> int:
        """Elements it produces: none for a view."""
        return self.cost.activations_by_node[self.index]

    @property
    def read_bytes(self) -> int:
        """Memory read."""
        return self.cost.access_by_node[self.index].read_bytes

    @property
    def written_bytes(self) -> int:
        """Memory written."""
        return self.cost.access_by_node[self.index].written_bytes

    @property
    def memory_access(self) -> int:
        """Bytes read and written."""
        return self.read_bytes + self.written_bytes


class Group:
    """Some rows and their sums. Where a row's count is unknown, a sum of counts is a lower bound.

    Attributes:
        name: What they have in common.
        indices: The nodes, in execution order.
    """

    name: str
    indices: Sequence[int]

    def __init__(self, cost: Cost, name: str, indices: Sequence[int]) -> None:
        self._cost = cost
        self.name = name
        self.indices = indices

    @property
    def cost(self) -> Cost:
        """What they are rows of."""
        return self._cost

    @property
    def rows(self) -> tuple[NodeCost, ...]:
        """A row per node."""
        cost = self.cost
        return tuple([NodeCost(cost, index) for index in self.indices])

    def _of(self, column: Sequence[int]) -> int:
        return sum([column[index] for index in self.indices])

    def _known(self, column: Counts) -> int:
        counts = [column[index] for index in self.indices]
        return sum([count for count in counts if count is not None])

    def counts_by(self, convention: Convention | str | None = None) -> Counts:
        """Return a count per row under a convention, or of multiply-accumulates."""
        column = self.cost.macs_by_node if convention is None else self.cost.counts(convention)
        return [column[index] for index in self.indices]

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""
        return self._known(self.cost.macs_by_node)

    @property
    def flops(self) -> int:
        """Floating-point operations."""
        return self._known(self.cost.flops_by_node)

    @property
    def params(self) -> int:
        """Learned elements."""
        return self._of(self.cost.params_by_node)

    @property
    def params_without_bn(self) -> int:
        """Learned elements but the scales and shifts of batch norms."""
        params, nodes = self.cost.params_by_node, self.cost.graph.nodes
        return sum([params[index] for index in self.indices if not isinstance(nodes[index].op, BatchNorm)])

    @property
    def param_bytes(self) -> int:
        """Bytes of the learned elements."""
        return self.cost.basis.weights.bytes_of(self.params, self._of(self.cost.biases_by_node))

    @property
    def buffers(self) -> int:
        """Elements that are stored but not learned."""
        return self._of(self.cost.buffers_by_node)

    @property
    def params_and_buffers(self) -> int:
        """Elements that are stored, learned or not: what Keras calls parameters."""
        return self.params + self.buffers

    @property
    def activations(self) -> int:
        """Elements produced."""
        return self._of(self.cost.activations_by_node)

    @property
    def conv_activations(self) -> int:
        """Elements produced by convolutions and fully connected layers: RegNet's activations.

        Source: Designing Network Design Spaces (arXiv:2003.13678).
        """
        activations, nodes = self.cost.activations_by_node, self.cost.graph.nodes
        return sum([activations[index] for index in self.indices if nodes[index].op.multiplies])

    @property
    def read_bytes(self) -> int:
        """Memory read."""
        moved = self.cost.access_by_node
        return sum([moved[index].read_bytes for index in self.indices])

    @property
    def written_bytes(self) -> int:
        """Memory written."""
        moved = self.cost.access_by_node
        return sum([moved[index].written_bytes for index in self.indices])

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
        cost = self.cost
        flops = cost.flops_by_node
        unknown = [i for i in self.indices if flops[i] is None or cost.macs_by_node[i] is None]
        return tuple([NodeCost(cost, index) for index in unknown])

    @property
    def unknown_macs(self) -> tuple[NodeCost, ...]:
        """Those of them whose multiply-accumulates are unknown: none, if the convention counts FLOPs."""
        cost = self.cost
        return tuple([NodeCost(cost, index) for index in self.indices if cost.macs_by_node[index] is None])

    def total(self, convention: Convention | str) -> int:
        """Return the count under a convention."""
        return self._known(self.cost.counts(convention))


class Cost(Group):
    """What a network costs: a row for every node but the input.

    Attributes:
        execution: How it is executed.
        basis: What the numbers rest on.
    """

    def __init__(self, execution: Execution, basis: Basis) -> None:
        self.execution = execution
        self.basis = basis
        self.name = execution.graph.name
        nodes = execution.graph.nodes
        self.indices = [index for index, node in enumerate(nodes) if type(node.op) is not Input]
        self._counts: dict[str, Counts] = {}

    @property
    def cost(self) -> Cost:
        """The whole network."""
        return self

    @property
    def graph(self) -> Graph:
        """The network, in execution order."""
        return self.execution.graph

    def counts(self, convention: Convention | str) -> Counts:
        """Return the count of every node under any convention; None is unknown.

        Raises:
            UsageError: no such convention (E502).
        """
        convention = self.find_convention(convention)
        if convention.name not in self._counts:
            counted = [convention.count(call) for call in self.execution.calls]
            batch = self.basis.batch
            self._counts[convention.name] = [each if each is None else each * batch for each in counted]
        return self._counts[convention.name]

    def find_convention(self, convention: Convention | str) -> Convention:
        """Return a convention by its name: one of those counted by, registered or not, or any other.

        Raises:
            UsageError: no such convention (E502).
        """
        if isinstance(convention, Convention):
            return convention
        counted = {each.name: each for each in self.basis.conventions}
        return counted.get(convention) or parse_convention(convention)

    @cached_property
    def macs_by_node(self) -> Counts:
        """Multiply-accumulates of every node."""
        first = self.basis.convention
        if first.unit == "MAC":
            return self.counts(first)
        return [call.macs * self.basis.batch for call in self.execution.calls]

    @cached_property
    def flops_by_node(self) -> Counts:
        """Floating-point operations of every node."""
        counts = self.counts(self.basis.convention)
        if self.basis.convention.unit == "FLOP":
            return counts
        return [None if macs is None else 2 * macs for macs in counts]

    @cached_property
    def params_by_node(self) -> Sequence[int]:
        """Learned elements that every node owns."""
        pairs = zip(self.graph.nodes, self.execution.calls, strict=True)
        return [0 if node.shares else call.weights for node, call in pairs]

    @cached_property
    def biases_by_node(self) -> Sequence[int]:
        """How many of those are biases."""
        pairs = zip(self.graph.nodes, self.execution.calls, strict=True)
        return [0 if node.shares else call.biases for node, call in pairs]

    @cached_property
    def buffers_by_node(self) -> Sequence[int]:
        """Elements that every node stores but does not learn."""
        pairs = zip(self.graph.nodes, self.execution.calls, strict=True)
        return [0 if node.shares else call.buffers for node, call in pairs]

    @cached_property
    def activations_by_node(self) -> Sequence[int]:
        """Elements that every node produces: none for a view."""
        batch = self.basis.batch
        return [0 if call.is_view else call.out_elements * batch for call in self.execution.calls]

    @cached_property
    def access_by_node(self) -> Sequence[Access]:
        """Bytes that every node moves."""
        basis = self.basis
        return access(self.execution, batch=basis.batch, weights=basis.weights, activations=basis.activations)

    @cached_property
    def peak_memory(self) -> Peak:
        """The most memory in use at once."""
        basis = self.basis
        return peak(
            self.execution,
            batch=basis.batch,
            weights=basis.weights,
            activations=basis.activations,
            weights_in_ram=basis.weights_in_ram,
        )

    def group(self, name: str, of: Callable[[NodeCost], bool]) -> Group:
        """Return the rows of which something holds."""
        return Group(self, name, [row.index for row in self.rows if of(row)])

    def by_stage(self) -> tuple[Group, ...]:
        """Return one group per row of the spec, in execution order."""
        return self._grouped(lambda row: row.node.stage)

    def by_label(self) -> tuple[Group, ...]:
        """Return one group per type of operator, as a paper's table names them."""
        return self._grouped(lambda row: row.label)

    def by_layer(self) -> tuple[Group, ...]:
        """Return one group per row."""
        return tuple([Group(self, row.node.name, (row.index,)) for row in self.rows])

    def _grouped(self, key: Callable[[NodeCost], str]) -> tuple[Group, ...]:
        groups: dict[str, list[int]] = {}
        for row in self.rows:
            groups.setdefault(key(row), []).append(row.index)
        return tuple([Group(self, name, indices) for name, indices in groups.items()])
