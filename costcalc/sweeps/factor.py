"""An array of exact integers that varies along some of a box's axes, and how large it can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

LARGEST_ARRAY = 1 << 16
"""Elements of an array that arithmetic may make. A larger box is halved: see `Crowded`."""

_LARGEST = 2**63 - 1


class Crowded(Exception):
    """A box has too many designs that have to be told apart."""


class Factor(NamedTuple):
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


def constant(value: int) -> Factor:
    """Return a single number."""
    return Factor(0, value, value, value)


def fits(low: int, high: int) -> bool:
    """Tell whether int64 holds all from `low` to `high`."""
    return low >= -_LARGEST and high <= _LARGEST


def compute(operate: Callable[[Any, Any], Any], first: Factor, second: Factor) -> Any:
    """Return `operate` element by element.

    Raises:
        Crowded: the result is larger than `LARGEST_ARRAY`.
    """
    result = operate(first.array, second.array)
    if isinstance(result, np.ndarray) and result.size > LARGEST_ARRAY:
        raise Crowded
    return result


def _exact(operate: Callable[[Any, Any], Any], first: Factor, second: Factor, low: int, high: int) -> Factor:
    """Return `operate` element by element, in Python ints where an operand or the result may not fit."""
    axes = first.axes | second.axes
    if axes and not (fits(low, high) and fits(first.low, first.high) and fits(second.low, second.high)):
        wide = first._replace(array=np.asarray(first.array, dtype=object))
        return narrowed(Factor(axes, compute(operate, wide, second), low, high))
    return Factor(axes, compute(operate, first, second), low, high)


def narrowed(factor: Factor) -> Factor:
    """Return a factor with the bounds that it really has, in int64 if that is possible."""
    if not factor.axes:
        return constant(int(factor.array))
    low, high = int(factor.array.min()), int(factor.array.max())
    array = factor.array
    if array.dtype == object and fits(low, high):
        array = array.astype(np.int64)
    return Factor(factor.axes, array, low, high)


def times(first: Factor, second: Factor) -> Factor:
    """Return the products."""
    corners = [a * b for a in (first.low, first.high) for b in (second.low, second.high)]
    return _exact(lambda a, b: a * b, first, second, min(corners), max(corners))


def plus(first: Factor, second: Factor) -> Factor:
    """Return the sums."""
    return _exact(lambda a, b: a + b, first, second, first.low + second.low, first.high + second.high)


def floor_quotient(first: Factor, second: Factor) -> Factor:
    """Return the quotients rounded down; no divisor is 0."""
    return narrowed(_exact(lambda a, b: a // b, first, second, -first.largest, first.largest))


def remainder(first: Factor, second: Factor) -> Factor:
    """Return the remainders of rounding down; no divisor is 0."""
    return narrowed(_exact(lambda a, b: a % b, first, second, -second.largest, second.largest))
