"""E2xx: keys, rows and steps that a spec does not have, or not so."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

STRUCTURE_CODES: Final[dict[str, Code]] = {
    "E201": Code(
        "an unknown key",
        "The keys of a spec, and of its parts, are fixed, so that a misspelt one is not ignored.",
        "parms: {alpha: 1}",
        "params: {alpha: 1}",
    ),
    "E202": Code(
        "a missing key",
        "Every file has `costcalc: 1` and a `name`; a network has an `input` and `stages`; a block has a "
        "`body`, a row an `op`, a dimension in `scaling` a `factor`.",
        "blocks: {unit: {params: {c: ~}}}",
        "blocks: {unit: {params: {c: ~}, body: [conv: c]}}",
    ),
    "E203": Code(
        "an unknown parameter",
        "A row, a step or a variant sets something that is no parameter of what it calls. In a row, every "
        "column that has no meaning of its own is a parameter of the row's block.",
        "heads: {out: [conv: {c: 8, gruops: 2}]}",
        "heads: {out: [conv: {c: 8, g: 2}]}",
    ),
    "E204": Code(
        "a value of the wrong kind",
        "A list stands where a mapping belongs, or a mapping where a number does; the message shows how to "
        "write it.",
        "input: 224",
        "input: [3, 224, 224]",
    ),
    "E205": Code(
        "a row that does not fit the columns",
        "A row that is a list has one cell for every name in `columns`. Write `~` for an empty one, or "
        "write the row as a mapping: `{op: gap}`.",
        "columns: [op, c, k]\nstages: [[conv, 8]]",
        "columns: [op, c, k]\nstages: [[conv, 8, ~]]",
    ),
    "E206": Code(
        "an empty value where one is needed",
        "`~` leaves a value out, which has no meaning here.",
        "input: [3, ~, ~]",
        "input: [3, 224, 224]",
    ),
    "E207": Code(
        "an empty list",
        "A list of values, labels or rows has at least one. Only a branch, or the body of a block, can be "
        "`[]`.",
        "stages: []",
        "stages: [[conv, 8]]",
    ),
    "E208": Code(
        "not a name",
        "Names are made of letters, digits and underscores and do not begin with a digit, so that "
        "expressions can use them. Variants may have `.` and `-` too, and begin with a digit.",
        "params: {width-mult: 1}",
        "params: {width_mult: 1}",
    ),
    "E209": Code(
        "a name that is given twice",
        "Two rows, columns or labels have one name, two imports bring a block of one name, or a block has "
        "that of another which an imported block calls. A row that goes on with the stage above it has `~` "
        "for a name.",
        "columns: [name, op, c]\nstages:\n  - [stem, conv, 8]\n  - [stem, conv, 8]",
        "columns: [name, op, c]\nstages:\n  - [stem, conv, 8]\n  - [~, conv, 8]",
    ),
    "E210": Code(
        "not a step or branch",
        "A step is `bn`, `conv: 64` or `{conv: {c: 64}, when: wide}`: one operator or block, and `when`, "
        "`as`, `from`, `share`. A branch is a list of steps.",
        "heads: {out: [{conv: 8, bn: ~}]}",
        "heads: {out: [conv: 8, bn]}",
    ),
    "E211": Code(
        "not a version of the language",
        "`costcalc: 1` says how to read the file. There is no other version yet.",
        "costcalc: 2",
        "costcalc: 1",
    ),
}
