"""`costcalc lint`: spec files, every variant of them."""

from __future__ import annotations

import click

from costcalc.cli.streams import report, write
from costcalc.errors import Diagnostic, SpecError, UsageError
from costcalc.spec.lint import lint
from costcalc.units import plural
from costcalc.verification import figure_names

WARNED = 1


@click.command("lint")
@click.argument("specs", metavar="SPEC...", nargs=-1)
@click.option("--strict", is_flag=True, help="Exit with 1 if there are warnings.")
def command(specs: tuple[str, ...], strict: bool) -> int:
    """Check spec files: every name in them, and the network of every variant.

    Warns of parameters, blocks, tables, imports, variants and rows that do nothing. Exits with 2 if
    there are errors. SPEC is a path or the name of one that ships.
    """
    if not specs:
        raise UsageError(
            Diagnostic("E030", "lint needs a spec", help="for example: costcalc lint nets/*.yaml")
        )
    found = lint(specs, figures=figure_names())
    if any(each.severity == "error" for each in found):
        raise SpecError(found)
    if found:
        report(found)
        return WARNED if strict else 0
    write(f"{plural(len(specs), 'file')}, no problems\n")
    return 0
