"""Expressions: the small formulas that stand where a spec wants a number, a name or a condition.

    make_divisible(32 * alpha, 8)      1.2 ** phi      s == 1 and c_in == c      c if wide else c / 2

Names, decimals, `+ - * / // % **`, comparisons, `and or not`, `a if t else b`, `true` and
`false`, calls of `costcalc.spec.rounding.FUNCTIONS` and of a spec's tables. Python's own parser
reads them, this module lets pass only the syntax nodes it names, and turns each into a closure:
an expression runs once per layer and variant. Arithmetic is exact, see `costcalc.spec.value`.
"""

from __future__ import annotations

import ast
import keyword
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from costcalc.spec import closures, grammar
from costcalc.spec import value as values
from costcalc.spec.closures import Functions, Run, Scope
from costcalc.spec.rounding import FUNCTIONS
from costcalc.spec.value import ExpressionError, Fixed, Value, bounded

__all__ = ["Expression", "ExpressionError", "Fixed", "Value", "compile_expression"]

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
        """Return the value in `scope`: a `Value`, or what foreign values in `scope` made of it.

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
        return Expression(text, _NONE, _NONE, closures.literal(number))
    if text.isidentifier() and text.isascii() and not keyword.iskeyword(text) and text not in _CONSTANTS:
        return Expression(text, frozenset({text}), _NONE, closures.name(text, 0, len(text)))
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
                return closures.literal(constant)
            case ast.Constant(value=int() | float()):
                return closures.literal(self._number(start, end))
            case ast.Name(id=name) if name in _CONSTANTS:
                return closures.literal(_CONSTANTS[name])
            case ast.Name(id=name):
                self.names.add(name)
                return closures.name(name, start, end)
            case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
                return closures.apply(_OPERATORS[type(op)], inner(left, right), start, end)
            case ast.UnaryOp(op, operand) if type(op) in _OPERATORS:
                return closures.apply(_OPERATORS[type(op)], inner(operand), start, end)
            case ast.Compare(left, ops, rights) if all(type(op) in _OPERATORS for op in ops):
                return closures.compare(
                    [_OPERATORS[type(op)] for op in ops], inner(left, *rights), start, end
                )
            case ast.BoolOp(op, operands):
                return closures.connect(isinstance(op, ast.Or), inner(*operands), start, end)
            case ast.IfExp(test, body, orelse):
                return closures.choose(inner(test, body, orelse), start, end)
            case ast.Call(ast.Name(id=name), arguments, []):
                if name not in FUNCTIONS:
                    self.calls.add((name, len(arguments)))
                return closures.call(name, inner(*arguments), start, end)
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
            raise closures.located(error, start, end) from None
