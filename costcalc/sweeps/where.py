"""Conditions over columns: `macs <= 150M and params < 3M and peak_memory < 6MiB`, design by design.

Columns are compared exactly; arithmetic with them is that of floating point.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.spec.expression.condition import parse_condition
from costcalc.spec.expression.grammar import parse
from costcalc.spec.expression.rounding import FUNCTIONS

Lookup = Callable[[str], Any]

_OPERATORS: Final[Mapping[type[ast.AST], Callable[..., Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.Not: np.logical_not,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


_CALLS: Final[Mapping[str, Callable[..., Any]]] = {**FUNCTIONS, "fixed": lambda value: value}


@dataclass(frozen=True, slots=True)
class Where:
    """A condition over columns.

    Attributes:
        names: The columns that it reads.
    """

    names: frozenset[str]
    _body: ast.expr

    def holds(self, column: Lookup) -> Any:
        """Return for every design whether the condition holds; `column` finds a column by name."""
        with np.errstate(all="ignore"):
            return np.asarray(_value(self._body, column), dtype=bool)


def parse_where(text: str, columns: Iterable[str]) -> Where:
    """Return the condition that a text spells.

    Raises:
        UsageError: E034, it is no condition, or names no column.
    """
    expression = parse_condition(text, columns).expression
    for name, _ in sorted(expression.calls):
        help = one_of(name, _CALLS)
        raise UsageError(Diagnostic("E034", f"`{text}`: no function `{name}`", help=help))
    return Where(expression.names, parse(expression.text))


def _value(node: ast.expr, column: Lookup) -> Any:
    """Compute what the expression compiler let through, over arrays."""

    def inner(*nodes: ast.expr) -> list[Any]:
        return [_value(below, column) for below in nodes]

    def floats(*nodes: ast.expr) -> list[Any]:
        return [np.asarray(value, np.float64) for value in inner(*nodes)]

    match node:
        case ast.Name("true" | "True" | "false" | "False"):
            return node.id.lower() == "true"
        case ast.Name(name):
            return column(name)
        case ast.Constant(value):
            return value
        case ast.BinOp(left, op, right):
            return _OPERATORS[type(op)](*floats(left, right))
        case ast.UnaryOp(sign, operand):
            return _OPERATORS[type(sign)](*inner(operand))
        case ast.BoolOp(word, operands):
            held, *others = inner(*operands)
            for other in others:
                held = _OPERATORS[type(word)](held, other)
            return held
        case ast.Compare(left, signs, rights):
            sides = inner(left, *rights)
            held = np.True_
            for each, one, two in zip(signs, sides, sides[1:], strict=False):
                held = np.logical_and(held, _OPERATORS[type(each)](one, two))
            return held
        case ast.IfExp(test, body, orelse):
            return np.where(*inner(test, body, orelse))
        case ast.Call(ast.Name(function), arguments):
            return _CALLS[function](*floats(*arguments))
    raise AssertionError(f"no expression has {node}")
