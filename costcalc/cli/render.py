"""`costcalc render`: the result of a check or a diff in another format."""

from __future__ import annotations

import click

from costcalc.cli.gate import render_options
from costcalc.cli.output import Output
from costcalc.cli.results import read_results
from costcalc.errors import Diagnostic, UsageError


@click.command("render")
@click.argument("paths", metavar="RESULT...", nargs=-1)
@render_options
def command(paths: tuple[str, ...], output: Output) -> None:
    """Write the result of a check or a diff in another format, without counting again.

    RESULT is what `costcalc check` or `costcalc diff` wrote with `-o json=RESULT`; `-` is standard input.
    Several are told as one, if they were counted alike and are compared with the same. Exits with 0
    whatever the result says: it was judged when it was made.
    """
    if not paths:
        example = "for example: costcalc render result.json -o html=result.html"
        raise UsageError(Diagnostic("E030", "render needs a result", help=example))
    output.emit(read_results(paths))
