"""The rounding vocabulary of specs: how a scaled width or depth becomes a whole number.

Papers differ here, and differ in results. The functions use only `+ - * //` and comparisons, and
never branch on them, so the same code runs on ints, on exact `Fraction`s and on arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from costcalc.spec.expression.value import Fixed

# `Any`: an int, a Fraction, or anything else with the operators named above.


def floor(x: Any) -> Any:
    """Return the largest whole number that is not above x. MobileNetV1 truncates its widths so."""
    return x // 1


def ceil(x: Any) -> Any:
    """Return the smallest whole number that is not below x.

    EfficientNet repeats a block `ceil(d * n)` times (`round_repeats`, arXiv:1905.11946).
    """
    return -(-x // 1)


def round_half_up(x: Any) -> Any:
    """Return the nearest whole number, the upper one of two equally near: `round(2.5)` is 3.

    Python's own `round` would give 2, to the nearest even number.
    """
    return (2 * x + 1) // 2


def ceil_to(x: Any, divisor: Any) -> Any:
    """Return the smallest multiple of `divisor` that is not below x.

    YOLO's `make_divisible` (to 8), and ShuffleNet's, so that widths split into groups.
    """
    return -(-x // divisor) * divisor


def floor_to(x: Any, divisor: Any) -> Any:
    """Return the largest multiple of `divisor` that is not above x."""
    return x // divisor * divisor


def round_to(x: Any, divisor: Any) -> Any:
    """Return the nearest multiple of `divisor`, the upper one of two equally near.

    RegNet quantises its widths to multiples of 8 so (arXiv:2003.13678).
    """
    return (2 * x + divisor) // (2 * divisor) * divisor


def make_divisible(x: Any, divisor: Any, minimum: Any = None) -> Any:
    """Return the multiple of `divisor` nearest to x, but never less than 90 % of x.

    `_make_divisible` of MobileNetV2 and V3 (tensorflow/models, slim) and `round_filters` of
    EfficientNet.

    Args:
        x: The width to round.
        divisor: What the result is a multiple of.
        minimum: The least result; `divisor` when not given.
    """
    nearest = larger(divisor if minimum is None else minimum, round_to(x, divisor))
    return nearest + divisor * (10 * nearest < 9 * x)


def larger(first: Any, *others: Any) -> Any:
    """Return the largest argument."""
    for other in others:
        first = first + (other - first) * (other > first)
    return first


def smaller(first: Any, *others: Any) -> Any:
    """Return the smallest argument."""
    for other in others:
        first = first + (other - first) * (other < first)
    return first


def magnitude(x: Any) -> Any:
    """Return x without its sign."""
    return larger(x, -x)


def fixed(x: Any) -> Fixed:
    """Return x marked as a width that no multiplier scales."""
    return Fixed(x)


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "floor": floor,
        "ceil": ceil,
        "round": round_half_up,
        "ceil_to": ceil_to,
        "floor_to": floor_to,
        "round_to": round_to,
        "make_divisible": make_divisible,
        "min": smaller,
        "max": larger,
        "abs": magnitude,
        "fixed": fixed,
    }
)
"""What expressions can call, by the name they call it."""

_TAKES_MORE: Final = 0x04  # `inspect.CO_VARARGS`; importing `inspect` costs more than all of this


def arity(function: Callable[..., Any]) -> tuple[int, float]:
    """Return how many arguments a function of `FUNCTIONS` takes: at least, and at most."""
    code = function.__code__
    least = code.co_argcount - len(function.__defaults__ or ())
    return least, math.inf if code.co_flags & _TAKES_MORE else code.co_argcount
