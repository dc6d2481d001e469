"""What each convention counts, as closed forms of small operators."""

import pytest

import costcalc.graph
from costcalc.api import count
from costcalc.cost import CONVENTIONS, Convention, Rule, difference, parse_convention
from costcalc.errors import UsageError
from costcalc.graph import (
    ACTIVATIONS,
    Activation,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Add,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
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
    PReLU,
    Scale,
    Shape,
    Upsample,
)


def counted(convention: str, op: Op, *inputs: Shape) -> int | None:
    """Count one operator on inputs of one shape."""
    builder = GraphBuilder("one", inputs[0])
    builder.add(op, (0,) * len(inputs), "op")
    return count(builder.build({"out": 1}), convention).rows[0].count(convention)


OPERATORS = {
    each for each in vars(costcalc.graph).values() if isinstance(each, type) and issubclass(each, Op)
} - {Op}

NO_RULE: dict[str, set[type[Op]]] = {
    "pycls": {ConvTranspose2d},  # it has none
}


@pytest.mark.parametrize("convention", CONVENTIONS.values(), ids=CONVENTIONS)
def test_every_operator_has_a_rule_that_can_be_printed(convention: Convention) -> None:
    assert OPERATORS - set(convention.rules) == NO_RULE.get(convention.name, set())
    assert len(convention.table()) == len(convention.rules)
    assert all(text for _, text in convention.table())
    assert convention.description.endswith(".")
    assert convention.source


def test_an_operator_without_a_rule_is_unknown_and_the_total_a_lower_bound() -> None:
    partial = Convention(
        "partial", "MAC", {Conv2d: Rule("1", lambda call: call.macs)}, "test", "1", "A test."
    )
    builder = GraphBuilder("net", (3, 4, 4))
    conv = builder.add(Conv2d(8), (0,), "conv")
    relu = builder.add(Activation("relu"), (conv,), "relu")
    cost = count(builder.build({"out": relu}), partial)
    assert [row.macs for row in cost.rows] == [3 * 8 * 16, None]
    assert [row.flops for row in cost.rows] == [2 * 3 * 8 * 16, None]
    assert cost.macs == cost.total("partial") == 3 * 8 * 16
    assert [row.node.name for row in cost.unknown] == ["relu"]
    [term] = difference(cost, "partial", "paper")
    assert (term.operator, term.amount, term.rule, term.unknown) == ("relu", 0, "unknown", 1)


def test_a_misspelt_convention_is_corrected() -> None:
    with pytest.raises(UsageError, match=r"E502 .*did you mean `fvcore`"):
        parse_convention("fvcor")
    with pytest.raises(UsageError, match="known: paper, macs_conv"):
        parse_convention("zzz")


CONV = Conv2d(8, (3, 3), padding=(1, 1), bias=True)  # on 4x5x6: 5 * 6 * 8 * 4 * 9 = 8640 MACs
LINEAR = Linear(7)  # on 12 features: 84 MACs


@pytest.mark.parametrize(
    ("convention", "conv", "linear"),
    [
        ("paper", 8640, 84),
        ("macs_conv", 8640, 0),
        ("fvcore", 8640, 84),
        ("torch", 2 * 8640, 2 * 84),
        ("all-ops", 2 * 8640 + 8 * 30, 2 * 84 + 7),
    ],
)
def test_multiply_accumulates(convention: str, conv: int, linear: int) -> None:
    assert counted(convention, CONV, (4, 5, 6)) == conv
    assert counted(convention, LINEAR, (12,)) == linear


def test_a_transposed_convolution_multiplies_at_input_positions() -> None:
    op = ConvTranspose2d(8, (2, 2), stride=(2, 2))
    assert counted("paper", op, (4, 5, 6)) == 30 * 4 * 8 * 4
    assert counted("macs_conv", op, (4, 5, 6)) == 30 * 4 * 8 * 4


@pytest.mark.parametrize(
    ("op", "paper", "fvcore", "all_ops"),  # on 6x5x4: 120 elements
    [
        (BatchNorm(), 0, 2 * 120, 2 * 120),
        (BatchNorm(affine=False), 0, 120, 2 * 120),
        (GroupNorm(3), 0, 5 * 120, 7 * 120),
        (GroupNorm(3, affine=False), 0, 4 * 120, 5 * 120),
        (LayerNorm(), 0, 5 * 120, 7 * 120),
        (LocalResponseNorm(5), 0, 0, 9 * 120),
        (Activation("relu"), 0, 0, 120),
        (Activation("hswish"), 0, 0, 5 * 120),
        (PReLU(), 0, 0, 2 * 120),
        (Scale(0.5), 0, 0, 120),
        (MaxPool2d((2, 2), (2, 2)), 0, 0, 3 * 6 * 2 * 2),
        (AvgPool2d((2, 2), (2, 2)), 0, 0, 4 * 6 * 2 * 2),
        (AdaptiveAvgPool2d((1, 1)), 0, 120, 120),
        # Of 5 rows in 2 cells, the middle one is in both: 3 + 3. Of 4 columns in 2: 2 + 2.
        (AdaptiveAvgPool2d((2, 2)), 0, 120, 6 * 6 * 4),
        (AdaptiveMaxPool2d((2, 2)), 0, 0, 6 * 6 * 4 - 6 * 4),
        (Upsample((2, 2)), 0, 480, 0),
        (Upsample((2, 2), "bilinear"), 0, 4 * 480, 7 * 480),
        (Flatten(), 0, 0, 0),
    ],
    ids=repr,
)
def test_operators_without_multiply_accumulates(op: Op, paper: int, fvcore: int, all_ops: int) -> None:
    assert counted("paper", op, (6, 5, 4)) == paper
    assert counted("torch", op, (6, 5, 4)) == 0
    assert counted("fvcore", op, (6, 5, 4)) == fvcore
    assert counted("all-ops", op, (6, 5, 4)) == all_ops


def test_all_ops_knows_every_activation() -> None:
    counts = {function: counted("all-ops", Activation(function), (6, 5, 4)) for function in ACTIVATIONS}
    assert all(counts.values()), counts


def test_sums_and_products_count_between_their_inputs() -> None:
    assert counted("all-ops", Add(), *[(6, 5, 4)] * 3) == 2 * 120
    assert counted("all-ops", Mul(), *[(6, 5, 4)] * 2) == 120
    assert counted("fvcore", Add(), *[(6, 5, 4)] * 3) == 0


def mobile_block() -> Graph:
    """A depthwise-separable block with a head: 8x6x6 in, 10 classes out."""
    builder = GraphBuilder("block", (8, 6, 6))
    x = builder.add(Conv2d(8, (3, 3), padding=(1, 1), groups=8), (0,), "dw.conv")
    x = builder.add(BatchNorm(), (x,), "dw.bn")
    x = builder.add(Conv2d(16), (x,), "pw.conv")
    x = builder.add(BatchNorm(), (x,), "pw.bn")
    x = builder.add(AdaptiveAvgPool2d(), (x,), "head.pool")
    x = builder.add(Flatten(), (x,), "head.flatten")
    return builder.build({"logits": builder.add(Linear(10), (x,), "head.fc")})


def test_the_difference_of_two_conventions_closes_term_by_term() -> None:
    cost = count(mobile_block())
    norms, pool = 2 * (8 + 16) * 36, 16 * 36
    assert [(term.operator, term.amount, term.nodes) for term in difference(cost, "fvcore", "paper")] == [
        ("bn", norms, 2),
        ("gap", pool, 1),
    ]
    assert cost.total("fvcore") - cost.total("paper") == norms + pool
    [first, *_] = difference(cost, "paper", "fvcore")
    assert (first.amount, first.instead_of) == (-norms, "2 per element, 1 if not affine")
    assert difference(cost, "torch", "paper") == ()  # two FLOPs are one MAC
    in_flops = [(term.operator, term.amount) for term in difference(cost, "torch", "fvcore")]
    assert in_flops == [("bn", -2 * norms), ("gap", -2 * pool)]


def test_a_term_is_told_per_element_written_or_read() -> None:
    cost = count(mobile_block(), batch=3)
    rates = {term.operator: term.rate for term in difference(cost, "ptflops", "paper")}
    assert rates == {"bn": "2/elt", "gap": "2/in-elt", "linear": "1/elt"}
    [norms] = [term for term in difference(cost, "torchinfo", "paper") if term.operator == "bn"]
    assert (norms.amount, norms.rate) == (3 * 2 * (8 + 16), "")  # its parameters


def resnet50() -> Graph:
    """ResNet-50 at 224, with the strides on the 3x3 convolutions."""
    builder = GraphBuilder("resnet50", (3, 224, 224))
    x = builder.add(Conv2d(64, (7, 7), (2, 2), (3, 3)), (0,), "stem.conv")
    x = builder.add(MaxPool2d((3, 3), (2, 2), (1, 1)), (x,), "stem.pool")
    for stage, (width, repeats) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)]):
        for block in range(repeats):
            stride = (2, 2) if stage and not block else (1, 1)
            y = builder.add(Conv2d(width), (x,), f"stage{stage}.a")
            y = builder.add(Conv2d(width, (3, 3), stride, (1, 1)), (y,), f"stage{stage}.b")
            y = builder.add(Conv2d(4 * width), (y,), f"stage{stage}.c")
            shortcut = x if block else builder.add(Conv2d(4 * width, stride=stride), (x,), f"stage{stage}.s")
            x = builder.add(Add(), (y, shortcut), f"stage{stage}.add")
    x = builder.add(Flatten(), (builder.add(AdaptiveAvgPool2d(), (x,), "head.pool"),), "head.flatten")
    return builder.build({"logits": builder.add(Linear(1000), (x,), "head.fc")})


def test_pycls_counts_the_bias_of_the_classifier() -> None:
    """Source: pycls' dev/model_complexity.json, ResNet-50."""
    cost = count(resnet50(), "pycls")
    assert cost.macs == 4_089_185_256
    assert cost.total("paper") == 4_089_185_256 - 1000
