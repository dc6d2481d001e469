"""`costcalc schema`: the spec language, for editors."""

from __future__ import annotations

import click

from costcalc.cli.streams import write
from costcalc.spec.schema import schema_text


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of specs, with which editors check and complete them.

    Save it beside your specs (`costcalc schema > spec.schema.json`) and begin each of them with
    `# yaml-language-server: $schema=spec.schema.json`.
    """
    write(schema_text())
