"""The steps that need no block: each primitive's arguments, what it makes, and what that costs.

A primitive is a row of a table. Its shape and cost stand here as formulas for people to read; the
graph's operators compute them, and a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, Literal

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
from costcalc.graph.operator import image

Kind = Literal["count", "counts", "pair", "offset", "offsets", "padding", "flag", "name", "number"]
"""count: a whole number of at least 1; counts: one, or a list; pair: a count or two; offset: at least 0;
offsets: an offset or two; padding: offsets or `same`; number: any rational; flag: true or false; name: one of
a closed list."""

Arguments = Mapping[str, Any]
Make = Callable[[Arguments, Shape], tuple[Op, ...]]
"""From the arguments of a primitive and the shape of its input to operators, applied one after another;
only those of `split` all take the input."""

REQUIRED: Final = object()
SAME: Final = "same"


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a primitive."""

    kind: Kind
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formulas:
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
    formulas: Formulas = Formulas()


# ---- what primitives make ----------------------------------------------------------------------


def _constant(op: Op) -> Make:
    """Return the maker of an operator without arguments."""
    return lambda a, x: (op,)


def _conv(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a convolution."""
    return (Conv2d(a["c"], a["k"], a["s"], _padding(a), a["dilation"], a["g"], a["bias"]),)


def _dwconv(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a convolution with one group per channel."""
    return (Conv2d(x[0] * a["m"], a["k"], a["s"], _padding(a), a["dilation"], x[0], a["bias"]),)


def _conv_transpose(a: Arguments, x: Shape) -> tuple[Op, ...]:
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


def _max_pool(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a maximum over windows."""
    return (MaxPool2d(a["k"], a["s"], _padding(a), a["ceil_mode"]),)


def _avg_pool(a: Arguments, x: Shape) -> tuple[Op, ...]:
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


def _split(a: Arguments, x: Shape) -> tuple[Op, ...]:
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


def _crop(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make views without the outer rows and columns."""
    _, h, w = image("crop", x)
    rows = Slice(1, a["top"], h - a["bottom"])
    columns = Slice(2, a["left"], w - a["right"])
    return tuple(op for op in (rows, columns) if op not in (Slice(1, 0, h), Slice(2, 0, w)))


def _pad(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make zeros around the image; a side that is not given is `p` wide."""
    left, right, top, bottom = (
        a["p"] if a[side] is None else a[side] for side in ("left", "right", "top", "bottom")
    )
    return (Pad((left, right, top, bottom)),)


def _dropout(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a dropout."""
    if not 0 <= a["p"] <= 1:
        raise OperatorError("E317", f"dropout: p = {a['p']} is not between 0 and 1")
    return (Dropout(float(a["p"])),)


def _scale(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make a multiplication by a constant."""
    return (Scale(float(a["factor"])),)


def _act(a: Arguments, x: Shape) -> tuple[Op, ...]:
    """Make an activation; `none` is nothing."""
    return () if a["f"] == "none" else (Activation(a["f"]),)


# ---- the table ---------------------------------------------------------------------------------

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
_POOLED = Formulas(
    height="ceil((h_in + 2*pad_h - k_h)/s_h) + 1 if ceil_mode else (h_in + 2*pad_h - k_h)//s_h + 1"
)
_NORMALISED = Formulas(params="2*c_in if affine else 0")

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
        _conv,
        Formulas("c", _WINDOWS, "h_out*w_out*c_out*c_in/g*k_h*k_w", f"c_out*c_in/g*k_h*k_w + {_BIAS}"),
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
        _dwconv,
        Formulas("c_in*m", _WINDOWS, "h_out*w_out*c_out*k_h*k_w", f"c_out*k_h*k_w + {_BIAS}"),
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
        _conv_transpose,
        Formulas(
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
        Formulas("c", macs="c_in*c_out", params=f"c_in*c_out + {_BIAS}"),
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
        _act,
    ),
    *(Primitive(name, f"the activation {name}", {}, _constant(Activation(name))) for name in ACTIVATIONS),
    Primitive(
        "prelu",
        "leaky rectifier with learned slopes",
        {"per_channel": Argument("flag", True)},
        lambda a, x: (PReLU(a["per_channel"]),),
        Formulas(params="c_in if per_channel else 1"),
    ),
    Primitive("max_pool", "maximum over windows", _POOLING, _max_pool, _POOLED),
    Primitive("avg_pool", "mean over windows", _POOLING, _avg_pool, _POOLED),
    Primitive(
        "gap",
        "global average pooling, or to `size` cells",
        {"size": Argument("pair", (1, 1))},
        lambda a, x: (AdaptiveAvgPool2d(a["size"]),),
        Formulas(height="size_h"),
    ),
    Primitive(
        "gmp",
        "global max pooling, or to `size` cells",
        {"size": Argument("pair", (1, 1))},
        lambda a, x: (AdaptiveMaxPool2d(a["size"]),),
        Formulas(height="size_h"),
    ),
    Primitive("flatten", "image to features", {}, _constant(Flatten()), Formulas("c_in*h_in*w_in", "1")),
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
        _split,
        Formulas("c, c_in - c"),
    ),
    Primitive(
        "slice",
        "channels `start` up to `stop`",
        {"start": Argument("offset"), "stop": Argument("count")},
        lambda a, x: (Slice(0, a["start"], a["stop"]),),
        Formulas("stop - start"),
    ),
    Primitive(
        "crop",
        "cut rows and columns off the edges",
        {side: Argument("offset", 0) for side in ("top", "bottom", "left", "right")},
        _crop,
        Formulas(height="h_in - top - bottom", width="w_in - left - right"),
    ),
    Primitive(
        "pad",
        "zeros around the image: `p` on all sides, or side by side",
        {"p": Argument("offset", 0)}
        | {side: Argument("offset", None) for side in ("left", "right", "top", "bottom")},
        _pad,
        Formulas(height="h_in + top + bottom", width="w_in + left + right"),
    ),
    Primitive(
        "upsample",
        "enlarge `s` times",
        {"s": Argument("pair", (2, 2)), "mode": Argument("name", "nearest", INTERPOLATIONS)},
        lambda a, x: (Upsample(a["s"], a["mode"]),),
        Formulas(height="h_in*s_h"),
    ),
    Primitive("dropout", "dropout: nothing at inference", {"p": Argument("number", 0.5)}, _dropout),
    Primitive("scale", "multiply by a constant", {"factor": Argument("number")}, _scale),
    Primitive("identity", "nothing", {}, lambda a, x: ()),
    Primitive("none", "nothing", {}, lambda a, x: ()),
)

PRIMITIVES: Final[dict[str, Primitive]] = {primitive.name: primitive for primitive in _ROWS}

MERGES: Final[Mapping[str, Op]] = {"add": Add(), "mul": Mul(), "concat": Concat()}
"""Primitives of several inputs: given as branches, or as `from: [a, b]`."""


def _choices(primitive: Primitive) -> set[str]:
    return {word for argument in primitive.arguments.values() for word in argument.choices}


CHOICES: Final[set[str]] = {SAME}.union(*map(_choices, _ROWS))
"""Words that arguments of primitives take. A parameter of that name would take their place, in imported
blocks too."""


def register_primitive(primitive: Primitive) -> None:
    """Let specs call a primitive of your own, wherever they could call one that is shipped.

    Args:
        primitive: Its `make` gets the arguments by name and the input's shape, and returns operators;
            they may be of a class of your own, derived from `costcalc.graph.Op`. PyTorch's spelling of
            such a class is registered with `costcalc.register_layer`.

    Raises:
        ValueError: specs have a primitive of this name.
    """
    if primitive.name in PRIMITIVES or primitive.name in MERGES:
        raise ValueError(f"there is a primitive `{primitive.name}` already")
    PRIMITIVES[primitive.name] = primitive
    CHOICES.update(_choices(primitive))
