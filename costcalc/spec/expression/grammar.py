"""What an expression may be written with: the check before Python's parser, and the parser.

Python's parser runs out of memory or stack on hostile text, reads `010` and `0x1f` in ways a
spec should not, and words its errors differently in every version. So the text is scanned first.
"""

from __future__ import annotations

import ast
import keyword
import re
from types import MappingProxyType
from typing import Final

from costcalc.spec.expression.value import ExpressionError

MAX_LENGTH: Final = 200
"""Of an expression, in characters."""
MAX_DEPTH: Final = 40
"""Of brackets, and of operators within operators."""

_TOKEN: Final = re.compile(
    r"(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[\w.]*)"
    r"|(?P<name>[^\W\d]\w*)|(?P<operator>\*\*|//|[=!<>]=|[-+*/%<>,])|(?P<bracket>[()])|(?P<space>[ \t\r\n]+)"
)
_NUMBER: Final = re.compile(
    r"(?:(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII
)
_CONNECTING_WORDS: Final = frozenset({"and", "or", "not", "if", "else"})
_PYTHON_WORDS: Final = frozenset(keyword.kwlist) - {"True", "False"} - _CONNECTING_WORDS
_ADVICE: Final = MappingProxyType(
    {
        "=": "`==` compares",
        "&": "write `and`",
        "|": "write `or`",
        "!": "write `not`",
        "^": "write `**` for a power",
        "×": "write `*`",
        "[": "a table is called: `width_of(g)`",
        "'": "names stand without quotes",
        '"': "names stand without quotes",
        "$": "`$name` stands alone, where a name is wanted",
        "is": "`==` compares",
        "None": "`~` leaves a value out",
    }
)


def parse(text: str) -> ast.expr:
    """Return the syntax tree of `text`; node offsets count from its first character that is no space.

    Raises:
        ExpressionError: E120 to E123, E126 or E131.
    """
    if len(text) > MAX_LENGTH:
        message = f"this expression has {len(text)} characters, and {MAX_LENGTH} are allowed"
        raise ExpressionError("E120", message, "split it with `let`", 0, len(text))
    _scan(text)
    body = text.lstrip().replace("\n", " ").replace("\r", " ")
    if not body:
        raise ExpressionError("E122", "there is no expression here", None, 0, len(text))
    try:
        return ast.parse(body, mode="eval").body
    except SyntaxError as error:
        start = len(text) - len(body) + max((error.offset or 1) - 1, 0)
    advice = "write `a if condition else b`" if re.search(r"\b(if|else)\b", text) else None
    raise ExpressionError("E122", "this does not read as an expression", advice, start, len(text))


def too_deep(start: int, end: int) -> ExpressionError:
    """Return the error for a part that stands inside too many others."""
    return ExpressionError("E123", f"this nests deeper than {MAX_DEPTH}", "split it with `let`", start, end)


def _scan(text: str) -> None:
    """Refuse what Python's parser would not survive, or would read in its own way."""
    opened: list[int] = []
    last: re.Match[str] | None = None
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            sign = text[position]
            shown = f"`{sign}`" if sign.isprintable() else f"the character U+{ord(sign):04X}"
            message = f"{shown} has no meaning in an expression"
            raise ExpressionError("E121", message, _ADVICE.get(sign), position, position + 1)
        if token["number"]:
            _check_number(token)
        elif token["name"] in _PYTHON_WORDS:
            message = f"`{token['name']}` is a word that expressions do not have"
            raise ExpressionError("E131", message, _ADVICE.get(token["name"]), *token.span())
        elif token["bracket"] == "(":
            opened.append(position)
            if len(opened) > MAX_DEPTH:
                raise too_deep(position, position + 1)
        elif token["bracket"] == ")":
            if not opened:
                raise ExpressionError("E122", "this `)` closes nothing", None, position, position + 1)
            opened.pop()
        last = last if token["space"] else token
        position = token.end()
    if last and (last["operator"] or last["name"] in _CONNECTING_WORDS):
        raise ExpressionError("E122", f"something is missing after `{last[0]}`", None, *last.span())
    if opened:
        raise ExpressionError("E122", "this `(` is never closed", None, opened[-1], opened[-1] + 1)


def _check_number(token: re.Match[str]) -> None:
    written = token["number"]
    if _NUMBER.fullmatch(written):
        return
    advice = "numbers are decimal: `12`, `0.25`, `1e-3`"
    if re.fullmatch(r"0[0-9]+", written):
        advice = f"write `{written.lstrip('0') or '0'}`: to some readers a leading zero means octal"
    elif unit := re.fullmatch(r"([1-9][0-9]*)([^\W\d]\w*)", written):
        advice = f"to multiply, write `{unit[1]} * {unit[2]}`"
    raise ExpressionError("E126", f"`{written}` is not a number", advice, *token.span())
