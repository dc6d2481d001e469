"""What is counted: the one list of metrics that every option, column, header, schema and document reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, Literal

from costcalc.cost.convention import Convention
from costcalc.cost.conventions import CONVENTIONS
from costcalc.cost.count import AtLeast, Cost, Group, partial_sum
from costcalc.cost.peak import in_use
from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.graph import Graph
from costcalc.units import parse_quantity

Unit = Literal["MACs", "FLOPs", "elements", "bytes", "layers", "FLOP/B"]
Value = int | Fraction | AtLeast | None
"""Of a metric: exact, a sum of which parts are unknown, or unknown."""


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that a network, a stage or a layer has some of.

    Attributes:
        name: In options, configs, Python, JSON and CSV.
        header: What tables print over it.
        unit: What its numbers are.
        of: Its value for a cost, or for some rows of one.
        aliases: Further names that people may type; the header is one.
        is_sum: Whether stages and layers have it, and add up to it.
        largest_of: Of what it is the largest value, for arrays, whose maximum is taken element by element.
        convention: The convention that it is the count of, if any.
    """

    name: str
    header: str
    unit: Unit
    of: Callable[[Group], Value]
    aliases: tuple[str, ...] = ()
    is_sum: bool = True
    largest_of: Callable[[Cost], Sequence[Any]] | None = None
    convention: Convention | None = None

    @property
    def is_bytes(self) -> bool:
        """Whether it is written like `8 MiB` rather than `300M`."""
        return self.unit == "bytes"

    def exact(self, group: Group) -> Any:
        """Return its value where all of it is known, else None: a partial sum keeps no limit."""
        value = self.of(group)
        return None if isinstance(value, AtLeast) else value

    def parse(self, written: str | int) -> int:
        """Return the largest whole number that a limit lets through.

        Raises:
            ValueError: it is not a quantity of this metric, or below zero.

        >>> METRICS["macs"].parse("1.5k"), METRICS["peak_memory"].parse("8 KiB"), METRICS["depth"].parse(50)
        (1500, 8192, 50)
        """
        exact = (
            Fraction(written) if isinstance(written, int) else parse_quantity(written, bytes_=self.is_bytes)
        )
        if exact < 0:
            raise ValueError(f"`{written}` is below zero")
        if self.unit == "FLOP/B" and exact.denominator != 1:  # values of ratios are rounded up
            raise ValueError(f"`{written}` is not a whole number, as limits on a ratio are")
        return math.floor(exact)


def _sum(name: str, header: str, unit: Unit = "elements", aliases: tuple[str, ...] = ()) -> Metric:
    def of(group: Group) -> Value:
        value: int = getattr(group, name)
        return value

    return Metric(name, header, unit, of, aliases)


def metric_of(convention: Convention) -> Metric:
    """Return the count under a convention, as a metric."""
    return Metric(
        convention.key,
        f"{convention.unit}s ({convention.name})",
        f"{convention.unit}s",  # type: ignore[arg-type]
        lambda group: partial_sum(group.counts_by(convention)),
        (convention.name,),
        convention=convention,
    )


def _flops(group: Group) -> Value:
    flops = group.cost.flops_by_node
    return partial_sum([flops[index] for index in group.indices])


def _intensity(group: Group) -> Value:
    return None if group.unknown else group.arithmetic_intensity


def _peak(group: Group) -> Value:
    return group.cost.peak_memory.bytes


def _peak_steps(cost: Cost) -> list[Any]:
    """Return the bytes that are in use while each node runs."""
    basis = cost.basis
    per_element = basis.batch * basis.activations.bytes
    stored = cost.execution.all_stored_bytes(basis.weights) if basis.weights_in_ram else 0
    return [step * per_element + stored for step in in_use(cost.execution)]


def depth(graph: Graph) -> int:
    """Return the most convolutions and fully connected layers on any path from the input to an output.

    Papers count these: the 50 of ResNet-50 are 49 convolutions and one fully connected layer
    (arXiv:1512.03385, Table 1), and projections beside them do not make it deeper.
    """
    deepest = depths(graph)
    return max([deepest[output] for output in graph.outputs.values()])


def depths(graph: Graph) -> list[int]:
    """Return, for every node, the most layers on any path from the input to it, itself included."""
    deepest: list[int] = []
    for node in graph.nodes:
        above = max([deepest[source] for source in node.inputs], default=0)
        deepest.append(above + node.op.multiplies)
    return deepest


METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric("macs", "MACs", "MACs", lambda group: partial_sum(group.counts_by())),
            Metric("flops", "FLOPs", "FLOPs", _flops),
            _sum("params", "params", aliases=("parameters",)),
            _sum("param_bytes", "weights", "bytes"),
            _sum("params_without_bn", "params without BN"),
            _sum("params_and_buffers", "params + buffers"),
            _sum("buffers", "buffers"),
            _sum("activations", "activations"),
            _sum("conv_activations", "conv activations"),
            _sum("memory_access", "access", "bytes", ("memory_access_bytes", "memory access")),
            _sum("read_bytes", "read", "bytes"),
            _sum("written_bytes", "written", "bytes"),
            Metric(
                "peak_memory",
                "peak",
                "bytes",
                _peak,
                ("peak_memory_bytes", "peak memory"),
                is_sum=False,
                largest_of=_peak_steps,
            ),
            Metric("arithmetic_intensity", "FLOP/B", "FLOP/B", _intensity, ("intensity",), is_sum=False),
            Metric("depth", "depth", "layers", lambda group: depth(group.cost.graph), is_sum=False),
        )
    }
)
"""By name, in the order of reports. Besides these, every convention's count is a metric."""


def all_metrics() -> Iterator[Metric]:
    """Yield the metrics, and those of all conventions that are registered."""
    yield from METRICS.values()
    yield from map(metric_of, CONVENTIONS.values())


def metric_names() -> list[str]:
    """Return the names and aliases of all metrics, each once."""
    return list(dict.fromkeys(name for metric in all_metrics() for name in (metric.name, *metric.aliases)))


def find_metric(name: str) -> Metric | None:
    """Return the metric of a name, an alias or a header, in whatever case.

    >>> find_metric("FLOP/B").name, find_metric("peak_memory_bytes").name, find_metric("FVCore").name
    ('arithmetic_intensity', 'peak_memory', 'macs_fvcore')
    """
    if name in METRICS:
        return METRICS[name]
    wanted = name.strip().casefold()
    for metric in all_metrics():
        if wanted in [each.casefold() for each in (metric.name, metric.header, *metric.aliases)]:
            return metric
    return None


def metric(name: str) -> Metric:
    """Return the metric of a name, an alias or a header.

    Raises:
        UsageError: E031, there is none.
    """
    found = find_metric(name)
    if found is None:
        known = [each.name for each in all_metrics()]
        help = did_you_mean(name, metric_names()) or f"known: {', '.join(known)}"
        raise UsageError(Diagnostic("E031", f"there is no metric `{name}`", help=help))
    return found
