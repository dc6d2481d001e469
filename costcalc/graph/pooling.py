"""Pooling over windows and over the whole image."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.errors import OperatorError
from costcalc.graph.operator import Op, Pair, Shape, format_window, image, require_output, spatial


def _windows(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    if not ceil_mode:
        return spatial(size, kernel, stride, padding, dilation)
    count = spatial(size + stride - 1, kernel, stride, padding, dilation)
    # A last window that would start in the right padding is dropped (Caffe's and torch's rule).
    return count - ((count - 1) * stride >= size + padding)


@dataclass(frozen=True, slots=True)
class _WindowPool(Op):
    """A window that moves over the image."""

    kernel_size: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    ceil_mode: bool = False

    def out_shape(self, *inputs: Shape) -> Shape:
        c, h, w = image(self.kind, inputs[0])
        for axis in (0, 1):
            if 2 * self.padding[axis] > self.kernel_size[axis]:
                raise OperatorError(
                    "E317",
                    f"{self.kind}: padding {self.padding[axis]} is more than half of "
                    f"the kernel size {self.kernel_size[axis]}",
                )
        out = (
            _windows(h, self.kernel_size[0], self.stride[0], self.padding[0], 1, self.ceil_mode),
            _windows(w, self.kernel_size[1], self.stride[1], self.padding[1], 1, self.ceil_mode),
        )
        require_output(self.kind, (h, w), out)
        return (c, *out)

    def label(self, *inputs: Shape) -> str:
        return f"{self.kind} {format_window(self.kernel_size)}"


class MaxPool2d(_WindowPool):
    """Maximum over each window."""

    __slots__ = ()

    kind = "max_pool"


class AvgPool2d(_WindowPool):
    """Mean over each window; padding counts as zeros."""

    __slots__ = ()

    kind = "avg_pool"


@dataclass(frozen=True, slots=True)
class _AdaptivePool(Op):
    """Windows that are as large as the output needs them."""

    output_size: Pair = (1, 1)

    def out_shape(self, *inputs: Shape) -> Shape:
        c, _, _ = image(self.kind, inputs[0])
        return (c, *self.output_size)


class AdaptiveAvgPool2d(_AdaptivePool):
    """Mean over output_size[0] x output_size[1] cells that cover the image; (1, 1) is global pooling."""

    __slots__ = ()

    kind = "gap"


class AdaptiveMaxPool2d(_AdaptivePool):
    """Maximum over output_size[0] x output_size[1] cells that cover the image."""

    __slots__ = ()

    kind = "gmp"
