"""What papers count: the products that are summed, and nothing else."""

from __future__ import annotations

from costcalc.cost.convention import Convention, Rule, Rules, zeros
from costcalc.graph import (
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
    Input,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mul,
    Pad,
    PReLU,
    Scale,
    Slice,
    Upsample,
)

ONE_PER_MAC = Rule("1 per multiply-accumulate, no bias", lambda call: call.macs)

MOVES = (Input, Flatten, Dropout, Slice, ChannelShuffle, Concat, Pad)
"""Operators without arithmetic. No counter counts them."""

MINOR = (
    BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm, Activation, PReLU, Add, Mul, Scale,
    MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, AdaptiveMaxPool2d, Upsample,
)  # fmt: skip
"""Operators with a little arithmetic per element, which most counters leave out in part."""

MACS_ONLY: Rules = {
    Conv2d: ONE_PER_MAC,
    ConvTranspose2d: ONE_PER_MAC,
    Linear: ONE_PER_MAC,
    **zeros("0: no multiply-accumulate", *MINOR),
    **zeros("0: no arithmetic", *MOVES),
}

PAPER = Convention(
    name="paper",
    unit="MAC",
    rules=MACS_ONLY,
    source="MobileNets (arXiv:1704.04861), section 3.1; EfficientNet, ResNet and most others",
    version="",
    description="Multiply-accumulates of convolutions and fully connected layers, without biases.",
)

MACS_CONV = Convention(
    name="macs_conv",
    unit="MAC",
    rules={**MACS_ONLY, **zeros("0: fully connected layers are left out", Linear)},
    source="ShuffleNet (arXiv:1707.01083), table 1; VGG-16's 15.3 G",
    version="",
    description="Multiply-accumulates of convolutions alone, without fully connected layers.",
)
