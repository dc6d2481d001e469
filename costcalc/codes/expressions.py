"""E12x and E13x: expressions that cannot be read, or have no value."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

EXPRESSION_CODES: Final[dict[str, Code]] = {
    "E120": Code(
        "the expression is too long",
        "An expression has at most 200 characters. Give its parts names: a parameter, or `let` in a block.",
        f"params: {{a: {' + '.join(['1'] * 60)}}}",
        "params: {a: 60}",
    ),
    "E121": Code(
        "a sign that expressions do not have",
        "Expressions have `+ - * / // % **`, comparisons, brackets, and the words `and`, `or`, `not`, `if`, "
        "`else`.",
        "params: {a: 1, b: a & 1}",
        "params: {a: 1, b: a and 1}",
    ),
    "E122": Code(
        "not a complete expression",
        "Something is missing, or stands where it cannot.",
        "params: {a: 3 *}",
        "params: {a: 3 * 2}",
    ),
    "E123": Code(
        "nested too deeply",
        "An expression nests at most 40 levels deep. Give its parts names: a parameter, or `let` in a block.",
        f"params: {{a: {'(' * 50}1{')' * 50}}}",
        "params: {a: 1}",
    ),
    "E124": Code(
        "an unknown name",
        "A name in an expression is a parameter of the spec or, in a block, one of its own parameters, a "
        "`let`, a size such as `c_in`, or `i`, the number of the copy. A parameter can use those above it "
        "only. Conditions are `true` and `false`, not `yes` and `no`.",
        "params: {alpha: 1, width: 32 * alfa}",
        "params: {alpha: 1, width: 32 * alpha}",
    ),
    "E125": Code(
        "an unknown function, or the wrong number of arguments",
        "What can be called are the rounding functions (`floor`, `make_divisible`, ...) and the tables of "
        "the spec, which take one argument.",
        'params: {width: "make_divisable(33, 8)"}',
        'params: {width: "make_divisible(33, 8)"}',
    ),
    "E126": Code(
        "not a decimal number",
        "Numbers are decimal: `12`, `0.25`, `1e-3`. A product needs its `*`.",
        "params: {alpha: 1, width: 2alpha}",
        "params: {alpha: 1, width: 2 * alpha}",
    ),
    "E127": Code(
        "the wrong kind of value",
        "Names such as `relu`, conditions and `fixed(...)` cannot be added, multiplied or compared by size.",
        "params: {act: relu, width: 2 * act}",
        "params: {act: relu, width: 2 * 16}",
    ),
    "E128": Code(
        "a number that is too large, or no real number",
        "Numbers stay below 10**60 and exponents below 64, so that no expression can take for ever; "
        "negative numbers have no fractional power.",
        "params: {a: 9**9**9}",
        "params: {a: 9**9}",
    ),
    "E129": Code(
        "division by zero",
        "The divisor is 0 for this variant. Choose with a condition: `a / b if b else 0`.",
        "params: {groups: 0, width: 64 / groups}",
        "params: {groups: 0, width: 64 / groups if groups else 64}",
    ),
    "E130": Code(
        "a function or table refuses its argument",
        "The table has no entry for this value; the message lists those that it has.",
        "tables: {width_of: {1: 144, 2: 200}}\nparams: {g: 3, width: width_of(g)}",
        "tables: {width_of: {1: 144, 2: 200, 3: 240}}\nparams: {g: 3, width: width_of(g)}",
    ),
    "E131": Code(
        "a construct that expressions do not have",
        "Expressions compute numbers: no attributes, indices, texts, lists or functions of your own. A "
        "table is called, `width_of(g)`; several values are a list of cells, `[1, 7]`.",
        "params: {a: 1 is 1}",
        "params: {a: 1 == 1}",
    ),
}
