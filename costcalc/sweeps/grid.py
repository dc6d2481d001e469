"""Numbers of many designs that stand where a number of one design would stand.

The formulas for one design count a whole box of them: arithmetic works design by design and is exact. A
decision (`if`, a table's key, a number of repeats) that all designs share is made; one that they do not
share raises `Mixed`, and whoever runs the box cuts it and starts again.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

import numpy as np

from costcalc.spec.expression.value import no_number, power
from costcalc.sweeps import exact
from costcalc.sweeps.exact import Exact, Mixed, lift, plain
from costcalc.sweeps.factor import LARGEST_ARRAY, Crowded, Factor, narrowed

SPOKEN: ContextVar[list[Grid] | None] = ContextVar("SPOKEN", default=None)
"""The grids that messages mention since it was set: each is written as `mention` of its number."""


def mention(number: int) -> str:
    """Return what stands in a message for a grid: private characters around its number."""
    return f"\ue000{number}\ue001"


class Grid(Exact):
    """A number for each design of a box, with the operators that formulas use."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return _apply(exact.add, self, other)

    __radd__ = __add__

    def __neg__(self) -> Any:
        return _apply(exact.multiply, self, -1)

    def __pos__(self) -> Any:
        return self

    def __sub__(self, other: Any) -> Any:
        return _apply(exact.subtract, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _apply(exact.subtract, other, self)

    def __mul__(self, other: Any) -> Any:
        return _apply(exact.multiply, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return _apply(exact.divide, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _apply(exact.divide, other, self)

    def __floordiv__(self, other: Any) -> Any:
        return _apply(exact.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _apply(exact.floor_divide, other, self)

    def __mod__(self, other: Any) -> Any:
        return _apply(exact.modulo, self, other)

    def __rmod__(self, other: Any) -> Any:
        return _apply(exact.modulo, other, self)

    def __pow__(self, other: Any) -> Any:
        return _apply(lambda one, two: exact.elementwise(power, one, two), self, other)

    def __rpow__(self, other: Any) -> Any:
        return _apply(lambda one, two: exact.elementwise(power, one, two), other, self)

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
        return plain(Fraction(factor.low, self.denominator))

    def at(self, position: tuple[int, ...]) -> int | Fraction:
        """Return the number of one design."""
        array = self.factor().array
        if isinstance(array, np.ndarray):
            array = array[tuple([i if n > 1 else 0 for i, n in zip(position, array.shape, strict=True)])]
        return plain(Fraction(int(array), self.denominator))

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
    return _wrapped(exact.reduced(narrowed(Factor(1 << dimension, numerators, 0, 0)), denominator))


def _apply(operate: Callable[[Exact, Exact], Any], first: Any, second: Any) -> Any:
    one, two = lift(first), lift(second)
    return NotImplemented if one is None or two is None else _wrapped(operate(one, two))


def _wrapped(result: Any) -> Any:
    return Grid(result.terms, result.denominator) if type(result) is Exact else result


def _compare(operate: Callable[[Any, Any], Any], first: Grid, second: object) -> Any:
    other = lift(second)
    if other is None:
        return NotImplemented
    result = exact.compare(operate, first, other)
    return Flags(result.terms) if isinstance(result, Exact) else result
