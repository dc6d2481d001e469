"""How to count: everything that decides a number, in one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from costcalc.cost.convention import Convention
from costcalc.cost.conventions import PAPER, parse_convention
from costcalc.cost.count import Cost
from costcalc.cost.dtype import DTYPES, DType, Precision, parse_dtype
from costcalc.cost.execution import Execution
from costcalc.cost.fusion import Fusion, parse_fusion
from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.graph import Graph

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

    def words(self) -> str:
        """Return all of it as a footer says it."""
        first = self.convention
        flops = f", FLOPs by the {first.name} convention" if first.unit == "FLOP" else ""
        macs = "" if flops else f" ({first.name} convention)"
        words = [
            f"1 MAC = 1 multiply-add{flops}{macs}; batch {self.batch}",
            format_dtypes(self.weights, self.activations),
            f"fusion {self.fusion}",
            *(["weights in RAM"] if self.weights_in_ram else []),
            *([f"{self.order} order"] if self.order != "given" else []),
        ]
        return f"{', '.join(words)}."

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


def count(
    graph: Graph,
    convention: Convention | str = PAPER,
    *,
    also: Sequence[Convention | str] = (),
    batch: int = 1,
    precision: Precision | str = "fp32",
    fusion: Fusion = "conv-bn-act",
    weights_in_ram: bool = False,
    order: Literal["given", "best"] = "given",
) -> Cost:
    """Count a network. On its way out: `Basis.count` takes its place."""
    found = [parse_convention(each) if isinstance(each, str) else each for each in (convention, *also)]
    if isinstance(precision, str):
        precision = Precision(parse_dtype(precision), parse_dtype(precision))
    basis = Basis(
        tuple(dict.fromkeys(found)),
        batch,
        precision.weights,
        precision.activations,
        fusion,
        order,
        weights_in_ram,
    )
    return basis.count(graph)
