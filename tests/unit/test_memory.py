"""Bytes read and written, against closed forms."""

import pytest

from costcalc.api import count
from costcalc.cost import FUSIONS, Fusion, parse_fusion
from costcalc.errors import UsageError
from costcalc.graph import (
    Activation,
    Add,
    BatchNorm,
    ChannelShuffle,
    Concat,
    Conv2d,
    Flatten,
    Graph,
    GraphBuilder,
    Linear,
    Mul,
    Op,
    PReLU,
    Shape,
    Slice,
)


def chain(shape: Shape, *ops: Op) -> Graph:
    """Each operator reads the one before."""
    builder = GraphBuilder("chain", shape)
    last = 0
    for op in ops:
        last = builder.add(op, (last,), op.kind)
    return builder.build({"out": last})


def moved(graph: Graph, fusion: Fusion = "conv-bn-act") -> list[tuple[int, int]]:
    """Return (read, written) elements by row."""
    return [(row.read_bytes, row.written_bytes) for row in count(graph, dtype="fp8", fusion=fusion).rows]


@pytest.mark.parametrize(
    ("c1", "c2", "h", "w", "g"), [(24, 48, 14, 7, 1), (240, 60, 28, 28, 3), (8, 8, 1, 5, 8)]
)
def test_shufflenet_v2_closed_forms(c1: int, c2: int, h: int, w: int, g: int) -> None:
    """Source: ShuffleNetV2 (arXiv:1807.11164), section 2, guidelines G1 and G2."""
    [row] = count(chain((c1, h, w), Conv2d(c2, groups=g)), dtype="fp8").rows
    assert row.memory_access == h * w * (c1 + c2) + c1 * c2 // g
    assert row.read_bytes == h * w * c1 + c1 * c2 // g
    assert row.written_bytes == h * w * c2


@pytest.mark.parametrize(("c1", "c2"), [(128, 128), (90, 180), (52, 208), (36, 432), (432, 36)])
@pytest.mark.parametrize("size", [28, 56])
def test_guideline_1_bounds_memory_access_from_below(c1: int, c2: int, size: int) -> None:
    """Source: ShuffleNetV2, Equation 1: equal channels are cheapest; the ratios are those of its Table 1."""
    [row] = count(chain((c1, size, size), Conv2d(c2)), dtype="fp8").rows
    positions, macs = size * size, row.node.op.macs(*row.inputs)
    assert macs == positions * c1 * c2
    # MAC >= 2 sqrt(hw B) + B / hw, squared to stay with integers
    beyond_weights = row.memory_access - macs // positions
    assert beyond_weights**2 >= 4 * positions * macs
    assert (beyond_weights**2 == 4 * positions * macs) == (c1 == c2)


@pytest.mark.parametrize("groups", [1, 2, 4, 8])
def test_guideline_2_says_what_groups_cost(groups: int) -> None:
    """Source: ShuffleNetV2, Equation 2: at a fixed cost and input, memory access grows with the groups."""
    c1, c2, positions = 64, 32 * groups, 28 * 28  # the same multiply-accumulates for any number of groups
    [row] = count(chain((c1, 28, 28), Conv2d(c2, groups=groups)), dtype="fp8").rows
    assert row.macs == (macs := positions * 64 * 32)
    assert row.memory_access == positions * c1 + macs * groups // c1 + macs // positions


def test_number_formats_and_batch() -> None:
    graph = chain((4, 5, 5), Conv2d(6, bias=True))
    [row] = count(graph, batch=3, weights_dtype="fp8", activations_dtype="fp16").rows
    assert row.read_bytes == 3 * 2 * 100 + (24 + 6)
    assert row.written_bytes == 3 * 2 * 150
    [row] = count(graph).rows
    assert row.memory_access == 4 * (100 + 150 + 30)


def test_without_fusion_every_operator_reads_and_writes() -> None:
    graph = chain((4, 5, 5), Conv2d(8), BatchNorm(), Activation("relu"))
    # A batch norm reads its scale, shift, mean and variance.
    assert moved(graph, "none") == [(100 + 32, 200), (200 + 32, 200), (200, 200)]


def test_a_fused_group_reads_and_writes_once() -> None:
    graph = chain((4, 5, 5), Conv2d(8), BatchNorm(), Activation("relu"))
    # The folded batch norm leaves a bias of 8.
    assert moved(graph) == [(100 + 32 + 8, 200), (0, 0), (0, 0)]


def test_folding_adds_no_second_bias() -> None:
    assert moved(chain((4, 5, 5), Conv2d(8, bias=True), BatchNorm())) == [(100 + 32 + 8, 200), (0, 0)]
    assert moved(chain((4, 5, 5), Conv2d(8), BatchNorm(), BatchNorm()))[0] == (100 + 32 + 8, 200)
    assert moved(chain((4,), Linear(8, bias=False), BatchNorm())) == [(4 + 32 + 8, 8), (0, 0)]


def test_a_batch_norm_elsewhere_is_a_scale_and_a_shift() -> None:
    assert moved(chain((4, 5, 5), BatchNorm(), Conv2d(8))) == [(100 + 8, 100), (100 + 32, 200)]
    after_relu = chain((4, 5, 5), Conv2d(8), Activation("relu"), BatchNorm(affine=False))
    assert moved(after_relu) == [(100 + 32, 200), (0, 0), (16, 0)]


def test_slopes_are_read_by_their_own_row() -> None:
    assert moved(chain((4, 5, 5), Conv2d(8), PReLU())) == [(100 + 32, 200), (8, 0)]


def test_softmax_needs_all_channels_and_is_not_fused() -> None:
    assert moved(chain((4,), Linear(8, bias=False), Activation("softmax"))) == [(36, 8), (8, 8)]


@pytest.mark.parametrize("fusion", FUSIONS)
def test_views_move_nothing_and_are_no_head_of_a_group(fusion: Fusion) -> None:
    graph = chain((4, 5, 5), Slice(0, 0, 2), Activation("relu"), Flatten())
    assert moved(graph, fusion) == [(0, 0), (50, 50), (0, 0)]


def test_an_epilogue_of_the_input_reads_it() -> None:
    assert moved(chain((4, 5, 5), Activation("relu"), Activation("relu"))) == [(100, 100), (0, 0)]


def test_what_somebody_else_reads_is_written() -> None:
    builder = GraphBuilder("net", (4, 5, 5))
    conv = builder.add(Conv2d(4), (0,), "conv")
    relu = builder.add(Activation("relu"), (conv,), "relu")
    total = builder.add(Add(), (conv, relu), "add")
    last = builder.add(Activation("relu"), (total,), "last")
    assert moved(builder.build({"out": last})) == [(116, 100), (100, 100), (200, 100), (0, 0)]
    # An output of the network is read too: `add` must be written before `last` changes it.
    assert moved(builder.build({"out": last, "side": total}))[2:] == [(200, 100), (100, 100)]


def test_layout() -> None:
    builder = GraphBuilder("net", (4, 5, 5))
    joined = builder.add(Concat(), (0, 0), "concat")
    builder.add(ChannelShuffle(2), (joined,), "shuffle")
    assert moved(builder.build({"out": 2})) == [(200, 200), (200, 200)]


def test_eager_sums_run_two_at_a_time() -> None:
    builder = GraphBuilder("net", (4, 5, 5))
    builder.add(Add(), (0, 0, 0), "add")
    graph = builder.build({"out": 1})
    assert moved(graph, "conv-bn-act") == [(300, 100)]
    assert moved(graph, "none") == [(400, 200)]


def test_eager_products_broadcast_as_late_as_their_order_says() -> None:
    builder = GraphBuilder("net", (4, 5, 5))
    gate = builder.add(Slice(1, 0, 1), (builder.add(Slice(2, 0, 1), (0,), "column"),), "gate")  # 4x1x1
    builder.add(Mul(), (gate, gate, 0), "mul")
    graph = builder.build({"out": 3})
    assert moved(graph, "conv-bn-act")[-1] == (4 + 4 + 100, 100)
    assert moved(graph, "none")[-1] == ((4 + 4) + (4 + 100), 4 + 100)


def test_a_misspelt_fusion_is_corrected() -> None:
    assert parse_fusion("none") == "none"
    with pytest.raises(UsageError, match=r"E503 .*did you mean `conv-bn-act`"):
        parse_fusion("conv-bn")


def test_biases_are_int32_beside_eight_bit_weights() -> None:
    """As STM32Cube.AI has them: the bias that a folded batch norm leaves behind is one."""
    [conv, bn] = count(chain((4, 5, 5), Conv2d(8), BatchNorm()), dtype="int8").rows
    assert (conv.read_bytes, bn.read_bytes) == (100 + 32 + 4 * 8, 0)
    [conv] = count(chain((4, 5, 5), Conv2d(8, bias=True)), dtype="int8", fusion="none").rows
    assert conv.read_bytes == 100 + 32 + 4 * 8
    assert count(chain((4, 5, 5), Conv2d(8, bias=True)), dtype="int8").param_bytes == 32 + 4 * 8
    assert count(chain((4, 5, 5), Conv2d(8, bias=True)), dtype="fp16").param_bytes == 2 * (32 + 8)


def test_what_is_cropped_is_copied_to_be_flattened() -> None:
    """A view of part of each row has gaps, as PyTorch's `reshape` knows."""
    graph = chain((1, 8, 8), Conv2d(13, (3, 3)), Slice(2, 1, 4), Flatten())
    *_, flat = count(graph, fusion="none").rows
    assert (flat.read_bytes, flat.written_bytes) == (4 * 13 * 6 * 3, 4 * 13 * 6 * 3)
    channels = chain((1, 8, 8), Conv2d(13, (3, 3)), Slice(0, 1, 4), Flatten())
    assert count(channels, fusion="none").rows[-1].memory_access == 0
