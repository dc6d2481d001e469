"""The operators that multiply and accumulate: convolutions and fully connected layers."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.errors import OperatorError
from costcalc.graph.operator import (
    Op,
    Pair,
    Shape,
    Weight,
    format_shape,
    format_window,
    image,
    nearest_multiples,
    require_output,
    spatial,
)


def _require_groups(kind: str, in_channels: int, out_channels: int, groups: int) -> None:
    if in_channels % groups == 0 and out_channels % groups == 0:
        return
    legal = [
        f"{side}put width {nearest_multiples(width, groups)}"
        for side, width in (("in", in_channels), ("out", out_channels))
        if width % groups
    ]
    raise OperatorError(
        "E311",
        f"{kind}: {in_channels} -> {out_channels} channels do not split into {groups} groups",
        f"nearest legal: {' and '.join(legal)}; `ceil_to(x, {groups})` makes widths that split",
    )


@dataclass(frozen=True, slots=True)
class Conv2d(Op):
    """Grouped 2-D convolution; depthwise when `groups` equals the input channels.

    Weights  (out_channels, in_channels / groups, k_h, k_w), and a bias of out_channels
    MACs     H_out * W_out * out_channels * (in_channels / groups) * k_h * k_w

    Source: MobileNets (arXiv:1704.04861) eq. 2 for groups = 1, eq. 4 for depthwise.
    """

    kind = "conv"
    multiplies = True

    out_channels: int
    kernel_size: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = False

    def out_shape(self, *inputs: Shape) -> Shape:
        c, h, w = image(self.kind, inputs[0])
        _require_groups(self.kind, c, self.out_channels, self.groups)
        out = (
            spatial(h, self.kernel_size[0], self.stride[0], self.padding[0], self.dilation[0]),
            spatial(w, self.kernel_size[1], self.stride[1], self.padding[1], self.dilation[1]),
        )
        require_output(self.kind, (h, w), out)
        return (self.out_channels, *out)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_channels, inputs[0][0] // self.groups, *self.kernel_size))
        return (weight, Weight("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, *inputs: Shape) -> int:
        _, h, w = self.out_shape(*inputs)
        k_h, k_w = self.kernel_size
        return h * w * self.out_channels * (inputs[0][0] // self.groups) * k_h * k_w

    def label(self, *inputs: Shape) -> str:
        window = format_window(self.kernel_size)
        if self.groups == 1:
            return f"conv {window}"
        depthwise = self.groups == inputs[0][0]
        return f"conv dw {window}" if depthwise else f"conv {window} g{self.groups}"


@dataclass(frozen=True, slots=True)
class ConvTranspose2d(Op):
    """Grouped 2-D transposed convolution ("deconvolution").

    Weights  (in_channels, out_channels / groups, k_h, k_w), and a bias of out_channels
    MACs     H_in * W_in * in_channels * (out_channels / groups) * k_h * k_w

    Each *input* position is multiplied with the whole kernel; counting output positions
    instead is a known mistake of several counters, wrong by the square of the stride.
    """

    kind = "conv_transpose"
    multiplies = True

    out_channels: int
    kernel_size: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    output_padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = False

    def out_shape(self, *inputs: Shape) -> Shape:
        c, h, w = image(self.kind, inputs[0])
        _require_groups(self.kind, c, self.out_channels, self.groups)
        for axis in (0, 1):
            limit = max(self.stride[axis], self.dilation[axis])
            if self.output_padding[axis] >= limit:
                raise OperatorError(
                    "E317",
                    f"{self.kind}: output padding {self.output_padding[axis]} is not less than "
                    f"its stride or dilation ({limit})",
                )
        out = (self._out(0, h), self._out(1, w))
        if out[0] < 1 or out[1] < 1:
            raise OperatorError(
                "E312", f"{self.kind}: the padding removes the whole output of an input of {h}x{w}"
            )
        return (self.out_channels, *out)

    def _out(self, axis: int, size: int) -> int:
        span = self.dilation[axis] * (self.kernel_size[axis] - 1) + self.output_padding[axis] + 1
        return (size - 1) * self.stride[axis] - 2 * self.padding[axis] + span

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (inputs[0][0], self.out_channels // self.groups, *self.kernel_size))
        return (weight, Weight("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, *inputs: Shape) -> int:
        c, h, w = inputs[0]
        k_h, k_w = self.kernel_size
        return h * w * c * (self.out_channels // self.groups) * k_h * k_w

    def label(self, *inputs: Shape) -> str:
        groups = f" g{self.groups}" if self.groups != 1 else ""
        return f"conv_transpose {format_window(self.kernel_size)}{groups}"


@dataclass(frozen=True, slots=True)
class Linear(Op):
    """Fully connected layer on features.

    Weights  (out_features, in_features), and a bias of out_features
    MACs     in_features * out_features
    """

    kind = "linear"
    multiplies = True

    out_features: int
    bias: bool = True

    def out_shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            raise OperatorError(
                "E310",
                f"linear takes features; this tensor has shape {format_shape(inputs[0])}",
                "put `gap` (global average pooling) and `flatten` before it, or `flatten` alone",
            )
        return (self.out_features,)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_features, inputs[0][0]))
        return (weight, Weight("bias", (self.out_features,))) if self.bias else (weight,)

    def macs(self, *inputs: Shape) -> int:
        return inputs[0][0] * self.out_features


PRODUCTS: tuple[type[Op], ...] = (Conv2d, ConvTranspose2d, Linear)
"""The operators of this module."""
