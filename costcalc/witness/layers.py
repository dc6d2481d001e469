"""The PyTorch spelling of every operator.

Spelling decides what other people's counters see: global pooling as `AdaptiveAvgPool2d` costs
fvcore one per input element, as `x.mean((2, 3))` nothing. So each operator has one spelling,
the one that torchvision's and timm's networks use, and every operator is a module, because
counters report by module path.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable

import torch
from torch import Tensor, nn

from costcalc import graph as g


@functools.singledispatch
def layer(op: g.Op, *inputs: g.Shape) -> nn.Module:
    """Return the module that computes `op` for inputs of these shapes (which exclude the batch).

    The module takes as many tensors as the operator and has the operator's `weights` and
    `buffers` under the same names.
    """
    raise NotImplementedError(f"{type(op).__name__} has no PyTorch spelling: give it one by `register_layer`")


def register_layer(kind: type[g.Op], make: Callable[..., nn.Module]) -> None:
    """Say how PyTorch spells an operator of your own.

    Args:
        kind: The operator's class, derived from `costcalc.graph.Op`.
        make: Called with the operator and the shapes of its inputs, without the batch. The module that
            it returns takes as many tensors, and has the operator's `weights` and `buffers` under the
            same names.

    Raises:
        ValueError: the class has a spelling already; it decides what other counters see.
    """
    if kind in layer.registry:
        raise ValueError(f"{kind.__name__} has a PyTorch spelling already")
    layer.register(kind, make)


class Add(nn.Module):
    """Sum of its inputs."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return a tensor of the inputs' common shape."""
        return functools.reduce(operator.add, inputs)


class Mul(nn.Module):
    """Product of its inputs, broadcast."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return a tensor of the inputs' broadcast shape."""
        return functools.reduce(operator.mul, inputs)


class Concat(nn.Module):
    """Its inputs, one after the other along the channels."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return (N, C_1 + C_2 + ..., ...)."""
        return torch.cat(inputs, dim=1)


class Scale(nn.Module):
    """Multiplication by a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the input's shape."""
        return x * self.factor

    def extra_repr(self) -> str:
        """Return the argument, for `print(module)`."""
        return f"{self.factor}"


class Slice(nn.Module):
    """Elements start..stop of one axis, counted without the batch."""

    def __init__(self, axis: int, start: int, stop: int) -> None:
        super().__init__()
        self.axis, self.start, self.stop = axis, start, stop

    def forward(self, x: Tensor) -> Tensor:
        """Return a view of the input."""
        return x.narrow(self.axis + 1, self.start, self.stop - self.start)

    def extra_repr(self) -> str:
        """Return the arguments, for `print(module)`."""
        return f"axis={self.axis}, start={self.start}, stop={self.stop}"


class ChannelShuffle(nn.Module):
    """ShuffleNet's shuffle as its authors wrote it; `nn.ChannelShuffle` is unknown to most counters."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W) with the channels (g, n) reordered to (n, g)."""
        n, c, h, w = x.shape
        return x.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)

    def extra_repr(self) -> str:
        """Return the argument, for `print(module)`."""
        return f"groups={self.groups}"


class LayerNorm2d(nn.LayerNorm):
    """Layer normalisation over the channels of each position of an image."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W)."""
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "silu": nn.SiLU,
    "hswish": nn.Hardswish,
    "sigmoid": nn.Sigmoid,
    "hsigmoid": nn.Hardsigmoid,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "softmax": functools.partial(nn.Softmax, dim=1),
}


@layer.register
def _(op: g.Conv2d, x: g.Shape) -> nn.Module:
    return nn.Conv2d(
        x[0], op.out_channels, op.kernel_size, op.stride, op.padding, op.dilation, op.groups, op.bias
    )


@layer.register
def _(op: g.ConvTranspose2d, x: g.Shape) -> nn.Module:
    return nn.ConvTranspose2d(
        x[0],
        op.out_channels,
        op.kernel_size,
        op.stride,
        op.padding,
        op.output_padding,
        op.groups,
        op.bias,
        op.dilation,
    )


@layer.register
def _(op: g.Linear, x: g.Shape) -> nn.Module:
    return nn.Linear(x[0], op.out_features, op.bias)


@layer.register
def _(op: g.BatchNorm, x: g.Shape) -> nn.Module:
    return (nn.BatchNorm2d if len(x) == 3 else nn.BatchNorm1d)(x[0], affine=op.affine)


@layer.register
def _(op: g.GroupNorm, x: g.Shape) -> nn.Module:
    return nn.GroupNorm(op.groups, x[0], affine=op.affine)


@layer.register
def _(op: g.LayerNorm, x: g.Shape) -> nn.Module:
    return (LayerNorm2d if len(x) == 3 else nn.LayerNorm)(x[0], elementwise_affine=op.affine)


@layer.register
def _(op: g.LocalResponseNorm, x: g.Shape) -> nn.Module:
    return nn.LocalResponseNorm(op.size)


@layer.register
def _(op: g.Activation, x: g.Shape) -> nn.Module:
    return ACTIVATIONS[op.function]()


@layer.register
def _(op: g.PReLU, x: g.Shape) -> nn.Module:
    return nn.PReLU(x[0] if op.per_channel else 1)


@layer.register
def _(op: g.Dropout, x: g.Shape) -> nn.Module:
    return nn.Dropout(op.p)


@layer.register
def _(op: g.Scale, x: g.Shape) -> nn.Module:
    return Scale(op.factor)


@layer.register
def _(op: g.Add, *inputs: g.Shape) -> nn.Module:
    return Add()


@layer.register
def _(op: g.Mul, *inputs: g.Shape) -> nn.Module:
    return Mul()


@layer.register
def _(op: g.Concat, *inputs: g.Shape) -> nn.Module:
    return Concat()


@layer.register
def _(op: g.MaxPool2d, x: g.Shape) -> nn.Module:
    return nn.MaxPool2d(op.kernel_size, op.stride, op.padding, ceil_mode=op.ceil_mode)


@layer.register
def _(op: g.AvgPool2d, x: g.Shape) -> nn.Module:
    return nn.AvgPool2d(op.kernel_size, op.stride, op.padding, op.ceil_mode)


@layer.register
def _(op: g.AdaptiveAvgPool2d, x: g.Shape) -> nn.Module:
    return nn.AdaptiveAvgPool2d(op.output_size)


@layer.register
def _(op: g.AdaptiveMaxPool2d, x: g.Shape) -> nn.Module:
    return nn.AdaptiveMaxPool2d(op.output_size)


@layer.register
def _(op: g.Flatten, x: g.Shape) -> nn.Module:
    return nn.Flatten()


@layer.register
def _(op: g.ChannelShuffle, x: g.Shape) -> nn.Module:
    return ChannelShuffle(op.groups)


@layer.register
def _(op: g.Slice, x: g.Shape) -> nn.Module:
    return Slice(op.axis, op.start, op.stop)


@layer.register
def _(op: g.Pad, x: g.Shape) -> nn.Module:
    return nn.ZeroPad2d(op.padding)


@layer.register
def _(op: g.Upsample, x: g.Shape) -> nn.Module:
    height, width = op.scale
    scale = float(height) if height == width else op.scale  # some counters take nothing but a number
    return nn.Upsample(scale_factor=scale, mode=op.mode)
