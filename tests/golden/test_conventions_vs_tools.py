"""Each convention equals the tool whose table it is, to the integer, on every operator."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
import warnings
from collections.abc import Callable, Iterator

import pytest

from costcalc.cost import CONVENTIONS, count, difference
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

import torch

from costcalc.witness.build import build_module


def fvcore(graph: Graph) -> int:
    analysis = importlib.import_module("fvcore.nn").FlopCountAnalysis(module(graph), inputs(graph))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return int(analysis.total())


def flop_counter_mode(graph: Graph) -> int:
    tool = importlib.import_module("torch.utils.flop_counter")
    with tool.FlopCounterMode(display=False) as counter:
        module(graph)(inputs(graph))
    return int(counter.get_total_flops())


def ptflops(graph: Graph, backend: str = "pytorch") -> int:
    macs, _ = importlib.import_module("ptflops").get_model_complexity_info(
        module(graph), graph.input_shape, as_strings=False, print_per_layer_stat=False, backend=backend
    )
    return int(macs)


def ptflops_aten(graph: Graph) -> int:
    return ptflops(graph, "aten")


def thop(graph: Graph) -> int:
    macs, _ = importlib.import_module("thop").profile(module(graph), (inputs(graph),), verbose=False)
    assert macs == int(macs)
    return int(macs)


def torchinfo(graph: Graph) -> int:
    statistics = importlib.import_module("torchinfo").summary(
        module(graph), (1, *graph.input_shape), verbose=0, device="cpu"
    )
    return int(statistics.total_mult_adds)


def calflops(graph: Graph) -> int:
    return calflops_both(graph)[1]


def calflops_flops(graph: Graph) -> int:
    return calflops_both(graph)[0]


def calflops_both(graph: Graph) -> tuple[int, int]:
    """Return (FLOPs, MACs)."""
    tool = importlib.import_module("calflops.flops_counter")
    try:
        flops, macs, _ = tool.calculate_flops(
            module(graph),
            (1, *graph.input_shape),
            print_results=False,
            print_detailed=False,
            output_as_string=False,
        )
    except TypeError:
        # It has patched torch, and would leave it so.
        state = importlib.import_module("calflops.calculate_pipline")
        state._reload_functionals(state.old_functions)
        state._reload_tensor_methods(state.old_functions)
        state.module_flop_count.clear()
        state.module_mac_count.clear()
        raise
    return int(flops), int(macs)


def torchprofile(graph: Graph) -> int:
    return int(importlib.import_module("torchprofile").profile_macs(module(graph), inputs(graph)))


TOOLS: dict[str, tuple[str, Callable[[Graph], int]]] = {
    "fvcore": ("fvcore", fvcore),
    "torch": ("torch", flop_counter_mode),
    "ptflops": ("ptflops", ptflops),
    "ptflops-aten": ("ptflops", ptflops_aten),
    "thop": ("thop", thop),
    "torchinfo": ("torchinfo", torchinfo),
    "calflops": ("calflops", calflops),
    "calflops-flops": ("calflops", calflops_flops),
    "torchprofile": ("torchprofile", torchprofile),
}
"""By convention: the package, and how it is asked."""


def module(graph: Graph) -> torch.nn.Module:
    return build_module(graph)


def inputs(graph: Graph) -> torch.Tensor:
    return torch.zeros(1, *graph.input_shape)


def bypass_hugging_face() -> None:
    """Let `calflops.flops_counter` be imported without its package's `__init__`.

    That one imports transformers, accelerate and more, which only its Hugging Face half uses.
    """
    if "calflops" in sys.modules:
        return
    spec = importlib.util.find_spec("calflops")
    if spec is not None and spec.submodule_search_locations:
        package = types.ModuleType("calflops")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["calflops"] = package


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> Iterator[str]:
    """A convention whose tool is installed, with the warnings that tools give switched off."""
    package, _ = TOOLS[request.param]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if package == "calflops":
            bypass_hugging_face()
        pytest.importorskip(package)
        yield request.param


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
    if type(op) not in CONVENTIONS[tool].rules:
        with pytest.raises(TypeError):  # no rule, because the tool itself has no number
            TOOLS[tool][1](graph)
        return
    cost = count(graph, tool)
    assert cost.unknown == ()
    assert cost.total(tool) == TOOLS[tool][1](graph)


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
    cost = count(graph, also=[tool])
    counted = TOOLS[tool][1](graph)
    assert cost.total(tool) == counted
    assert sum(term.amount for term in difference(cost, tool, "paper")) == counted - cost.macs
