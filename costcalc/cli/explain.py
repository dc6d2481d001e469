"""`costcalc explain`: what a convention counts, and what an error means."""

from __future__ import annotations

import click

from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cli.streams import write
from costcalc.codes import CODES
from costcalc.cost.conventions import CONVENTIONS
from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.report.explain import code_text, conventions_table, rules_table


@click.command("explain")
@click.argument("name", required=False)
@output_options
def command(name: str | None, output: Output) -> None:
    """Explain a convention, or an error code.

    NAME is a convention such as `fvcore`, whose rules are printed, or a code such as E311. Without a
    name, all conventions are listed.
    """
    if name is None:
        output.emit(conventions_table(CONVENTIONS.values()))
    elif name in CONVENTIONS:
        output.emit(rules_table(CONVENTIONS[name]))
    elif name.upper() in CODES:
        write(code_text(name.upper(), CODES[name.upper()]))
    else:
        help = did_you_mean(name, CONVENTIONS) or did_you_mean(name.upper(), CODES)
        help = help or f"conventions: {', '.join(CONVENTIONS)}"
        message = f"`{name}` is neither a convention nor an error code"
        raise UsageError(Diagnostic("E506", message, help=help))
