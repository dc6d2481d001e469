"""From the text of an expression to a closure that computes it.

Python's own parser reads the text, only the syntax nodes that are named here pass, and each becomes a
closure: an expression runs once per layer and variant. A closure takes the scope, which gives names
their values, and the tables that can be called. `start:end` is the part of the text that it stands for.
"""

from __future__ import annotations

import ast
import keyword
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from costcalc.errors import did_you_mean
from costcalc.spec.expression import grammar
from costcalc.spec.expression import value as values
from costcalc.spec.expression.rounding import FUNCTIONS, arity
from costcalc.spec.expression.value import ExpressionError, Value, bounded

Scope = Mapping[str, Any]
Functions = Mapping[str, Callable[..., Any]]
Run = Callable[[Scope, Functions], Any]

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

_CONSTANTS: Final = MappingProxyType({"true": True, "false": False, "True": True, "False": False})
_NONE: Final[frozenset[Any]] = frozenset()
_PLAIN_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
"""What most expressions are; to read it takes no parser."""

_OPERATORS: Final[Mapping[type[ast.AST], Callable[..., Any]]] = MappingProxyType(
    {
        ast.Add: values.add,
        ast.Sub: values.subtract,
        ast.Mult: values.multiply,
        ast.Div: values.divide,
        ast.FloorDiv: values.floor_divide,
        ast.Mod: values.modulo,
        ast.Pow: values.power,
        ast.USub: values.negate,
        ast.UAdd: values.unchanged,
        ast.Not: values.negation,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
    }
)
_FAILURES: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What operators and tables raise on values that they cannot take."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula, ready to run.

    Attributes:
        text: As written.
        names: The names it reads from its scope; functions and tables are not among them.
        calls: The tables it calls, and with how many arguments.
    """

    text: str
    names: frozenset[str]
    calls: frozenset[tuple[str, int]]
    _run: Run

    def evaluate(self, scope: Scope, functions: Functions = NOTHING) -> Any:
        """Return the value in `scope`: a `Value`, or what batched values in `scope` made of it.

        Args:
            scope: The value of every name.
            functions: The tables that can be called besides the rounding functions. A table
                refuses an argument by raising `LookupError` or `ValueError`.

        Raises:
            ExpressionError: E124, E125 or E127 to E130.
        """
        return self._run(scope, functions)


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Return the expression that `text` spells.

    Raises:
        ExpressionError: E120 to E123, E125, E126, E128 or E131.
    """
    if _PLAIN_NUMBER.fullmatch(text):
        number = bounded(Fraction(text)) if "." in text else int(text)
        return Expression(text, _NONE, _NONE, _literal(number))
    if text.isidentifier() and text.isascii() and not keyword.iskeyword(text) and text not in _CONSTANTS:
        return Expression(text, frozenset({text}), _NONE, _name(text, 0, len(text)))
    compiler = _Compiler(text)
    run = compiler.compile(grammar.parse(text))
    return Expression(text, frozenset(compiler.names), frozenset(compiler.calls), run)


class _Compiler:
    """Turns the syntax nodes of one expression into closures, and collects the names and calls."""

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self.calls: set[tuple[str, int]] = set()
        self._text = text
        self._indent = len(text) - len(text.lstrip())

    def compile(self, node: ast.expr, depth: int = 0) -> Run:
        """Return the closure of `node`, which stands inside `depth` others."""
        start, end = self._span(node)
        if depth > grammar.MAX_DEPTH:
            raise grammar.too_deep(start, end)

        def inner(*nodes: ast.expr) -> list[Run]:
            return [self.compile(below, depth + 1) for below in nodes]

        match node:
            case ast.Constant(value=bool() as constant):
                return _literal(constant)
            case ast.Constant(value=int() | float()):
                return _literal(self._number(start, end))
            case ast.Name(id=name) if name in _CONSTANTS:
                return _literal(_CONSTANTS[name])
            case ast.Name(id=name):
                self.names.add(name)
                return _name(name, start, end)
            case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
                return _apply(_OPERATORS[type(op)], inner(left, right), start, end)
            case ast.UnaryOp(op, operand) if type(op) in _OPERATORS:
                return _apply(_OPERATORS[type(op)], inner(operand), start, end)
            case ast.Compare(left, ops, rights) if all(type(op) in _OPERATORS for op in ops):
                return _compare([_OPERATORS[type(op)] for op in ops], inner(left, *rights), start, end)
            case ast.BoolOp(op, operands):
                return _connect(isinstance(op, ast.Or), inner(*operands), start, end)
            case ast.IfExp(test, body, orelse):
                return _choose(inner(test, body, orelse), start, end)
            case ast.Call(ast.Name(id=name), arguments, []):
                if name not in FUNCTIONS:
                    self.calls.add((name, len(arguments)))
                return _call(name, inner(*arguments), start, end)
        advice = "several values are a list: `[1, 7]`" if isinstance(node, ast.Tuple) else None
        raise ExpressionError("E131", "expressions have no such construct", advice, start, end)

    def _span(self, node: ast.expr) -> tuple[int, int]:
        """Return where `node` stands in the text. Python's parser counts bytes."""
        start, end = node.col_offset, node.end_col_offset or node.col_offset
        if not self._text.isascii():
            encoded = self._text.lstrip().encode()
            start, end = (len(encoded[:offset].decode()) for offset in (start, end))
        return self._indent + start, self._indent + end

    def _number(self, start: int, end: int) -> Any:
        try:
            return bounded(Fraction(self._text[start:end].replace("_", "")))
        except ExpressionError as error:
            raise located(error, start, end) from None


# ---- closures ----------------------------------------------------------------------------------


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


def _literal(value: Value) -> Run:
    """Return the closure of a number, or of true or false."""
    return lambda scope, functions: value


def _name(name: str, start: int, end: int) -> Run:
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


def _apply(operate: Callable[..., Any], operands: list[Run], start: int, end: int) -> Run:
    """Return the closure that computes all operands, then `operate` on them."""

    def run(scope: Scope, functions: Functions) -> Any:
        arguments = [operand(scope, functions) for operand in operands]
        try:
            return operate(*arguments)
        except _FAILURES as error:
            raise located(error, start, end) from None

    return run


def _compare(operators: list[Callable[[Any, Any], Any]], operands: list[Run], start: int, end: int) -> Run:
    """Return the closure of `a < b`, or of a chain such as `a < b < c`."""
    if len(operators) == 1:
        return _apply(operators[0], operands, start, end)

    def chain(*arguments: Any) -> Any:
        held: Any = True
        for operate, left, right in zip(operators, arguments, arguments[1:], strict=False):
            holds = values.truth(operate(left, right))
            if holds is False:
                return False
            held = holds if held is True else held & holds
        return held

    return _apply(chain, operands, start, end)


def _connect(is_or: bool, operands: list[Run], start: int, end: int) -> Run:
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


def _choose(operands: list[Run], start: int, end: int) -> Run:
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


def _call(name: str, arguments: list[Run], start: int, end: int) -> Run:
    """Return the closure of `name(...)`. Tables are known only when it runs.

    Raises:
        ExpressionError: E125, a rounding function takes another number of arguments.
    """
    if name in FUNCTIONS:
        least, most = arity(FUNCTIONS[name])
        if not least <= len(arguments) <= most:
            bounds = f"{least}" if least == most else f"{least} or {'more' if most == math.inf else most}"
            raise _wrong_arity(name, bounds, len(arguments), start, end)
        return _apply(values.numeric(FUNCTIONS[name]), arguments, start, end)

    def run(scope: Scope, functions: Functions) -> Any:
        if name not in functions:
            advice = did_you_mean(name, [*FUNCTIONS, *functions])
            raise ExpressionError("E125", f"unknown function `{name}`", advice, start, end)
        if len(arguments) != 1:
            raise _wrong_arity(name, "1", len(arguments), start, end)
        return _apply(_entry(name, functions[name]), arguments, start, end)(scope, functions)

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
