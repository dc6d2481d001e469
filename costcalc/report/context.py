"""What a sweep's numbers rest on, for as long as it has no `Basis` of its own."""

from __future__ import annotations

from typing import Protocol

from costcalc.cost import Basis as Counting
from costcalc.cost import Convention, Fusion, Precision
from costcalc.report.columns import convention_columns, macs_column

__all__ = ["Basis", "context", "context_note", "convention_columns", "macs_column"]


class Basis(Protocol):
    """How a sweep counts."""

    @property
    def convention(self) -> Convention: ...
    @property
    def batch(self) -> int: ...
    @property
    def precision(self) -> Precision: ...
    @property
    def fusion(self) -> Fusion: ...
    @property
    def weights_in_ram(self) -> bool: ...


def _basis(counting: Basis) -> Counting:
    return Counting(
        (counting.convention,),
        counting.batch,
        counting.precision.weights,
        counting.precision.activations,
        counting.fusion,
        weights_in_ram=counting.weights_in_ram,
    )


def context(counting: Basis) -> dict[str, object]:
    """Return it as the columns and keys that every format has."""
    return {**_basis(counting).record()}


def context_note(counting: Basis) -> str:
    """Return it as a footer line."""
    return _basis(counting).words()
