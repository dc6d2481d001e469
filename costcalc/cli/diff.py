"""`costcalc diff`: what a change costs."""

from __future__ import annotations

from pathlib import Path

import click

from costcalc.cli.gate import base_options, basis_options, config_options, result_options
from costcalc.cli.output import Output
from costcalc.cost import Basis
from costcalc.errors import Diagnostic, UsageError
from costcalc.gate.diff import diff, diff_pair
from costcalc.gate.gather import Request


@click.command("diff")
@click.argument("references", metavar="[MODEL]...", nargs=-1)
@base_options
@config_options
@basis_options
@result_options
def command(
    references: tuple[str, ...],
    against: str | None,
    exact: bool,
    config: Path | None,
    isolated: bool,
    basis: Basis | None,
    output: Output,
) -> int:
    """Show what a change costs, by stage and by layer.

    `costcalc diff A B` tells what B costs more than A. `costcalc diff --against main` compares all
    networks of the budgets, or all that are found, with what they were where this branch parted.
    """
    if against is not None:
        request = Request(
            references=references,
            config=config,
            isolated=isolated,
            against=against,
            exact=exact,
            basis=basis,
        )
        output.emit(diff(request))
        return 0
    if len(references) != 2:
        help = "for example: costcalc diff mobilenet mobilenet_v2, or costcalc diff --against main"
        raise UsageError(Diagnostic("E030", "diff takes two networks, or --against", help=help))
    output.emit(diff_pair(*references, basis))
    return 0
