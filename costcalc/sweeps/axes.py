"""What varies: `--alpha 0.25,0.5` or `--resolution 128:224:32`, to exact values in order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.spec.model import LONG_NAMES, Spec
from costcalc.spec.resolve import RESOLUTION

MOST_VALUES = 10_000_000

SYMBOLS: dict[str, tuple[str, ...]] = {
    "alpha": ("alpha",),
    "rho": ("rho",),
    "resolution": (RESOLUTION,),
    "depth": ("depth", "d"),
    "phi": ("phi",),
    "groups": ("groups", "g"),
    "scale": ("scale",),
}
"""The axes with an option of their own, and what specs call them: papers abbreviate."""


@dataclass(frozen=True)
class Axis:
    """Something that varies over a sweep.

    Attributes:
        name: What it is called in results: an option's or a parameter's name.
        texts: Its values as written.
        values: Its values, exact; None for what is no number: `relu`, `true`.
    """

    name: str
    texts: tuple[str, ...]
    values: tuple[int | Fraction | None, ...]

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def is_numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(value is not None for value in self.values)

    @cached_property
    def numbers(self) -> tuple[Any, int]:
        """The values as an array of numerators, and their denominator: int64, or Python ints if need be."""
        fractions = [Fraction(value) for value in self.values if value is not None]
        denominator = math.lcm(*{value.denominator for value in fractions})
        numerators = [value.numerator * (denominator // value.denominator) for value in fractions]
        wide = max(map(abs, numerators)) >= 2**62
        return np.array(numerators, dtype=object if wide else np.int64), denominator

    @cached_property
    def floats(self) -> Any:
        """The values as floating-point numbers, NaN for what is none."""
        return np.array([np.nan if value is None else float(value) for value in self.values])

    @cached_property
    def whole(self) -> Any:
        """The values as int64, if they all are whole numbers that fit; else None."""
        if not self.is_numeric:
            return None
        numerators, denominator = self.numbers
        return numerators if denominator == 1 and numerators.dtype == np.int64 else None

    def parameter(self, spec: Spec) -> str:
        """Return what a spec calls it.

        Raises:
            UsageError: E004, it has no such parameter.
        """
        for name in (*SYMBOLS.get(self.name, ()), self.name, LONG_NAMES.get(self.name, self.name)):
            if name in spec.params or name == RESOLUTION:
                return name
        known = [*spec.params, RESOLUTION]
        help = did_you_mean(self.name, known) or f"it has {', '.join(known)}"
        raise UsageError(Diagnostic("E004", f"`{spec.name}` has no parameter `{self.name}`", None, help))


def parse_axis(name: str, text: str) -> Axis:
    """Return the axis that a list such as `0.25,0.5` or a range such as `0.25:1:0.05` spells.

    A range has its last value in it when the step meets it: `1:2:0.5` is 1, 1.5, 2. Items of a list may be
    ranges. A value that comes twice counts once.

    Raises:
        UsageError: E601, with what is wrong.

    >>> parse_axis("alpha", "0.25:0.75:0.25,1").texts
    ('0.25', '0.5', '0.75', '1')
    """
    values: dict[str, int | Fraction | None] = {}
    seen = set()
    for item in text.split(","):
        written = item.strip()
        found = _range(name, written) if ":" in written else {written: _value(name, written)}
        for each, value in found.items():
            if (each if value is None else value) not in seen:
                values[each] = value
                seen.add(each if value is None else value)
        if len(values) > MOST_VALUES:
            raise _wrong(name, text, f"more than {MOST_VALUES} values")
    return Axis(name, tuple(values), tuple(values.values()))


def _value(name: str, text: str) -> int | Fraction | None:
    if not text:
        raise _wrong(name, text, "a value is missing")
    if text.isidentifier():
        return None
    return _number(name, text)


def _number(name: str, text: str) -> int | Fraction:
    try:
        value = compile_expression(text).evaluate({})
    except ExpressionError as error:
        raise _wrong(name, text, error.message) from None
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return value
    raise _wrong(name, text, "not a number")


def _range(name: str, text: str) -> dict[str, int | Fraction | None]:
    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise _wrong(name, text, "a range is FIRST:LAST:STEP")
    first, last = _number(name, parts[0]), _number(name, parts[1])
    step = _number(name, parts[2]) if len(parts) == 3 else 1
    if step <= 0:
        raise _wrong(name, text, "the step must be positive")
    if last < first:
        raise _wrong(name, text, "the last value is less than the first")
    count = int((last - first) // step) + 1
    if count > MOST_VALUES:
        raise _wrong(name, text, f"more than {MOST_VALUES} values")
    values = [first + step * number for number in range(count)]
    return {decimal(value): value for value in values}


def decimal(value: int | Fraction) -> str:
    """Return a number as people write it: a decimal where that is exact, else a fraction.

    >>> decimal(Fraction(3, 20)), decimal(Fraction(1, 3)), decimal(Fraction(8, 2))
    ('0.15', '1/3', '4')
    """
    rest, digits = value.denominator, 0
    while rest % 10 == 0:
        rest, digits = rest // 10, digits + 1
    for factor in (2, 5):
        while rest % factor == 0:
            rest, digits = rest // factor, digits + 1
    if rest != 1:
        return str(value)
    scaled = value.numerator * 10**digits // value.denominator
    sign, text = ("-", str(-scaled)) if scaled < 0 else ("", str(scaled))
    if not digits:
        return sign + text
    text = text.rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")


def _wrong(name: str, text: str, problem: str) -> UsageError:
    help = "for example 0.25,0.5,1, or 0.25:1:0.05 with both ends"
    return UsageError(Diagnostic("E601", f"--{name} {text}: {problem}".replace("  ", " "), help=help))
