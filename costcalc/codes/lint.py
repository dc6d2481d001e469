"""W4xx: what is legal in a spec but most likely a slip."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

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
}
