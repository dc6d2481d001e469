"""`costcalc schema`: the spec language, budgets and results, for editors and programs."""

from __future__ import annotations

import click

from costcalc.cli.streams import write

WHAT = ("spec", "config", "result")


@click.command("schema")
@click.argument("what", type=click.Choice(WHAT), default="spec")
def command(what: str) -> None:
    """Print the JSON Schema (draft-07) of specs, of costcalc.toml, or of the results of check and diff.

    With the one of specs editors check and complete them. Save it beside yours (`costcalc schema >
    spec.schema.json`) and begin each with `# yaml-language-server: $schema=spec.schema.json`.
    """
    if what == "config":
        from costcalc.report.gate.config_schema import schema_text
    elif what == "result":
        from costcalc.gate.result import schema_text
    else:
        from costcalc.spec.schema import schema_text
    write(schema_text())
