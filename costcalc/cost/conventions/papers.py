"""What papers count: the products that are summed, and nothing else."""

from __future__ import annotations

from costcalc.cost.convention import Convention, zeros
from costcalc.cost.conventions.rules import MAC_AND_BIAS, ONE_PER_MAC, table
from costcalc.graph import ConvTranspose2d, Linear

PAPER = Convention(
    name="paper",
    unit="MAC",
    rules=table(ONE_PER_MAC, {}),
    source="MobileNets (arXiv:1704.04861), section 3.1; EfficientNet, ResNet and most others",
    version="",
    description="Multiply-accumulates of convolutions and fully connected layers, without biases.",
)

MACS_CONV = Convention(
    name="macs_conv",
    unit="MAC",
    rules=table(ONE_PER_MAC, zeros("0: fully connected layers are left out", Linear)),
    source="ShuffleNet (arXiv:1707.01083), table 1; VGG-16's 15.3 G",
    version="",
    description="Multiply-accumulates of convolutions alone, without fully connected layers.",
)

_PYCLS_RULES = dict(table(MAC_AND_BIAS, {}))
del _PYCLS_RULES[ConvTranspose2d]  # pycls has none, so nobody knows what it would count

PYCLS = Convention(
    name="pycls",
    unit="MAC",
    rules=_PYCLS_RULES,
    source="RegNet (arXiv:2003.13678), pycls/models/blocks.py",
    version="5719de6",
    description="What RegNet's code base calls flops: multiply-accumulates and biases.",
)
