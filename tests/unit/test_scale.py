"""Compound scaling: what the formula says, and what the networks cost."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc
from costcalc.errors import CostcalcError

pytest.importorskip("numpy")

from costcalc.cost import Basis
from costcalc.networks import network
from costcalc.sweeps.compound import (
    EFFICIENTNET,
    Base,
    Growth,
    candidates,
    family,
    one_by_one,
    parse_figures,
    scale,
)
from costcalc.sweeps.select import parse_table
from costcalc.sweeps.space import open_space

TWO, NEAR = Fraction(2), Fraction(1, 20)


def base(reference: str) -> Base:
    return Base(network(reference), Basis())


def macs(reference: str) -> int:
    return costcalc.count(costcalc.load(reference).graph).macs or 0


def test_the_papers_multipliers_are_among_the_candidates() -> None:
    own = base("efficientnet")
    found = candidates(own, TWO, NEAR, NEAR)
    (paper,) = [each for each in found if each.growth == EFFICIENTNET]
    # 1.2 * 1.1^2 * 1.15^2: "about 2". Depth rounds up, from one repeat to two, and widths to multiples of 8.
    assert paper.growth.formula == Fraction("1.92027")
    assert paper.macs == macs("efficientnet@d=1.2+w=1.1+r=1.15")
    assert paper.ratio == Fraction(paper.macs, macs("efficientnet"))
    assert round(float(paper.ratio), 2) == 2.57


@pytest.mark.parametrize("reference", ["mobilenet", "shufflenet@g8", "resnet@18"])
def test_candidates_against_counting_one_by_one(reference: str) -> None:
    own = base(reference)
    found = candidates(own, TWO, Fraction(1, 10), NEAR)
    off = [abs((each.ratio or Fraction(0)) - 2) for each in found]
    assert off == sorted(off)
    for each in found[::7]:
        assert each.macs == macs(each.model)
        assert own.scaled(each.growth).macs == each.macs
    # Whatever is not there is off by the count and by the formula.
    steps = [1 + Fraction(step, 10) for step in range(11)]
    known = {each.growth for each in found}
    for growth in [Growth(Fraction(1), w, r) for w in steps[:5] for r in steps[:5]]:
        assert (growth in known) == (
            abs(own.scaled(growth).ratio - 2) <= NEAR * 2 or abs(growth.formula - 2) <= NEAR * 2  # type: ignore[operator]
        ), growth


def test_the_family_is_what_its_references_name() -> None:
    members = family(base("efficientnet"), EFFICIENTNET, map(Fraction, range(3)))
    assert [each.macs for each in members] == [macs(f"efficientnet@phi={phi}") for phi in range(3)]
    assert [each.macs for each in members] == [macs(each.model) for each in members]
    assert members[2].growth.formula == EFFICIENTNET.formula**2


def test_one_dimension_at_a_time() -> None:
    found = {each.label: each for each in one_by_one(base("mobilenet"), Fraction(4))}
    assert found["baseline"].ratio == 1
    assert found["width"].model == "mobilenet@alpha=2"
    assert found["resolution"].macs == macs("mobilenet@resolution=448")
    assert {each.growth.formula for label, each in found.items() if label != "baseline"} == {4}


def test_printed_networks_that_differ_in_size_alone() -> None:
    printed = {each.label: (each, figures) for each, figures in base("efficientnet").printed()}
    assert {"b0", "b7", "w2", "d4", "compound"} <= printed.keys()
    assert "b4+classes=37" not in printed
    b1, figures = printed["b1"]
    assert (b1.growth, figures["macs"]) == (
        Growth(Fraction(11, 10), Fraction(1), Fraction(240, 224)),
        "0.70G",
    )


def test_a_dimension_that_a_spec_does_not_scale_stays() -> None:
    own = base("shufflenet")
    assert own.missing == ["depth"]
    assert {each.growth.depth for each in candidates(own, TWO, NEAR, NEAR)} == {1}
    assert own.scaled(Growth(resolution=Fraction(21, 20))).model == "shufflenet@resolution=235"


def test_from_python() -> None:
    assert scale("mobilenet", "1.5x", step="0.1", tolerance="2%")[0].ratio == pytest.approx(1.5, rel=0.02)
    with pytest.raises(CostcalcError, match="E706"):
        scale("mobilenet", 1)
    with pytest.raises(CostcalcError, match="E706"):
        scale("mobilenet", step="0.0001")
    with pytest.raises(CostcalcError, match="E005"):
        scale("shufflenet@g*")


def test_figures_of_what_was_trained() -> None:
    names, figures = parse_figures("alpha,beta,gamma,top1\n1.2,1.1,1.15,77.9\n1,1,1.4,76\n")
    assert names == ["top1"]
    assert figures[Fraction("1.2"), Fraction("1.1"), Fraction("1.15")] == {"top1": 77.9}
    for text in ("alpha,top1\n1,2\n", "alpha,beta,gamma,top1\n1,1,x,2\n", "alpha,beta,gamma,top1\n1,1\n", ""):
        with pytest.raises(CostcalcError, match="E605"):
            parse_figures(text)
    with pytest.raises(CostcalcError, match="E605"):
        parse_table("\n", open_space(["mobilenet"]))
