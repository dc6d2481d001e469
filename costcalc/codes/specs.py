"""E2xx: keys, rows and steps that specs do not have; E3xx: what cannot be built; W4xx: likely slips."""

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

NETWORK_CODES: Final[dict[str, Code]] = {
    "E310": Code(
        "an image where features are needed, or the reverse",
        "Convolutions and pools take images (channels x height x width), `linear` takes features. `flatten` "
        "makes features of an image; after it there is no way back.",
        "heads: {out: [linear: 10]}",
        "heads: {out: [gap, flatten, linear: 10]}",
    ),
    "E311": Code(
        "channels that do not split into groups",
        "A grouped convolution divides its input and its output channels by `g`, a shuffle and a group "
        "normalisation their input. The message says where the widths come from and which ones would be "
        "legal. After a multiplier, `ceil_to(x, g)` in `scaling` keeps them so.",
        "heads: {out: [conv: {c: 240, g: 7}]}",
        "heads: {out: [shuffle: 8, conv: {c: 240, g: 8}]}",
    ),
    "E312": Code(
        "a window that does not fit",
        "The kernel is larger than the padded image: a stride too many above, or too small an input.",
        "heads: {out: [conv: {c: 8, k: 33, pad: 0}]}",
        "heads: {out: [conv: {c: 8, k: 32, pad: 0}]}",
    ),
    "E313": Code(
        "branches of different shapes",
        "`add` takes tensors of one shape. `mul` takes them too, and stretches a gate of Cx1x1 or 1xHxW. "
        "Give the branches the same stride and width, or project the shortcut.",
        "heads: {out: [add: [[], [conv: {c: 16, k: 3}]]]}",
        "heads: {out: [add: [[conv: 16], [conv: {c: 16, k: 3}]]]}",
    ),
    "E314": Code(
        "branches of different heights and widths",
        "`concat` joins channels, so that height and width have to be the same in all branches.",
        "heads: {out: [concat: [[], [conv: {c: 16, s: 2}]]]}",
        "heads: {out: [concat: [[avg_pool: {k: 3, s: 2}], [conv: {c: 16, s: 2}]]]}",
    ),
    "E316": Code(
        "a slice outside the tensor",
        "`slice` and `split` take channels that are there, `crop` leaves at least one row and column.",
        "heads: {out: [slice: {start: 0, stop: 64}]}",
        "heads: {out: [slice: {start: 0, stop: 8}]}",
    ),
    "E317": Code(
        "an argument that an operator cannot take",
        "`pad: same` needs an odd kernel, a pool's padding is at most half of its kernel, and dropout drops "
        "a share between 0 and 1.",
        "heads: {out: [max_pool: {k: 2, s: 2}]}",
        "heads: {out: [max_pool: {k: 2, s: 2, pad: 0}]}",
    ),
    "E318": Code(
        "weights that cannot be shared",
        "Steps with the same `share` are one module, run several times: their weights have the same shapes, "
        "so they read the same number of channels, and their stride and padding are the same.",
        "heads:\n  a: [{conv: 8, share: head}]\n  b: [conv: 16, {conv: 8, share: head}]",
        "heads:\n  a: [{conv: 8, share: head}]\n  b: [conv: 8, {conv: 8, share: head}]",
    ),
    "E320": Code(
        "a multiplier that gives an illegal width",
        "Scaled widths, repeats and sizes are whole and at least 1. The message names the nearest "
        "multipliers that give such; with a `round` in `scaling`, all do.",
        "params: {alpha: 0.3}\nscaling: {width: {factor: alpha}}",
        'params: {alpha: 0.3}\nscaling: {width: {factor: alpha, round: "max(floor(x), 8)"}}',
    ),
    "E321": Code(
        "a network that is too large to build",
        "It has more nodes, or takes more steps, than any network that people train.",
        "columns: [op, c, n]\nstages:\n" + "  - [conv, 8, 1000]\n" * 21,
        "columns: [op, c, n]\nstages:\n  - [conv, 8, 100]",
    ),
    "E322": Code(
        "a block that calls itself",
        "Blocks cannot call themselves, directly or through others, and nest at most 32 deep: a network is "
        "finite. Repeat a row with `n`.",
        "blocks: {unit: {body: [bn, unit]}}",
        "blocks: {unit: {body: [bn, relu]}}",
    ),
    "E323": Code(
        "a head with the name of a stage",
        "Nodes are named for the stage or head that they are in, so the two cannot be told apart.",
        "columns: [name, op, c]\nstages: [[features, conv, 8]]\nheads: {features: [gap]}",
        "columns: [name, op, c]\nstages: [[features, conv, 8]]\nheads: {pooled: [gap]}",
    ),
    "E324": Code(
        "a reserved name",
        "`x` is what `scaling` rounds, `i` the number of a copy, `c_in` the channels of a block's input, "
        "`resolution` the pixels of the input, `relu` an activation. A parameter of that name would be "
        "hidden, or hide it; so would a block with the name of a primitive, or a table with that of a "
        "function.",
        "params: {x: 4}",
        "params: {expansion: 4}",
    ),
    "E325": Code(
        "a printed figure of nothing",
        "`published` has figures by variant: `base`, or terms as behind `@` in a reference. Figures are "
        "costs (`macs`, `params`, `activations`), accuracies (`top1`), or MACs as a named tool counts them; "
        "`of` names the stages and heads that they are about.",
        "params: {alpha: 1}\nvariants: {a0.5: {alpha: 0.5}}\npublished: {a0.75: {macs: 325M}}",
        "params: {alpha: 1}\nvariants: {a0.5: {alpha: 0.5}}\npublished: {a0.5: {macs: 149M}}",
    ),
    "E326": Code(
        "a network that cannot be written out",
        "With its parameters evaluated the spec would be another network: a parameter has the name of a "
        "block, and would take its place. Rename the parameter.",
    ),
    "E327": Code(
        "a network with nothing in it",
        "Conditions or repeats of 0 have left out every row, or every head.",
        "columns: [op, c, n]\nstages: [[conv, 8, 0]]",
        "columns: [op, c, n]\nstages: [[conv, 8, 1]]",
    ),
}

LINT_CODES: Final[dict[str, Code]] = {
    "W401": Code(
        "a parameter that nothing uses",
        "Setting it changes nothing, so that a variant or a sweep over it would mislead.",
        "params: {alpha: 1}",
        "params: {alpha: 8}\nstages: [[conv, alpha]]",
    ),
    "W402": Code(
        "a block that nothing calls",
        "No row, head or parameter calls it, directly or through other blocks.",
        "blocks: {unit: {body: [bn]}}",
        "blocks: {unit: {body: [bn]}}\nstages: [{op: unit}]",
    ),
    "W403": Code(
        "a table that nothing calls",
        "No expression calls it.",
        "tables: {width_of: {1: 8}}",
        "tables: {width_of: {1: 8}}\nstages: [[conv, width_of(1)]]",
    ),
    "W404": Code(
        "an import that brings nothing",
        "None of its blocks is called.",
        "import: [std]",
        "import: [std]\nstages: [[conv_bn_act, 8]]",
    ),
    "W405": Code(
        "a variant that changes nothing",
        "It sets parameters to their defaults, and no other variant sets them to anything else.",
        "params: {c: 8}\nvariants: {wide: {c: 8}}\nstages: [[conv, c]]",
        "params: {c: 8}\nvariants: {wide: {c: 16}}\nstages: [[conv, c]]",
    ),
    "W406": Code(
        "a row that no variant has",
        "Its `when` or `n` leaves it out of the network and of all its variants.",
        "params: {deep: false}\ncolumns: [op, c, when]\nstages: [[conv, 8, ~], [conv, 8, deep]]",
        "params: {deep: false}\nvariants: {deep: {deep: true}}\n"
        "columns: [op, c, when]\nstages: [[conv, 8, ~], [conv, 8, deep]]",
    ),
    "W407": Code(
        "nothing could be built",
        "A parameter has no default and no variant sets it, so that only the names in the spec were checked.",
        "params: {c: ~}\nstages: [[conv, c]]",
        "params: {c: 8}\nstages: [[conv, c]]",
    ),
    "W408": Code(
        "sizes that are never checked",
        "The columns `in` and `out` are checked at the resolution of `input`, which neither the defaults "
        "nor a variant have.",
        "params: {r: 2}\nscaling: {resolution: {factor: r}}\ncolumns: [op, c, in]\nstages: [[conv, 8, 32]]",
        "params: {r: 1}\nscaling: {resolution: {factor: r}}\ncolumns: [op, c, in]\nstages: [[conv, 8, 32]]",
    ),
    "W409": Code(
        "steps that no output needs",
        "Nobody runs what no output needs, so that it is left out of every count. A row whose name is in "
        "no `from` and that is not the last, or a step whose label nobody reads, is mostly a slip.",
        "columns: [name, op, c, from]\nstages: [[a, conv, 8, ~], [b, conv, 4, a], [c, conv, 4, a]]",
        "columns: [name, op, c, from]\nstages: [[a, conv, 8, ~], [b, conv, 4, a], [c, add, ~, [b, b]]]",
    ),
}
