"""`costcalc fits`: does a network fit a chip?"""

from __future__ import annotations

import click

from costcalc.cli.counting import count, memory_options
from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cost import Basis
from costcalc.cost.fits import fit
from costcalc.errors import Diagnostic, UsageError
from costcalc.networks import build_networks
from costcalc.report.fits import fits_table
from costcalc.units import parse_quantity

DOES_NOT_FIT = 1


@click.command("fits")
@click.argument("references", metavar="MODEL...", nargs=-1)
@click.option("--ram", metavar="SIZE", required=True, help="What the chip has, e.g. 6MB or 512KiB.")
@click.option("--flash", metavar="SIZE", help="What it has for the weights, which are then not in RAM.")
@memory_options
@output_options
def command(references: tuple[str, ...], ram: str, flash: str | None, basis: Basis, output: Output) -> int:
    """Tell whether networks fit a chip.

    Their weights and their intermediate tensors together must fit its RAM.

    MODEL is a spec's path or the name of one that ships, and what to set in it. For example:
    `costcalc fits mobilenet_v2 --ram 6MB --dtype int8`; on a microcontroller
    `costcalc fits mobilenet@a0.25+r128 --ram 256KiB --flash 1MiB --dtype int8`.

    Exits with 1 if any does not fit, after saying what is largest in it.
    """
    if not references:
        example = "for example: costcalc fits mobilenet_v2 --ram 6MB --dtype int8"
        raise UsageError(Diagnostic("E030", "fits needs a network", help=example))
    sizes = [_bytes("--ram", ram), None if flash is None else _bytes("--flash", flash)]
    costs = [(each.name, count(each.graph, basis)) for each in build_networks(references)]
    entries = [(name, cost, fit(cost, sizes[0] or 0, sizes[1])) for name, cost in costs]
    output.emit(fits_table(entries))
    return 0 if all(each.fits for _, _, each in entries) else DOES_NOT_FIT


def _bytes(option: str, text: str) -> int:
    try:
        size = parse_quantity(text, bytes_=True)
    except ValueError as error:
        raise UsageError(Diagnostic("E507", f"{option}: {error}")) from None
    if size <= 0:
        raise UsageError(Diagnostic("E507", f"{option}: `{text}` is no memory"))
    return int(size)
