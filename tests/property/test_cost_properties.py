"""What must hold for the cost of any network."""

from hypothesis import given
from hypothesis import strategies as st

from costcalc.api import count
from costcalc.cost import CONVENTIONS, FUSIONS, Fusion, Group, difference
from costcalc.cost.difference import common_unit, in_unit
from costcalc.graph import (
    Activation,
    AdaptiveAvgPool2d,
    Add,
    BatchNorm,
    ChannelShuffle,
    Concat,
    Conv2d,
    Dropout,
    Flatten,
    Graph,
    GraphBuilder,
    Linear,
    MaxPool2d,
    Op,
    PReLU,
)

UNARY: dict[str, Op] = {
    "bn": BatchNorm(),
    "relu": Activation("relu"),
    "prelu": PReLU(),
    "shuffle": ChannelShuffle(2),
    "dropout": Dropout(),
    "pool": MaxPool2d((3, 3), (1, 1), (1, 1)),
}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Networks of up to a dozen operators with branches, on 4x6x6; every width is a multiple of 4."""
    builder = GraphBuilder("random", (4, 6, 6))
    for step in range(draw(st.integers(1, 12))):
        node = draw(st.integers(0, len(builder.nodes) - 1))
        stage = f"stage{step // 3}"
        choice = draw(st.sampled_from(["conv", "conv", "add", "concat", *UNARY]))
        if choice == "conv":
            width, groups = 4 * draw(st.integers(1, 4)), draw(st.sampled_from([1, 2, 4]))
            op = Conv2d(width, (3, 3), padding=(1, 1), groups=groups, bias=draw(st.booleans()))
            builder.add(op, (node,), f"{stage}.conv")
        elif choice in UNARY:
            builder.add(UNARY[choice], (node,), f"{stage}.{choice}")
        else:
            same = [i for i in range(len(builder.nodes)) if builder.shape(i) == builder.shape(node)]
            others = draw(st.lists(st.sampled_from(same), min_size=1, max_size=3))
            builder.add(Add() if choice == "add" else Concat(), (node, *others), f"{stage}.{choice}")
    last = len(builder.nodes) - 1
    x = builder.add(AdaptiveAvgPool2d(), (last,), "head.pool")
    x = builder.add(Flatten(), (x,), "head.flatten")
    outputs = {"logits": builder.add(Linear(3), (x,), "head.fc")}
    if draw(st.booleans()):
        outputs["side"] = draw(st.integers(1, last))
    return builder.build(outputs)


fusions = st.sampled_from(FUSIONS)


def sums(group: Group) -> list[int]:
    """Return every total of a group."""
    counted = [group.total(name) for name in CONVENTIONS]
    rest = (group.macs, group.flops, group.params, group.buffers, group.activations)
    return [*counted, *rest, group.read_bytes, group.written_bytes, group.memory_access]


@given(graphs(), fusions)
def test_groups_add_up_to_the_totals(graph: Graph, fusion: Fusion) -> None:
    cost = count(graph, fusion=fusion)
    for groups in (cost.by_stage(), cost.by_label()):
        assert [sum(column) for column in zip(*map(sums, groups), strict=True)] == sums(cost)
        assert sum(len(group.rows) for group in groups) == len(graph.nodes) - 1


@given(graphs(), fusions, st.integers(2, 64))
def test_a_batch_scales_what_depends_on_the_images(graph: Graph, fusion: Fusion, batch: int) -> None:
    one = count(graph, fusion=fusion)
    many = count(graph, fusion=fusion, batch=batch)
    assert many.macs == batch * one.macs
    assert many.activations == batch * one.activations
    assert many.written_bytes == batch * one.written_bytes
    assert many.read_bytes <= batch * one.read_bytes
    assert many.peak_memory.bytes == batch * one.peak_memory.bytes
    assert (many.params, many.buffers) == (one.params, one.buffers)
    assert all(many.total(name) == batch * one.total(name) for name in CONVENTIONS)


@given(graphs())
def test_fusion_saves_memory_and_nothing_else(graph: Graph) -> None:
    eager, fused = count(graph, fusion="none"), count(graph, fusion="conv-bn-act")
    assert (fused.macs, fused.params, fused.activations) == (eager.macs, eager.params, eager.activations)
    assert fused.written_bytes <= eager.written_bytes
    assert fused.peak_memory.bytes <= eager.peak_memory.bytes


@given(graphs(), fusions, st.booleans())
def test_a_peak_is_what_is_alive(graph: Graph, fusion: Fusion, weights_in_ram: bool) -> None:
    peak = count(graph, fusion=fusion, weights_in_ram=weights_in_ram).peak_memory
    assert peak.bytes == sum(size for _, size in peak.live)
    assert peak.node in {node.name for node in graph.nodes}


@given(graphs(), st.sampled_from(sorted(CONVENTIONS)), st.sampled_from(sorted(CONVENTIONS)))
def test_differences_close(graph: Graph, first: str, second: str) -> None:
    cost = count(graph, first)
    terms = difference(cost, first, second)
    unit = common_unit(CONVENTIONS[first], CONVENTIONS[second])
    totals = [in_unit(cost.total(name), CONVENTIONS[name], unit) for name in (first, second)]
    assert sum(term.amount for term in terms) == (totals[0] or 0) - (totals[1] or 0)
    if CONVENTIONS[first].unit == CONVENTIONS[second].unit:  # else one rule means two things
        assert all(term.rule != term.instead_of for term in terms)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 6), st.sampled_from([1, 3, 5]))
def test_groups_divide_the_multiply_accumulates(
    wide_in: int, wide_out: int, groups: int, kernel: int
) -> None:
    def macs(groups_: int) -> int:
        builder = GraphBuilder("conv", (wide_in * groups, 8, 8))
        op = Conv2d(wide_out * groups, (kernel, kernel), padding=(kernel // 2, kernel // 2), groups=groups_)
        return count(builder.build({"out": builder.add(op, (0,), "conv")})).macs

    assert macs(1) == groups * macs(groups)
