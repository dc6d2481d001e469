"""Exact whole or rational numbers over a box of designs, and arithmetic with them.

A number is kept as a sum of products of arrays over different axes: width times height is 1000 + 1000
numbers for a million designs, not a million.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from costcalc.sweeps.factor import Factor, compute, constant, floor_quotient, narrowed, plus, remainder, times

Term = tuple[Factor, ...]
"""A product of arrays that have no axis in common."""


class Mixed(Exception):
    """The designs of a box take different ways; those with different `values` have to part."""

    def __init__(self, values: Any) -> None:
        super().__init__()
        self.values = values


class Exact:
    """A whole or rational number for each design of a box.

    Attributes:
        terms: The numerator is the sum of these products.
        denominator: One for all, positive. More than 1 only over a single array.
    """

    __slots__ = ("denominator", "terms")

    def __init__(self, terms: tuple[Term, ...], denominator: int = 1) -> None:
        self.terms = terms
        self.denominator = denominator

    def factor(self) -> Factor:
        """Return the numerators as one array."""
        return _total(self.terms)


_NOTHING: tuple[Term, ...] = ((constant(0),),)
_MINUS_ONE = Exact(((constant(-1),),))

LARGEST_DENOMINATOR = 10**40
"""Rather many boxes than endless numbers."""


def lift(value: Any) -> Exact | None:
    """Return a number as one of many designs; None for what is no number."""
    if isinstance(value, Exact):
        return value
    if isinstance(value, int):
        return Exact(((constant(int(value)),),))
    if isinstance(value, Fraction):
        return Exact(((constant(value.numerator),),), value.denominator)
    return None


def plain(value: Fraction) -> int | Fraction:
    """Return a number as an int if it is whole."""
    return value.numerator if value.denominator == 1 else value


def _alone(grid: Exact) -> Factor | None:
    """Return the only array of a sum that has only one."""
    return grid.terms[0][0] if len(grid.terms) == 1 and len(grid.terms[0]) == 1 else None


def _product(one: Term, two: Term) -> Term:
    """Multiply two products: arrays with an axis in common become one."""
    factors = list(one)
    for factor in two:
        apart = []
        for other in factors:
            if other.axes & factor.axes or not other.axes or not factor.axes:
                factor = times(other, factor)
            else:
                apart.append(other)
        factors = [*apart, factor]
    return tuple(factors)


def _total(terms: tuple[Term, ...]) -> Factor:
    return functools.reduce(plus, [functools.reduce(times, term) for term in terms])


def _over(grid: Exact, denominator: int) -> Factor:
    """Return the numerators over a multiple of the denominator."""
    return times(grid.factor(), constant(denominator // grid.denominator))


def number(factor: Factor, denominator: int = 1) -> Any:
    """Return a grid, or a plain number if there is only one."""
    if factor.low == factor.high:
        return plain(Fraction(factor.low, denominator))
    return Exact(((factor,),), denominator)


def reduced(factor: Factor, denominator: int) -> Any:
    """Return numerators over a denominator in lowest terms, so that whole numbers have a denominator of 1."""
    if not factor.axes:
        return plain(Fraction(factor.low, denominator))
    common = math.gcd(denominator, int(np.gcd.reduce(factor.array, axis=None)))
    return number(floor_quotient(factor, constant(common)), denominator // common)


def add(one: Exact, two: Exact) -> Any:
    """Return the sums."""
    if one.denominator != 1 or two.denominator != 1:
        common = math.lcm(one.denominator, two.denominator)
        return reduced(plus(_over(one, common), _over(two, common)), common)
    if two.terms == _NOTHING:
        return one
    mine, theirs = _alone(one), _alone(two)
    if mine and theirs and (mine.axes == theirs.axes or not mine.axes or not theirs.axes):
        return Exact(((plus(mine, theirs),),))
    return Exact(one.terms + two.terms)


def subtract(one: Exact, two: Exact) -> Any:
    """Return the differences. What was added is taken away again, as a running sum does, without a trace."""
    left = {id(term): term for term in one.terms}
    if not _alone(one) and len(left) == len(one.terms):
        gone = [term for term in two.terms if left.pop(id(term), None)]
        if len(gone) == len(two.terms):
            return Exact(tuple(left.values())) if left else 0
    return add(one, multiply(two, _MINUS_ONE))


def multiply(one: Exact, two: Exact) -> Any:
    """Return the products."""
    denominator = one.denominator * two.denominator
    terms = tuple([_product(a, b) for a in one.terms for b in two.terms])
    return Exact(terms) if denominator == 1 else reduced(_total(terms), denominator)


def _operands(one: Exact, two: Exact) -> tuple[Factor, Factor]:
    """Return the numerators of both over a common denominator."""
    common = math.lcm(one.denominator, two.denominator)
    return _over(one, common), _over(two, common)


def _refuse_zero(divisor: Factor) -> None:
    """Part the designs that divide by zero from those that do not."""
    if divisor.low <= 0 <= divisor.high:
        zero = divisor.array == 0
        if np.all(zero):
            raise ZeroDivisionError
        if np.any(zero):
            raise Mixed(zero)


def floor_divide(one: Exact, two: Exact) -> Any:
    """Return the quotients rounded down."""
    over, under = _operands(one, two)
    _refuse_zero(under)
    return number(floor_quotient(over, under))


def modulo(one: Exact, two: Exact) -> Any:
    """Return the remainders of rounding down."""
    over, under = _operands(one, two)
    _refuse_zero(under)
    return reduced(remainder(over, under), math.lcm(one.denominator, two.denominator))


def divide(one: Exact, two: Exact) -> Any:
    """Return the quotients."""
    over, under = _operands(one, two)
    _refuse_zero(under)
    if not under.axes:
        return reduced(times(over, constant(-1 if under.low < 0 else 1)), abs(under.low))
    denominator = math.lcm(*[int(value) for value in np.unique(under.array)])
    if denominator >= LARGEST_DENOMINATOR:
        raise Mixed(under.array)
    return reduced(times(over, floor_quotient(constant(denominator), under)), denominator)


def compare(operate: Callable[[Any, Any], Any], one: Exact, two: Exact) -> bool | Exact:
    """Return whether a comparison holds; where designs differ, 1 for those for which it does."""
    left, right = _operands(one, two)
    if left.high < right.low or left.low > right.high:
        return bool(operate(left.low, right.low))
    holds = np.asarray(compute(operate, left, right), dtype=bool)
    if holds.all():
        return True
    if not holds.any():
        return False
    return Exact(((Factor(left.axes | right.axes, holds.astype(np.int64), 0, 1),),))


def elementwise(function: Callable[[Any, Any], Any], one: Exact, two: Exact) -> Any:
    """Apply a function of plain numbers to each pair of numbers that occurs."""
    over, under = np.broadcast_arrays(one.factor().array, two.factor().array)
    pairs = list(zip(over.ravel().tolist(), under.ravel().tolist(), strict=True))
    results: dict[tuple[int, int], Any] = {}
    for pair in dict.fromkeys(pairs):
        numbers = [
            plain(Fraction(part, grid.denominator)) for part, grid in zip(pair, (one, two), strict=True)
        ]
        try:
            results[pair] = Fraction(function(*numbers))
        except (ValueError, ArithmeticError) as error:
            results[pair] = error
    failed = [isinstance(result, Exception) for result in results.values()]
    if all(failed):
        raise next(iter(results.values()))
    if any(failed):
        raise Mixed(np.array([isinstance(results[pair], Exception) for pair in pairs]).reshape(over.shape))
    denominator = math.lcm(*[result.denominator for result in results.values()])
    whole = {pair: result.numerator * (denominator // result.denominator) for pair, result in results.items()}
    array = np.array([whole[pair] for pair in pairs], dtype=object).reshape(over.shape)
    axes = one.factor().axes | two.factor().axes
    return number(narrowed(Factor(axes, array, 0, 0)), denominator)
