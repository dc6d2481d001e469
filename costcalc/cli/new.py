"""`costcalc new`: a spec to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import click

from costcalc.cli.files import write_file
from costcalc.cli.streams import write
from costcalc.errors import Diagnostic, UsageError
from costcalc.spec.reader import is_identifier
from costcalc.spec.template import template


@click.command("new")
@click.argument("name", required=False)
@click.option("-o", "path", metavar="FILE", help="Where to write it.  [default: NAME.yaml]")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(name: str | None, path: str | None, force: bool) -> None:
    """Write a small spec with comments, to change into a network of your own.

    NAME is of letters, digits and underscores.
    """
    if name is None:
        raise UsageError(Diagnostic("E030", "new needs a name", help="for example: costcalc new my_net"))
    name = name.removesuffix(".yaml")  # whoever thinks of the file means the network in it
    if not is_identifier(name):
        legal = re.sub(r"\W", "_", name, flags=re.ASCII)
        legal = legal if is_identifier(legal) else f"net_{legal}"
        message = f"`{name}` is not a name of letters, digits and underscores"
        raise UsageError(Diagnostic("E030", message, help=f"for example: costcalc new {legal}"))
    file = Path(path or f"{name}.yaml")
    if file.exists() and not force:
        raise UsageError(Diagnostic("E035", f"{file} is there already", help="`--force` writes over it"))
    write_file(file, template(name))
    write(f"Wrote {file}. Try: costcalc compare {file} '{file}@*'\n")
