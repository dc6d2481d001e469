"""Formulas come to what is counted, and their numbers come to their values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.api import count
from costcalc.cost import Cost
from costcalc.cost.formula import formulas
from costcalc.errors import UsageError
from costcalc.graph import Activation, BatchNorm, Conv2d, ConvTranspose2d, Flatten, GraphBuilder, Linear, Op
from costcalc.networks import load
from costcalc.spec.expression import compile_expression


def alone(*ops: Op, shape: tuple[int, ...] = (12, 9, 8)) -> Cost:
    builder = GraphBuilder("net", shape)
    x = 0
    for number, op in enumerate(ops):
        x = builder.add(op, (x,), f"op{number}")
    return count(builder.build({"out": x}))


@pytest.mark.parametrize(
    ("op", "symbols"),
    [
        (Conv2d(6, (3, 2), (2, 1), (1, 0)), "h w c_in c_out k_h k_w"),
        (Conv2d(6), "h w c_in c_out"),
        (Conv2d(6, groups=3), "h w c_in c_out / g"),
        (Conv2d(6, (3, 3), groups=3, bias=True), "h w c_in c_out k_h k_w / g"),
        (Conv2d(12, (3, 3), groups=12), "h w c k_h k_w"),
        (Conv2d(24, (3, 3), groups=12), "h w c_in c_out k_h k_w / g"),
        (ConvTranspose2d(6, (2, 2), (2, 2)), "h_in w_in c_in c_out k_h k_w"),
        (ConvTranspose2d(12, (2, 2), (2, 2), groups=12), "h_in w_in c k_h k_w"),
    ],
    ids=repr,
)
def test_the_formula_of_a_layer_comes_to_its_count(op: Op, symbols: str) -> None:
    cost = alone(op)
    macs, params = formulas(cost, "op0")[:2]
    assert (macs.quantity, macs.symbols, macs.value) == ("MACs", symbols, cost.macs)
    assert (params.quantity, params.value) == ("params", cost.params)


def test_a_fully_connected_layer() -> None:
    macs, params = formulas(alone(Linear(5), shape=(7,)), "op0")
    assert (macs.symbols, macs.numbers, macs.value) == ("c_in c_out", "7 * 5", 35)
    assert (params.symbols, params.numbers, params.value) == ("weight + bias", "5 * 7 + 5", 40)


@pytest.mark.parametrize(("groups", "symbols"), [(1, "(k_h k_w)"), (4, "(k_h k_w g)")])
def test_a_depthwise_separable_convolution_is_part_of_a_standard_one(groups: int, symbols: str) -> None:
    depthwise = Conv2d(12, (3, 3), padding=(1, 1), groups=12)
    cost = alone(depthwise, BatchNorm(), Activation("relu"), Conv2d(20, groups=groups))
    ratio = formulas(cost, "op0")[-1]
    assert ratio.symbols == f"1 / c_out + 1 / {symbols}"
    assert ratio.value == Fraction(cost.macs, alone(Conv2d(20, (3, 3), padding=(1, 1))).macs)
    # Not with a second filter per channel, and not when something else follows.
    double = alone(Conv2d(24, (3, 3), groups=12), Conv2d(20))
    assert "standard" not in formulas(double, "op0")[-1].quantity
    flat = alone(depthwise, Flatten(), Linear(3))
    assert "standard" not in formulas(flat, "op0")[-1].quantity


def test_a_grouped_convolution_is_part_of_a_standard_one() -> None:
    cost = alone(Conv2d(8, (3, 3), groups=4))
    ratio = formulas(cost, "op0")[-1]
    assert (ratio.symbols, ratio.value) == ("1 / g", Fraction(cost.macs, alone(Conv2d(8, (3, 3))).macs))


def test_a_pointwise_convolution_moves_what_shufflenet_v2_says() -> None:
    cost = alone(Conv2d(6, groups=3))
    moved = next(each for each in formulas(cost, "op0") if each.quantity == "elements moved")
    assert moved.value * 4 == cost.memory_access


@pytest.mark.parametrize("reference", ["mobilenet_v2", "shufflenet@g8", "resnext", "ssd_mobilenet"])
def test_numbers_come_to_values(reference: str) -> None:
    cost = count(load(reference).graph)
    found = [each for group in cost.by_stage() for each in formulas(cost, group.name)]
    found += [each for row in cost.rows for each in formulas(cost, row.node.name)]
    assert len(found) > 100
    for formula in found:
        assert compile_expression(formula.numbers.replace("^", "**")).evaluate({}) == formula.value, formula
    layers = [each for group in cost.by_stage() for each in formulas(cost, group.name)]
    assert sum(each.value for each in layers if each.quantity == "MACs") == cost.macs


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"E509 .*did you mean `op1`"):
        formulas(alone(Conv2d(3), Conv2d(3)), "op11")
