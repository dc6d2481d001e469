"""E7xx: budgets that designs are to meet, scaling, and pictures."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

SOLVE_CODES: Final[dict[str, Code]] = {
    "E701": Code(
        "nothing legal within the budget",
        "Even the smallest design costs more. The command exits with 1; the smallest ones are shown.",
    ),
    "E702": Code(
        "a parameter that does nothing to the budget",
        "The metric is the same for all values of the parameters, so that none of them can meet a budget of "
        "it: a resolution multiplier does not change the number of parameters.",
        "$ costcalc solve mobilenet --params 3M --by rho",
        "$ costcalc solve mobilenet --params 3M --by alpha",
    ),
    "E703": Code(
        "a parameter that cannot be searched",
        "It is not a number, or no value in its range is legal. `--between` gives another range.",
        "$ costcalc solve mobilenet --macs 150M --by block",
        "$ costcalc solve mobilenet --macs 150M --by alpha",
    ),
    "E704": Code(
        "too many designs to count them all",
        "Several parameters together make more designs than anybody waits for. Narrow the ranges with "
        "`--between`, or look at multiples only with `--round-to`.",
        "$ costcalc solve mobilenet --macs 150M --by alpha,resolution,classes",
        "$ costcalc solve mobilenet --macs 150M --by alpha,resolution --round-to alpha=0.25,resolution=32",
    ),
    "E705": Code(
        "a budget, range or step that cannot be read",
        "A budget is a quantity, `150M` or `2MiB`; a range `LOW:HIGH`; a step a positive number. Of several "
        "parameters each is named: `alpha=0.05,resolution=32`.",
        "$ costcalc solve mobilenet --macs much",
        "$ costcalc solve mobilenet --macs 150M",
    ),
    "E706": Code(
        "a growth that cannot be",
        "A network is scaled to more than it is, in positive steps that leave a grid of a million candidates "
        "at most.",
        "$ costcalc scale shufflenet --target 1x",
        "$ costcalc scale shufflenet --target 2x",
    ),
    "E707": Code(
        "a file that cannot be drawn",
        "`costcalc plot sweep` takes the CSV or JSON that `costcalc sweep` writes, with at least one legal "
        "design in it.",
    ),
    "E708": Code(
        "a picture that cannot be drawn so",
        "Points need numbers along both sides, cells one design each; and no more than eight names can be "
        "told apart by colour.",
    ),
}
