"""Every operator against its PyTorch spelling: shapes, learned tensors, buffers and multiply-adds."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

torch = pytest.importorskip("torch")
pytest.importorskip("fvcore")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from costcalc import graph as g  # noqa: E402
from costcalc.errors import OperatorError  # noqa: E402
from costcalc.graph.elementwise import Input  # noqa: E402
from costcalc.witness.build import build_module  # noqa: E402
from costcalc.witness.counters import flop_counter_mode, fvcore_count  # noqa: E402
from costcalc.witness.layers import ACTIVATIONS, layer  # noqa: E402

Case = tuple[g.Op, tuple[g.Shape, ...]]
BATCH = 2


def operators(root: type[g.Op] = g.Op) -> Iterator[type[g.Op]]:
    """Yield every public operator; the test of identity skips what `slots=True` leaves behind."""
    for cls in root.__subclasses__():
        ours = cls.__module__.startswith("costcalc.")
        public = ours and not cls.__name__.startswith("_") and cls is not Input
        if public and getattr(sys.modules[cls.__module__], cls.__name__) is cls:
            yield cls
        yield from operators(cls)


OPERATORS = sorted(set(operators()), key=lambda cls: cls.__name__)


def pairs(low: int, high: int) -> SearchStrategy[g.Pair]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


def one(ops: SearchStrategy[g.Op], shapes: SearchStrategy[g.Shape]) -> SearchStrategy[Case]:
    """An operator with one input."""
    return st.tuples(ops, st.tuples(shapes))


channels = st.integers(1, 6)
sizes = st.integers(1, 9)
images: SearchStrategy[g.Shape] = st.tuples(channels, sizes, sizes)
features: SearchStrategy[g.Shape] = st.tuples(channels)
tensors = images | features
affine = st.booleans()


@st.composite
def grouped(draw: DrawFn, op: type[g.Conv2d] | type[g.ConvTranspose2d]) -> Case:
    groups = draw(st.integers(1, 4))
    shape = (groups * draw(st.integers(1, 3)), draw(sizes), draw(sizes))
    out_channels = groups * draw(st.integers(1, 3))
    kernel_size, stride, padding, dilation = (
        draw(pairs(1, 4)),
        draw(pairs(1, 3)),
        draw(pairs(0, 2)),
        draw(pairs(1, 3)),
    )
    bias = draw(st.booleans())
    if op is g.Conv2d:
        return g.Conv2d(out_channels, kernel_size, stride, padding, dilation, groups, bias), (shape,)
    more = draw(pairs(0, 2))
    return g.ConvTranspose2d(out_channels, kernel_size, stride, padding, more, dilation, groups, bias), (
        shape,
    )


@st.composite
def window_pools(draw: DrawFn, op: type[g.MaxPool2d] | type[g.AvgPool2d]) -> Case:
    return op(draw(pairs(1, 4)), draw(pairs(1, 4)), draw(pairs(0, 2)), draw(st.booleans())), (draw(images),)


@st.composite
def divided(
    draw: DrawFn, op: type[g.ChannelShuffle] | type[g.GroupNorm], shapes: SearchStrategy[g.Shape]
) -> Case:
    groups, shape = draw(st.integers(1, 3)), draw(shapes)
    made = g.GroupNorm(groups, draw(affine)) if op is g.GroupNorm else g.ChannelShuffle(groups)
    return made, ((groups * shape[0], *shape[1:]),)


@st.composite
def slices(draw: DrawFn) -> Case:
    shape = draw(tensors)
    axis = draw(st.integers(0, len(shape) - 1))
    start = draw(st.integers(0, shape[axis] - 1))
    return g.Slice(axis, start, draw(st.integers(start + 1, shape[axis]))), (shape,)


@st.composite
def products(draw: DrawFn) -> Case:
    shape = draw(tensors)
    masks = st.tuples(*[st.booleans() for _ in shape])
    factors = draw(st.lists(masks, min_size=1, max_size=3))
    return g.Mul(), tuple(
        tuple(size if keep else 1 for size, keep in zip(shape, mask, strict=True)) for mask in factors
    )


@st.composite
def concats(draw: DrawFn) -> Case:
    shape = draw(tensors)
    widths = draw(st.lists(channels, min_size=1, max_size=4))
    return g.Concat(), tuple((width, *shape[1:]) for width in widths)


CASES: dict[type[g.Op], SearchStrategy[Case]] = {
    g.Activation: one(st.sampled_from(g.ACTIVATIONS).map(g.Activation), tensors),
    g.AdaptiveAvgPool2d: one(pairs(1, 4).map(g.AdaptiveAvgPool2d), images),
    g.AdaptiveMaxPool2d: one(pairs(1, 4).map(g.AdaptiveMaxPool2d), images),
    g.Add: st.tuples(st.just(g.Add()), st.builds(lambda shape, n: (shape,) * n, tensors, st.integers(1, 4))),
    g.AvgPool2d: window_pools(g.AvgPool2d),
    g.BatchNorm: one(affine.map(g.BatchNorm), tensors),
    g.ChannelShuffle: divided(g.ChannelShuffle, images),
    g.Concat: concats(),
    g.Conv2d: grouped(g.Conv2d),
    g.ConvTranspose2d: grouped(g.ConvTranspose2d),
    g.Dropout: one(st.just(g.Dropout(0.2)), tensors),
    g.Flatten: one(st.just(g.Flatten()), tensors),
    g.GroupNorm: divided(g.GroupNorm, tensors),
    g.LayerNorm: one(affine.map(g.LayerNorm), tensors),
    g.Linear: one(st.builds(g.Linear, channels, st.booleans()), features),
    g.LocalResponseNorm: one(st.integers(1, 5).map(g.LocalResponseNorm), images),
    g.MaxPool2d: window_pools(g.MaxPool2d),
    g.Mul: products(),
    g.PReLU: one(st.booleans().map(g.PReLU), tensors),
    g.Pad: one(st.tuples(*[st.integers(0, 3)] * 4).map(g.Pad), images),
    g.Scale: one(st.just(g.Scale(0.17)), tensors),
    g.Slice: slices(),
    g.Upsample: one(st.builds(g.Upsample, pairs(1, 3), st.sampled_from(g.INTERPOLATIONS)), images),
}


def test_every_operator_has_a_spelling_and_is_tested() -> None:
    assert [op for op in OPERATORS if layer.dispatch(op) is layer.dispatch(object)] == []
    assert set(CASES) == set(OPERATORS)
    assert tuple(ACTIVATIONS) == g.ACTIVATIONS


def torch_refuses(op: g.Op, shapes: tuple[g.Shape, ...]) -> bool:
    """Tell whether torch raises or, as for a transposed convolution that is all padding, returns nothing."""
    try:
        output = layer(op, *shapes).eval()(*[torch.zeros(BATCH, *shape) for shape in shapes])
    except (RuntimeError, ValueError):
        return True
    return bool(output.numel() == 0)


@pytest.mark.parametrize("op_class", OPERATORS, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_operator_agrees_with_torch(op_class: type[g.Op], data: st.DataObject) -> None:
    op, shapes = data.draw(CASES[op_class])
    inputs = tuple(torch.zeros(BATCH, *shape) for shape in shapes)
    try:
        out_shape = op.out_shape(*shapes)
    except OperatorError:
        assert torch_refuses(op, shapes)
        return
    module = layer(op, *shapes).eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        output = module(*inputs)
    assert tuple(output.shape) == (BATCH, *out_shape)
    assert counter.get_total_flops() == 2 * BATCH * op.macs(*shapes)
    learned = {name: tuple(tensor.shape) for name, tensor in module.named_parameters()}
    assert learned == {weight.name: weight.shape for weight in op.weights(*shapes)}
    kept = {name: tuple(tensor.shape) for name, tensor in module.named_buffers() if tensor.ndim}
    assert kept == {buffer.name: buffer.shape for buffer in op.buffers(*shapes)}


@pytest.mark.parametrize("op_class", [g.Conv2d, g.ConvTranspose2d, g.Linear], ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_macs_are_what_fvcore_counts(op_class: type[g.Op], data: st.DataObject) -> None:
    op, (shape,) = data.draw(CASES[op_class])
    builder = g.GraphBuilder("one operator", shape)
    try:
        index = builder.add(op, (0,), "layer")
    except OperatorError:
        reject()
    counted = fvcore_count(builder.build({"out": index}))
    assert counted.total == counted.by_node["layer"] == op.macs(shape)


def test_a_transposed_convolution_that_is_all_padding_is_refused() -> None:
    with pytest.raises(OperatorError, match="the padding removes the whole output of an input of 1x1"):
        g.ConvTranspose2d(1, (1, 1), padding=(0, 1)).out_shape((1, 1, 1))


def test_shuffle_is_the_reference_shuffle() -> None:
    x = torch.rand(2, 12, 3, 3)
    shuffle = layer(g.ChannelShuffle(3), (12, 3, 3))
    assert torch.equal(shuffle(x), torch.nn.functional.channel_shuffle(x, 3))


def test_layer_norm_of_an_image_normalises_each_position() -> None:
    out = layer(g.LayerNorm(), (64, 3, 5))(torch.rand(2, 64, 3, 5))
    assert torch.allclose(out.mean(1), torch.zeros(2, 3, 5), atol=1e-5)
    assert torch.allclose(out.var(1, unbiased=False), torch.ones(2, 3, 5), atol=1e-2)


def small_graph() -> g.Graph:
    """A stem, a residual block and two heads that share their weights."""
    builder = g.GraphBuilder("small", (3, 8, 8))
    stem = builder.add(g.Conv2d(4, (3, 3), (2, 2), (1, 1)), (0,), "stem.conv")
    conv = builder.add(g.Conv2d(4, (1, 1)), (stem,), "half.0.conv")
    norm = builder.add(g.BatchNorm(), (conv,), "half.0.bn")
    both = builder.add(g.Add(), (stem, norm), "half")
    near = builder.add(g.Conv2d(2, (3, 3), bias=True), (both,), "heads.near")
    pool = builder.add(g.MaxPool2d((1, 1), (1, 1)), (near,), "pool.type")
    wide = builder.add(g.Conv2d(2, (3, 3), bias=True), (norm,), "heads.far", shares="heads.near")
    return builder.build({"near": pool, "far": wide})


def test_module_reads_like_the_network() -> None:
    module = build_module(small_graph())
    assert [name for name, _ in module.named_parameters()] == [
        "stem.conv.weight",
        "half__.0.conv.weight",
        "half__.0.bn.weight",
        "half__.0.bn.bias",
        "heads.near.weight",
        "heads.near.bias",
    ]
    assert "heads_far = self.heads.near(half_0_bn)" in module.code
    assert not module.training


def test_heads_come_as_a_dict_of_finite_numbers() -> None:
    outputs = build_module(small_graph())(torch.rand(1, 3, 8, 8))
    assert {head: tuple(tensor.shape) for head, tensor in outputs.items()} == {
        "near": (1, 2, 2, 2),
        "far": (1, 2, 2, 2),
    }
    assert all(torch.isfinite(tensor).all() for tensor in outputs.values())


def test_meta_module_takes_no_memory() -> None:
    module = build_module(small_graph(), device="meta")
    assert {tensor.device.type for tensor in module.state_dict().values()} == {"meta"}


def test_shared_weights_are_counted_at_each_use() -> None:
    graph = small_graph()
    macs = {node.name: node.op.macs(*graph.input_shapes(node)) for node in graph.nodes[1:]}
    fvcore, torch_own = fvcore_count(graph), flop_counter_mode(graph)
    assert fvcore.by_node["heads.far"] == fvcore.by_node["heads.near"] == macs["heads.far"] > 0
    assert {name: flops // 2 for name, flops in torch_own.by_node.items()} == macs
    assert torch_own.total == sum(torch_own.by_operator.values()) == 2 * sum(macs.values())


def test_counting_tells_what_it_did_not_count() -> None:
    counted = fvcore_count(small_graph())
    assert counted.uncounted == {"aten::add": 1, "aten::max_pool2d": 1}
    assert counted.total == sum(counted.by_node.values()) == sum(counted.by_operator.values())
    assert (counted.tool, counted.unit) == ("fvcore", "MAC")


def test_counting_is_quiet_and_leaves_no_trace(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = torch.get_rng_state(), torch.is_grad_enabled(), torch.get_default_device()
    fvcore_count(small_graph())
    flop_counter_mode(small_graph())
    after = torch.get_rng_state(), torch.is_grad_enabled(), torch.get_default_device()
    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
