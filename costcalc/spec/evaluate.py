"""Cells to values in a scope, and values to what a parameter takes; every refusal is located."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from costcalc.errors import Diagnostic, Location, SpecError, did_you_mean
from costcalc.spec.expression import ExpressionError, Fixed, Functions, is_batched
from costcalc.spec.model import Cell, Slot, slot_location
from costcalc.spec.primitives import SAME, Argument

Scope = dict[str, Any]

_DECIMALS = 6
"""Fractions that need no more are written as decimals."""

_MOST_LISTED = 12

LARGEST = 10**9
"""No size, width or count of a network comes near this; larger ones are mistakes or attacks."""


def evaluate(cell: Cell, scope: Mapping[str, Any], functions: Functions) -> Any:
    """Return the value of a cell: a number, a flag, a tuple of numbers, or a name.

    Raises:
        SpecError: the expression fails (E12x), or `$p` names no parameter (E301).
    """
    if cell.expression is None:
        parameter = cell.text[1:]
        if parameter in scope:
            return scope[parameter]
        raise SpecError(no_parameter(cell, scope))
    expression = cell.expression
    if cell.text in expression.names and cell.text not in scope:
        return cell.text  # a word, such as the name of an activation
    try:
        return expression.evaluate(scope, functions)
    except ExpressionError as error:
        where = cell.location(error.start, error.end)
        raise SpecError(Diagnostic(error.code, error.message, where, error.help)) from None


def no_parameter(cell: Cell, names: Collection[str]) -> Diagnostic:
    """Return the error for `$p` where no parameter `p` is in scope (E301)."""
    parameter = cell.text[1:]
    help = did_you_mean(parameter, names) or listed(names)
    return Diagnostic("E301", f"`{cell.text}`: no parameter `{parameter}`", cell.location(), help)


def listed(names: Collection[str]) -> str | None:
    """Return the names in scope, as the help of an error lists them."""
    more = ", ..." if len(names) > _MOST_LISTED else ""
    return f"names here: {', '.join(sorted(names)[:_MOST_LISTED])}{more}" if names else None


def evaluate_slot(slot: Slot, scope: Mapping[str, Any], functions: Functions) -> Any:
    """Return the value of a cell, or a tuple of the values of several."""
    if isinstance(slot, Cell):
        return evaluate(slot, scope, functions)
    return tuple([evaluate(cell, scope, functions) for cell in slot])


def truth(cell: Cell, scope: Mapping[str, Any], functions: Functions) -> bool:
    """Return the value of a condition (E307 for anything but a flag or number)."""
    value = evaluate(cell, scope, functions)
    if isinstance(value, (str, tuple)):
        raise SpecError(Diagnostic("E307", f"`when` is a condition, not the name `{value}`", cell.location()))
    return bool(value)


def count(value: Any, what: str, where: Location, text: str, least: int = 1) -> Any:
    """Return a whole number of at least `least`, or refuse it (E305, E306, E307)."""
    if type(value) is int and least <= value <= LARGEST:
        return value
    if isinstance(value, Fixed):
        return count(value.value, what, where, text, least)
    said = text in (show(value), what.rpartition(" ")[2])  # `8`, or `c` for a parameter `c`
    shown = f"{what} = {show(value)}" if said else f"{what} = {text} = {show(value)}"
    if isinstance(value, (str, tuple, bool)) or value is None:
        raise SpecError(Diagnostic("E307", f"{shown} is not a number", where))
    if value != value // 1:
        near = f"{value // 1} and {value // 1 + 1} are" if value > least else f"{least} is"
        help = f"{near} legal: use floor(), round(), ceil_to() or make_divisible()"
        raise SpecError(Diagnostic("E305", f"{shown} is not whole", where, help))
    if value < least or value > LARGEST:
        bounds = f"at least {least}" if value < least else f"at most {LARGEST}"
        raise SpecError(Diagnostic("E306", f"{shown} is out of range: it must be {bounds}", where))
    return value


def convert(value: Any, argument: Argument, what: str, slot: Slot) -> Any:
    """Return `value` as the kind that a primitive's parameter takes.

    Raises:
        SpecError: not whole (E305), out of range (E306) or of another kind (E307).
    """
    kind = argument.kind
    if kind == "count":
        return _whole(value, what, slot, 1)
    if kind == "offset":
        return _whole(value, what, slot, 0)
    if kind == "counts":
        return tuple(
            [_whole(each, what, slot, 1) for each in (value if isinstance(value, tuple) else (value,))]
        )
    if kind == "pair":
        return _pair(value, what, slot, 1)
    if kind == "offsets":
        return _pair(value, what, slot, 0)
    if kind == "padding":
        return SAME if value == SAME else _pair(value, what, slot, 0)
    if kind == "flag":
        if isinstance(value, bool) or is_batched(value):
            return bool(value)
        raise _wrong(what, value, slot, "write `true` or `false`")
    if kind == "number":
        if is_batched(value) or (isinstance(value, (int, Fraction)) and not isinstance(value, bool)):
            return value
        raise _wrong(what, value, slot, "give a number")
    if value in argument.choices:
        return value
    expected = did_you_mean(str(value), argument.choices) or f"one of {', '.join(argument.choices)}"
    raise _wrong(what, value, slot, expected)


def _pair(value: Any, what: str, slot: Slot, least: int) -> tuple[Any, Any]:
    if isinstance(value, tuple):
        if len(value) != 2:
            raise _wrong(what, value, slot, "give one number, or two: `[height, width]`")
        return _whole(value[0], what, slot, least), _whole(value[1], what, slot, least)
    whole = _whole(value, what, slot, least)
    return whole, whole


def _whole(value: Any, what: str, slot: Slot, least: int) -> Any:
    if type(value) is int and least <= value <= LARGEST:  # nearly always: then nobody asks where it stands
        return value
    return count(value, what, slot_location(slot), _text(slot), least)


def _wrong(what: str, value: Any, slot: Slot, expected: str) -> SpecError:
    return SpecError(
        Diagnostic("E307", f"{what} = {show(value)} is not of the right kind", slot_location(slot), expected)
    )


def _text(slot: Slot) -> str:
    return slot.text if isinstance(slot, Cell) else f"[{', '.join(cell.text for cell in slot)}]"


def show(value: Any) -> str:
    """Return a value as a message says it: short fractions as decimals, and long ones cut."""
    text = _decimal(value) if isinstance(value, Fraction) else show_exactly(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def show_exactly(value: Any) -> str:
    """Return a value as a spec would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(show_exactly, value))}]"
    if isinstance(value, Fixed):
        return f"fixed({show_exactly(value.value)})"
    return str(value)


def _decimal(value: Fraction) -> str:
    if 10**_DECIMALS % value.denominator:
        return str(value)
    whole, part = divmod(abs(value), 1)
    decimals = str(part * 10**_DECIMALS).zfill(_DECIMALS).rstrip("0")
    return f"{'-' * (value < 0)}{whole}{'.' * bool(decimals)}{decimals}"
