"""Normalisation: no multiply-accumulates, a few learned values per channel."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.errors import OperatorError
from costcalc.graph.operator import Op, Shape, Weight, image, nearest_multiples


def _affine(affine: bool, channels: int) -> tuple[Weight, ...]:
    return (Weight("weight", (channels,)), Weight("bias", (channels,))) if affine else ()


@dataclass(frozen=True, slots=True)
class BatchNorm(Op):
    """Batch normalisation per channel, with running statistics.

    Weights  2 per channel (scale and shift) when affine
    Buffers  2 per channel (running mean and variance)
    """

    kind = "bn"

    affine: bool = True

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return _affine(self.affine, inputs[0][0])

    def buffers(self, *inputs: Shape) -> tuple[Weight, ...]:
        channels = inputs[0][0]
        return (Weight("running_mean", (channels,)), Weight("running_var", (channels,)))


@dataclass(frozen=True, slots=True)
class GroupNorm(Op):
    """Group normalisation over channel groups and positions. Weights: 2 per channel when affine."""

    kind = "group_norm"

    groups: int
    affine: bool = True

    def out_shape(self, *inputs: Shape) -> Shape:
        channels = inputs[0][0]
        if channels % self.groups:
            raise OperatorError(
                "E311",
                f"group_norm: {channels} channels do not split into {self.groups} groups",
                f"nearest legal width: {nearest_multiples(channels, self.groups)}",
            )
        return inputs[0]

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return _affine(self.affine, inputs[0][0])


@dataclass(frozen=True, slots=True)
class LayerNorm(Op):
    """Layer normalisation over the channels of each position. Weights: 2 per channel when affine."""

    kind = "layer_norm"

    affine: bool = True

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return _affine(self.affine, inputs[0][0])


@dataclass(frozen=True, slots=True)
class LocalResponseNorm(Op):
    """AlexNet's normalisation across `size` neighbouring channels. No weights."""

    kind = "lrn"

    size: int = 5

    def out_shape(self, *inputs: Shape) -> Shape:
        return image(self.kind, inputs[0])
