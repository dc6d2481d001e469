"""Exact numbers over a box of designs, so that the formulas for one design count them all.

A `Grid` stands where a number of one design would stand. Arithmetic works element by element and is
exact. A decision (`if`, a table's key, a number of repeats) that all designs of the box share is
made; one that they do not share raises `Mixed`, and whoever runs the box cuts it and starts again.

A number is kept as a sum of products of arrays over different axes: width times height is 1000 + 1000
numbers for a million designs, not a million.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

import numpy as np

from costcalc.spec.value import no_number, power
from costcalc.sweep.factor import (
    LARGEST_ARRAY,
    Crowded,
    Factor,
    compute,
    constant,
    floor_quotient,
    narrowed,
    plus,
    remainder,
    times,
)

Term = tuple[Factor, ...]
"""A product of arrays that have no axis in common; the empty product is 1."""

SPOKEN: ContextVar[list[Grid] | None] = ContextVar("SPOKEN", default=None)
"""The grids that messages mention since it was set: each is written as `mention` of its number."""


def mention(number: int) -> str:
    """Return what stands in a message for a grid: private characters around its number."""
    return f"\ue000{number}\ue001"


class Mixed(Exception):
    """The designs of a box take different ways; those with different `values` have to part."""

    def __init__(self, values: Any) -> None:
        super().__init__()
        self.values = values


class Grid:
    """A whole or rational number for each design of a box.

    Attributes:
        terms: The numerator is the sum of these products.
        denominator: One for all, positive. More than 1 only over a single array.
    """

    __slots__ = ("denominator", "terms")

    def __init__(self, terms: tuple[Term, ...], denominator: int = 1) -> None:
        self.terms = terms
        self.denominator = denominator

    # ---- arithmetic ------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        other = _lift(other)
        if other is None:
            return NotImplemented
        if self.denominator != 1 or other.denominator != 1:
            common = math.lcm(self.denominator, other.denominator)
            return _reduced(plus(_over(self, common), _over(other, common)), common)
        if other.terms == _NOTHING:
            return self
        mine, theirs = _alone(self), _alone(other)
        if mine and theirs and (mine.axes == theirs.axes or not mine.axes or not theirs.axes):
            return Grid(((plus(mine, theirs),),))
        return Grid(self.terms + other.terms)

    __radd__ = __add__

    def __neg__(self) -> Any:
        return self * -1

    def __pos__(self) -> Any:
        return self

    def __sub__(self, other: Any) -> Any:
        other = _lift(other)
        if other is None:
            return NotImplemented
        if _alone(self):
            return self + other * -1
        # What was added is taken away again, as a running sum does, without a trace.
        left = {id(term): term for term in self.terms}
        if len(left) == len(self.terms):
            gone = [term for term in other.terms if left.pop(id(term), None)]
            if len(gone) == len(other.terms):
                return Grid(tuple(left.values())) if left else 0
        return self + other * -1

    def __rsub__(self, other: Any) -> Any:
        return self * -1 + other

    def __mul__(self, other: Any) -> Any:
        other = _lift(other)
        if other is None:
            return NotImplemented
        denominator = self.denominator * other.denominator
        terms = tuple([_product(one, two) for one in self.terms for two in other.terms])
        return Grid(terms) if denominator == 1 else _reduced(_total(terms), denominator)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return _divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _divide(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return _whole(floor_quotient, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _whole(floor_quotient, other, self)

    def __mod__(self, other: Any) -> Any:
        return _remainder(self, other)

    def __rmod__(self, other: Any) -> Any:
        return _remainder(other, self)

    def __pow__(self, other: Any) -> Any:
        return _elementwise(power, self, other)

    def __rpow__(self, other: Any) -> Any:
        return _elementwise(power, other, self)

    # ---- decisions -------------------------------------------------------------------------

    def __eq__(self, other: object) -> Any:
        return True if self is other else _compare(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return False if self is other else _compare(operator.ne, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compare(operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return _compare(operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compare(operator.gt, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compare(operator.ge, self, other)

    def __bool__(self) -> bool:
        return bool(self != 0) if type(self) is Grid else bool(self.uniform())

    def __hash__(self) -> int:
        return hash(self.uniform())

    def __index__(self) -> int:
        return operator.index(self.uniform())

    def __int__(self) -> int:
        return int(self.uniform())

    def __float__(self) -> float:
        return float(self.uniform())

    def uniform(self) -> Any:
        """Return the number that all designs share.

        Raises:
            Mixed: they do not.
        """
        factor = narrowed(self.factor())
        if factor.low != factor.high:
            raise Mixed(factor.array)
        return _plain(Fraction(factor.low, self.denominator))

    # ---- values ----------------------------------------------------------------------------

    def factor(self) -> Factor:
        """Return the numerators as one array."""
        return _total(self.terms)

    def at(self, position: tuple[int, ...]) -> int | Fraction:
        """Return the number of one design."""
        array = self.factor().array
        if isinstance(array, np.ndarray):
            array = array[tuple([i if n > 1 else 0 for i, n in zip(position, array.shape, strict=True)])]
        return _plain(Fraction(int(array), self.denominator))

    def __str__(self) -> str:
        spoken = SPOKEN.get()
        if spoken is None:
            factor = self.factor()
            return f"{factor.low}..{factor.high}" + f"/{self.denominator}" * (self.denominator != 1)
        number = next((i for i, grid in enumerate(spoken) if grid is self), len(spoken))
        if number == len(spoken):
            spoken.append(self)
        return mention(number)

    __repr__ = __str__


@no_number
class Flags(Grid):
    """A truth value for each design of a box, not the same for all."""

    __slots__ = ()


def along(dimension: int, numerators: Any, denominator: int) -> Any:
    """Return the numbers that vary along a dimension of a box; a plain number if they are all the same.

    Raises:
        Crowded: they are too many.
    """
    if numerators.size > LARGEST_ARRAY:
        raise Crowded
    return _reduced(narrowed(Factor(1 << dimension, numerators, 0, 0)), denominator)


_NOTHING: tuple[Term, ...] = ((constant(0),),)


def _lift(value: Any) -> Grid | None:
    if isinstance(value, Grid):
        return value
    if isinstance(value, int):
        return Grid(((constant(int(value)),),))
    if isinstance(value, Fraction):
        return Grid(((constant(value.numerator),),), value.denominator)
    return None


def _plain(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _alone(grid: Grid) -> Factor | None:
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


def _over(grid: Grid, denominator: int) -> Factor:
    """Return the numerators over a multiple of the denominator."""
    return times(grid.factor(), constant(denominator // grid.denominator))


def _number(factor: Factor, denominator: int = 1) -> Any:
    """Return a grid, or a plain number if there is only one."""
    if factor.low == factor.high:
        return _plain(Fraction(factor.low, denominator))
    return Grid(((factor,),), denominator)


def _reduced(factor: Factor, denominator: int) -> Any:
    """Return numerators over a denominator in lowest terms, so that whole numbers have a denominator of 1."""
    if not factor.axes:
        return _plain(Fraction(factor.low, denominator))
    common = math.gcd(denominator, int(np.gcd.reduce(factor.array, axis=None)))
    return _number(floor_quotient(factor, constant(common)), denominator // common)


def _operands(first: Any, second: Any) -> tuple[Factor, Factor] | None:
    """Return the numerators of both over a common denominator."""
    one, two = _lift(first), _lift(second)
    if one is None or two is None:
        return None
    common = math.lcm(one.denominator, two.denominator)
    return _over(one, common), _over(two, common)


def _refuse_zero(divisor: Factor) -> None:
    if divisor.low <= 0 <= divisor.high:
        zero = divisor.array == 0
        if np.all(zero):
            raise ZeroDivisionError
        if np.any(zero):
            raise Mixed(zero)


def _whole(operate: Callable[[Factor, Factor], Factor], first: Any, second: Any) -> Any:
    operands = _operands(first, second)
    if operands is None:
        return NotImplemented
    _refuse_zero(operands[1])
    return _number(operate(*operands))


def _remainder(first: Any, second: Any) -> Any:
    operands = _operands(first, second)
    if operands is None:
        return NotImplemented
    _refuse_zero(operands[1])
    denominator = math.lcm(_lift(first).denominator, _lift(second).denominator)  # type: ignore[union-attr]
    return _reduced(remainder(*operands), denominator)


def _divide(first: Any, second: Any) -> Any:
    operands = _operands(first, second)
    if operands is None:
        return NotImplemented
    over, under = operands
    _refuse_zero(under)
    if not under.axes:
        sign = -1 if under.low < 0 else 1
        return _reduced(times(over, constant(sign)), abs(under.low))
    divisors = [int(value) for value in np.unique(under.array)]
    denominator = math.lcm(*divisors)
    if denominator >= 10**40:  # rather many boxes than endless numbers
        raise Mixed(under.array)
    return _reduced(times(over, floor_quotient(constant(denominator), under)), denominator)


def _compare(operate: Callable[[Any, Any], Any], first: Any, second: Any) -> Any:
    operands = _operands(first, second)
    if operands is None:
        return NotImplemented
    one, two = operands
    if one.high < two.low or one.low > two.high:
        return operate(one.low, two.low)
    result = np.asarray(compute(operate, one, two), dtype=bool)
    if result.all():
        return True
    if not result.any():
        return False
    return Flags(((Factor(one.axes | two.axes, result.astype(np.int64), 0, 1),),))


def _elementwise(function: Callable[[Any, Any], Any], first: Any, second: Any) -> Any:
    """Apply a function of plain numbers to each pair of numbers that occurs."""
    one, two = _lift(first), _lift(second)
    if one is None or two is None:
        return NotImplemented
    over, under = np.broadcast_arrays(one.factor().array, two.factor().array)
    pairs = list(zip(over.ravel().tolist(), under.ravel().tolist(), strict=True))
    results: dict[tuple[int, int], Any] = {}
    for pair in dict.fromkeys(pairs):
        numbers = [
            _plain(Fraction(part, grid.denominator)) for part, grid in zip(pair, (one, two), strict=True)
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
    return _number(narrowed(Factor(axes, array, 0, 0)), denominator)
