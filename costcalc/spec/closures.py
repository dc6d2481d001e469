"""The closures that an expression is compiled to, and where in its text each goes wrong.

A closure takes the scope, which gives names their values, and the tables that can be called.
`start:end` is the part of the text that it stands for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from costcalc.errors import did_you_mean
from costcalc.spec import value as values
from costcalc.spec.rounding import FUNCTIONS, arity
from costcalc.spec.value import ExpressionError, Value, bounded

Scope = Mapping[str, Any]
Functions = Mapping[str, Callable[..., Any]]
Run = Callable[[Scope, Functions], Any]

_FAILURES: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What operators and tables raise on values that they cannot take."""


def located(error: Exception, start: int, end: int) -> ExpressionError:
    """Return what went wrong, whatever it is, as an error about the part `start:end`."""
    match error:
        case ExpressionError():
            return ExpressionError(error.code, error.message, error.help, start, end)
        case ZeroDivisionError():
            return ExpressionError("E129", "this divides by zero", None, start, end)
        case ValueError():
            return ExpressionError("E130", str(error), None, start, end)
        case _:
            return ExpressionError("E127", "values of these kinds do not go together", None, start, end)


def literal(value: Value) -> Run:
    """Return the closure of a number, or of true or false."""
    return lambda scope, functions: value


def name(name: str, start: int, end: int) -> Run:
    """Return the closure that looks a name up in the scope."""

    def run(scope: Scope, functions: Functions) -> Any:
        try:
            return scope[name]
        except KeyError:
            pass
        if name in FUNCTIONS or name in functions:
            raise ExpressionError("E124", f"`{name}` is a function", f"call it: `{name}(...)`", start, end)
        raise ExpressionError("E124", f"unknown name `{name}`", did_you_mean(name, scope), start, end)

    return run


def apply(operate: Callable[..., Any], operands: list[Run], start: int, end: int) -> Run:
    """Return the closure that computes all operands, then `operate` on them."""

    def run(scope: Scope, functions: Functions) -> Any:
        arguments = [operand(scope, functions) for operand in operands]
        try:
            return operate(*arguments)
        except _FAILURES as error:
            raise located(error, start, end) from None

    return run


def compare(operators: list[Callable[[Any, Any], Any]], operands: list[Run], start: int, end: int) -> Run:
    """Return the closure of `a < b`, or of a chain such as `a < b < c`."""
    if len(operators) == 1:
        return apply(operators[0], operands, start, end)

    def chain(*arguments: Any) -> Any:
        held: Any = True
        for operate, left, right in zip(operators, arguments, arguments[1:], strict=False):
            holds = values.truth(operate(left, right))
            if holds is False:
                return False
            held = holds if held is True else held & holds
        return held

    return apply(chain, operands, start, end)


def connect(is_or: bool, operands: list[Run], start: int, end: int) -> Run:
    """Return the closure of `a or b or ...` or `a and b and ...`: true or false, and lazy."""

    def run(scope: Scope, functions: Functions) -> Any:
        held: Any = not is_or
        for operand in operands:
            holds = _truth(operand(scope, functions), start, end)
            if holds is is_or:
                return is_or
            if held is not (not is_or):  # both are of many things at once
                holds = held | holds if is_or else held & holds
            held = holds
        return held

    return run


def choose(operands: list[Run], start: int, end: int) -> Run:
    """Return the closure of `body if test else orelse`; only the chosen side is computed."""
    test, body, orelse = operands

    def run(scope: Scope, functions: Functions) -> Any:
        holds = _truth(test(scope, functions), start, end)
        if not isinstance(holds, bool):
            return holds.select(body(scope, functions), orelse(scope, functions))
        return (body if holds else orelse)(scope, functions)

    return run


def _truth(value: Any, start: int, end: int) -> Any:
    try:
        return values.truth(value)
    except _FAILURES as error:
        raise located(error, start, end) from None


def call(name: str, arguments: list[Run], start: int, end: int) -> Run:
    """Return the closure of `name(...)`. Tables are known only when it runs.

    Raises:
        ExpressionError: E125, a rounding function takes another number of arguments.
    """
    if name in FUNCTIONS:
        least, most = arity(FUNCTIONS[name])
        if not least <= len(arguments) <= most:
            bounds = f"{least}" if least == most else f"{least} or {'more' if most == math.inf else most}"
            raise _wrong_arity(name, bounds, len(arguments), start, end)
        return apply(values.numeric(FUNCTIONS[name]), arguments, start, end)

    def run(scope: Scope, functions: Functions) -> Any:
        if name not in functions:
            advice = did_you_mean(name, [*FUNCTIONS, *functions])
            raise ExpressionError("E125", f"unknown function `{name}`", advice, start, end)
        if len(arguments) != 1:
            raise _wrong_arity(name, "1", len(arguments), start, end)
        return apply(_entry(name, functions[name]), arguments, start, end)(scope, functions)

    return run


def _wrong_arity(name: str, bounds: str, given: int, start: int, end: int) -> ExpressionError:
    message = f"`{name}` takes {bounds} argument{'' if bounds == '1' else 's'}, not {given}"
    return ExpressionError("E125", message, None, start, end)


def _entry(name: str, table: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return `table` with its refusals worded, and bounds on what goes in and comes out."""

    def entry(argument: Any) -> Any:
        argument = bounded(argument)
        try:
            return bounded(table(argument))
        except LookupError:
            message = f"`{name}` has no entry for {values.describe(argument)}"
            raise ExpressionError("E130", message) from None

    return entry
