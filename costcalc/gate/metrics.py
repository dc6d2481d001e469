"""What can have a budget: metrics of a counted network, how they are written, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from costcalc.cost import Cost, Group, count, parse_convention, parse_fusion, parse_precision
from costcalc.cost.metrics import depth
from costcalc.gate.result import Context
from costcalc.graph import Graph
from costcalc.units import parse_quantity

DEFAULT_CONTEXT: Final = Context()
"""What numbers rest on unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is counted.

    Attributes:
        name: In configs, on the command line, in JSON.
        of: Its value for a network; None if it is unknown.
        of_group: What a stage or a layer adds to it; None where no sum of parts makes it.
        is_bytes: Whether it is written like `8 MiB`.
    """

    name: str
    of: Callable[[Cost], int | None]
    of_group: Callable[[Group], int | None] | None
    is_bytes: bool = False

    def parse(self, written: str | int) -> int:
        """Return the largest integer that a limit lets through.

        Raises:
            ValueError: it is no quantity of this metric, or below zero.

        >>> METRICS["macs"].parse("1.5k"), METRICS["peak_memory"].parse("8 KiB"), METRICS["depth"].parse(50)
        (1500, 8192, 50)
        """
        exact = (
            Fraction(written) if isinstance(written, int) else parse_quantity(written, bytes_=self.is_bytes)
        )
        if exact < 0:
            raise ValueError(f"`{written}` is below zero")
        return int(exact)


def _params_bytes(group: Group, cost: Cost) -> int:
    return group.params * cost.precision.weights.bytes


# A sum that lacks a term is unknown: a lower bound would pass a limit that the whole breaks.


def _macs(group: Group) -> int | None:
    return None if group.unknown_macs else group.macs


def _flops(group: Group) -> int | None:
    return None if group.unknown else group.flops


METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric("macs", _macs, _macs),
            Metric("flops", _flops, _flops),
            Metric("params", lambda cost: cost.params, lambda group: group.params),
            Metric("param_bytes", lambda cost: _params_bytes(cost, cost), None, is_bytes=True),
            Metric(
                "memory_access",
                lambda cost: cost.memory_access,
                lambda group: group.memory_access,
                is_bytes=True,
            ),
            Metric("peak_memory", lambda cost: cost.peak_memory.bytes, None, is_bytes=True),
            Metric("activations", lambda cost: cost.activations, lambda group: group.activations),
            Metric("depth", lambda cost: depth(cost.graph), None),
        )
    }
)
"""By name, in the order of reports."""


def is_bytes(metric: str) -> bool:
    """Tell whether a metric is written like `8 MiB` rather than `300M`."""
    return metric in METRICS and METRICS[metric].is_bytes


def round_limit(value: int, metric: str, grain: int = 1) -> str:
    """Return the next round quantity that a value is within, to be a limit: 3 digits, a multiple of `grain`.

    >>> round_limit(312_400_000, "macs"), round_limit(312_400_000, "macs", 5), round_limit(51, "depth")
    ('313M', '315M', '51')
    >>> round_limit(8_388_609, "peak_memory", 5)
    '8.05MiB'
    """
    step, suffixes = (1024, _BYTES) if is_bytes(metric) else (1000, _COUNTS)
    power = max((power for power in range(len(suffixes)) if value >= step**power), default=0)
    if power == 0:
        return f"{value}{suffixes[0]}"
    scaled = Decimal(value) / step**power
    unit = Decimal(grain).scaleb(scaled.adjusted() - 2)
    rounded = (scaled / unit).to_integral_value(ROUND_CEILING) * unit
    return f"{rounded.normalize():f}{suffixes[power]}"


_COUNTS: Final = ("", "k", "M", "G", "T")
_BYTES: Final = ("B", "KiB", "MiB", "GiB", "TiB")


def values(cost: Cost) -> dict[str, int | None]:
    """Return every metric of a network."""
    return {name: metric.of(cost) for name, metric in METRICS.items()}


def count_in(graph: Graph, context: Context) -> Cost:
    """Count a network as a context says.

    Raises:
        UsageError: there is no such convention, number format or fusion (E501 to E504).
    """
    return count(
        graph,
        parse_convention(context.convention),
        batch=context.batch,
        precision=parse_precision(weights=context.weights_dtype, activations=context.activations_dtype),
        fusion=parse_fusion(context.fusion),
        weights_in_ram=context.weights_in_ram,
    )
