"""Networks counted: those of one source of files, each read, built and counted once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from costcalc.cost import Basis, Cost, metric
from costcalc.networks import Door, Reference
from costcalc.spec import Model
from costcalc.spec.files import Files

REPORTED: Final = (
    "macs", "flops", "params", "param_bytes", "memory_access", "peak_memory", "activations", "depth",
)  # fmt: skip
"""The metrics that every result has; any other is in it where a budget names it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A network and what it costs.

    Attributes:
        reference: Which one.
        metrics: By basis, then by name; None is unknown.
        cost: Layer by layer; None where only the totals are known.
        model: The network; None likewise.
    """

    reference: Reference
    metrics: Mapping[Basis, Mapping[str, int | None]]
    cost: Cost | None = field(default=None, repr=False)
    model: Model | None = field(default=None, repr=False)


class Networks(Door):
    """A door that counts what it opens, and remembers it."""

    def __init__(self, files: Files | None = None) -> None:
        super().__init__(files)
        self._counted: dict[Reference, Counted] = {}

    def count(
        self, reference: Reference, bases: Iterable[Basis], metrics: Sequence[str] = REPORTED
    ) -> Counted:
        """Return a network counted on some bases; it is kept layer by layer on the first.

        Raises:
            CostcalcError: it cannot be built.
        """
        if reference not in self._counted:
            model = self.network(reference).model
            costs = {basis: basis.count(model.graph) for basis in dict.fromkeys(bases)}
            counts = {basis: _values(cost, metrics) for basis, cost in costs.items()}
            self._counted[reference] = Counted(reference, counts, next(iter(costs.values())), model)
        return self._counted[reference]


def _values(cost: Cost, metrics: Iterable[str]) -> dict[str, int | None]:
    return {name: whole(metric(name).exact(cost)) for name in metrics}


def whole(value: int | Fraction | None) -> int | None:
    """Return a value in whole numbers, as limits are: a ratio is within one if its ceiling is."""
    return None if value is None else math.ceil(value)
