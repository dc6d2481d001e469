"""Operators that move elements without computing: shuffle, concat, slice, pad, upsample, flatten."""

from __future__ import annotations

import math
from dataclasses import dataclass

from costcalc.errors import OperatorError
from costcalc.graph.operator import Op, Pair, Shape, format_shape, image, nearest_multiples

INTERPOLATIONS = ("nearest", "bilinear")


class Flatten(Op):
    """(C, H, W) to (C*H*W,): a view, or a copy of what is not contiguous."""

    __slots__ = ()

    kind = "flatten"
    needs_contiguous = True

    def out_shape(self, *inputs: Shape) -> Shape:
        return (math.prod(inputs[0]),)

    def is_view(self, *inputs: Shape) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class ChannelShuffle(Op):
    """ShuffleNet's shuffle: (g, n) channels become (n, g). One copy of the tensor.

    One group, or a group per channel, leaves all channels in place: then it is a view.
    Source: ShuffleNet (arXiv:1707.01083) section 3.1.
    """

    kind = "shuffle"

    groups: int

    def out_shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = image(self.kind, inputs[0])
        if channels % self.groups:
            raise OperatorError(
                "E311",
                f"shuffle: {channels} channels do not split into {self.groups} groups",
                f"nearest legal width: {nearest_multiples(channels, self.groups)}",
            )
        return inputs[0]

    def is_view(self, *inputs: Shape) -> bool:
        return self.groups in (1, inputs[0][0])


@dataclass(frozen=True, slots=True)
class Slice(Op):
    """Elements start..stop of one axis (0 channels, 1 height, 2 width): a view."""

    kind = "slice"

    axis: int
    start: int
    stop: int

    def out_shape(self, *inputs: Shape) -> Shape:
        shape = inputs[0]
        size = shape[self.axis] if self.axis < len(shape) else 0
        if not 0 <= self.start < self.stop or self.stop > size:
            raise OperatorError(
                "E316",
                f"slice {self.start}:{self.stop} of axis {self.axis} is outside {format_shape(shape)}",
            )
        return (*shape[: self.axis], self.stop - self.start, *shape[self.axis + 1 :])

    def is_view(self, *inputs: Shape) -> bool:
        return True

    def is_contiguous(self, *inputs: Shape) -> bool:
        shape = inputs[0]
        everything = self.stop - self.start == shape[self.axis]
        return everything or math.prod(shape[: self.axis]) == 1


@dataclass(frozen=True, slots=True)
class Pad(Op):
    """Zeros around the image: (left, right, top, bottom)."""

    kind = "pad"

    padding: tuple[int, int, int, int]

    def out_shape(self, *inputs: Shape) -> Shape:
        c, h, w = image(self.kind, inputs[0])
        left, right, top, bottom = self.padding
        return (c, h + top + bottom, w + left + right)


@dataclass(frozen=True, slots=True)
class Upsample(Op):
    """Enlarge by a whole factor, nearest or bilinear."""

    kind = "upsample"

    scale: Pair
    mode: str = "nearest"

    def out_shape(self, *inputs: Shape) -> Shape:
        c, h, w = image(self.kind, inputs[0])
        return (c, h * self.scale[0], w * self.scale[1])


class Concat(Op):
    """Join tensors along the channels (or features); the other sizes must be equal."""

    __slots__ = ()

    kind = "concat"

    def out_shape(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        channels = first[0]
        for other in inputs[1:]:
            if other[1:] != first[1:]:
                raise OperatorError(
                    "E314",
                    f"concat: the branches have different sizes: {', '.join(map(format_shape, inputs))}",
                    "give all branches the same strides and padding",
                )
            channels = channels + other[0]
        return (channels, *first[1:])
