"""Expressions: exact values, located refusals, and nothing that Python has and a spec does not need."""

from __future__ import annotations

import time
import timeit
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest

from costcalc.codes.text import EXPRESSION_CODES
from costcalc.spec.expression import FUNCTIONS, ExpressionError, Fixed, compile_expression
from costcalc.spec.expression.grammar import MAX_DEPTH, MAX_LENGTH

SCOPE: dict[str, Any] = {
    "alpha": Fraction(3, 4),
    "c": 64,
    "c_in": 32,
    "wide": True,
    "act": "relu",
    "stem": Fixed(24),
    "empty": None,
    "pads": (1, 7),
    "α": 2,
}
TABLES = {"width_of": {1: 144, 2: 200, 3: 240}.__getitem__}


def evaluate(text: str) -> Any:
    return compile_expression(text).evaluate(SCOPE, TABLES)


def refused(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("1_000", 1000),
        ("0.25", Fraction(1, 4)),
        (".5", Fraction(1, 2)),
        ("1.", 1),
        ("1e3", 1000),
        ("1e-3", Fraction(1, 1000)),
        ("true", True),
        ("False", False),
        ("c", 64),
        ("act", "relu"),
        ("stem", Fixed(24)),
        ("α * 3", 6),
        ("2 * c + 1", 129),
        ("c / 4", 16),
        ("58 / 3", Fraction(58, 3)),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("7 % 4", 3),
        ("-(c - 1)", -63),
        ("+c", 64),
        ("2 ** 10", 1024),
        ("2 ** -1", Fraction(1, 2)),
        ("2 ** 3 ** 2", 512),
        ("100 * 1.15", 115),
        ("floor(c * alpha)", 48),
        ("1.2 ** 2", Fraction(36, 25)),
        ("c == 64", True),
        ("c != 64", False),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("c_in <= c >= 64 > 1", True),
        ("act == act", True),
        ("wide == true", True),
        ("not wide", False),
        ("wide and c == 64", True),
        ("not wide or c", True),
        ("c if wide else 2 * c", 64),
        ("1 if c_in == c else 2 if wide else 3", 2),
        ("width_of(3)", 240),
        ("width_of(1 + 1) * 2", 400),
        ("max(1, c, c_in)", 64),
        ("min(c / 3, 20)", 20),
        ("make_divisible(c * alpha, 8)", 48),
        ("fixed(c + 1)", Fixed(65)),
        ("fixed(16) if wide else 32", Fixed(16)),
        ("  c\n + 1\t", 65),
        ("((((c))))", 64),
    ],
)
def test_value(text: str, expected: object) -> None:
    found = evaluate(text)
    assert found == expected
    assert type(found) is type(expected)


class TestPowers:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("4 ** 0.5", 2), ("8 ** (1/3)", 2), ("(4/9) ** 1.5", Fraction(8, 27)), ("1 ** 0.3", 1)],
    )
    def test_rational_results_are_exact(self, text: str, expected: object) -> None:
        assert evaluate(text) == expected

    def test_irrational_results_are_right_to_thirty_digits(self) -> None:
        root = evaluate("2 ** 0.5")
        assert abs(root**2 - 2) < Fraction(1, 10**28)
        assert evaluate("1.2 ** 1.5") == pytest.approx(1.2**1.5, rel=1e-15)
        assert evaluate("2 ** -0.5") == pytest.approx(2**-0.5, rel=1e-15)

    @pytest.mark.parametrize(
        "text", ["9 ** 9 ** 9", "2 ** 65", "2 ** -65", "10 ** 60", "1.1 ** 64.5", "10 ** 59 * 10"]
    )
    def test_size_is_bounded(self, text: str) -> None:
        assert refused(text).code == "E128"

    def test_a_negative_number_has_no_root(self) -> None:
        assert refused("(0 - 8) ** (1/3)").code == "E128"

    @pytest.mark.parametrize("text", ["0 ** -1", "0 ** -0.5"])
    def test_zero_has_no_negative_power(self, text: str) -> None:
        assert refused(text).code == "E129"

    def test_products_of_irrational_powers_stay_usable(self) -> None:
        assert evaluate("(1.2 ** 0.37) ** 2 * (1.1 ** 0.37) * (1.15 ** 0.37) ** 2") == pytest.approx(
            (1.2**2 * 1.1 * 1.15**2) ** 0.37
        )


def test_laziness() -> None:
    assert evaluate("1 if wide else 1 / 0") == 1
    assert evaluate("wide or 1 / 0 == 1") is True
    assert evaluate("not wide and 1 / 0 == 1") is False


def test_names_are_what_the_scope_must_have() -> None:
    expression = compile_expression("floor(c * alpha) if wide == true else width_of(g)")
    assert expression.names == {"c", "alpha", "wide", "g"}
    assert compile_expression("c").names == {"c"}
    assert compile_expression("12").names == frozenset()


def test_composed_characters_are_one_name() -> None:
    assert compile_expression("ﬁ + 1").evaluate({"fi": 1}) == 2


# text, code, the part that a caret line marks
REFUSED = [
    ("1 + " * 50 + "1", "E120", "1 + " * 50 + "1"),
    ("'a' * 5", "E121", "'"),
    ("c = 3", "E121", "="),
    ("c && wide", "E121", "&"),
    ("!wide", "E121", "!"),
    ("c[0]", "E121", "["),
    ("c.real", "E121", "."),
    ("x := 1", "E121", ":"),
    ("c # comment", "E121", "#"),
    ("c\\", "E121", "\\"),
    ("{c}", "E121", "{"),
    ("c\x00", "E121", "\x00"),
    ("c\xa0+ 1", "E121", "\xa0"),
    ("", "E122", ""),
    ("   ", "E122", "   "),
    ("1 +", "E122", "+"),
    ("c and ", "E122", "and"),
    ("* c", "E122", "* c"),
    ("c c_in", "E122", "c_in"),
    ("(c", "E122", "("),
    ("max(c, (2 + 3)", "E122", "("),
    ("c)", "E122", ")"),
    ("1 if wide", "E122", "1 if wide"),
    ("²", "E122", "²"),
    ("(" * 41 + "1" + ")" * 41, "E123", "("),
    ("-" * 60 + "1", "E123", "-" * 19 + "1"),
    ("1 + c_im", "E124", "c_im"),
    ("α + zz", "E124", "zz"),
    ("floor", "E124", "floor"),
    ("width_of + 1", "E124", "width_of"),
    ("1 + cell(3)", "E125", "cell(3)"),
    ("floor(c, 2)", "E125", "floor(c, 2)"),
    ("max()", "E125", "max()"),
    ("make_divisible(c)", "E125", "make_divisible(c)"),
    ("width_of(1, 2)", "E125", "width_of(1, 2)"),
    ("c(3)", "E125", "c(3)"),
    ("010", "E126", "010"),
    ("c + 007", "E126", "007"),
    ("0x1f", "E126", "0x1f"),
    ("2c", "E126", "2c"),
    ("1j", "E126", "1j"),
    ("1__0", "E126", "1__0"),
    ("1.2.3", "E126", "1.2.3"),
    ("1e9999999", "E126", "1e9999999"),
    ("1if wide else 2", "E126", "1if"),
    ("٣", "E126", "٣"),
    ("2 * (act * 5)", "E127", "act * 5"),
    ("wide + 1", "E127", "wide + 1"),
    ("2 * fixed(16)", "E127", "2 * fixed(16)"),
    ("empty + 1", "E127", "empty + 1"),
    ("pads * 1000000000", "E127", "pads * 1000000000"),
    ("-act", "E127", "-act"),
    ("act % c", "E127", "act % c"),
    ("floor(act)", "E127", "floor(act)"),
    ("fixed(stem)", "E127", "fixed(stem)"),
    ("act < 3", "E127", "act < 3"),
    ("not act", "E127", "not act"),
    ("1 if act else 2", "E127", "1 if act else 2"),
    ("wide and empty", "E127", "wide and empty"),
    ("9" * 100, "E128", "9" * 100),
    ("1e300", "E128", "1e300"),
    ("1e-999", "E128", "1e-999"),
    ("1 + c / (c - 64)", "E129", "c / (c - 64)"),
    ("c // 0", "E129", "c // 0"),
    ("c % 0", "E129", "c % 0"),
    ("ceil_to(c, 0)", "E129", "ceil_to(c, 0)"),
    ("1 + width_of(5)", "E130", "width_of(5)"),
    ("lambda", "E131", "lambda"),
    ("None", "E131", "None"),
    ("c is 3", "E131", "is"),
    ("1 in pads", "E131", "in"),
    ("1, 2", "E131", "1, 2"),
    ("max(*pads)", "E131", "*pads"),
    ("max(**pads)", "E131", "max(**pads)"),
    ("(c)(1)(2)", "E131", "(c)(1)(2)"),
    ("await c", "E131", "await"),
    ("...", "E121", "."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "part"), REFUSED, ids=lambda case: repr(case)[:30])
def test_refusal(text: str, code: str, part: str) -> None:
    found = refused(text)
    assert (found.code, text[found.start : found.end]) == (code, part)
    assert len(found.message) < 120


def test_every_code_is_tested() -> None:
    assert {code for _, code, _ in REFUSED} == set(EXPRESSION_CODES)


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("c_im", "did you mean `c_in`?"),
        ("flor(c)", "did you mean `floor`?"),
        ("width_off(c)", "did you mean `width_of`?"),
        ("floor", "call it: `floor(...)`"),
        ("010", "write `10`: to some readers a leading zero means octal"),
        ("2c", "to multiply, write `2 * c`"),
        ("c = 3", "`==` compares"),
        ("wide + 1", "to count with a condition, write `1 if ... else 0`"),
        ("2 * stem", "`fixed(...)` goes around the whole expression"),
        ("1 if wide", "write `a if condition else b`"),
        ("1, 2", "several values are a list: `[1, 7]`"),
    ],
)
def test_help_shows_what_to_write(text: str, help: str) -> None:
    assert refused(text).help == help


def test_a_table_says_why_it_refuses() -> None:
    def width_of(groups: int) -> int:
        raise ValueError("it has 1, 2 and 3")

    with pytest.raises(ExpressionError, match="it has 1, 2 and 3") as caught:
        compile_expression("1 + width_of(4)").evaluate({}, {"width_of": width_of})
    assert (caught.value.code, caught.value.start, caught.value.end) == ("E130", 4, 15)


def test_rounding_functions_cannot_be_replaced() -> None:
    assert compile_expression("floor(1.5)").evaluate({}, {"floor": lambda x: 99}) == 1


def test_limits_are_reached() -> None:
    assert evaluate("1 " + " " * (MAX_LENGTH - 3) + "") == 1
    assert evaluate("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH) == 1
    assert evaluate("+".join("1" * MAX_DEPTH)) == MAX_DEPTH


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60_000,
        "(" * 100 + ")" * 100,
        "(" * 40 + "1 1" + ")" * 40,
        "floor(" * 33 + "1 1",
        "max(" + "1," * 97 + ")",
        "not " * 49 + "c",
        "-" * 199 + "1",
        "c**" * 66 + "c",
        "c<" * 99 + "c",
        "1 if c else " * 16 + "1",
        "9" * 200,
        "9" * 5000,
        "9**9**9**9",
        "0.1**64**64",
        "1e59" + "*1e59" * 25,
        "1e-299" + "*1e-299" * 20,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_settled_at_once(text: str) -> None:
    def settle() -> None:
        with suppress(ExpressionError):
            compile_expression.__wrapped__(text).evaluate(SCOPE)

    assert min(timeit.repeat(settle, number=1, repeat=3, timer=time.process_time)) < 0.05


class Grid:
    """A number-like type that is none of Python's: several numbers at once."""

    def __init__(self, *numbers: Any) -> None:
        self.numbers = numbers

    def _each(self, other: Any, name: str) -> Grid:
        others = other.numbers if isinstance(other, Grid) else [other] * len(self.numbers)
        return Grid(*(getattr(Fraction(a), name)(b) for a, b in zip(self.numbers, others, strict=True)))

    def __add__(self, other: Any) -> Grid:
        return self._each(other, "__add__")

    def __radd__(self, other: Any) -> Grid:
        return self._each(other, "__radd__")

    def __sub__(self, other: Any) -> Grid:
        return self._each(other, "__sub__")

    def __rsub__(self, other: Any) -> Grid:
        return self._each(other, "__rsub__")

    def __mul__(self, other: Any) -> Grid:
        return self._each(other, "__mul__")

    def __rmul__(self, other: Any) -> Grid:
        return self._each(other, "__rmul__")

    def __floordiv__(self, other: Any) -> Grid:
        return self._each(other, "__floordiv__")

    def __truediv__(self, other: Any) -> Grid:
        return self._each(other, "__truediv__")

    def __neg__(self) -> Grid:
        return self * -1

    def __gt__(self, other: Any) -> Grid:
        return self._each(other, "__gt__")

    def __lt__(self, other: Any) -> Grid:
        return self._each(other, "__lt__")

    def __bool__(self) -> bool:
        raise TypeError("several truths at once")


@pytest.mark.parametrize(
    "text",
    ["2 * c + 1", "c / 4", "-c", *(f"{name}(c * 0.7)" for name in ("floor", "ceil", "round", "abs")),
     *(f"{name}(c * 0.7, 8)" for name in ("ceil_to", "floor_to", "round_to", "make_divisible", "min", "max")),
     "make_divisible(c, 8, 16)"],
)  # fmt: skip
def test_foreign_numbers_give_what_each_alone_would(text: str) -> None:
    numbers = (1, 8, 11, 12, 30, 58, 64)
    expression = compile_expression(text)
    found = expression.evaluate({"c": Grid(*numbers)})
    assert list(found.numbers) == [expression.evaluate({"c": number}) for number in numbers]


def test_foreign_numbers_decide_nothing() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression("1 if c > 8 else 2").evaluate({"c": Grid(1, 9)})
    assert caught.value.code == "E127"


def test_every_function_can_be_called() -> None:
    for name in FUNCTIONS:
        arguments = "13, 8" if name.endswith(("_to", "divisible", "min", "max")) else "13"
        assert evaluate(f"{name}({arguments})") is not None
