"""The steps that need no block: each primitive's arguments, what it makes, and what that costs.

A primitive is a row of a table. Its shape and cost stand here as formulas for people to read; the
graph's operators compute them, and a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from costcalc.graph import (
    ACTIVATIONS,
    INTERPOLATIONS,
    Activation,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Add,
    BatchNorm,
    ChannelShuffle,
    Concat,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Mul,
    Op,
    PReLU,
    Slice,
    Upsample,
)
from costcalc.spec import operators as make
from costcalc.spec.operators import Make

Kind = Literal["count", "counts", "pair", "offset", "offsets", "padding", "flag", "name", "number"]
"""count: a whole number of at least 1; counts: one, or a list; pair: a count or two; offset: at least 0;
offsets: an offset or two; padding: offsets or `same`; number: any rational; flag: true or false; name: one of
a closed list."""

REQUIRED: Final = object()
SAME: Final = "same"


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a primitive."""

    kind: Kind
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a primitive makes of an input of c_in x h_in x w_in, and what it costs, as expressions.

    They know the primitive's arguments (pairs as k_h and k_w), and the costs c_out, h_out, w_out too.

    Attributes:
        channels: Of the output; two for `split`.
        height: Of the output. The width is likewise, unless `width` is given.
        macs: Multiply-accumulates.
        params: Learned elements.
    """

    channels: str = "c_in"
    height: str = "h_in"
    macs: str = "0"
    params: str = "0"
    width: str | None = None


@dataclass(frozen=True, slots=True)
class Primitive:
    """A named step: its parameters in order (the first may be given alone) and its operators."""

    name: str
    summary: str
    arguments: Mapping[str, Argument]
    make: Make
    rule: Rule = Rule()


_CHANNELS = Argument("count")
_GROUPS = Argument("count", 1)
_STRIDE = Argument("pair", (1, 1))
_PADDING = Argument("padding", SAME)
_CONVOLUTION = {"dilation": Argument("pair", (1, 1)), "bias": Argument("flag", False)}
_POOLING = {
    "k": Argument("pair"),
    "s": _STRIDE,
    "pad": _PADDING,
    "ceil_mode": Argument("flag", False),
}
_AFFINE = {"affine": Argument("flag", True)}

_WINDOWS = "(h_in + 2*pad_h - dilation_h*(k_h - 1) - 1)//s_h + 1"
_BIAS = "(c_out if bias else 0)"
_POOLED = Rule(
    height="ceil((h_in + 2*pad_h - k_h)/s_h) + 1 if ceil_mode else (h_in + 2*pad_h - k_h)//s_h + 1"
)
_NORMALISED = Rule(params="2*c_in if affine else 0")

_ROWS: Final = (
    Primitive(
        "conv",
        "convolution; groups with `g`",
        {
            "c": _CHANNELS,
            "k": Argument("pair", (1, 1)),
            "s": _STRIDE,
            "g": _GROUPS,
            "pad": _PADDING,
            **_CONVOLUTION,
        },
        make.conv,
        Rule("c", _WINDOWS, "h_out*w_out*c_out*c_in/g*k_h*k_w", f"c_out*c_in/g*k_h*k_w + {_BIAS}"),
    ),
    Primitive(
        "dwconv",
        "depthwise convolution; `m` outputs per channel",
        {
            "k": Argument("pair", (3, 3)),
            "s": _STRIDE,
            "m": Argument("count", 1),
            "pad": _PADDING,
            **_CONVOLUTION,
        },
        make.dwconv,
        Rule("c_in*m", _WINDOWS, "h_out*w_out*c_out*k_h*k_w", f"c_out*k_h*k_w + {_BIAS}"),
    ),
    Primitive(
        "conv_transpose",
        "transposed convolution; `pad: same` makes out = in * s",
        {
            "c": _CHANNELS,
            "k": Argument("pair"),
            "s": _STRIDE,
            "g": _GROUPS,
            "pad": _PADDING,
            "out_pad": Argument("offsets", (0, 0)),
            **_CONVOLUTION,
        },
        make.conv_transpose,
        Rule(
            "c",
            "(h_in - 1)*s_h - 2*pad_h + dilation_h*(k_h - 1) + out_pad_h + 1",
            "h_in*w_in*c_in*c_out/g*k_h*k_w",
            f"c_in*c_out/g*k_h*k_w + {_BIAS}",
        ),
    ),
    Primitive(
        "linear",
        "fully connected layer on features",
        {"c": _CHANNELS, "bias": Argument("flag", True)},
        lambda a, x: (Linear(a["c"], a["bias"]),),
        Rule("c", macs="c_in*c_out", params=f"c_in*c_out + {_BIAS}"),
    ),
    Primitive("bn", "batch normalisation", _AFFINE, lambda a, x: (BatchNorm(a["affine"]),), _NORMALISED),
    Primitive(
        "group_norm",
        "group normalisation",
        {"g": Argument("count"), **_AFFINE},
        lambda a, x: (GroupNorm(a["g"], a["affine"]),),
        _NORMALISED,
    ),
    Primitive(
        "layer_norm",
        "layer normalisation over the channels of each position",
        _AFFINE,
        lambda a, x: (LayerNorm(a["affine"]),),
        _NORMALISED,
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
        make.act,
    ),
    *(Primitive(name, f"the activation {name}", {}, make.constant(Activation(name))) for name in ACTIVATIONS),
    Primitive(
        "prelu",
        "leaky rectifier with learned slopes",
        {"per_channel": Argument("flag", True)},
        lambda a, x: (PReLU(a["per_channel"]),),
        Rule(params="c_in if per_channel else 1"),
    ),
    Primitive("max_pool", "maximum over windows", _POOLING, make.max_pool, _POOLED),
    Primitive("avg_pool", "mean over windows", _POOLING, make.avg_pool, _POOLED),
    Primitive(
        "gap",
        "global average pooling, or to `size` cells",
        {"size": Argument("pair", (1, 1))},
        lambda a, x: (AdaptiveAvgPool2d(a["size"]),),
        Rule(height="size_h"),
    ),
    Primitive(
        "gmp",
        "global max pooling, or to `size` cells",
        {"size": Argument("pair", (1, 1))},
        lambda a, x: (AdaptiveMaxPool2d(a["size"]),),
        Rule(height="size_h"),
    ),
    Primitive("flatten", "image to features", {}, make.constant(Flatten()), Rule("c_in*h_in*w_in", "1")),
    Primitive(
        "shuffle",
        "ShuffleNet's channel shuffle",
        {"g": Argument("count")},
        lambda a, x: (ChannelShuffle(a["g"]),),
    ),
    Primitive(
        "split",
        "the first `c` channels and the rest, or a list of parts; `as: [first, rest]` names them",
        {"c": Argument("counts")},
        make.split,
        Rule("c, c_in - c"),
    ),
    Primitive(
        "slice",
        "channels `start` up to `stop`",
        {"start": Argument("offset"), "stop": Argument("count")},
        lambda a, x: (Slice(0, a["start"], a["stop"]),),
        Rule("stop - start"),
    ),
    Primitive(
        "crop",
        "cut rows and columns off the edges",
        {side: Argument("offset", 0) for side in ("top", "bottom", "left", "right")},
        make.crop,
        Rule(height="h_in - top - bottom", width="w_in - left - right"),
    ),
    Primitive(
        "pad",
        "zeros around the image: `p` on all sides, or side by side",
        {"p": Argument("offset", 0)}
        | {side: Argument("offset", None) for side in ("left", "right", "top", "bottom")},
        make.pad,
        Rule(height="h_in + top + bottom", width="w_in + left + right"),
    ),
    Primitive(
        "upsample",
        "enlarge `s` times",
        {"s": Argument("pair", (2, 2)), "mode": Argument("name", "nearest", INTERPOLATIONS)},
        lambda a, x: (Upsample(a["s"], a["mode"]),),
        Rule(height="h_in*s_h"),
    ),
    Primitive("dropout", "dropout: nothing at inference", {"p": Argument("number", 0.5)}, make.dropout),
    Primitive("scale", "multiply by a constant", {"factor": Argument("number")}, make.scale),
    Primitive("identity", "nothing", {}, lambda a, x: ()),
    Primitive("none", "nothing", {}, lambda a, x: ()),
)

PRIMITIVES: Final[Mapping[str, Primitive]] = {primitive.name: primitive for primitive in _ROWS}

MERGES: Final[Mapping[str, Op]] = {"add": Add(), "mul": Mul(), "concat": Concat()}
"""Primitives of several inputs: given as branches, or as `from: [a, b]`."""
