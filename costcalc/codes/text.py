"""E10x and E11x: files that are not text, not YAML, or more YAML than a spec may use."""

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
        "Some bytes are no characters. Save the file as UTF-8; a binary file is no spec.",
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
        "`<<` is no part of YAML any more, and hides what a mapping says. Write the entries again, or begin "
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
        "a key that is no name",
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
