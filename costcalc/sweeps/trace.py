"""A number that remembers where the network would become another one: what `intervals` runs a spec with."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from costcalc.sweeps.grid import Grid


class Untraceable(Exception):
    """The spec computes with the parameter in a way that no line follows: a power, say, or a product."""


class LookedUp(Exception):
    """The spec looks the parameter up in a table, which has entries and nothing between them."""


class Trace:
    """What is known about a parameter while a spec runs.

    Attributes:
        here: Its values, one or many.
        is_point: Whether the spec has asked if it equals something, and it does: then it is held fast.
        changes: Values at which something changes, a number or a grid of them each.
    """

    def __init__(self, here: Any) -> None:
        self.here = here
        self.is_point = False
        self.changes: list[Any] = []

    def note(self, gap: Any, slope: Any) -> None:
        """Note that something changes where a line of this slope is higher by `gap` than it is here."""
        self.changes.append(self.here + _quotient(gap, slope))

    def around(self, shape: tuple[int, ...], low: Fraction, high: Fraction) -> tuple[Any, Any, int]:
        """Return the nearest changes at or below, and at or above, every one of many values.

        Args:
            shape: How many there are along every dimension.
            low: What stands where nothing changes below.
            high: What stands where nothing changes above.

        Returns:
            Numerators of both, and their denominator.
        """
        over = math.lcm(*[number.denominator for number in (self.here, low, high, *self.changes)])
        here, *changes = (_numerators(number, over) for number in (self.here, *self.changes))
        below = np.full(shape, int(low * over))
        above = np.full(shape, int(high * over))
        for change in changes:
            below = np.where(change <= here, np.maximum(below, change), below)
            above = np.where(change >= here, np.minimum(above, change), above)
        return below, above, over


def _numerators(number: Any, over: int) -> Any:
    if isinstance(number, Grid):
        return number.factor().scaled(over // number.denominator).array
    return int(number * over)


class Traced:
    """A number that follows a line as the parameter changes, with the operators that formulas use."""

    __slots__ = ("slope", "trace", "value")

    def __init__(self, value: Any, slope: Any, trace: Trace) -> None:
        self.value = value
        self.slope = slope
        self.trace = trace

    def _line(self, value: Any, slope: Any) -> Any:
        return value if self.trace.is_point or slope == 0 else Traced(value, slope, self.trace)

    def __add__(self, other: Any) -> Any:
        return self._line(self.value + _value(other), self.slope + _slope(other))

    __radd__ = __add__

    def __neg__(self) -> Any:
        return self._line(-self.value, -self.slope)

    def __pos__(self) -> Any:
        return self

    def __sub__(self, other: Any) -> Any:
        return self._line(self.value - _value(other), self.slope - _slope(other))

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        factor = self._constant(other)
        return self._line(self.value * factor, self.slope * factor)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        divisor = self._constant(other)
        return self._line(_quotient(self.value, divisor), _quotient(self.slope, divisor))

    def __rtruediv__(self, other: Any) -> Any:
        return _quotient(other, self._held())

    def __floordiv__(self, other: Any) -> Any:
        divisor = self._constant(other)
        quotient = self.value // divisor
        if not self.trace.is_point:
            below = quotient * divisor - self.value
            self.trace.note(below, self.slope)
            self.trace.note(below + divisor, self.slope)
        return quotient

    def __rfloordiv__(self, other: Any) -> Any:
        return other // self._held()

    def __mod__(self, other: Any) -> Any:
        return self - self._constant(other) * (self // other)

    def __rmod__(self, other: Any) -> Any:
        return other % self._held()

    def __pow__(self, other: Any) -> Any:
        return self if other == 1 else self._held() ** other

    def __rpow__(self, other: Any) -> Any:
        return other ** self._held()

    def _compare(self, operate: Callable[[Any, Any], Any], other: Any) -> Any:
        result = operate(self.value, _value(other))
        slope = self.slope - _slope(other)
        if not self.trace.is_point and slope != 0:
            gap = _value(other) - self.value
            self.trace.note(gap, slope)
            self.trace.is_point = bool(gap == 0)
        return result

    def __eq__(self, other: object) -> Any:
        return self is other or (_is_number(other) and self._compare(operator.eq, other))

    def __ne__(self, other: object) -> Any:
        return self is not other and (not _is_number(other) or self._compare(operator.ne, other))

    def __lt__(self, other: Any) -> Any:
        return self._compare(operator.lt, other)

    def __le__(self, other: Any) -> Any:
        return self._compare(operator.le, other)

    def __gt__(self, other: Any) -> Any:
        return self._compare(operator.gt, other)

    def __ge__(self, other: Any) -> Any:
        return self._compare(operator.ge, other)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __hash__(self) -> int:
        if self.trace.is_point:
            return hash(self.value)
        raise LookedUp

    def __index__(self) -> int:
        return operator.index(self._held())

    def __int__(self) -> int:
        return int(self._held())

    def __str__(self) -> str:
        return str(self.value)

    __repr__ = __str__

    def _constant(self, other: Any) -> Any:
        """Return a number that a line may be multiplied with."""
        if isinstance(other, Traced) and not self.trace.is_point:
            raise Untraceable
        return _value(other)

    def _held(self) -> Any:
        """Return the number where it is held fast."""
        if not self.trace.is_point:
            raise Untraceable
        return self.value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Fraction, Grid, Traced))


def _value(number: Any) -> Any:
    return number.value if isinstance(number, Traced) else number


def _slope(number: Any) -> Any:
    return number.slope if isinstance(number, Traced) else 0


def _quotient(over: Any, under: Any) -> Any:
    """Divide exactly: two ints would make a float."""
    return Fraction(over, under) if isinstance(over, int) and isinstance(under, int) else over / under
