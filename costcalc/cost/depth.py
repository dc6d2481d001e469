"""Depth: how many layers with weights a network has in a row."""

from __future__ import annotations

from costcalc.graph import Conv2d, ConvTranspose2d, Graph, Linear

LAYERS = (Conv2d, ConvTranspose2d, Linear)
"""What papers count as a layer: the 50 of ResNet-50 are 49 convolutions and one fully connected layer
(arXiv:1512.03385, Table 1), and projections beside them do not make it deeper."""


def depth(graph: Graph) -> int:
    """Return the most convolutions and fully connected layers on any path from the input to an output."""
    deepest = along(graph)
    return max([deepest[output] for output in graph.outputs.values()])


def along(graph: Graph) -> list[int]:
    """Return, for every node, the most layers on any path from the input to it, itself included."""
    deepest: list[int] = []
    for node in graph.nodes:
        above = max([deepest[source] for source in node.inputs], default=0)
        deepest.append(above + isinstance(node.op, LAYERS))
    return deepest
