"""Memory access and peak memory without fusion equal what PyTorch's eager execution does."""

from __future__ import annotations

import dataclasses

import pytest

from costcalc.api import count
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
    Graph,
    GraphBuilder,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mul,
    Op,
    Pad,
    PReLU,
    Scale,
    Shape,
    Slice,
    Upsample,
)

pytest.importorskip("torch")

from costcalc.witness.memory import watch_memory


def single(op: Op, shape: Shape, copies: int = 1) -> Graph:
    builder = GraphBuilder("single", shape)
    return builder.build({"out": builder.add(op, (0,) * copies, "op")})


IMAGE = (6, 9, 8)

OPERATORS: list[tuple[Op, Shape]] = [
    (Conv2d(4, (3, 3), groups=2), IMAGE),
    (Conv2d(4, bias=True), IMAGE),
    (ConvTranspose2d(4, (2, 2), (2, 2), bias=True), IMAGE),
    (Linear(5), (6,)),
    (Linear(5, bias=False), (6,)),
    (BatchNorm(), IMAGE),
    (BatchNorm(affine=False), (6,)),
    (GroupNorm(3), IMAGE),
    (LayerNorm(), IMAGE),
    (LocalResponseNorm(), IMAGE),
    (Activation("relu"), IMAGE),
    (Activation("hswish"), IMAGE),
    (Activation("softmax"), IMAGE),
    (PReLU(), IMAGE),
    (Scale(0.5), IMAGE),
    (Dropout(), IMAGE),
    (MaxPool2d((3, 3), (2, 2), (1, 1)), IMAGE),
    (AvgPool2d((2, 2), (2, 2)), IMAGE),
    (AdaptiveAvgPool2d(), IMAGE),
    (AdaptiveAvgPool2d((2, 3)), IMAGE),
    (AdaptiveMaxPool2d((2, 3)), IMAGE),
    (Upsample((2, 2)), IMAGE),
    (Upsample((2, 2), "bilinear"), IMAGE),
    (Flatten(), IMAGE),
    (ChannelShuffle(2), IMAGE),
    (ChannelShuffle(1), IMAGE),  # leaves all channels in place, as a group per channel does: a view
    (ChannelShuffle(6), IMAGE),
    (Slice(0, 1, 4), IMAGE),
    (Pad((1, 0, 2, 1)), IMAGE),
]


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(("op", "shape"), OPERATORS, ids=repr)
def test_every_operator(op: Op, shape: Shape, batch: int) -> None:
    compare(single(op, shape), batch)


@pytest.mark.parametrize("copies", [2, 3, 4])
@pytest.mark.parametrize("op", [Add(), Mul(), Concat()], ids=repr)
def test_operators_of_several_inputs(op: Op, copies: int) -> None:
    compare(single(op, IMAGE, copies), 2)


def test_a_flatten_behind_a_layer_norm_is_a_view() -> None:
    """PyTorch's own copies: its layer norm leaves NHWC, which the pooling keeps."""
    builder = GraphBuilder("nhwc", IMAGE)
    x = builder.add(LayerNorm(), (0,), "norm")
    x = builder.add(MaxPool2d((2, 2)), (x,), "pool")
    compare(builder.build({"out": builder.add(Flatten(), (x,), "flatten")}), 2)


def test_a_network_with_branches() -> None:
    builder = GraphBuilder("branches", (3, 16, 16))
    stem = builder.add(Conv2d(16, (3, 3), (2, 2), (1, 1)), (0,), "stem")
    left = builder.add(Slice(0, 0, 8), (stem,), "left")
    x = builder.add(Slice(0, 8, 16), (stem,), "right")
    x = builder.add(Conv2d(24), (x,), "expand")
    x = builder.add(BatchNorm(), (x,), "bn")
    x = builder.add(Activation("relu"), (x,), "relu")
    gate = builder.add(AdaptiveAvgPool2d(), (x,), "gate")
    x = builder.add(Mul(), (gate, gate, x), "scale")
    x = builder.add(Conv2d(8), (x,), "project")
    x = builder.add(Add(), (x, left, x), "add")
    x = builder.add(Concat(), (left, x), "concat")
    x = builder.add(ChannelShuffle(2), (x,), "shuffle")
    side = builder.add(Conv2d(2), (x,), "side")
    x = builder.add(AdaptiveAvgPool2d(), (x,), "pool")
    x = builder.add(Flatten(), (x,), "flatten")
    compare(builder.build({"logits": builder.add(Linear(10), (x,), "fc"), "side": side}), 2)


def compare(graph: Graph, batch: int) -> None:
    # PyTorch's caller holds on to the input, as if it were an output of the network.
    held = dataclasses.replace(graph, outputs={**graph.outputs, "input": 0})
    cost = count(held, batch=batch, fusion="none")
    for device in ("cpu", "meta"):
        watched = watch_memory(graph, batch, device)
        moved = {row.node.name: (row.read_bytes, row.written_bytes) for row in cost.rows}
        assert watched.by_node == moved
        assert (watched.read_bytes, watched.written_bytes) == (cost.read_bytes, cost.written_bytes)
        assert watched.peak_bytes == cost.peak_memory.bytes
