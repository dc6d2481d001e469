"""`costcalc init`: from specs to budgets in one step."""

from __future__ import annotations

from pathlib import Path

import click

from costcalc.cli.files import write_file
from costcalc.cli.streams import write
from costcalc.errors import Diagnostic, UsageError
from costcalc.gate.ratchet import first_config
from costcalc.units import plural

CONFIG = Path("costcalc.toml")

_NEXT = """\
Wrote {file}: {budgets}, each a little above what is measured. `costcalc check` passes now.

To check every pull request on GitHub, put this into .github/workflows/costcalc.yml:

    on: pull_request
    jobs:
      costcalc:
        runs-on: ubuntu-latest
        permissions: {{contents: read}}
        steps:
          - uses: actions/checkout@v4
            with: {{fetch-depth: 0}}
          - run: pip install costcalc
          - run: costcalc check --against auto -o github=-

Next: commit {file}.
"""


@click.command("init")
@click.option("--force", is_flag=True, help=f"Write over a {CONFIG} that is there.")
def command(force: bool) -> None:
    """Write a costcalc.toml with a budget for every spec in this folder and below.

    Limits are 5% above what is measured, so that `costcalc check` passes at once.
    """
    if CONFIG.exists() and not force:
        raise UsageError(Diagnostic("E035", f"{CONFIG} is there already", help="`--force` writes over it"))
    text, number = first_config(Path.cwd())
    write_file(CONFIG, text)
    write(_NEXT.format(file=CONFIG, budgets=plural(number, "budget")))
