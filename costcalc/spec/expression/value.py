"""What an expression can be worth, and exact arithmetic over it.

Numbers are ints whenever they are whole and `Fraction`s otherwise, so that `100 * 1.15` is 115
and not 114.99999999999999. Only an irrational power leaves the rationals: it is rounded to
`POWER_DIGITS` significant digits. Numbers stay small (below), so no expression can hang.

Operands that stand for the numbers of many designs at once (a numpy-backed grid, say) go straight to
Python's own operators.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

LARGEST: Final = 10**60
"""No number may reach this size..."""
LARGEST_DENOMINATOR: Final = 10**300
"""...or need a larger denominator than this."""
LARGEST_EXPONENT: Final = 64
POWER_DIGITS: Final = 30

_T = TypeVar("_T")

_WORKING: Final = Context(prec=50)
_ROUNDED: Final = Context(prec=POWER_DIGITS)


@dataclass(frozen=True, slots=True)
class Fixed:
    """The value of `fixed(x)`: `value`, which no multiplier scales."""

    value: int | Fraction


Value = int | Fraction | bool | str | Fixed
"""`str` is a name, such as the activation `relu`."""

_EXACT: Final = frozenset({int, Fraction})
_NO_NUMBERS: Final = {bool, str, Fixed, type(None), tuple, list}


def no_number(kind: type[_T]) -> type[_T]:
    """Register a type that, like bool, is not for arithmetic in expressions. A decorator."""
    _NO_NUMBERS.add(kind)
    return kind


def is_batched(value: object) -> bool:
    """Tell whether a value is no `Value` but stands for numbers: those of many designs at once."""
    return not isinstance(value, (int, Fraction, str, Fixed, tuple, list, type(None)))


class Elementwise(ABC):
    """Numbers or truth values of many things, which an expression computes all at once.

    Where an expression decides, it decides for each of them: `and`, `or`, `not` and `if` compute both sides.
    """

    @abstractmethod
    def holds(self) -> Any:
        """Return for which of them it holds: what `&`, `|` and `~` work on, with other such or a bool."""

    @abstractmethod
    def select(self, body: Any, orelse: Any) -> Any:
        """Return `body` for those for which it holds, `orelse` for the others."""


class ExpressionError(ValueError):
    """An expression cannot be read or evaluated.

    Attributes:
        code: `E120` and up, see `costcalc.codes`.
        message: What is wrong.
        help: What would help, if anything is known.
        start: Where in the text the offending part begins, from 0.
        end: Where it ends, exclusive; equal to `start` when the place is not known.
    """

    def __init__(
        self, code: str, message: str, help: str | None = None, start: int = 0, end: int = 0
    ) -> None:
        self.code, self.message, self.help, self.start, self.end = code, message, help, start, end
        super().__init__(message)


def describe(value: object) -> str:
    """Return a value in the words of an error message."""
    match value:
        case None:
            return "an empty value"
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f"the name `{value}`"
        case Fixed():
            return f"`fixed({value.value})`"
        case tuple() | list():
            return "a list"
        case _:
            return f"{value}"


def bounded(number: Any) -> Any:
    """Return `number`, as an int if it is a whole `Fraction`.

    Raises:
        ExpressionError: E128, it is too large or needs too many digits.
    """
    if type(number) is Fraction:
        if number.denominator == 1:
            number = number.numerator
        elif number.denominator >= LARGEST_DENOMINATOR:
            raise ExpressionError("E128", "this number needs more than 300 digits")
    if type(number) in _EXACT and not -LARGEST < number < LARGEST:
        raise ExpressionError("E128", "this number is larger than 10**60")
    return number


def numeric(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Return `compute` for numbers only, its result bounded."""

    def checked(*operands: Any) -> Any:
        for operand in operands:
            if type(operand) in _NO_NUMBERS:
                raise _not_a_number(operand)
        return bounded(compute(*operands))

    return checked


def _not_a_number(value: object) -> ExpressionError:
    advice = None
    if isinstance(value, bool):
        advice = "to count with a condition, write `1 if ... else 0`"
    elif isinstance(value, Fixed):
        advice = "`fixed(...)` goes around the whole expression"
    return ExpressionError("E127", f"{describe(value)} is not a number", advice)


def truth(value: Any) -> Any:
    """Return whether a condition holds, or of `Elementwise` for which it does. A number holds unless it is 0.

    Raises:
        ExpressionError: E127, it is a name, a fixed width or nothing at all.
    """
    if type(value) in _NO_NUMBERS and type(value) is not bool and not is_batched(value):
        raise ExpressionError("E127", f"{describe(value)} is neither true nor false")
    return value.holds() if isinstance(value, Elementwise) else bool(value)


def negation(value: Any) -> Any:
    """Return whether a condition does not hold, as `truth` does."""
    holds = truth(value)
    return not holds if isinstance(holds, bool) else ~holds


def _divide(left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        return Fraction(left, right)
    return left / right


def _power(base: Any, exponent: Any) -> Any:
    """Return base ** exponent, exactly where the result is rational."""
    if type(exponent) in _EXACT and abs(exponent) > LARGEST_EXPONENT:
        raise ExpressionError("E128", f"an exponent lies between -{LARGEST_EXPONENT} and {LARGEST_EXPONENT}")
    if type(exponent) is Fraction and type(base) in _EXACT:
        return _fractional_power(Fraction(base), exponent)
    if type(exponent) is int and type(base) is int and exponent < 0:
        return Fraction(base) ** exponent
    if type(base) is Fraction and is_batched(exponent):
        return exponent.__rpow__(base)  # a Fraction would first make itself a float
    return base**exponent


def _fractional_power(base: Fraction, exponent: Fraction) -> Fraction:
    if base < 0:
        raise ExpressionError("E128", f"the negative number {base} has no power {exponent}")
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    over, under = (_root(part, exponent.denominator) for part in (base.numerator, base.denominator))
    if over is not None and under is not None:
        return Fraction(over, under) ** exponent.numerator
    decimal_base = _WORKING.divide(Decimal(base.numerator), Decimal(base.denominator))
    decimal_exponent = _WORKING.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))
    power = _ROUNDED.plus(_WORKING.power(decimal_base, decimal_exponent))
    if power.adjusted() >= 60:
        raise ExpressionError("E128", "this number is larger than 10**60")
    return Fraction(power)


def _root(number: int, degree: int) -> int | None:
    """Return the whole root of a whole number, or None if it has none (or one of over 50 digits)."""
    if number < 2:
        return number
    if degree > number.bit_length():
        return None
    root = int(
        _WORKING.power(Decimal(number), _WORKING.divide(Decimal(1), Decimal(degree))).to_integral_value()
    )
    return root if root**degree == number else None


add = numeric(operator.add)
subtract = numeric(operator.sub)
multiply = numeric(operator.mul)
divide = numeric(_divide)
floor_divide = numeric(operator.floordiv)
modulo = numeric(operator.mod)
power = numeric(_power)
negate = numeric(operator.neg)
unchanged = numeric(operator.pos)
