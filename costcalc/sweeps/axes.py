"""What varies, and what specs call it: `--alpha 0.25,0.5`, `--resolution 128:224:32`, exact and in order.

Three axes vary no network but how it is counted: `batch`, `dtype` and `fusion`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from costcalc.cost import parse_dtype, parse_fusion
from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.spec.model import ALIASES, Spec
from costcalc.spec.resolve import RESOLUTION
from costcalc.sweeps.grid import plain

MOST_VALUES: Final = 1_000_000

SYMBOLS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "alpha": ("alpha",),
        "rho": ("rho",),
        "resolution": (RESOLUTION,),
        "depth": ("depth", "d"),
        "phi": ("phi",),
        "groups": ("groups", "g"),
        "scale": ("scale",),
    }
)
"""The axes with an option of their own, and what specs call them: papers abbreviate."""

DIMENSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"depth": "alpha", "width": "beta", "resolution": "gamma"}
)
"""What EfficientNet scales (arXiv:1905.11946, eq. 3), and its symbols of their multipliers."""

BASIS_AXES: Final[Mapping[str, Callable[[str], object]]] = MappingProxyType(
    {"batch": int, "dtype": parse_dtype, "fusion": parse_fusion}
)
"""The axes that vary how networks are counted, and what reads one of their values."""

_MOST_DIGITS: Final = 40

Value = int | Fraction | None
"""Of an axis, exact; None is not a number."""


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
    values: tuple[Value, ...]

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

    @property
    def is_basis(self) -> bool:
        """Whether it varies how networks are counted, and not the networks."""
        return self.name in BASIS_AXES

    def parameter(self, spec: Spec) -> str:
        """Return what a spec calls it.

        Raises:
            UsageError: E004, it has no such parameter.
        """
        for name in (*SYMBOLS.get(self.name, ()), self.name, ALIASES.get(self.name, self.name)):
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
        UsageError: E601, with what is wrong; E501 or E503, no number format, or no fusion.

    >>> parse_axis("alpha", "0.25:0.75:0.25,1").texts
    ('0.25', '0.5', '0.75', '1')
    """
    items = [_item(name, item.strip()) for item in text.split(",")]
    if name == "batch" and any(
        type(value) is not int or value < 1 for item in items for value in item.values()
    ):
        raise _wrong(name, text, "a batch is a whole number of images, at least 1")
    if sum(map(len, items)) > MOST_VALUES:
        raise _wrong(name, text, f"more than {MOST_VALUES:,} values")
    values = items[0] if len(items) == 1 else _different(items)
    return Axis(name, tuple(values), tuple(values.values()))


def _item(name: str, text: str) -> dict[str, Value]:
    """Return the values of an item of a list, by their texts."""
    return _range(name, text) if ":" in text else {text: _value(name, text)}


def _different(items: list[dict[str, Value]]) -> dict[str, Value]:
    """Return the values of all items, each once, however it is written."""
    texts: dict[Any, str] = {}
    for item in items:
        for text, value in item.items():
            texts.setdefault(text if value is None else value, text)
    return {text: None if value == text else value for value, text in texts.items()}


def _value(name: str, text: str) -> Value:
    if not text:
        raise _wrong(name, text, "a value is missing")
    if name in ("dtype", "fusion"):
        BASIS_AXES[name](text)
        return None
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


def _range(name: str, text: str) -> dict[str, Value]:
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
    if len(parts) == 2 and first + (count - 1) != last:
        raise _wrong(
            name, text, "1 does not step from the first value to the last: give a step, FIRST:LAST:STEP"
        )
    if count > MOST_VALUES:
        raise _wrong(name, text, f"more than {MOST_VALUES:,} values")
    denominator = math.lcm(first.denominator, step.denominator)
    start, stride = int(first * denominator), int(step * denominator)
    numerators = range(start, start + count * stride, stride)
    values = [plain(Fraction(numerator, denominator)) for numerator in numerators]
    return dict(zip(_decimals(numerators, denominator), values, strict=True))


def axis_of(name: str, values: Sequence[Fraction]) -> Axis:
    """Return an axis of some values."""
    return Axis(name, tuple(map(decimal, values)), tuple(values))


def multiplier(spec: Spec, dimension: str) -> str | None:
    """Return the parameter that scales one of `DIMENSIONS` of a spec; None if it has none.

    Any spec takes `resolution`, in pixels.
    """
    scaling = spec.scaling.get(dimension)
    if scaling is not None and scaling.factor.text in spec.params:
        return scaling.factor.text
    return RESOLUTION if dimension == RESOLUTION else None


def decimal(value: int | Fraction) -> str:
    """Return a number as people write it: a decimal where that is exact, else a fraction.

    >>> decimal(Fraction(3, 20)), decimal(Fraction(1, 3)), decimal(Fraction(8, 2))
    ('0.15', '1/3', '4')
    """
    return _decimals([value.numerator], value.denominator)[0]


def _decimals(numerators: Iterable[int], denominator: int) -> list[str]:
    digits = next((n for n in range(_MOST_DIGITS) if 10**n % denominator == 0), None)
    if digits is None:
        return [str(Fraction(numerator, denominator)) for numerator in numerators]
    one = 10**digits
    parts = [(divmod(abs(n) * (one // denominator), one), "-" * (n < 0)) for n in numerators]
    if not digits:
        return [f"{sign}{whole}" for (whole, _), sign in parts]
    return [f"{sign}{whole}.{part:0{digits}}".rstrip("0").rstrip(".") for (whole, part), sign in parts]


def _wrong(name: str, text: str, problem: str) -> UsageError:
    help = "for example 0.25,0.5,1, or 0.25:1:0.05 with both ends"
    return UsageError(Diagnostic("E601", f"--{name} {text}: {problem}".replace("  ", " "), help=help))
