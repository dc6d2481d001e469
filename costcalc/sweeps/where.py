"""Conditions over columns: `macs <= 150M and params < 3M and peak_memory < 6MiB`, for all designs at once.

The language of expressions computes them (`costcalc.spec.expression`), with columns in place of numbers.
Columns are compared exactly; arithmetic with them is that of floating point. What divides by zero is not
known, and what is not known satisfies nothing: neither a comparison nor its opposite.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from costcalc.errors import one_of
from costcalc.spec.expression import ExpressionError
from costcalc.spec.expression.condition import Condition, parse_condition
from costcalc.spec.expression.rounding import FUNCTIONS
from costcalc.spec.expression.value import Elementwise, no_number, truth


@dataclass(frozen=True, slots=True)
class Where:
    """A condition over columns."""

    condition: Condition

    @property
    def names(self) -> frozenset[str]:
        """The columns that it reads."""
        return frozenset(self.condition.metrics.values())

    def holds(self, column: Callable[[str], Any]) -> Any:
        """Return for every design whether the condition holds, or one bool for all.

        Args:
            column: Finds a column by its name.

        Raises:
            UsageError: E034, it computes what cannot be computed.
        """
        scope = {
            written: Numbers(np.asarray(column(name))) for written, name in self.condition.metrics.items()
        }
        try:
            with np.errstate(all="ignore"):
                found = truth(self.condition.expression.evaluate(scope))
        except ExpressionError as error:
            raise self.condition.refused(error.message, error.help) from None
        return found.yes if isinstance(found, Flags) else found


def parse_where(text: str, columns: Iterable[str]) -> Where:
    """Return the condition that a text spells.

    Raises:
        UsageError: E034, it is not a condition, or names no column.
    """
    condition = parse_condition(text, columns)
    for name, _ in sorted(condition.expression.calls):
        raise condition.refused(f"no function `{name}`", one_of(name, FUNCTIONS))
    where = Where(condition)
    where.holds(lambda name: np.full(1, np.nan))  # what is wrong with it is wrong before anything is counted
    return where


Operator = Callable[[Any, Any], Any]


def _operators(operate: Operator) -> tuple[Operator, Operator]:
    """Return an operator on floating-point numbers, and the one for when the column stands on its right."""

    def forward(self: Numbers, other: Any) -> Any:
        return Numbers(operate(_floats(self), _floats(other))) if _is_number(other) else NotImplemented

    def reverse(self: Numbers, other: Any) -> Any:
        return Numbers(operate(_floats(other), _floats(self))) if _is_number(other) else NotImplemented

    return forward, reverse


def _comparison(operate: Operator) -> Operator:
    return lambda self, other: _compare(operate, self, other)


def _compare(operate: Operator, one: Numbers, other: Any) -> Any:
    """Compare exactly: whole numbers as they are."""
    if not isinstance(other, (Numbers, int, Fraction)):
        return NotImplemented
    two = other.array if isinstance(other, Numbers) else other
    found = operate(one.array, float(two) if isinstance(two, Fraction) else two)
    known = ~(np.isnan(one.array) | np.isnan(_floats(other)))
    return Flags(found & known, ~found & known)


def _divided(divide: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a division of which the result is not known where the divisor is 0."""

    def divided(over: Any, under: Any) -> Any:
        if np.ndim(under) == 0 and under == 0:
            raise ZeroDivisionError
        return np.where(under == 0, np.nan, divide(over, under))

    return divided


def _is_number(value: Any) -> bool:
    return isinstance(value, (Numbers, Flags, int, Fraction))


class Numbers(Elementwise):
    """A number for every design: int64, or floats with NaN for what is not known."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def holds(self) -> Any:
        return _compare(operator.ne, self, 0)

    def select(self, body: Any, orelse: Any) -> Any:
        return self.holds().select(body, orelse)

    __add__, __radd__ = _operators(operator.add)
    __sub__, __rsub__ = _operators(operator.sub)
    __mul__, __rmul__ = _operators(operator.mul)
    __truediv__, __rtruediv__ = _operators(_divided(operator.truediv))
    __floordiv__, __rfloordiv__ = _operators(_divided(operator.floordiv))
    __mod__, __rmod__ = _operators(_divided(operator.mod))
    __pow__, __rpow__ = _operators(operator.pow)
    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)

    def __eq__(self, other: object) -> Any:
        return _compare(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return _compare(operator.ne, self, other)

    def __neg__(self) -> Any:
        return Numbers(-self.array)

    def __pos__(self) -> Any:
        return self

    __hash__ = None  # type: ignore[assignment]


@no_number
class Flags(Elementwise):
    """For every design whether something holds.

    Attributes:
        yes: Where it does.
        no: Where it does not. Where it is neither, nobody knows.
    """

    def __init__(self, yes: Any, no: Any) -> None:
        self.yes = yes
        self.no = no

    def holds(self) -> Flags:
        return self

    def select(self, body: Any, orelse: Any) -> Any:
        if isinstance(body, (Flags, bool)) and isinstance(orelse, (Flags, bool)):
            one, two = _flags(body), _flags(orelse)
            return Flags(self.yes & one.yes | self.no & two.yes, self.yes & one.no | self.no & two.no)
        if isinstance(body, (Flags, bool)) or isinstance(orelse, (Flags, bool)):
            raise ExpressionError("E127", "one side of this `if` is a number, and the other is not")
        return Numbers(np.where(self.yes, _floats(body), np.where(self.no, _floats(orelse), np.nan)))

    def __and__(self, other: Any) -> Flags:
        flags = _flags(other)
        return Flags(self.yes & flags.yes, self.no | flags.no)

    def __or__(self, other: Any) -> Flags:
        flags = _flags(other)
        return Flags(self.yes | flags.yes, self.no & flags.no)

    def __invert__(self) -> Flags:
        return Flags(self.no, self.yes)

    # Rounding functions multiply with comparisons: 1 where it holds, 0 where it does not.
    def __mul__(self, other: Any) -> Any:
        return Numbers(_floats(self) * _floats(other))

    __rmul__ = __mul__


def _flags(value: Any) -> Flags:
    return value if isinstance(value, Flags) else Flags(np.asarray(value), np.asarray(not value))


def _floats(value: Any) -> Any:
    match value:
        case Numbers():
            return value.array.astype(np.float64)
        case Flags():
            return np.where(value.yes, 1.0, np.where(value.no, 0.0, np.nan))
    return np.float64(value)
