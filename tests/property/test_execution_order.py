"""The best execution order of a random network: legal, the same network, and the best there is."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from costcalc.api import count
from costcalc.cost import FUSIONS, Fusion
from costcalc.cost.execution import Execution
from costcalc.cost.order import best_order, in_best_order, reorder
from costcalc.graph import Activation, Add, Concat, Conv2d, Graph, GraphBuilder, Slice


@st.composite
def graphs(draw: st.DrawFn, most: int) -> Graph:
    """Networks with many branches of many sizes, on 4x2x2."""
    builder = GraphBuilder("random", (4, 2, 2))
    for step in range(draw(st.integers(1, most))):
        source = draw(st.integers(0, len(builder.nodes) - 1))
        choice = draw(st.sampled_from(["conv", "conv", "relu", "slice", "add", "concat"]))
        if choice == "conv":
            builder.add(Conv2d(draw(st.integers(1, 9))), (source,), f"conv{step}")
        elif choice == "relu":
            builder.add(Activation("relu"), (source,), f"relu{step}")
        elif choice == "slice":
            builder.add(Slice(0, 0, 1), (source,), f"slice{step}")
        else:
            same = [i for i in range(len(builder.nodes)) if builder.shape(i) == builder.shape(source)]
            others = draw(st.lists(st.sampled_from(same), min_size=1, max_size=2))
            builder.add(Add() if choice == "add" else Concat(), (source, *others), f"{choice}{step}")
    outputs = {"out": len(builder.nodes) - 1}
    if draw(st.booleans()):
        outputs["side"] = draw(st.integers(0, len(builder.nodes) - 1))
    return builder.build(outputs)


fusions = st.sampled_from(FUSIONS)


def least_peak(graph: Graph, fusion: Fusion) -> int:
    """Return the least peak of all legal orders, by trying them, each kernel with its epilogues."""
    heads = Execution(graph, fusion).heads
    kernels = [[i for i, head in enumerate(heads) if head == first] for first in dict.fromkeys(heads)]
    peaks = []
    for kernels_ in itertools.permutations(kernels[1:]):
        order = [*kernels[0], *itertools.chain(*kernels_)]
        place = {node: position for position, node in enumerate(order)}
        if all(place[source] < place[i] for i, node in enumerate(graph.nodes) for source in node.inputs):
            peaks.append(count(reorder(graph, order), fusion=fusion).peak_memory.bytes)
    return min(peaks)


@settings(max_examples=150)
@given(graphs(6), fusions)
def test_no_order_has_a_lower_peak(graph: Graph, fusion: Fusion) -> None:
    ordered, best = in_best_order(graph, fusion)
    assert best
    assert count(ordered, fusion=fusion).peak_memory.bytes == least_peak(graph, fusion)


@given(graphs(30), fusions, st.integers(0, 20))
def test_any_order_is_legal_and_no_worse_than_the_one_given(
    graph: Graph, fusion: Fusion, most_states: int
) -> None:
    order = best_order(Execution(graph, fusion), most_states)
    assert sorted(order.nodes) == list(range(len(graph.nodes)))
    ordered = reorder(graph, order.nodes)
    assert all(source < index for index, node in enumerate(ordered.nodes) for source in node.inputs)
    assert {node.name: node.shape for node in ordered.nodes} == {n.name: n.shape for n in graph.nodes}
    one, other = count(graph, fusion=fusion), count(ordered, fusion=fusion)
    assert other.peak_memory.bytes <= one.peak_memory.bytes
    assert (other.macs, other.params, other.memory_access) == (one.macs, one.params, one.memory_access)
