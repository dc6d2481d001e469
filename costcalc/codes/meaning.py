"""E30x: calls, values and sizes that cannot be what was meant."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

MEANING_CODES: Final[dict[str, Code]] = {
    "E301": Code(
        "`$p` of no parameter",
        "`$p` stands for the name that parameter `p` holds: an activation, an operator, a block.",
        "heads: {out: [act: $nonlin]}",
        "params: {nonlin: relu}\nheads: {out: [act: $nonlin]}",
    ),
    "E302": Code(
        "no such operator or block",
        "A row or step calls a primitive, a block of this file, or one that an `import` brings.",
        "stages: [[conv_bn_act, 8]]",
        "import: [std]\nstages: [[conv_bn_act, 8]]",
    ),
    "E303": Code(
        "a missing parameter",
        "A parameter with `~` for a default, of a primitive, a block or the spec, has to be given.",
        "blocks: {unit: {params: {c: ~}, body: [conv: c]}}\nstages: [{op: unit}]",
        "blocks: {unit: {params: {c: ~}, body: [conv: c]}}\nstages: [{op: unit, c: 8}]",
    ),
    "E304": Code(
        "a size that the table does not have",
        "The columns `in` and `out` are assertions: what the paper prints, at the base resolution. The "
        "network as written has another size there: a stride or a padding is wrong, or the table is.",
        "columns: [op, c, s, out]\nstages: [[conv, 8, 2, 32]]",
        "columns: [op, c, s, out]\nstages: [[conv, 8, 2, 16]]",
    ),
    "E305": Code(
        "not a whole number",
        "Widths, kernels and repeats are whole. Nothing is rounded unless the spec says how: papers differ "
        "in it, and so do their results.",
        "params: {r: 3}\nstages: [[conv, 32/r]]",
        "params: {r: 3}\nstages: [[conv, floor(32/r)]]",
    ),
    "E306": Code(
        "out of range",
        "Sizes and widths lie between 1 and 10**9, paddings can be 0, and a row is repeated at most 1000 "
        "times.",
        "stages: [[conv, 0]]",
        "stages: [[conv, 1]]",
    ),
    "E307": Code(
        "the wrong kind of value",
        "A name stands where a number is wanted, or a number where a name or a condition is.",
        "stages: [[conv, relu]]",
        "stages: [[conv, 8]]",
    ),
    "E308": Code(
        "`from` names nothing",
        "A row takes its input from a stage above it, or from a count back over the rows (`-1`). A step in "
        "a block takes it from `in`, an input of the block, or what an earlier step called `as`.",
        "columns: [op, c, from]\nstages: [[conv, 8, ~], [conv, 8, stem]]",
        "columns: [name, op, c, from]\nstages: [[stem, conv, 8, ~], [next, conv, 8, stem]]",
    ),
    "E309": Code(
        "the wrong number of tensors",
        "`add`, `mul` and `concat` take two tensors or more, a block as many as it has `inputs`, and "
        "everything else one. `split` gives two, and `as` names both.",
        "stages: [{op: concat}]",
        "stages: [[conv, 8], {op: concat, from: [-1, input]}]",
    ),
}
