"""E31x and E32x: layers that do not fit together, and networks that cannot be built."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

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
