"""From the arguments of a primitive and the shape of its input to operators of the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any

from costcalc.errors import OperatorError
from costcalc.graph import (
    Activation,
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    MaxPool2d,
    Op,
    Pad,
    Pair,
    Scale,
    Shape,
    Slice,
)
from costcalc.graph.operator import image

Arguments = Mapping[str, Any]
Make = Callable[[Arguments, Shape], tuple[Op, ...]]
"""The operators are applied one after another; only those of `split` all take the input."""


def constant(op: Op) -> Make:
    """Return the maker of an operator without arguments."""
    return lambda a, x: (op,)


def conv(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a convolution."""
    return (Conv2d(a["c"], a["k"], a["s"], _padding(a), a["dilation"], a["g"], a["bias"]),)


def dwconv(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a convolution with one group per channel."""
    return (Conv2d(x[0] * a["m"], a["k"], a["s"], _padding(a), a["dilation"], x[0], a["bias"]),)


def conv_transpose(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a transposed convolution."""
    pad = a["pad"]
    if pad == "same":
        spare = tuple([d * (k - 1) + 1 - s for k, s, d in zip(a["k"], a["s"], a["dilation"], strict=True)])
        if any(axis < 0 or axis % 2 for axis in spare):
            raise OperatorError(
                "E317",
                "`pad: same` of a transposed convolution needs kernel - stride even and not negative",
                "give `pad` and `out_pad` as numbers",
            )
        pad = (spare[0] // 2, spare[1] // 2)
    return (ConvTranspose2d(a["c"], a["k"], a["s"], pad, a["out_pad"], a["dilation"], a["g"], a["bias"]),)


def max_pool(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a maximum over windows."""
    return (MaxPool2d(a["k"], a["s"], _padding(a), a["ceil_mode"]),)


def avg_pool(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a mean over windows."""
    return (AvgPool2d(a["k"], a["s"], _padding(a), a["ceil_mode"]),)


def _padding(a: Arguments) -> Pair:
    """Return the padding; `same` makes out = ceil(in / stride): d(k - 1)/2, for odd kernels only."""
    pad: Pair | str = a["pad"]
    if not isinstance(pad, str):
        return pad
    (k_h, k_w), (d_h, d_w) = a["k"], a.get("dilation", (1, 1))
    if k_h % 2 == 0 or k_w % 2 == 0:
        message = f"`pad: same` needs an odd kernel, not {k_h}x{k_w}"
        raise OperatorError("E317", message, "give `pad` a number, such as 0")
    return (d_h * (k_h - 1) // 2, d_w * (k_w - 1) // 2)


def split(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make views of the channels: of the first `c` and the rest, or of as many as `c` lists."""
    channels, widths = x[0], a["c"]
    if len(widths) == 1:
        if widths[0] >= channels:
            message = f"split: {widths[0]} of {channels} channels leave none behind"
            raise OperatorError("E316", message, "the first part is smaller than the whole")
        widths = (*widths, channels - widths[0])
    ends = list(accumulate(widths))
    if ends[-1] != channels:
        listed = " + ".join(map(str, widths))
        raise OperatorError("E316", f"split: {listed} are not all {channels} channels", "list every part")
    return tuple([Slice(0, end - width, end) for width, end in zip(widths, ends, strict=True)])


def crop(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make views without the outer rows and columns."""
    _, h, w = image("crop", x)
    rows = Slice(1, a["top"], h - a["bottom"])
    columns = Slice(2, a["left"], w - a["right"])
    return tuple(op for op in (rows, columns) if op not in (Slice(1, 0, h), Slice(2, 0, w)))


def pad(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make zeros around the image; a side that is not given is `p` wide."""
    left, right, top, bottom = (
        a["p"] if a[side] is None else a[side] for side in ("left", "right", "top", "bottom")
    )
    return (Pad((left, right, top, bottom)),)


def dropout(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a dropout."""
    if not 0 <= a["p"] <= 1:
        raise OperatorError("E317", f"dropout: p = {a['p']} is not between 0 and 1")
    return (Dropout(float(a["p"])),)


def scale(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a multiplication by a constant."""
    return (Scale(float(a["factor"])),)


def act(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make an activation; `none` is nothing."""
    return () if a["f"] == "none" else (Activation(a["f"]),)
