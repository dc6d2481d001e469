"""What specs do not have, by the names that one would look for it under, and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import Final

_ATTENTION: Final = "specs have no attention and no matrix products: a table says no sequence length"
_RECURRENCE: Final = "specs have no recurrence: a network runs once, from its input to its heads"
_CONTROL: Final = "specs have no control flow that depends on data: `n` repeats a row, `when` drops a step"
_LOOKUP: Final = "specs have no tokens to look up: an input is an image of channels, height and width"

BY_INTENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("attention", "selfattention", "multiheadattention", "mha", "transformer"), _ATTENTION
        ),
        **dict.fromkeys(("matmul", "bmm", "einsum", "scaleddotproductattention"), _ATTENTION),
        **dict.fromkeys(("lstm", "gru", "rnn", "convlstm", "recurrent", "lstmcell", "grucell"), _RECURRENCE),
        **dict.fromkeys(("for", "while", "loop", "repeat", "if", "else", "switch", "cond"), _CONTROL),
        **dict.fromkeys(("embedding", "embeddings", "gather", "lookup", "token"), _LOOKUP),
    }
)
"""What is left out on purpose, and why."""

ELSEWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("conv2d", "convolution", "convolution2d", "pointwise", "conv1x1"), "conv"),
        **dict.fromkeys(("depthwise", "depthwiseconv", "depthwiseconv2d", "dwconv2d", "dw"), "dwconv"),
        **dict.fromkeys(("deconv", "deconvolution", "convtranspose2d", "upconv"), "conv_transpose"),
        **dict.fromkeys(("dense", "fc", "fullyconnected", "innerproduct"), "linear"),
        **dict.fromkeys(("batchnorm", "batchnorm2d", "batchnormalization"), "bn"),
        "swish": "silu",
        "hardswish": "hswish",
        "hardsigmoid": "hsigmoid",
        "lrelu": "leaky_relu",
        **dict.fromkeys(("globalavgpool", "globalaveragepooling", "globalaveragepooling2d"), "gap"),
        **dict.fromkeys(("adaptiveavgpool", "adaptiveavgpool2d", "globalpool"), "gap"),
        **dict.fromkeys(("globalmaxpool", "globalmaxpooling", "adaptivemaxpool2d"), "gmp"),
        **dict.fromkeys(("channelshuffle", "shufflechannels"), "shuffle"),
        **dict.fromkeys(("sum", "plus", "residual", "shortcut", "eltwise"), "add"),
        **dict.fromkeys(("cat", "concatenate", "join", "route"), "concat"),
        **dict.fromkeys(("multiply", "product"), "mul"),
        **dict.fromkeys(("chunk", "channelsplit"), "split"),
        **dict.fromkeys(("resize", "interpolate", "upsampling", "upsampling2d"), "upsample"),
        **dict.fromkeys(("zeropad", "zeropadding", "zeropadding2d"), "pad"),
        **dict.fromkeys(("noop", "skip", "passthrough"), "identity"),
    }
)
"""What is there under another name."""


IN_STD: Final = (
    "conv_bn_act",
    "dwconv_bn_act",
    "bn_relu",
    "squeeze_excite",
    "inverted_residual",
    "classifier",
)
"""What `import: [std]` brings."""


PARAMETERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("channels", "outchannels", "outfeatures", "features", "filters", "units"), "c"),
        **dict.fromkeys(("kernel", "kernelsize", "ksize", "size"), "k"),
        **dict.fromkeys(("stride", "strides"), "s"),
        **dict.fromkeys(("group", "groups", "numgroups"), "g"),
        **dict.fromkeys(("padding", "pads"), "pad"),
        **dict.fromkeys(("dilations", "dilationrate", "rate"), "dilation"),
        **dict.fromkeys(("multiplier", "depthmultiplier", "channelmultiplier"), "m"),
        **dict.fromkeys(("activation", "nonlinearity"), "act"),
        **dict.fromkeys(("usebias", "biasterm"), "bias"),
        **dict.fromkeys(("scalefactor", "factor"), "s"),
        "outputpadding": "out_pad",
    }
)
"""What other tools call the parameters of operators."""


def parameter_advice(name: str, known: Container[str]) -> str | None:
    """Return what a parameter that other tools have is called among the `known`, if it is there.

    >>> parameter_advice("kernel_size", {"c", "k"})
    'it is called `k`'
    """
    ours = PARAMETERS.get(_plain(name))
    return f"it is called `{ours}`" if ours is not None and ours in known else None


def advice(name: str) -> str | None:
    """Return what to write instead of a name that other tools have, if anything is known.

    >>> advice("BatchNorm2d")
    'it is called `bn`'
    """
    if name in IN_STD:
        return "`import: [std]` brings it"
    plain = _plain(name)
    if plain in BY_INTENT:
        return BY_INTENT[plain]
    return f"it is called `{ELSEWHERE[plain]}`" if plain in ELSEWHERE else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
