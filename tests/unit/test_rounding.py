"""The rounding vocabulary against the papers' own numbers, and against the float code it stands for."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from costcalc.spec.expression import Fixed
from costcalc.spec.expression.rounding import (
    FUNCTIONS,
    arity,
    ceil,
    ceil_to,
    fixed,
    floor,
    floor_to,
    larger,
    magnitude,
    make_divisible,
    round_half_up,
    round_to,
    smaller,
)

WIDTHS = (1, 3, 8, 12, 16, 24, 32, 40, 48, 58, 64, 80, 96, 112, 116, 160, 192, 232, 320, 464, 512, 1280, 2048)
MULTIPLIERS = [Fraction(percent, 100) for percent in (10, 25, 35, 50, 75, 100, 110, 120, 133, 140, 180, 220)]
SCALED = [width * multiplier for width in WIDTHS for multiplier in MULTIPLIERS]


def test_efficientnet_widths() -> None:
    """The channels of B0 as B3, B4 and B7 have them (qubvel/efficientnet and torchvision agree)."""
    base = (32, 16, 24, 40, 80, 112, 192, 320, 1280)
    published = {
        "1.2": (40, 24, 32, 48, 96, 136, 232, 384, 1536),
        "1.4": (48, 24, 32, 56, 112, 160, 272, 448, 1792),
        "2.0": (64, 32, 48, 80, 160, 224, 384, 640, 2560),
    }
    for width, widths in published.items():
        assert tuple(make_divisible(c * Fraction(width), 8) for c in base) == widths


def test_mobilenet_v2_widths() -> None:
    """The channels of MobileNetV2 x0.35, where staying above 90 % matters: 11.2 becomes 16, not 8."""
    base = (32, 16, 24, 32, 64, 96, 160, 320)
    assert tuple(make_divisible(c * Fraction("0.35"), 8) for c in base) == (16, 8, 8, 16, 24, 32, 56, 112)


def test_efficientnet_repeats() -> None:
    """The repeats of B0 as B7 has them (depth 3.1)."""
    assert [ceil(n * Fraction("3.1")) for n in (1, 2, 2, 3, 3, 4, 1)] == [4, 7, 7, 10, 10, 13, 4]


def test_exact_where_floats_are_not() -> None:
    assert int(100 * 1.15) == 114
    assert floor(100 * Fraction("1.15")) == 115


@pytest.mark.parametrize("divisor", [1, 2, 3, 4, 7, 8, 16])
def test_make_divisible_is_the_code_of_its_sources(divisor: int) -> None:
    for x in SCALED:
        expected = max(divisor, int(x + Fraction(divisor, 2)) // divisor * divisor)
        expected += divisor if expected < Fraction(9, 10) * x else 0
        assert make_divisible(x, divisor) == expected


def test_make_divisible_has_a_minimum() -> None:
    assert make_divisible(3, 8) == 8
    assert make_divisible(3, 8, 16) == 16
    assert make_divisible(30, 8, 16) == 32


def test_whole_numbers() -> None:
    for x in [*SCALED, *(-x for x in SCALED), *range(-9, 9), *(Fraction(n, 2) for n in range(-9, 9))]:
        assert floor(x) == math.floor(x)
        assert ceil(x) == math.ceil(x)
        assert round_half_up(x) == math.floor(x + Fraction(1, 2))
        assert magnitude(x) == abs(x)


def test_halves_go_up() -> None:
    assert [round_half_up(Fraction(n, 2)) for n in (1, 3, 5, -1, -3)] == [1, 2, 3, 0, -1]
    assert [round_to(n, 8) for n in (3, 4, 11, 12, 13, 20)] == [0, 8, 8, 16, 16, 24]


@pytest.mark.parametrize("divisor", [1, 3, 8, 16])
def test_multiples(divisor: int) -> None:
    for x in SCALED:
        assert floor_to(x, divisor) == math.floor(x / divisor) * divisor
        assert ceil_to(x, divisor) == math.ceil(x / divisor) * divisor
        assert round_to(x, divisor) == math.floor(x / divisor + Fraction(1, 2)) * divisor


def test_extremes() -> None:
    for x in SCALED:
        assert larger(x, 30) == max(x, 30)
        assert smaller(x, 30) == min(x, 30)
    assert larger(3) == smaller(3) == 3
    assert larger(1, 5, 3) == 5
    assert smaller(4, 2, 3) == 2


def test_fixed() -> None:
    assert fixed(24) == Fixed(24)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "fixed"])
def test_arrays_give_what_each_number_alone_would(name: str) -> None:
    function = FUNCTIONS[name]
    least, most = arity(function)
    numbers = np.array(WIDTHS)
    others: dict[float, list[tuple[int, ...]]] = {1: [()], 2: [(8,)], 3: [(8,), (8, 16)]}
    for extra in others.get(most, [(), (30,), (30, 12)]):
        assert len(extra) + 1 >= least
        assert function(numbers, *extra).tolist() == [function(width, *extra) for width in WIDTHS]


def test_arity() -> None:
    assert arity(floor) == (1, 1)
    assert arity(ceil_to) == (2, 2)
    assert arity(make_divisible) == (2, 3)
    assert arity(larger) == (1, math.inf)


def test_every_function_cites_or_says_what_it_returns() -> None:
    for function in FUNCTIONS.values():
        assert (function.__doc__ or "").startswith("Return ")
