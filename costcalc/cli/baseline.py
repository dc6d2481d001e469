"""`costcalc baseline`: what networks cost today, in a file to compare with."""

from __future__ import annotations

from pathlib import Path

import click

from costcalc.cli.files import write_file
from costcalc.cli.gate import config_options, require_command
from costcalc.cli.streams import write
from costcalc.gate.baseline import NAME, write_baseline
from costcalc.gate.gather import Request, gather
from costcalc.units import plural


@click.group("baseline", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Remember what networks cost, for repositories whose history is out of reach."""
    require_command(context)


@command.command("write", short_help="Write every metric to a file.")
@click.argument("references", metavar="[MODEL]...", nargs=-1)
@config_options
@click.option(
    "-o",
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default=Path(NAME),
    help=f"Where to write it.  [default: {NAME}]",
)
def write_(references: tuple[str, ...], config: Path | None, isolated: bool, path: Path) -> None:
    """Write every metric of the networks of the budgets, of those named, or of all that are found.

    Compare with it by `--against FILE`. Its lines are sorted, so that changes of it merge.
    """  # fmt: skip
    found = gather(Request(references=references, config=config, isolated=isolated))
    counted = [pair.now for pair in found.pairs]
    write_file(path, write_baseline(counted, found.basis, path.absolute().parent))
    write(f"Wrote {path}: {plural(len(counted), 'network')}.\n")
