"""Numbers of many designs that stand where a number of one design would stand.

The formulas for one design count a whole box of them: arithmetic works design by design and is exact. A
decision (`if`, a table's key, a number of repeats) that all designs share is made; one that they do not
share raises `Mixed`, and whoever runs the box cuts it and starts again.

A grid is kept as a sum of products of arrays over different axes: width times height is 1000 + 1000 numbers
for a million designs, not a million. It is written out, one int64 per design, at the very end (`to_array`).
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np

from costcalc.errors import Diagnostic, UsageError
from costcalc.spec.expression.value import no_number, power

LARGEST_ARRAY: Final = 1 << 16
"""Elements of an array that arithmetic may make. A larger box is halved: see `Crowded`."""
LARGEST_DENOMINATOR: Final = 10**40
"""Rather many boxes than endless numbers."""
DIFFERS: Final = "…"
"""What stands in a message about many designs for a number that they do not share."""

_INT64: Final = 2**63 - 1


class Crowded(Exception):
    """A box has too many designs that have to be told apart."""


class Mixed(Exception):
    """The designs of a box take different ways; those with different `values` have to part."""

    def __init__(self, values: Any) -> None:
        super().__init__()
        self.values = values


# ---- factors: arrays of integers, and how large these can be --------------------------------------------


class _Factor(NamedTuple):
    """Integers that vary along some axes.

    Attributes:
        axes: The axes, as a bit mask; 0 for a single number.
        array: A Python int, or an array with the dimensions of the box, of length 1 along other axes.
            It holds int64, or Python ints where int64 would not do.
        low: No element is less.
        high: No element is more.
    """

    axes: int
    array: Any
    low: int
    high: int

    @property
    def largest(self) -> int:
        """No element is larger, whatever its sign."""
        return max(abs(self.low), abs(self.high))

    def narrowed(self) -> _Factor:
        """Return the same with the bounds that it really has, in int64 if that is possible."""
        if not self.axes:
            return _constant(int(self.array))
        low, high = int(self.array.min()), int(self.array.max())
        array = self.array
        if array.dtype == object and _fits(low, high):
            array = array.astype(np.int64)
        return _Factor(self.axes, array, low, high)

    def times(self, other: _Factor) -> _Factor:
        """Return the products."""
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _exactly(operator.mul, self, other, min(corners), max(corners))

    def plus(self, other: _Factor) -> _Factor:
        """Return the sums."""
        return _exactly(operator.add, self, other, self.low + other.low, self.high + other.high)

    def over(self, divisor: _Factor) -> _Factor:
        """Return the quotients rounded down; no divisor is 0."""
        return _exactly(operator.floordiv, self, divisor, -self.largest, self.largest).narrowed()

    def modulo(self, divisor: _Factor) -> _Factor:
        """Return the remainders of rounding down; no divisor is 0."""
        return _exactly(operator.mod, self, divisor, -divisor.largest, divisor.largest).narrowed()

    def scaled(self, number: int) -> _Factor:
        """Return a multiple."""
        return self.times(_constant(number))


def _constant(value: int) -> _Factor:
    return _Factor(0, value, value, value)


def _fits(low: int, high: int) -> bool:
    """Tell whether int64 holds all from `low` to `high`."""
    return low >= -_INT64 and high <= _INT64


def _computed(operate: Callable[[Any, Any], Any], first: Any, second: Any) -> Any:
    result = operate(first, second)
    if isinstance(result, np.ndarray) and result.size > LARGEST_ARRAY:
        raise Crowded
    return result


def _exactly(operate: Callable[[Any, Any], Any], one: _Factor, two: _Factor, low: int, high: int) -> _Factor:
    """Return `operate` element by element, in Python ints where an operand or the result may not fit."""
    axes = one.axes | two.axes
    if axes and not (_fits(low, high) and _fits(one.low, one.high) and _fits(two.low, two.high)):
        wide = _computed(operate, np.asarray(one.array, dtype=object), two.array)
        return _Factor(axes, wide, low, high).narrowed()
    return _Factor(axes, _computed(operate, one.array, two.array), low, high)


# ---- arithmetic: results that are the same for all designs are plain numbers ----------------------------

_Term = tuple[_Factor, ...]
"""A product of arrays that have no axis in common."""

_NOTHING: Final[tuple[_Term, ...]] = ((_constant(0),),)


def _lift(value: Any) -> Grid | None:
    """Return a number as one of many designs; None for what is no number."""
    if isinstance(value, Grid):
        return value
    if isinstance(value, int):
        return Grid(((_constant(int(value)),),))
    if isinstance(value, Fraction):
        return Grid(((_constant(value.numerator),),), value.denominator)
    return None


def _operators(
    operate: Callable[[Grid, Grid], Any],
) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """Return an operator, and the one for when the grid stands on its right."""

    def forward(self: Grid, other: Any) -> Any:
        number = _lift(other)
        return NotImplemented if number is None else operate(self, number)

    def reverse(self: Grid, other: Any) -> Any:
        number = _lift(other)
        return NotImplemented if number is None else operate(number, self)

    return forward, reverse


def _comparison(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: _compare(operate, self, other)


def _compare(operate: Callable[[Any, Any], Any], first: Grid, second: object) -> Any:
    """Return whether a comparison holds; where designs differ, 1 for those for which it does."""
    other = _lift(second)
    if other is None:
        return NotImplemented
    left, right = _operands(first, other)
    if left.high < right.low or left.low > right.high:
        return bool(operate(left.low, right.low))
    holds = np.asarray(_computed(operate, left.array, right.array), dtype=bool)
    if holds.all():
        return True
    if not holds.any():
        return False
    return Flags(((_Factor(left.axes | right.axes, holds.astype(np.int64), 0, 1),),))


def _grid(factor: _Factor, denominator: int = 1) -> Any:
    """Return numerators over a denominator, or a plain number if they are all the same."""
    if factor.low == factor.high:
        return plain(Fraction(factor.low, denominator))
    return Grid(((factor,),), denominator)


def _reduced(factor: _Factor, denominator: int) -> Any:
    """Return numerators over a denominator in lowest terms, so that whole numbers have a denominator of 1."""
    if not factor.axes:
        return plain(Fraction(factor.low, denominator))
    common = math.gcd(denominator, int(np.gcd.reduce(factor.array, axis=None)))
    return _grid(factor.over(_constant(common)), denominator // common)


def _operands(one: Grid, two: Grid) -> tuple[_Factor, _Factor]:
    """Return the numerators of both over a common denominator."""
    common = math.lcm(one.denominator, two.denominator)
    return one.factor().scaled(common // one.denominator), two.factor().scaled(common // two.denominator)


def _alone(grid: Grid) -> _Factor | None:
    """Return the only array of a sum that has only one."""
    return grid.terms[0][0] if len(grid.terms) == 1 and len(grid.terms[0]) == 1 else None


def _sum(one: Grid, two: Grid) -> Any:
    if one.denominator != 1 or two.denominator != 1:
        mine, theirs = _operands(one, two)
        return _reduced(mine.plus(theirs), math.lcm(one.denominator, two.denominator))
    if _NOTHING in (one.terms, two.terms):
        return one if two.terms == _NOTHING else two
    own, other = _alone(one), _alone(two)
    if own and other and (own.axes == other.axes or not own.axes or not other.axes):
        return Grid(((own.plus(other),),))
    return Grid(one.terms + two.terms)


def _difference(one: Grid, two: Grid) -> Any:
    """Subtract. What was added is taken away again, as a running sum does, without a trace."""
    left = {id(term): term for term in one.terms}
    if not _alone(one) and len(left) == len(one.terms):
        gone = [term for term in two.terms if left.pop(id(term), None)]
        if len(gone) == len(two.terms):
            return Grid(tuple(left.values())) if left else 0
    return _sum(one, _lift(two * -1))  # type: ignore[arg-type]  # a number


def _product(one: Grid, two: Grid) -> Any:
    denominator = one.denominator * two.denominator
    product = Grid(tuple([_term(a, b) for a in one.terms for b in two.terms]))
    return product if denominator == 1 else _reduced(product.factor(), denominator)


def _term(one: _Term, two: _Term) -> _Term:
    """Multiply two products: arrays with an axis in common become one."""
    factors = list(one)
    for factor in two:
        apart = []
        for other in factors:
            if other.axes & factor.axes or not other.axes or not factor.axes:
                factor = other.times(factor)
            else:
                apart.append(other)
        factors = [*apart, factor]
    return tuple(factors)


def _division(one: Grid, two: Grid) -> tuple[_Factor, _Factor]:
    """Return both operands; designs that divide by zero part from those that do not."""
    over, under = _operands(one, two)
    if under.low <= 0 <= under.high:
        zero = under.array == 0
        if np.all(zero):
            raise ZeroDivisionError
        if np.any(zero):
            raise Mixed(zero)
    return over, under


def _floor_quotient(one: Grid, two: Grid) -> Any:
    over, under = _division(one, two)
    return _grid(over.over(under))


def _remainder(one: Grid, two: Grid) -> Any:
    over, under = _division(one, two)
    return _reduced(over.modulo(under), math.lcm(one.denominator, two.denominator))


def _quotient(one: Grid, two: Grid) -> Any:
    over, under = _division(one, two)
    if not under.axes:
        return _reduced(over.scaled(-1 if under.low < 0 else 1), abs(under.low))
    denominator = math.lcm(*[int(value) for value in np.unique(under.array)])
    if denominator >= LARGEST_DENOMINATOR:
        raise Mixed(under.array)
    return _reduced(over.times(_constant(denominator).over(under)), denominator)


def _power(one: Grid, two: Grid) -> Any:
    """Raise each number to a power by itself, each pair that occurs once."""
    base, exponent = one.factor(), two.factor()
    bases, exponents = np.broadcast_arrays(base.array, exponent.array)
    pairs = list(zip(bases.ravel().tolist(), exponents.ravel().tolist(), strict=True))
    results: dict[tuple[int, int], Any] = {}
    for pair in dict.fromkeys(pairs):
        numbers = [
            plain(Fraction(part, each.denominator)) for part, each in zip(pair, (one, two), strict=True)
        ]
        try:
            results[pair] = Fraction(power(*numbers))
        except (ValueError, ArithmeticError) as error:
            results[pair] = error
    failed = [isinstance(result, Exception) for result in results.values()]
    if all(failed):
        raise next(iter(results.values()))
    if any(failed):
        raise Mixed(np.array([isinstance(results[pair], Exception) for pair in pairs]).reshape(bases.shape))
    denominator = math.lcm(*[result.denominator for result in results.values()])
    whole = {pair: result.numerator * (denominator // result.denominator) for pair, result in results.items()}
    array = np.array([whole[pair] for pair in pairs], dtype=object).reshape(bases.shape)
    return _grid(_Factor(base.axes | exponent.axes, array, 0, 0).narrowed(), denominator)


# ---- grids ----------------------------------------------------------------------------------------------


class Grid:
    """An exact whole or rational number for each design of a box, with the operators that formulas use.

    Attributes:
        terms: The numerator is the sum of these products.
        denominator: One for all, positive. More than 1 only over a single array.
    """

    __slots__ = ("denominator", "terms")

    def __init__(self, terms: tuple[_Term, ...], denominator: int = 1) -> None:
        self.terms = terms
        self.denominator = denominator

    def factor(self) -> _Factor:
        """Return the numerators as one array."""
        products = [functools.reduce(_Factor.times, term) for term in self.terms]
        return functools.reduce(_Factor.plus, products)

    def uniform(self) -> Any:
        """Return the number that all designs share.

        Raises:
            Mixed: they do not.
        """
        factor = self.factor().narrowed()
        if factor.low != factor.high:
            raise Mixed(factor.array)
        return plain(Fraction(factor.low, self.denominator))

    __add__, __radd__ = _operators(_sum)
    __sub__, __rsub__ = _operators(_difference)
    __mul__, __rmul__ = _operators(_product)
    __truediv__, __rtruediv__ = _operators(_quotient)
    __floordiv__, __rfloordiv__ = _operators(_floor_quotient)
    __mod__, __rmod__ = _operators(_remainder)
    __pow__, __rpow__ = _operators(_power)
    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)

    def __eq__(self, other: object) -> Any:
        return True if self is other else _compare(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return False if self is other else _compare(operator.ne, self, other)

    def __neg__(self) -> Any:
        return self * -1

    def __pos__(self) -> Any:
        return self

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

    def __str__(self) -> str:
        factor = self.factor().narrowed()
        return str(plain(Fraction(factor.low, self.denominator))) if factor.low == factor.high else DIFFERS

    def __repr__(self) -> str:
        factor = self.factor()
        return f"Grid({factor.low}..{factor.high}, / {self.denominator})"


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
    return _reduced(_Factor(1 << dimension, numerators, 0, 0).narrowed(), denominator)


def plain(value: Fraction) -> int | Fraction:
    """Return a number as an int if it is whole."""
    return value.numerator if value.denominator == 1 else value


# ---- written out ----------------------------------------------------------------------------------------


def to_array(value: Any, shape: tuple[int, ...]) -> Any:
    """Return whole numbers as an array of int64 with one element per design.

    Raises:
        UsageError: E603, one of them is too large.
    """
    return _written(_merged(_terms(value)), shape)


def maximum(values: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Return the largest of some whole numbers, design by design, as `to_array` does."""
    sums = {_sum_key(terms): terms for terms in (_merged(_terms(value)) for value in values)}
    largest = np.full(shape, -(2**63), np.int64)
    for terms in sorted(_upper(list(sums.values())), key=_bound, reverse=True):
        if _bound(terms) > largest.min():
            np.maximum(largest, _written(terms, shape), out=largest)
    return largest


def _terms(value: Any) -> tuple[_Term, ...]:
    return value.terms if isinstance(value, Grid) else ((_constant(value),),)


def _bound(terms: tuple[_Term, ...]) -> int:
    """Return a number that no design's sum exceeds, whatever its sign."""
    return sum([math.prod([factor.largest for factor in term]) for term in terms])


def _written(terms: tuple[_Term, ...], shape: tuple[int, ...]) -> Any:
    """Return the sum of products. Every partial result fits if the sum of the largest products does."""
    if _bound(terms) > _INT64:
        help = "make the largest designs smaller"
        raise UsageError(Diagnostic("E603", "a count is too large for 64 bits", help=help))
    total = np.zeros(shape, np.int64)
    for term in terms:
        total += functools.reduce(np.multiply, [factor.array for factor in term])
    return total


def _merged(terms: tuple[_Term, ...]) -> tuple[_Term, ...]:
    """Return fewer terms with the same sum: those that differ in one array only become one.

    The layers of a stage share the image size: a hundred layers make a handful of terms.
    """
    for mask in dict.fromkeys(factor.axes for term in terms for factor in term):
        together: dict[Any, tuple[_Factor | None, _Term]] = {}
        for number, term in enumerate(terms):
            mine = next((factor for factor in term if factor.axes == mask), None)
            others = tuple(sorted([factor for factor in term if factor.axes != mask], key=_axes))
            key: Any = number if mine is None else _key(others)
            before = together.get(key)
            if before is not None and before[0] is not None and mine is not None:
                mine = before[0].plus(mine)
            together[key] = mine, others
        terms = tuple([others if mine is None else (mine, *others) for mine, others in together.values()])
    return terms


def _upper(sums: list[tuple[_Term, ...]]) -> list[tuple[_Term, ...]]:
    """Join sums of one product each that differ in one array only, to one with its larger elements."""
    joined: dict[Any, tuple[_Term, ...]] = {}
    for number, terms in enumerate(sums):
        key: Any = number
        if len(terms) == 1 and len(terms[0]) == 2 and all(factor.low >= 0 for factor in terms[0]):
            first, second = sorted(terms[0], key=_axes)
            key = (first.axes, _key((second,)))
            if key in joined:
                other = min(joined[key][0], key=_axes)
                array = np.maximum(first.array, other.array)
                low, high = max(first.low, other.low), max(first.high, other.high)
                first = _Factor(first.axes, array, low, high)
            terms = ((first, second),)
        joined[key] = terms
    return list(joined.values())


def _axes(factor: _Factor) -> int:
    return factor.axes


def _key(term: _Term) -> Any:
    return ("term", *((factor.axes, _content(factor.array)) for factor in term))


def _sum_key(terms: tuple[_Term, ...]) -> Any:
    return frozenset(_key(tuple(sorted(term, key=_axes))) for term in terms)


def _content(array: Any) -> Any:
    if not isinstance(array, np.ndarray):
        return array
    return tuple(array.ravel().tolist()) if array.dtype == object else array.tobytes()
