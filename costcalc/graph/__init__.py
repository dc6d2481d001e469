"""What a network is: operators, nodes and the graph they form. Pure; knows no YAML and no torch."""

from costcalc.graph.convolution import PRODUCTS, Conv2d, ConvTranspose2d, Linear
from costcalc.graph.elementwise import ACTIVATIONS, Activation, Add, Dropout, Input, Mul, PReLU, Scale
from costcalc.graph.graph import Graph, GraphBuilder, Node
from costcalc.graph.layout import INTERPOLATIONS, ChannelShuffle, Concat, Flatten, Pad, Slice, Upsample
from costcalc.graph.normalization import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from costcalc.graph.operator import Op, Pair, Shape, Weight, elements, format_shape
from costcalc.graph.pooling import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d

__all__ = [
    "ACTIVATIONS",
    "INTERPOLATIONS",
    "PRODUCTS",
    "Activation",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "Add",
    "AvgPool2d",
    "BatchNorm",
    "ChannelShuffle",
    "Concat",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "Graph",
    "GraphBuilder",
    "GroupNorm",
    "Input",
    "LayerNorm",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "Mul",
    "Node",
    "Op",
    "PReLU",
    "Pad",
    "Pair",
    "Scale",
    "Shape",
    "Slice",
    "Upsample",
    "Weight",
    "elements",
    "format_shape",
]
