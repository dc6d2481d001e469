"""Whatever a spec contains, reading it gives a tree or a SpecError, and an expression a value or an
ExpressionError: never another exception, never a result out of bounds.
"""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from costcalc.codes.text import EXPRESSION_CODES, TEXT_CODES
from costcalc.errors import SpecError
from costcalc.spec.expression import ExpressionError, Fixed, compile_expression
from costcalc.spec.expression.value import LARGEST, LARGEST_DENOMINATOR
from costcalc.spec.source import MAX_DEPTH, Mapping, Scalar, Sequence, Source, Tree, parse

fuzzing = settings(
    max_examples=20_000 if os.environ.get("COSTCALC_NIGHTLY") == "1" else 200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

SPEC = """\
costcalc: 1
name: net
input: [3, 224, 224]
params: {alpha: 1, block: $unit}   # a comment
columns: [op, s, c, n]
stages:
  - [conv, 2, "max(8, 32 * alpha)", ~]
  - {op: unit, when: 's == 1', do: []}
source: >
  a paper, Table 1
"""
YAML_TEXT = st.text("ab:- \n[]{},'\"&*!|>%@`#?<~=\t\\0189()\r\x85\ufeffé", max_size=60)


@st.composite
def damaged_specs(draw: st.DrawFn) -> str:
    """A good spec with some of it cut out or overwritten."""
    text = SPEC
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(YAML_TEXT) + text[start + draw(st.integers(0, 12)) :]
    return text


def trees(source: Source) -> list[tuple[Tree, int]]:
    """Every value and key, and the depth it stands at."""
    found: list[tuple[Tree, int]] = []
    waiting: list[tuple[Tree, int]] = [(source.root, 1)]
    while waiting:
        tree, depth = waiting.pop()
        found.append((tree, depth))
        match tree:
            case Sequence():
                waiting += [(item, depth + 1) for item in tree.items]
            case Mapping():
                waiting += [(part, depth + 1) for entry in tree.entries.values() for part in entry]
    return found


@given(st.binary() | st.text() | YAML_TEXT | damaged_specs())
@example("a: " + "[" * 60_000)
@example("a: &a [*a]")
@example(b"\xff\xfe")
@fuzzing
def test_any_file_is_read_or_refused(content: str | bytes) -> None:
    try:
        source = parse(content, "fuzz.yaml")
    except SpecError as error:
        assert error.diagnostics
        for found in error.diagnostics:
            assert found.code in TEXT_CODES
            assert found.location is not None
            assert 1 <= found.location.column < found.location.end_column
        return
    for tree, depth in trees(source):
        assert depth <= MAX_DEPTH + 1
        location = source.location(tree)
        marked = location.source_line[location.column - 1 : location.end_column - 1]
        if isinstance(tree, Scalar) and tree.plain and tree.value and tree.end_column:
            assert marked == tree.value


NUMBERS = ["0", "1", "2", "7", "10", "0.5", "1.1", "64", "1e-3", "1e59"]
NAMES = ["x", "half", "big", "huge", "flag", "act", "stem", "none", "pair", "ratio", "true"]
CALLS = ["floor", "floor(", "max(", "ceil_to(", "make_divisible(", "fixed(", "table(", "table"]
WORDS = ["//", "**", "==", ">=", "and", "or", "not", "if", "else", "lambda"]
TOKENS = st.sampled_from([*"+-*/%()<=,", *NUMBERS, *NAMES, *CALLS, *WORDS])
EXPRESSION_TEXT = (
    st.text()
    | st.text("abc019.+-*/%() <>=!,eE_ifelsnotrd\n", max_size=40)
    | st.lists(TOKENS, max_size=25).map(" ".join)
)
SCOPE: dict[str, Any] = {
    "x": 3,
    "half": Fraction(1, 2),
    "big": 10**59,
    "huge": 10**9999,
    "flag": True,
    "act": "relu",
    "stem": Fixed(24),
    "none": None,
    "pair": (1, 7),
    "ratio": 0.1,
}
VALUES = st.one_of(
    st.integers(), st.fractions(), st.booleans(), st.text(max_size=3), st.none(), st.floats(), st.just((1, 2))
)


@given(EXPRESSION_TEXT, st.dictionaries(st.sampled_from(list(SCOPE)), VALUES))
@example("9**9**9", {})
@example("table(huge)", {})
@example("huge ** huge", {})
@example("(0 - ratio) ** half < 1", {})
@fuzzing
def test_any_text_has_a_value_or_is_refused(text: str, overridden: dict[str, Any]) -> None:
    scope = SCOPE | overridden
    try:
        expression = compile_expression(text)
        value = expression.evaluate(scope, {"table": {1: 2, 3: Fraction(1, 3)}.__getitem__})
    except ExpressionError as error:
        assert error.code in EXPRESSION_CODES
        assert 0 <= error.start <= error.end <= len(text)
        return
    if text.strip() in scope:
        assert value is scope[text.strip()]
    elif isinstance(value, Fraction):
        assert 1 < value.denominator < LARGEST_DENOMINATOR
    elif isinstance(value, int):
        assert -LARGEST < value < LARGEST


INTEGERS = st.integers(0, 20).map(str)
ARITHMETIC = st.recursive(
    INTEGERS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner),
        st.builds("(1 if {} {} {} else 2)".format, inner, st.sampled_from(["<", "<=", "==", "!="]), inner),
        st.builds("-{}".format, inner),
    ),
    max_leaves=12,
)


@given(ARITHMETIC)
@fuzzing
def test_whole_arithmetic_is_python_arithmetic(text: str) -> None:
    try:
        expected = eval(text, {}, {})
    except ZeroDivisionError:
        expected = "E129"
    try:
        assert compile_expression(text).evaluate({}) == expected
    except ExpressionError as error:
        assert error.code in (expected, "E120")
