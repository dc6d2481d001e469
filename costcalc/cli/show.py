"""`costcalc show`: where one network spends what it costs."""

from __future__ import annotations

import click

from costcalc.cli.counting import count, counting_options, require_known
from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cost import Basis
from costcalc.cost.formula import formulas
from costcalc.errors import Diagnostic, UsageError
from costcalc.networks import network
from costcalc.report.show import VIEWS, By, formula_table, show_table


@click.command("show")
@click.argument("reference", metavar="MODEL", required=False)
@click.option("--by", type=click.Choice(VIEWS), default="stage", help="What a row is.  [default: stage]")
@click.option("--per-layer", is_flag=True, help="The same as --by layer.")
@click.option("--explain", metavar="LAYER", help="Print the formulas of a layer, block or stage instead.")
@counting_options
@output_options
def command(
    reference: str | None,
    by: By,
    per_layer: bool,
    explain: str | None,
    basis: Basis,
    strict: bool,
    output: Output,
) -> int:
    """Show where one network spends what it costs.

    MODEL is a spec's path or the name of one that ships, and what to set in it: `mobilenet`,
    `nets/mine.yaml`, `shufflenet@g8+x0.5`, `mobilenet@alpha=0.5`.

    Shares are of the total, which the rows add up to; `access` is the bytes read and written, FLOP/B
    the arithmetic intensity: 2 x MACs per byte.
    """
    if reference is None:
        example = "for example: costcalc show mobilenet.yaml --by op"
        raise UsageError(Diagnostic("E030", "show needs a network", help=example))
    shown = network(reference)
    if explain is not None:
        output.emit(formula_table(shown.name, formulas(Basis().count(shown.graph), explain)))
        return 0
    cost = count(shown.graph, basis)
    output.emit(show_table(shown.name, cost, "layer" if per_layer else by))
    return require_known([(shown.name, cost)]) if strict else 0
