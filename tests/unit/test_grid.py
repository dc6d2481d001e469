"""Grids: exact, whatever the numbers, and firm where designs part."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from costcalc.errors import UsageError
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.spec.expression.compile import located
from costcalc.spec.expression.rounding import FUNCTIONS
from costcalc.sweeps.grid import Grid, Mixed, along, maximum, to_array

SHAPE = (3, 4)


def grid(values: list[int], dimension: int = 0, denominator: int = 1) -> Any:
    shape = [-1 if each == dimension else 1 for each in range(2)]
    return along(dimension, np.array(values, dtype=object).reshape(shape), denominator)


numbers = st.one_of(st.integers(-50, 50), st.integers(-(10**20), 10**20))
OPERATORS: list[Callable[[Any, Any], Any]] = [operator.add, operator.sub, operator.mul]
COMPARISONS: list[Callable[[Any, Any], Any]] = [operator.lt, operator.le, operator.eq, operator.ne]
DIVISIONS: list[Callable[[Any, Any], Any]] = [operator.floordiv, operator.mod, operator.truediv]


def elements(value: Any) -> list[list[Any]]:
    if not isinstance(value, Grid):
        return [[value] * SHAPE[1]] * SHAPE[0]
    array = np.broadcast_to(value.factor().array, SHAPE)
    return [[Fraction(each, value.denominator) for each in row] for row in array.tolist()]


def exact(value: Any) -> Any:
    """Return a grid, or a plain number whose quotients are exact: equal rows are one number."""
    return Fraction(value) if isinstance(value, int) else value


@given(
    st.lists(numbers, min_size=3, max_size=3),
    st.lists(numbers, min_size=4, max_size=4),
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from(OPERATORS + DIVISIONS),
)
def test_arithmetic_is_that_of_fractions(
    rows: list[int], columns: list[int], under: int, below: int, operate: Callable[[Any, Any], Any]
) -> None:
    if operate in DIVISIONS and 0 in columns:
        columns = [column or 7 for column in columns]
    result = operate(exact(grid(rows, 0, under)), exact(grid(columns, 1, below)))
    expected = [[operate(Fraction(a, under), Fraction(b, below)) for b in columns] for a in rows]
    assert elements(result) == expected


@given(
    st.lists(numbers, min_size=3, max_size=3),
    numbers,
    st.integers(1, 12),
    st.sampled_from(OPERATORS + DIVISIONS + COMPARISONS),
    st.booleans(),
)
@example([1, 2, 5], 10**20, 1, operator.floordiv, False)
@example([1, 1, 1], 7, 1, operator.truediv, False)
@example([0, 0, 0], 10**20, 1, operator.mul, True)
def test_arithmetic_with_one_number_is_that_of_fractions(
    rows: list[int], number: int, under: int, operate: Callable[[Any, Any], Any], swap: bool
) -> None:
    if operate in DIVISIONS and 0 in (*rows, number):
        rows, number = [row or 7 for row in rows], number or 7
    pairs: list[tuple[Any, Any]] = [(Fraction(row, under), number) for row in rows]
    many: tuple[Any, Any] = (exact(grid(rows, 0, under)), exact(number))
    if swap:
        pairs, many = [(two, one) for one, two in pairs], (many[1], many[0])
    assert [row[0] for row in elements(operate(*many))] == [operate(*pair) for pair in pairs]


@given(st.lists(st.integers(1, 10**6), min_size=3, max_size=3), st.sampled_from(sorted(FUNCTIONS)))
def test_every_rounding_function_takes_grids(rows: list[int], name: str) -> None:
    if name == "fixed":
        return
    expression = compile_expression(f"{name}(x, 8)" if name.endswith(("to", "divisible")) else f"{name}(x)")
    result = expression.evaluate({"x": grid(rows, 0, 7)})
    assert [row[0] for row in elements(result)] == [expression.evaluate({"x": Fraction(r, 7)}) for r in rows]


def test_a_decision_that_all_share_is_made() -> None:
    widths = grid([8, 16, 24])
    assert widths % 8 == 0
    assert widths > 7
    assert not widths == 9  # noqa: SIM201
    assert widths // widths == 1
    assert bool(widths)


@pytest.mark.parametrize(
    "decide", [bool, int, hash, float, operator.index, lambda x: bool(x > 0), lambda x: {}.get(x)]
)
def test_a_decision_that_they_do_not_share_parts_them(decide: Callable[[Any], object]) -> None:
    with pytest.raises(Mixed) as raised:
        decide(grid([0, 1, 2]))
    assert raised.value.values.shape == (3, 1)


def test_a_division_by_zero_is_one_where_all_divide_by_zero() -> None:
    with pytest.raises(Mixed):
        1 // grid([0, 1, 2])
    with pytest.raises(ZeroDivisionError):
        grid([1, 2, 3]) // 0


def test_conditions_are_no_numbers_in_expressions() -> None:
    with pytest.raises(ExpressionError, match="not a number"):
        compile_expression("8 * (x > 1)").evaluate({"x": grid([0, 1, 2])})
    assert located(ValueError("so"), 0, 1).code == "E130"


def test_a_running_sum_leaves_no_trace_of_what_is_gone() -> None:
    first, second = (grid([1, 2, 3], 0) * grid([1, 2, 3, k], 1) for k in (4, 5))
    assert (first + second - first).terms == second.terms
    assert first + second - (second + first) == 0
    assert (0 + first).terms == (first + 0).terms == first.terms


def test_counts_beyond_64_bits_are_an_error_not_a_wrong_number() -> None:
    large = grid([2**31, 2**31 + 1, 5], 0) * grid([2**31, 1, 2, 3], 1)
    assert to_array(large, SHAPE).max() == (2**31 + 1) * 2**31
    with pytest.raises(UsageError, match="64 bits"):
        to_array(large * 2, SHAPE)
    with pytest.raises(UsageError, match="64 bits"):
        to_array(2**63, SHAPE)
    assert elements(large * large)[1][0] == ((2**31 + 1) * 2**31) ** 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
def test_the_largest_is_the_largest_of_every_design(pairs: list[tuple[int, int]]) -> None:
    sums = [grid([a, 1, 2], 0) * grid([1, b, 2, 3], 1) + grid([a, b, 0], 0) for a, b in pairs]
    largest = maximum([*sums, 3], SHAPE)
    assert largest.tolist() == [
        [max(3, *(elements(each)[i][j] for each in sums)) for j in range(4)] for i in range(3)
    ]
