"""The steps that need no block: each primitive's parameters, and the operators that it makes.

A primitive is a table row: parameters (name, kind, default) and a function from their values
and the shapes of its inputs to operators, applied one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from costcalc.errors import OperatorError
from costcalc.graph import (
    ACTIVATIONS,
    INTERPOLATIONS,
    Activation,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Add,
    AvgPool2d,
    BatchNorm,
    ChannelShuffle,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mul,
    Op,
    Pad,
    Pair,
    PReLU,
    Scale,
    Shape,
    Slice,
    Upsample,
)

Kind = Literal["count", "pair", "padding", "flag", "name", "number", "offset"]
"""count: a whole number of at least 1; offset: at least 0; pair: a count or two; padding: a pair
of offsets or `same`; number: any rational; flag: true or false; name: one of a closed list."""

REQUIRED = object()
SAME = "same"
Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a primitive."""

    kind: Kind
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Primitive:
    """A named step: its parameters in order (the first may be given alone) and its operators."""

    name: str
    summary: str
    arguments: Mapping[str, Argument]
    make: Callable[[Arguments, Shape], tuple[Op, ...]]


def _same(kernel: Pair, dilation: Pair) -> Pair:
    """Return the padding that makes out = ceil(in / stride): d(k - 1)/2, for odd kernels only."""
    if kernel[0] % 2 == 0 or kernel[1] % 2 == 0:
        raise OperatorError(
            "E317",
            f"`pad: same` needs an odd kernel, not {kernel[0]}x{kernel[1]}",
            "give `pad` a number, such as 0",
        )
    return (dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2)


def _padding(a: Arguments) -> Pair:
    pad = a["pad"]
    return _same(a["k"], a.get("dilation", (1, 1))) if pad == SAME else pad


def _conv(a: Arguments, x: Shape) -> tuple[Op, ...]:
    return (Conv2d(a["c"], a["k"], a["s"], _padding(a), a["dilation"], a["g"], a["bias"]),)


def _dwconv(a: Arguments, x: Shape) -> tuple[Op, ...]:
    return (Conv2d(x[0] * a["m"], a["k"], a["s"], _padding(a), a["dilation"], x[0], a["bias"]),)


def _conv_transpose(a: Arguments, x: Shape) -> tuple[Op, ...]:
    kernel, stride, pad = a["k"], a["s"], a["pad"]
    if pad == SAME:
        if any((k - s) % 2 or k < s for k, s in zip(kernel, stride, strict=True)):
            raise OperatorError(
                "E317",
                "`pad: same` of a transposed convolution needs kernel - stride even and not negative",
                "give `pad` and `out_pad` as numbers",
            )
        pad = ((kernel[0] - stride[0]) // 2, (kernel[1] - stride[1]) // 2)
    return (ConvTranspose2d(a["c"], kernel, stride, pad, a["out_pad"], a["dilation"], a["g"], a["bias"]),)


def _crop(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Cut rows and columns off the edges, as views."""
    _, h, w = x if len(x) == 3 else (0, 0, 0)
    rows = Slice(1, a["top"], h - a["bottom"])
    columns = Slice(2, a["left"], w - a["right"])
    return tuple(op for op in (rows, columns) if op not in (Slice(1, 0, h), Slice(2, 0, w)))


def _pad(a: Arguments, x: Shape) -> tuple[Op, ...]:
    sides = tuple(a["p"] if a[side] is None else a[side] for side in ("left", "right", "top", "bottom"))
    return (Pad(sides),)


def _upsample(a: Arguments, x: Shape) -> tuple[Op, ...]:
    return (Upsample(a["s"], a["mode"]),)


def _act(a: Arguments, x: Shape) -> tuple[Op, ...]:
    return () if a["f"] == "none" else (Activation(a["f"]),)


_WINDOW = {"dilation": Argument("pair", (1, 1)), "bias": Argument("flag", False)}
_K = Argument("pair", (1, 1))
_S = Argument("pair", (1, 1))
_PAD = Argument("padding", SAME)
_POOL = {"k": Argument("pair"), "s": _S, "pad": _PAD, "ceil_mode": Argument("flag", False)}


def _constant(op: Op) -> Callable[[Arguments, Shape], tuple[Op, ...]]:
    return lambda a, x: (op,)


_ROWS = (
    Primitive(
        "conv",
        "convolution; groups with `g`",
        {"c": Argument("count"), "k": _K, "s": _S, "g": Argument("count", 1), "pad": _PAD, **_WINDOW},
        _conv,
    ),
    Primitive(
        "dwconv",
        "depthwise convolution; `m` outputs per channel",
        {"k": Argument("pair", (3, 3)), "s": _S, "m": Argument("count", 1), "pad": _PAD, **_WINDOW},
        _dwconv,
    ),
    Primitive(
        "conv_transpose",
        "transposed convolution; `pad: same` gives out = in * s",
        {
            "c": Argument("count"),
            "k": Argument("pair"),
            "s": _S,
            "g": Argument("count", 1),
            "pad": _PAD,
            "out_pad": Argument("padding", (0, 0)),
            **_WINDOW,
        },
        _conv_transpose,
    ),
    Primitive(
        "linear",
        "fully connected layer on features",
        {"c": Argument("count"), "bias": Argument("flag", True)},
        lambda a, x: (Linear(a["c"], a["bias"]),),
    ),
    Primitive(
        "bn",
        "batch normalisation",
        {"affine": Argument("flag", True)},
        lambda a, x: (BatchNorm(a["affine"]),),
    ),
    Primitive(
        "group_norm",
        "group normalisation",
        {"g": Argument("count"), "affine": Argument("flag", True)},
        lambda a, x: (GroupNorm(a["g"], a["affine"]),),
    ),
    Primitive(
        "layer_norm",
        "layer normalisation over the channels of each position",
        {"affine": Argument("flag", True)},
        lambda a, x: (LayerNorm(a["affine"]),),
    ),
    Primitive(
        "lrn",
        "local response normalisation over `size` channels",
        {"size": Argument("count", 5)},
        lambda a, x: (LocalResponseNorm(a["size"]),),
    ),
    Primitive(
        "act",
        "activation by name; `none` is nothing",
        {"f": Argument("name", REQUIRED, (*ACTIVATIONS, "none"))},
        _act,
    ),
    *(Primitive(name, f"the activation {name}", {}, _constant(Activation(name))) for name in ACTIVATIONS),
    Primitive(
        "prelu",
        "leaky rectifier with learned slopes",
        {"per_channel": Argument("flag", True)},
        lambda a, x: (PReLU(a["per_channel"]),),
    ),
    Primitive(
        "max_pool",
        "maximum over windows",
        _POOL,
        lambda a, x: (MaxPool2d(a["k"], a["s"], _padding(a), a["ceil_mode"]),),
    ),
    Primitive(
        "avg_pool",
        "mean over windows",
        _POOL,
        lambda a, x: (AvgPool2d(a["k"], a["s"], _padding(a), a["ceil_mode"]),),
    ),
    Primitive(
        "gap",
        "global average pooling, or to `size` cells",
        {"size": Argument("pair", (1, 1))},
        lambda a, x: (AdaptiveAvgPool2d(a["size"]),),
    ),
    Primitive(
        "gmp",
        "global max pooling, or to `size` cells",
        {"size": Argument("pair", (1, 1))},
        lambda a, x: (AdaptiveMaxPool2d(a["size"]),),
    ),
    Primitive("flatten", "image to features", {}, _constant(Flatten())),
    Primitive(
        "shuffle",
        "ShuffleNet's channel shuffle",
        {"g": Argument("count")},
        lambda a, x: (ChannelShuffle(a["g"]),),
    ),
    Primitive(
        "split",
        "the first `c` channels and the rest; name both with `as: [first, rest]`",
        {"c": Argument("count")},
        lambda a, x: (Slice(0, 0, a["c"]), Slice(0, a["c"], x[0])),
    ),
    Primitive(
        "slice",
        "channels `start` up to `stop`",
        {"start": Argument("offset"), "stop": Argument("count")},
        lambda a, x: (Slice(0, a["start"], a["stop"]),),
    ),
    Primitive(
        "crop",
        "cut rows and columns off the edges",
        {side: Argument("offset", 0) for side in ("top", "bottom", "left", "right")},
        _crop,
    ),
    Primitive(
        "pad",
        "zeros around the image: `p` on all sides, or side by side",
        {"p": Argument("offset", 0)}
        | {side: Argument("offset", None) for side in ("left", "right", "top", "bottom")},
        _pad,
    ),
    Primitive(
        "upsample",
        "enlarge `s` times",
        {"s": Argument("pair", (2, 2)), "mode": Argument("name", "nearest", INTERPOLATIONS)},
        _upsample,
    ),
    Primitive(
        "dropout",
        "dropout: nothing at inference",
        {"p": Argument("number", 0.5)},
        lambda a, x: (Dropout(float(a["p"])),),
    ),
    Primitive(
        "scale",
        "multiply by a constant",
        {"factor": Argument("number")},
        lambda a, x: (Scale(float(a["factor"])),),
    ),
    Primitive("identity", "nothing", {}, lambda a, x: ()),
    Primitive("none", "nothing", {}, lambda a, x: ()),
)

PRIMITIVES: dict[str, Primitive] = {primitive.name: primitive for primitive in _ROWS}

MERGES: dict[str, Op] = {"add": Add(), "mul": Mul(), "concat": Concat()}
"""Primitives of several inputs: given as branches, or as `from: [a, b]`."""
