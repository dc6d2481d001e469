"""What a sweep can count, by the formulas that count one network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from costcalc.cost import Basis
from costcalc.cost.convention import Convention
from costcalc.cost.conventions import CONVENTIONS, PAPER
from costcalc.cost.dtype import FP32, Precision
from costcalc.cost.fusion import Fusion
from costcalc.cost.metrics import METRICS as METRICS_
from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.graph import Graph
from costcalc.sweeps.spread import spread, spread_largest


@dataclass(frozen=True, slots=True)
class Counting:
    """How to count: as the arguments of `costcalc.cost.count`."""

    convention: Convention = PAPER
    batch: int = 1
    precision: Precision = FP32
    fusion: Fusion = "conv-bn-act"
    weights_in_ram: bool = False

    @property
    def order(self) -> str:
        """Of execution: a sweep takes the one that is given."""
        return "given"


class Measured:
    """A network, or a box of them, about to be counted: each metric costs only what it needs."""

    def __init__(self, graph: Graph, counting: Counting, also: Sequence[Convention] = ()) -> None:
        basis = Basis(
            (counting.convention,),
            counting.batch,
            counting.precision.weights,
            counting.precision.activations,
            counting.fusion,
            weights_in_ram=counting.weights_in_ram,
        )
        self.total = basis.count(graph)

    def convention(self, name: str, shape: tuple[int, ...]) -> Any:
        """Return the count under one convention, or None if it has no rule for some operator."""
        if any(count is None for count in self.total.counts_by(name)):
            return None
        return spread(self.total.total(name), shape)

    def peak(self, shape: tuple[int, ...]) -> Any:
        """Return the peak memory in bytes."""
        largest_of = METRICS_["peak_memory"].largest_of
        assert largest_of is not None
        return spread_largest(largest_of(self.total), shape)

    def param_bytes(self) -> Any:
        """Return the bytes of the learned elements."""
        return self.total.param_bytes


@dataclass(frozen=True, slots=True)
class Metric:
    """A column of a sweep.

    Attributes:
        name: As in every report, with the unit.
        kind: Whether it counts something or is in bytes.
        values: The counts of a box of this shape, an int64 each; None if they are unknown.
        convention: The convention that it is the count of, if any.
    """

    name: str
    kind: Literal["count", "bytes"]
    values: Callable[[Measured, tuple[int, ...]], Any]
    convention: Convention | None = None


def _sum(name: str, kind: Literal["count", "bytes"] = "count", attribute: str | None = None) -> Metric:
    return Metric(name, kind, lambda m, shape: spread(getattr(m.total, attribute or name), shape))


def _known(name: str, unknown: str) -> Metric:
    def values(measured: Measured, shape: tuple[int, ...]) -> Any:
        total = measured.total
        return None if getattr(total, unknown) else spread(getattr(total, name), shape)

    return Metric(name, "count", values)


def metric_of(convention: Convention) -> Metric:
    """Return the count under one convention."""
    name = f"{convention.unit.lower()}s_{convention.name.replace('-', '_')}"
    return Metric(name, "count", lambda m, shape: m.convention(convention.name, shape), convention)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _known("macs", "unknown_macs"),
        _known("flops", "unknown"),
        _sum("params"),
        Metric("param_bytes", "bytes", lambda m, shape: spread(m.param_bytes(), shape)),
        _sum("params_without_bn"),
        _sum("params_and_buffers"),
        _sum("buffers"),
        _sum("activations"),
        _sum("conv_activations"),
        _sum("memory_access_bytes", "bytes", "memory_access"),
        _sum("read_bytes", "bytes"),
        _sum("written_bytes", "bytes"),
        Metric("peak_memory_bytes", "bytes", lambda m, shape: m.peak(shape)),
        *map(metric_of, CONVENTIONS.values()),
    )
}
ALIASES = {
    "memory_access": "memory_access_bytes",
    "access": "memory_access_bytes",
    "peak_memory": "peak_memory_bytes",
    "peak": "peak_memory_bytes",
    "macs_conv": "macs_macs_conv",
}
CORE = tuple([name for name, each in METRICS.items() if each.convention is None])
DEFAULT = ("macs", "params", "activations", "memory_access_bytes", "peak_memory_bytes")


def metric(name: str) -> Metric:
    """Return the metric of this name.

    Raises:
        UsageError: E031, there is none.
    """
    found = METRICS.get(ALIASES.get(name, name))
    if found is None:
        known = [*METRICS, *ALIASES]
        help = did_you_mean(name, known) or f"known: {', '.join(METRICS)}"
        raise UsageError(Diagnostic("E031", f"there is no column `{name}`", help=help))
    return found


def measure(
    graph: Graph, metrics: Sequence[Metric], counting: Counting, shape: tuple[int, ...]
) -> dict[str, Any]:
    """Return the counts of a network, or of the networks of a box, by metric."""
    measured = Measured(graph, counting, [each.convention for each in metrics if each.convention])
    return {each.name: each.values(measured, shape) for each in metrics}
