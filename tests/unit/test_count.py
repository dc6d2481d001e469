"""Rows, totals and groups of a cost."""

from fractions import Fraction

import pytest

from costcalc.api import count
from costcalc.cost import DTYPES, Basis, format_dtypes, parse_dtype
from costcalc.errors import UsageError
from costcalc.graph import (
    Activation,
    AdaptiveAvgPool2d,
    BatchNorm,
    Concat,
    Conv2d,
    Dropout,
    Flatten,
    Graph,
    GraphBuilder,
    Linear,
)


def network() -> Graph:
    """Two convolutions that share weights, and a classifier: 8x6x6 in, 10 classes out."""
    builder = GraphBuilder("net", (8, 6, 6))
    x = builder.add(Conv2d(8, (3, 3), padding=(1, 1)), (0,), "body.conv")
    x = builder.add(BatchNorm(), (x,), "body.bn")
    x = builder.add(Activation("relu"), (x,), "body.relu")
    x = builder.add(Conv2d(8, (3, 3), padding=(1, 1)), (x,), "again.conv", shares="body.conv")
    x = builder.add(AdaptiveAvgPool2d(), (x,), "head.pool")
    x = builder.add(Flatten(), (x,), "head.flatten")
    x = builder.add(Dropout(), (x,), "head.dropout")
    return builder.build({"logits": builder.add(Linear(10), (x,), "head.fc")})


CONV_MACS = 36 * 8 * 8 * 9


def test_totals() -> None:
    cost = count(network())
    assert cost.macs == 2 * CONV_MACS + 80
    assert cost.flops == 2 * cost.macs
    assert cost.params == 8 * 8 * 9 + 16 + 90
    assert cost.params_without_bn == 8 * 8 * 9 + 90
    assert cost.buffers == 16
    assert cost.params_and_buffers == cost.params + 16
    # Flatten and dropout produce nothing: their output is the pool's.
    assert cost.activations == 4 * 288 + 8 + 10
    assert cost.conv_activations == 2 * 288 + 10
    assert cost.unknown == ()
    assert (cost.name, cost.basis.convention.name, cost.basis.batch) == ("net", "paper", 1)
    assert [row.node.name for row in cost.rows][:2] == ["body.conv", "body.bn"]


def test_shared_weights_are_read_twice_and_owned_once() -> None:
    first, again = (row for row in count(network(), fusion="none").rows if row.label == "conv 3x3")
    assert (first.params, again.params) == (576, 0)
    assert first.read_bytes == again.read_bytes == 4 * (288 + 576)


def test_a_batch_multiplies_everything_but_the_parameters() -> None:
    one, three = count(network(), fusion="none"), count(network(), batch=3, fusion="none")
    assert (three.macs, three.flops, three.activations) == (3 * one.macs, 3 * one.flops, 3 * one.activations)
    assert (three.params, three.buffers) == (one.params, one.buffers)
    weights = 4 * (576 + 576 + 16 + 16 + 90)
    assert three.read_bytes - weights == 3 * (one.read_bytes - weights)
    assert three.written_bytes == 3 * one.written_bytes
    with pytest.raises(UsageError, match="E504"):
        count(network(), batch=0)


def test_groups_are_rows_that_add_up() -> None:
    cost = count(network())
    assert [(stage.name, stage.macs, stage.params) for stage in cost.by_stage()] == [
        ("body", CONV_MACS, 576 + 16),
        ("again", CONV_MACS, 0),
        ("head", 80, 90),
    ]
    labels = {group.name: (len(group.rows), group.macs) for group in cost.by_label()}
    assert labels["conv 3x3"] == (2, 2 * CONV_MACS)
    assert labels["linear"] == (1, 80)


def test_the_unit_of_the_convention_decides_what_the_count_is() -> None:
    paper, torch, everything = (count(network(), name) for name in ("paper", "torch", "all-ops"))
    assert torch.macs == paper.macs
    assert torch.flops == torch.total("torch") == 2 * paper.macs
    assert everything.macs == paper.macs
    assert everything.flops > 2 * paper.macs
    assert count(network(), "fvcore").macs == paper.macs + 2 * 288 + 288


def test_several_conventions_at_once() -> None:
    cost = count(network(), "fvcore,paper")
    assert list(cost.rows[0].counts) == ["fvcore", "paper"]
    assert cost.total("fvcore") == cost.macs
    assert cost.total("paper") == count(network()).macs
    with pytest.raises(UsageError, match="E502"):
        cost.total("papr")


def test_arithmetic_intensity_is_exact() -> None:
    builder = GraphBuilder("one", (4, 3, 3))
    conv = builder.add(Conv2d(6), (0,), "conv")
    view = builder.add(Dropout(), (conv,), "view")
    rows = count(builder.build({"out": view})).by_label()
    assert rows[0].arithmetic_intensity == Fraction(2 * 9 * 24, 4 * (36 + 54 + 24))
    assert rows[1].arithmetic_intensity is None


def test_formats() -> None:
    assert (parse_dtype("int8").bytes, parse_dtype("fp16").bytes) == (1, 2)
    assert format_dtypes(DTYPES["int8"], DTYPES["fp16"]) == "int8 weights, fp16 activations"
    assert str(parse_dtype("BF16")) == "bf16"
    with pytest.raises(UsageError, match=r"E501 .*did you mean `fp32`"):
        parse_dtype("pf32")
    with pytest.raises(UsageError, match="known: fp64"):
        parse_dtype("x")


def test_a_format_may_be_named() -> None:
    assert count(network(), dtype="int8").basis == Basis(weights=DTYPES["int8"], activations=DTYPES["int8"])
    with pytest.raises(UsageError, match="E501"):
        count(network(), dtype="int7")


def test_the_best_order_runs_a_large_branch_first() -> None:
    builder = GraphBuilder("branches", (1, 10, 10))
    small = builder.add(Conv2d(3), (0,), "small")
    large = builder.add(Conv2d(1), (builder.add(Conv2d(8), (0,), "eight"),), "large")
    graph = builder.build({"out": builder.add(Concat(), (small, large), "concat")})
    given, best = count(graph, dtype="int8"), count(graph, dtype="int8", order="best")
    # The input, 100, is read by both. The 300 of the small branch need not wait beside the 800.
    assert (given.basis.order, given.peak_memory.bytes) == ("given", 100 + 300 + 800)
    assert (best.basis.order, best.peak_memory.bytes) == ("best", 100 + 800 + 100)
    assert (best.macs, best.params, best.memory_access) == (given.macs, given.params, given.memory_access)
    assert best.basis.weights_in_ram is False and count(graph, weights_in_ram=True).basis.weights_in_ram
