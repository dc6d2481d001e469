"""Does a network fit a chip? Its weights and its intermediate tensors, against the chip's memories."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.cost.count import Cost

Sized = tuple[str, int]
"""A name and bytes."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a network needs, and what a chip has, in bytes.

    Attributes:
        ram: What the chip has for tensors, and for the weights too if it has no `flash`.
        flash: What it has for the weights apart; None if they are in RAM.
        weights: All weights, batch norms folded as far as the fusion goes.
        tensors: The most that inputs, outputs and intermediate tensors take at once.
        node: The node that runs at that time.
        live: The tensors alive then, and their bytes, largest first.
        layers: The weights by node, largest first.
    """

    ram: int
    flash: int | None
    weights: int
    tensors: int
    node: str
    live: tuple[Sized, ...]
    layers: tuple[Sized, ...]

    @property
    def ram_needed(self) -> int:
        """Bytes of RAM that the network needs."""
        return self.tensors + (self.weights if self.flash is None else 0)

    @property
    def ram_missing(self) -> int:
        """Bytes by which the RAM is too small; negative if some are left."""
        return self.ram_needed - self.ram

    @property
    def flash_missing(self) -> int:
        """Bytes by which the flash is too small; negative if some are left, 0 without any."""
        return 0 if self.flash is None else self.weights - self.flash

    @property
    def fits(self) -> bool:
        """Whether both are large enough."""
        return self.ram_missing <= 0 and self.flash_missing <= 0


def fit(cost: Cost, ram: int, flash: int | None = None) -> Fit:
    """Hold a cost against a chip.

    Args:
        cost: Of the network, its peak memory without the weights.
        ram: Bytes for tensors, and for weights unless there is `flash`.
        flash: Bytes for weights.
    """
    stored = cost.execution.stored_bytes(cost.basis.weights)
    layers = [
        (node.name, size)
        for node, size in zip(cost.graph.nodes, stored, strict=True)
        if size and not node.shares
    ]
    peak = cost.peak_memory
    return Fit(
        ram=ram,
        flash=flash,
        weights=sum([bytes_ for _, bytes_ in layers]),
        tensors=peak.bytes,
        node=peak.node,
        live=_largest_first(peak.live),
        layers=_largest_first(layers),
    )


def _largest_first(sized: list[Sized] | tuple[Sized, ...]) -> tuple[Sized, ...]:
    return tuple(sorted(sized, key=lambda each: -each[1]))
