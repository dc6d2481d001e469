"""ShuffleNet's equal complexity (arXiv:1707.01083, Tables 2 and 3): one budget, wider maps for more groups.

The tables label their rows 140, 38 and 13 MFLOPs whatever the groups, and scale all widths by 1, 0.5 and
0.25. The largest scales that keep to the labels are these. They are less than the paper's where its network
has more than its label, which is a round number: 143M for g = 1 (Table 1), 15.7M for g = 8 at 0.25, where
widths in steps of 4g channels and a stem of whole groups make a quarter of a network more than a quarter.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc

pytest.importorskip("numpy")

from costcalc.sweeps.solve import solve

LARGEST = {
    "140M": ["(143/144, 1)", "(0.99, 1)", "1", "1", "1"],
    "38M": ["(23/48, 35/72]", "(0.47, 0.48]", "(0.4875, 0.5]", "(33/68, 0.5]", "(0.4375, 11/24]"],
    "13M": ["(11/48, 17/72]", "(0.23, 0.24]", "(0.2125, 0.225]", "(15/68, 4/17]", "(7/48, 1/6]"],
}
GROUPS = [1, 2, 3, 4, 8]
PRINTED = {"140M": Fraction(1), "38M": Fraction(1, 2), "13M": Fraction(1, 4)}


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("label", LARGEST)
def test_the_largest_scale_within_the_label(label: str, groups: int) -> None:
    found = solve(f"shufflenet@g{groups}", {"macs": label}, by="scale")
    assert found.best
    piece = found.best.intervals["scale"]
    assert str(piece) == LARGEST[label][GROUPS.index(groups)]
    # The paper's scale is the largest exactly where the paper's network keeps to its label.
    cost = costcalc.count(costcalc.load(f"shufflenet@g{groups}+scale={PRINTED[label]}").graph)
    keeps = cost.macs is not None and cost.macs <= int(label[:-1]) * 10**6
    assert (piece.high == PRINTED[label] and piece.has_high) == keeps
