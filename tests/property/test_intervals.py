"""The values of a parameter that make a difference are all found, and nothing but them."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from costcalc.errors import SpecError
from costcalc.networks import Network, network
from costcalc.spec import build
from costcalc.spec.terms import value_cell

np = pytest.importorskip("numpy")

from costcalc.sweeps.axes import decimal  # noqa: E402
from costcalc.sweeps.intervals import Bounds, Interval, intervals, simplest  # noqa: E402

CASES = [
    ("mobilenet", "alpha", "0:1.3"),
    ("mobilenet", "rho", "0:1.3"),
    ("mobilenet", "depth", "0:4"),
    ("mobilenet", "resolution", "0:300"),
    ("mobilenet", "classes", "0:40"),
    ("mobilenet_v2", "alpha", "0:2"),
    ("shufflenet@g4", "scale", "0:2.5"),
    ("shufflenet", "g", "0:12"),
    ("resnet@18", "w", "0:1"),
    ("efficientnet", "d", "1:3"),
]


def digest(of: Network, parameter: str, value: Fraction) -> str | None:
    """Build one network by itself; None if it is not legal."""
    assert of.spec is not None
    own = {**of.overrides, parameter: value_cell(str(value), "test")}
    try:
        return build(of.spec, "net", own).graph.digest()
    except SpecError:
        return None


def inside(interval: Interval, chance: random.Random) -> Fraction:
    """Return some value of a interval."""
    ends = [interval.low] * interval.has_low + [interval.high] * interval.has_high
    between = interval.low + (interval.high - interval.low) * Fraction(chance.randint(1, 10**6), 10**6 + 1)
    return chance.choice([*ends, between, between])


@pytest.mark.parametrize(("reference", "parameter", "text"), CASES)
def test_every_value_is_in_the_interval_of_its_network(reference: str, parameter: str, text: str) -> None:
    low, high = (Fraction(end) for end in text.split(":"))
    of = network(reference)
    found = intervals(of, parameter, Bounds(low, high, has_low=False)).intervals
    assert all(one.high <= two.low for one, two in pairwise(found))
    chance = random.Random(f"{reference} {parameter}")
    for place in chance.sample(range(len(found)), min(12, len(found))):
        interval = found[place]
        own = digest(of, parameter, interval.value)
        assert own is not None
        assert own == digest(of, parameter, inside(interval, chance)), (interval, place)
        if place + 1 < len(found):
            assert own != digest(of, parameter, found[place + 1].value)


@pytest.mark.parametrize(("reference", "parameter", "text"), CASES)
def test_no_value_is_forgotten(reference: str, parameter: str, text: str) -> None:
    low, high = (Fraction(end) for end in text.split(":"))
    of = network(reference)
    found = intervals(of, parameter, Bounds(low, high, has_low=False)).intervals
    chance = random.Random(f"{parameter} {reference}")
    for _ in range(25):
        denominator = chance.choice([1, 2, 3, 8, 32, 64, 7 * 32, 1024, 10**4])
        most = int(high * denominator)
        value = Fraction(chance.randint(int(low * denominator) + 1, most), denominator)
        holding = [interval for interval in found if holds(interval, value)]
        if digest(of, parameter, value) is None:
            assert not holding, value
        else:
            assert len(holding) == 1, value


def holds(interval: Interval, value: Fraction) -> bool:
    above = value > interval.low or (interval.has_low and value == interval.low)
    return above and (value < interval.high or (interval.has_high and value == interval.high))


def test_powers_go_in_steps_and_say_so() -> None:
    found = intervals(network("efficientnet"), "phi", Bounds(Fraction(0), Fraction(1)))
    assert found.step == Fraction(1, 100)
    assert {interval.low.denominator for interval in found.intervals} <= {1, 2, 4, 5, 10, 20, 25, 50, 100}


def test_tables_and_groups_take_whole_numbers() -> None:
    found = intervals(network("shufflenet"), "g", Bounds(Fraction(0), Fraction(12)))
    assert found.step == 1
    assert [decimal(interval.value) for interval in found.intervals] == ["1", "2", "3", "4", "8"]


@pytest.mark.parametrize(
    ("low", "high", "has_low", "has_high", "expected"),
    [
        ("1/3", "1/3", True, True, "1/3"),
        ("0", "1", False, True, "1"),
        ("0", "1", False, False, "0.1"),
        ("0", "1", True, False, "0"),
        ("513/1024", "514/1024", True, False, "0.501"),
        ("0.99", "1", True, False, "0.99"),
        ("0.99", "1", False, False, "0.991"),
    ],
)
def test_the_number_with_the_fewest_digits(
    low: str, high: str, has_low: bool, has_high: bool, expected: str
) -> None:
    assert simplest(Fraction(low), Fraction(high), has_low, has_high) == Fraction(expected)
