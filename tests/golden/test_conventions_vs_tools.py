"""Each convention equals the tool whose table it is, to the integer, on every operator."""

from __future__ import annotations

import pytest

from costcalc.api import count
from costcalc.cost import CONVENTIONS, difference
from costcalc.cost.difference import in_unit
from costcalc.graph import (
    ACTIVATIONS,
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

from costcalc.witness.ask import Unavailable, ask
from costcalc.witness.tools import TOOLS, Witnessed, missing_packages


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> str:
    """A tool that is installed, by the name of its convention."""
    if missing := missing_packages(request.param):
        pytest.skip(f"not installed: {missing}")
    return str(request.param)


def single(op: Op, shape: Shape) -> Graph:
    """An operator behind a layer that has weights, as some tools want."""
    builder = GraphBuilder("single", shape)
    stem = builder.add(Conv2d(shape[0]) if len(shape) == 3 else Linear(shape[0]), (0,), "stem")
    return builder.build({"out": builder.add(op, (stem,), "op")})


IMAGE, FEATURES = (6, 9, 8), (6,)

OPERATORS: list[tuple[Op, Shape]] = [
    (Conv2d(4), IMAGE),
    (Conv2d(4, (3, 2), (2, 1), (1, 0), (1, 2), groups=2, bias=True), IMAGE),
    (Conv2d(12, (3, 3), padding=(1, 1), groups=6), IMAGE),
    (ConvTranspose2d(4, (2, 2), (2, 2)), IMAGE),
    (ConvTranspose2d(4, (3, 3), (2, 2), (1, 1), (1, 1), bias=True), IMAGE),
    (ConvTranspose2d(4, (3, 3), (2, 1), (1, 0), groups=2, bias=True), IMAGE),
    (ConvTranspose2d(6, (3, 3), (2, 2), groups=3), IMAGE),
    (ConvTranspose2d(6, (2, 3), dilation=(2, 1)), IMAGE),
    (Linear(5), FEATURES),
    (Linear(5, bias=False), FEATURES),
    *[(BatchNorm(affine), shape) for affine in (True, False) for shape in (IMAGE, FEATURES)],
    *[(GroupNorm(3, affine), IMAGE) for affine in (True, False)],
    *[(LayerNorm(affine), shape) for affine in (True, False) for shape in (IMAGE, FEATURES)],
    (LocalResponseNorm(5), IMAGE),
    (LocalResponseNorm(2), IMAGE),
    *[(Activation(function), IMAGE) for function in ACTIVATIONS],
    (Activation("softmax"), FEATURES),
    (PReLU(), IMAGE),
    (PReLU(per_channel=False), IMAGE),
    (Scale(0.5), IMAGE),
    (Dropout(), IMAGE),
    (MaxPool2d((3, 2), (2, 2), (1, 1)), IMAGE),
    (AvgPool2d((3, 2), (2, 2), (1, 0), ceil_mode=True), IMAGE),
    (AdaptiveAvgPool2d(), IMAGE),
    (AdaptiveAvgPool2d((2, 3)), IMAGE),
    (AdaptiveAvgPool2d((7, 7)), (5, 9, 11)),
    (AdaptiveAvgPool2d((3, 3)), (16, 4, 4)),  # in floating point 9 * (4 / 3) ** 2 is less than 16
    (AdaptiveMaxPool2d((2, 3)), IMAGE),
    (Upsample((2, 2)), IMAGE),
    (Upsample((2, 2), "bilinear"), IMAGE),
    (Upsample((3, 2), "bilinear"), IMAGE),
    (Flatten(), IMAGE),
    (ChannelShuffle(2), IMAGE),
    (Slice(0, 1, 4), IMAGE),
    (Slice(2, 1, 4), IMAGE),
    (Pad((1, 0, 2, 1)), IMAGE),
]


def identify(value: Op | Shape) -> str:
    return repr(value).replace(" ", "")


@pytest.mark.parametrize(("op", "shape"), OPERATORS, ids=identify)
def test_every_operator(tool: str, op: Op, shape: Shape) -> None:
    graph = single(op, shape)
    cost, answer = count(graph, tool), ask(tool, graph)
    if cost.unknown:  # because the tool itself has no number
        assert isinstance(answer, Unavailable) and answer.expected, answer
    else:
        assert isinstance(answer, Witnessed), answer
        assert answer.total == cost.total(tool)
        assert answer.unit == CONVENTIONS[tool].unit
        assert answer.version.split("+")[0] == CONVENTIONS[tool].version


def branches() -> Graph:
    """Sums, products with gates, and concatenation, of two and three tensors."""
    builder = GraphBuilder("branches", (6, 9, 8))
    a, b, c = (builder.add(Conv2d(6), (0,), name) for name in "abc")
    gate = builder.add(AdaptiveAvgPool2d(), (a,), "gate")
    x = builder.add(Add(), (a, b), "add2")
    x = builder.add(Mul(), (x, gate), "gated")
    x = builder.add(Mul(), (gate, gate, x), "mul3")
    x = builder.add(Add(), (x, b, c), "add3")
    return builder.build({"out": builder.add(Concat(), (x, a, b), "concat"), "side": a})


def mobile_network() -> Graph:
    """The kind of network this is for: an inverted residual with squeeze-and-excitation."""
    builder = GraphBuilder("mobile", (3, 32, 32))

    def conv_bn_act(x: int, name: str, op: Conv2d, act: str) -> int:
        x = builder.add(op, (x,), f"{name}.conv")
        x = builder.add(BatchNorm(), (x,), f"{name}.bn")
        return builder.add(Activation(act), (x,), f"{name}.act")

    stem = conv_bn_act(0, "stem", Conv2d(16, (3, 3), (2, 2), (1, 1)), "hswish")
    x = conv_bn_act(stem, "block.expand", Conv2d(64), "relu6")
    x = conv_bn_act(x, "block.dw", Conv2d(64, (3, 3), padding=(1, 1), groups=64), "relu")
    gate = builder.add(AdaptiveAvgPool2d(), (x,), "block.se.pool")
    gate = builder.add(Conv2d(16, bias=True), (gate,), "block.se.reduce")
    gate = builder.add(Activation("silu"), (gate,), "block.se.act")
    gate = builder.add(Conv2d(64, bias=True), (gate,), "block.se.expand")
    gate = builder.add(Activation("sigmoid"), (gate,), "block.se.gate")
    x = builder.add(Mul(), (x, gate), "block.se.scale")
    x = builder.add(Conv2d(16), (x,), "block.project.conv")
    x = builder.add(BatchNorm(), (x,), "block.project.bn")
    x = builder.add(Add(), (x, stem), "block.add")
    x = builder.add(AdaptiveAvgPool2d(), (x,), "head.pool")
    x = builder.add(Flatten(), (x,), "head.flatten")
    x = builder.add(Dropout(), (x,), "head.dropout")
    return builder.build({"logits": builder.add(Linear(10), (x,), "head.fc")})


@pytest.mark.parametrize("graph", [branches(), mobile_network()], ids=lambda graph: str(graph.name))
def test_networks(tool: str, graph: Graph) -> None:
    cost, answer = count(graph), ask(tool, graph)
    assert isinstance(answer, Witnessed), answer
    assert answer.total == cost.total(tool)
    paper = in_unit(cost.macs, CONVENTIONS["paper"], answer.unit) or 0
    assert sum(term.amount for term in difference(cost, tool, "paper")) == answer.total - paper
