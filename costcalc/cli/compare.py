"""`costcalc compare`: networks side by side."""

from __future__ import annotations

import click

from costcalc.cli.counting import count, counting_options, require_known
from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cost import Basis
from costcalc.errors import Diagnostic, UsageError
from costcalc.networks import build_networks
from costcalc.report.compare import Entry, compare_table


@click.command("compare")
@click.argument("references", metavar="MODEL...", nargs=-1)
@counting_options
@click.option("--fvcore/--no-fvcore", default=None, help="Demand or skip fvcore's own count of each network.")
@output_options
def command(
    references: tuple[str, ...], fvcore: bool | None, basis: Basis, strict: bool, output: Output
) -> int:
    """Put networks side by side: MACs, parameters, memory.

    MODEL is a spec's path or the name of one that ships, and what to set in it: `mobilenet`,
    `nets/mine.yaml`, `shufflenet@g8+x0.5`, `mobilenet@alpha=0.5`; `shufflenet@*` is every variant.

    Ratios are to the first. `access` is the bytes read and written, `peak` the most in use at once.
    fvcore's count is there when it is installed; ✓ says that every difference to ours is understood.
    """
    if not references:
        example = "for example: costcalc compare shufflenet.yaml mobilenet.yaml"
        raise UsageError(Diagnostic("E030", "compare needs at least one network", help=example))
    networks = build_networks(references)
    notes: list[str] = []
    fvcore_counts = None
    if fvcore is not False:
        from costcalc.cli.fvcore import ask_fvcore

        fvcore_counts, notes = ask_fvcore([each.graph for each in networks], demanded=fvcore is True)
    entries = [
        Entry(each.name, count(each.graph, basis), total)
        for each, total in zip(networks, fvcore_counts or [None] * len(networks), strict=True)
    ]
    with_fvcore = fvcore_counts is not None
    output.emit(compare_table(entries, basis.conventions, with_fvcore=with_fvcore, notes=notes))
    return require_known((entry.name, entry.cost) for entry in entries) if strict else 0
