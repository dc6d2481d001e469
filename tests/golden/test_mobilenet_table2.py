"""MobileNets (arXiv:1704.04861) Table 2: where multiply-adds and parameters sit, by layer type."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc

PRINTED = {
    # type of layer: (share of multiply-adds, share of parameters), in percent
    "conv 1x1": ("94.86", "74.59"),
    "conv dw 3x3": ("3.06", "1.06"),
    "conv 3x3": ("1.19", "0.02"),
    "linear": ("0.18", "24.33"),
}
# The printed column adds up to 99.29 %; with its digits in the order 1.91 it adds up to 100.01 %.
MISPRINTED = {"conv 3x3": "1.91"}


def percent(part: int, whole: int) -> Fraction:
    return Fraction(100 * part, whole)


@pytest.mark.parametrize("label", PRINTED)
def test_the_shares_of_table_2(label: str) -> None:
    groups = {group.name: group for group in costcalc.count(costcalc.load("mobilenet").graph).by_label()}
    total = sum(group.macs for group in groups.values())
    # The paper leaves out batch normalisation, and the 1000 biases of the classifier.
    weights = {name: group.params for name, group in groups.items() if name != "bn"}
    weights["linear"] -= 1000
    macs, params = PRINTED[label]
    counted = percent(groups[label].macs, total)
    if label in MISPRINTED:
        assert abs(counted - Fraction(macs)) > Fraction("0.01"), "the misprint is gone: gate it again"
        macs = MISPRINTED[label]
    assert abs(counted - Fraction(macs)) <= Fraction("0.01")
    assert abs(percent(weights[label], sum(weights.values())) - Fraction(params)) <= Fraction("0.01")
