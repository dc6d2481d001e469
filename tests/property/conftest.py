"""Random networks: every operator, wired as papers wire them, small enough to run a thousand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from costcalc import graph as g

Step = Callable[[DrawFn, g.GraphBuilder, int, str], int]
MAX_CHANNELS = 24
MAX_SIZE = 16


@pytest.fixture(scope="session")
def random_graphs() -> SearchStrategy[g.Graph]:
    """Graphs of one to eight steps with one or two heads; every node is read by one or is a head."""
    return graphs()


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Keep torch to one thread: on images this small, threads do nothing but wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@st.composite
def graphs(draw: DrawFn) -> g.Graph:
    sizes = st.integers(1, MAX_SIZE)
    builder = g.GraphBuilder(
        "random", (draw(st.sampled_from((3, 1, 2, 4, 6, 8, 12))), draw(sizes), draw(sizes))
    )
    x = 0
    for number in range(draw(st.integers(1, 8))):
        step = draw(st.sampled_from(STEPS))
        x = step(draw, builder, x, f"stage{number}")
    outputs = {"features": x} if draw(st.booleans()) else {}
    return builder.build(outputs | {"logits": classifier(draw, builder, x)})


def classifier(draw: DrawFn, builder: g.GraphBuilder, x: int) -> int:
    pool = draw(st.sampled_from((g.AdaptiveAvgPool2d, g.AdaptiveMaxPool2d)))
    x = builder.add(pool(draw(pairs(1, 2))), (x,), "head.pool")
    x = builder.add(g.Flatten(), (x,), "head.flatten")
    x = builder.add(g.Linear(draw(st.integers(1, 8)), draw(st.booleans())), (x,), "head.fc1")
    x = builder.add(draw(st.sampled_from((g.BatchNorm(), g.LayerNorm(), g.Dropout(0.1)))), (x,), "head.norm")
    x = builder.add(g.Linear(draw(st.integers(1, 8))), (x,), "head.fc2")
    return builder.add(g.Activation("softmax"), (x,), "head.softmax")


def pairs(low: int, high: int) -> SearchStrategy[g.Pair]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


def window(draw: DrawFn, shape: g.Shape, largest: int = 4) -> g.Pair:
    """A kernel that fits in the image as it is."""
    return tuple(draw(st.integers(1, min(size, largest))) for size in shape[1:])  # type: ignore[return-value]


def divisor(draw: DrawFn, number: int) -> int:
    return draw(st.sampled_from([d for d in range(1, number + 1) if number % d == 0]))


def widened(draw: DrawFn, multiple_of: int) -> int:
    return multiple_of * draw(st.integers(1, max(1, min(3, MAX_CHANNELS // multiple_of))))


def conv(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """Any convolution, dilated where the image has room, then batch normalisation and an activation."""
    shape = builder.shape(x)
    groups = divisor(draw, shape[0])
    kernel = window(draw, shape)
    dilation = tuple(
        draw(st.integers(1, max(1, (size - 1) // max(k - 1, 1))))
        for k, size in zip(kernel, shape[1:], strict=True)
    )
    op = g.Conv2d(
        widened(draw, groups),
        kernel,
        draw(pairs(1, 3)),
        draw(pairs(0, 2)),
        (min(dilation[0], 3), min(dilation[1], 3)),
        groups,
        draw(st.booleans()),
    )
    return normalised(draw, builder, builder.add(op, (x,), f"{name}.conv"), name)


def upsample(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """An upsampling, unless the image is large already."""
    if max(builder.shape(x)[1:]) > MAX_SIZE:
        return conv(draw, builder, x, name)
    mode = draw(st.sampled_from(g.INTERPOLATIONS))
    return builder.add(g.Upsample(draw(pairs(1, 2)), mode), (x,), f"{name}.upsample")


def conv_transpose(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """Any transposed convolution, unless the image is large already."""
    shape = builder.shape(x)
    if max(shape[1:]) > MAX_SIZE:
        return conv(draw, builder, x, name)
    groups = divisor(draw, shape[0])
    kernel, stride, dilation = draw(pairs(1, 4)), draw(pairs(1, 2)), draw(pairs(1, 2))
    op = g.ConvTranspose2d(
        widened(draw, groups),
        kernel,
        stride,
        # At most half of a kernel, so that something is left of a single pixel.
        (draw(st.integers(0, (kernel[0] - 1) // 2)), draw(st.integers(0, (kernel[1] - 1) // 2))),
        (draw(st.integers(0, stride[0] - 1)), draw(st.integers(0, stride[1] - 1))),
        dilation,
        groups,
        draw(st.booleans()),
    )
    return normalised(draw, builder, builder.add(op, (x,), f"{name}.deconv"), name)


def normalised(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    shape = builder.shape(x)
    groups = divisor(draw, shape[0])
    affine = draw(st.booleans())
    norms = [g.BatchNorm(affine), g.LayerNorm(affine), g.LocalResponseNorm(3)]
    if g.elements(shape) > groups:  # torch refuses to normalise groups of one element
        norms.append(g.GroupNorm(groups, affine))
    acts = (*map(g.Activation, g.ACTIVATIONS), g.PReLU(affine), g.Dropout(0.2), g.Scale(0.17))
    x = builder.add(draw(st.sampled_from(norms)), (x,), f"{name}.norm")
    return builder.add(draw(st.sampled_from(acts)), (x,), f"{name}.act")


def pool(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """Any pooling, by windows or to a size."""
    if draw(st.booleans()):
        adaptive = draw(st.sampled_from((g.AdaptiveAvgPool2d, g.AdaptiveMaxPool2d)))
        return builder.add(adaptive(draw(pairs(1, 5))), (x,), f"{name}.pool")
    kind = draw(st.sampled_from((g.MaxPool2d, g.AvgPool2d)))
    kernel = window(draw, builder.shape(x))
    padding = (draw(st.integers(0, kernel[0] // 2)), draw(st.integers(0, kernel[1] // 2)))
    return builder.add(kind(kernel, draw(pairs(1, 3)), padding, draw(st.booleans())), (x,), f"{name}.pool")


def residual(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """One or two branches of depthwise convolution, added to their input; the second may share weights."""
    channels = builder.shape(x)[0]
    op = g.Conv2d(channels, (3, 3), (1, 1), (1, 1), groups=channels, bias=draw(st.booleans()))
    branches = [builder.add(op, (x,), f"{name}.dw")]
    if draw(st.booleans()):
        shares = f"{name}.dw" if draw(st.booleans()) else None
        branches.append(builder.add(op, (branches[0],), f"{name}.dw_again", shares=shares))
    return builder.add(g.Add(), (x, *branches), f"{name}.add")


def gate(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """Squeeze and excitation, by channels or by positions; the gate may come first."""
    channels = builder.shape(x)[0]
    if draw(st.booleans()):
        y = builder.add(g.AdaptiveAvgPool2d(), (x,), f"{name}.squeeze")
        y = builder.add(g.Conv2d(max(1, channels // 4), bias=True), (y,), f"{name}.reduce")
        y = builder.add(g.Activation("silu"), (y,), f"{name}.act")
        y = builder.add(g.Conv2d(channels, bias=True), (y,), f"{name}.expand")
    else:
        y = builder.add(g.Conv2d(1, bias=True), (x,), f"{name}.positions")
    y = builder.add(g.Activation("hsigmoid"), (y,), f"{name}.gate")
    return builder.add(g.Mul(), (x, y) if draw(st.booleans()) else (y, x), f"{name}.mul")


def split(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """Two or three parts of the channels, each through a convolution or as it is, joined and shuffled."""
    channels, _, _ = builder.shape(x)
    if channels < 2:
        return conv(draw, builder, x, name)
    cuts = draw(st.sets(st.integers(1, channels - 1), min_size=1, max_size=2))
    edges = (0, *sorted(cuts), channels)
    parts = []
    for number, (start, stop) in enumerate(itertools.pairwise(edges)):
        part = builder.add(g.Slice(0, start, stop), (x,), f"{name}.part{number}")
        if draw(st.booleans()):
            part = builder.add(g.Conv2d(widened(draw, 1)), (part,), f"{name}.conv{number}")
        parts.append(part)
    x = builder.add(g.Concat(), tuple(parts), f"{name}.concat")
    return builder.add(g.ChannelShuffle(divisor(draw, builder.shape(x)[0])), (x,), f"{name}.shuffle")


def reframed(draw: DrawFn, builder: g.GraphBuilder, x: int, name: str) -> int:
    """Zeros around the image, or a part of its rows or columns."""
    shape = builder.shape(x)
    axis = draw(st.integers(1, 2))
    if shape[axis] == 1 or draw(st.booleans()):
        left, top = draw(pairs(0, 2))
        return builder.add(g.Pad((left, 1, top, 0)), (x,), f"{name}.pad")
    start = draw(st.integers(0, shape[axis] - 1))
    stop = draw(st.integers(start + 1, shape[axis]))
    return builder.add(g.Slice(axis, start, stop), (x,), f"{name}.crop")


STEPS: tuple[Step, ...] = (conv, conv_transpose, upsample, pool, residual, gate, split, reframed)
