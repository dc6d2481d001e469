"""E1xx: files that are not text or not YAML, and expressions that cannot be read or have no value."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

TEXT_CODES: Final[dict[str, Code]] = {
    "E101": Code(
        "the file cannot be read",
        "The system refuses to open the file, most likely for want of permission.",
    ),
    "E102": Code(
        "the file is too large",
        "A spec takes a few kilobytes. This is most likely another file, such as a checkpoint.",
    ),
    "E103": Code(
        "not UTF-8 text",
        "Some bytes are not characters. Save the file as UTF-8; a binary file is not a spec.",
    ),
    "E104": Code(
        "a control character",
        "Characters that move the cursor, end lines or turn text around make a file mean something else "
        "than it shows.",
        'title: "two\\u2028lines"',
        'title: "two lines"',
    ),
    "E105": Code(
        "not YAML",
        "The message says what the YAML parser stumbled over. Most often text needs quotes, because it "
        "begins with a sign such as `@` or contains `: `.",
        "title: MobileNet: efficient networks",
        'title: "MobileNet: efficient networks"',
    ),
    "E106": Code(
        "indented with a tab",
        "YAML forbids tabs in indentation, because editors disagree about their width. Indent with spaces.",
        "params:\n\talpha: 1",
        "params:\n  alpha: 1",
    ),
    "E107": Code(
        "a bracket or quote is never closed",
        "The message points at the one that is open. A missing comma has the same effect.",
        "params: {alpha: 1, rho: 1",
        "params: {alpha: 1, rho: 1}",
    ),
    "E108": Code(
        "nested too deeply",
        "No spec nests fifty levels deep; files that do are made to crash readers. Give parts names under "
        "`blocks`, and call them.",
        "heads: {out: " + "[add: [" * 30 + "]]" * 30 + "}",
        "heads: {out: [gap]}",
    ),
    "E109": Code(
        "too many values",
        "A file has more values than any network needs. Repeat a row with `n` instead of writing it again.",
    ),
    "E110": Code(
        "a text is too long",
        "A text has more than 4096 characters.",
    ),
    "E111": Code(
        "anchors and aliases are not supported",
        "`&name` and `*name` can make a file of ten lines expand to gigabytes. Name values in `params` and "
        "pieces of network in `blocks`. A text that begins with `*` or `&` needs quotes.",
        "params: {alpha: &one 1, rho: *one}",
        "params: {alpha: 1, rho: alpha}",
    ),
    "E112": Code(
        "tags are not supported",
        "`!tag` tells YAML to make objects of a program, which a spec has no need for. A text that begins "
        "with `!` needs quotes.",
        "params: {alpha: !float 1}",
        "params: {alpha: 1.0}",
    ),
    "E113": Code(
        "merge keys are not supported",
        "`<<` is no longer part of YAML, and hides what a mapping says. Write the entries again, or begin "
        "from another spec with `extends`.",
        "variants:\n  small: {alpha: 0.5}\n  tiny: {<<: small}\nparams: {alpha: 1}",
        "variants:\n  small: {alpha: 0.5}\n  tiny: {alpha: 0.5}\nparams: {alpha: 1}",
    ),
    "E114": Code(
        "more than one document",
        "`---` begins another document in the same file. A file is one spec: give the other a file of its "
        "own.",
        "title: one\n---\ntitle: another",
        "title: one",
    ),
    "E115": Code(
        "a duplicate key",
        "Most YAML readers would keep the last of the two and drop the other without a word.",
        "params: {alpha: 1, alpha: 0.5}",
        "params: {alpha: 0.5}",
    ),
    "E116": Code(
        "a key that is not a name",
        "Keys are names of letters, digits and any of `_ . + - = / @ *`. A colon without a space behind it "
        "is part of the key.",
        "params: {alpha:1}",
        "params: {alpha: 1}",
    ),
    "E117": Code(
        "an unquoted comma",
        "Within brackets a comma ends a value, so that an expression with one is cut in two. Quote it.",
        "params: {c: max(8, 16)}",
        'params: {c: "max(8, 16)"}',
    ),
    "E118": Code(
        "a spec is a mapping",
        "The file is empty, or is a list or a text. A spec is keys and values, one of them `costcalc: 1`.",
        "- conv",
        "stages: [[conv, 8]]",
    ),
}

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
        "a number that is too large, or not a real number",
        "Numbers stay below 10**60 and exponents below 64, so that no expression can take forever; "
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
