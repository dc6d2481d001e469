"""Budgets: `macs 150M`, `peak_memory 2MiB`; and how parameters may be chosen: `0.1:2`, in steps of `0.05`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.errors import Diagnostic, UsageError
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.sweeps.metrics import metric
from costcalc.sweeps.pieces import Bounds
from costcalc.units import parse_quantity


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a metric may be.

    Attributes:
        metric: Its name: `macs`, `peak_memory_bytes`.
        most: The largest whole number within the budget.
        text: The budget as given.
    """

    metric: str
    most: int
    text: str


def parse_limits(texts: Mapping[str, str | int]) -> tuple[Limit, ...]:
    """Return budgets by the name of their metric.

    Raises:
        UsageError: E031, there is no such metric; E705, it is no quantity, or there is no budget.
    """
    limits = []
    for name, text in texts.items():
        found = metric(name)
        try:
            most = parse_quantity(str(text), bytes_=found.kind == "bytes")
        except ValueError as error:
            raise _wrong(f"{name}: {error}") from None
        if most < 0:
            raise _wrong(f"{name}: a budget is not negative")
        limits.append(Limit(found.name, math.floor(most), str(text)))
    if not limits:
        raise _wrong("there is no budget", "for example: --macs 150M")
    return tuple(limits)


def parse_bounds(name: str, text: str) -> Bounds:
    """Return the range that `0.1:2` spells; both ends are in it.

    Raises:
        UsageError: E705, it is none.
    """
    low, colon, high = text.partition(":")
    if not colon:
        raise _wrong(f"--between {text}: a range is LOW:HIGH", f"for example: --between {name}=0.1:2")
    bounds = Bounds(parse_number(low, f"--between {text}"), parse_number(high, f"--between {text}"))
    if bounds.low >= bounds.high:
        raise _wrong(f"--between {text}: the first number is to be less than the second")
    return bounds


def parse_number(text: str, what: str) -> Fraction:
    """Return an exact number.

    Raises:
        UsageError: E705, it is none.
    """
    try:
        value = compile_expression(text.strip()).evaluate({})
    except ExpressionError as error:
        raise _wrong(f"{what}: {error.message}") from None
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise _wrong(f"{what}: `{text}` is not a number")
    return Fraction(value)


def parse_step(text: str) -> Fraction:
    """Return a step.

    Raises:
        UsageError: E705, it is no positive number.
    """
    step = parse_number(text, f"--round-to {text}")
    if step <= 0:
        raise _wrong(f"--round-to {text}: a step is positive")
    return step


def by_parameter(text: str, parameters: Sequence[str], option: str) -> dict[str, str]:
    """Return what `0.05` says of the only parameter, or `alpha=0.05,resolution=32` of several.

    Raises:
        UsageError: E705, it is about something else.
    """
    found = {}
    for part in text.split(",") if text else ():
        name, equals, value = part.partition("=")
        if not equals and len(parameters) == 1:
            name, value = parameters[0], part
        elif not equals:
            help = f"for example: {option} {parameters[0]}={part}"
            raise _wrong(f"{option} {text}: it does not say of which parameter", help)
        if name.strip() not in parameters:
            raise _wrong(f"{option} {text}: --by does not name `{name.strip()}`")
        found[name.strip()] = value
    return found


def _wrong(problem: str, help: str | None = None) -> UsageError:
    return UsageError(Diagnostic("E705", problem, help=help))
