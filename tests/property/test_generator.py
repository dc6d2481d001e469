"""The random networks that everything is held to have everything in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from costcalc.graph import ACTIVATIONS, Activation, Conv2d, ConvTranspose2d, Graph, Op, Slice

WAYS = ("grouped", "depthwise", "dilated", "asymmetric", "strided", "padded", "biased")
SHAPES = ("several heads", "branches", "split", "shared weights")


def features(graph: Graph) -> set[str]:
    """Return what a network has that formulas may get wrong."""
    found = {"several heads"} if len(graph.outputs) > 1 else set()
    for index, node in enumerate(graph.nodes):
        found.add(type(node.op).__name__)
        readers = [type(graph.nodes[reader].op) for reader in graph.consumers()[index]]
        found |= {"shared weights"} if node.shares else set()
        found |= {"branches"} if len(readers) > 1 else set()
        found |= {"split"} if readers.count(Slice) > 1 else set()
        if isinstance(node.op, Activation):
            found.add(node.op.function)
        if isinstance(node.op, Conv2d | ConvTranspose2d):
            found |= {f"{way} {node.op.kind}" for way in ways(node.op, graph.input_shapes(node)[0][0])}
    return found


def ways(op: Conv2d | ConvTranspose2d, c_in: int) -> list[str]:
    """Return which of `WAYS` a convolution is."""
    holds = (
        1 < op.groups < min(c_in, op.out_channels),
        1 < op.groups == c_in == op.out_channels,
        max(op.dilation) > 1 and max(op.kernel_size) > 1,
        op.kernel_size[0] != op.kernel_size[1],
        max(op.stride) > 1,
        max(op.padding) > 0,
        op.bias,
    )
    return [way for way, is_so in zip(WAYS, holds, strict=True) if is_so]


def operators(kind: type[Op]) -> Iterator[type[Op]]:
    """Yield the operators of a kind; those that stand between have no name."""
    for op in kind.__subclasses__():
        if "kind" in vars(op) and op.__module__.startswith("costcalc."):
            yield op
        yield from operators(op)


def test_every_operator_and_every_way_to_use_it_occurs(random_graphs: SearchStrategy[Graph]) -> None:
    seen = Counter[str]()

    @given(st.data())
    @settings(
        max_examples=400,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def collect(data: st.DataObject) -> None:
        seen.update(features(data.draw(random_graphs)))

    collect()
    convolutions = {f"{way} {op.kind}" for op in (Conv2d, ConvTranspose2d) for way in WAYS}
    expected = {op.__name__ for op in operators(Op)} | {*ACTIVATIONS, *SHAPES, *convolutions}
    assert {name: seen[name] for name in expected if seen[name] < 3} == {}
