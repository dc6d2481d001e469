"""`costcalc resolve`: a spec at one point of its design space, with nothing left to scale."""

from __future__ import annotations

import sys

import click

from costcalc.cli.options import Format
from costcalc.cli.streams import terminal_width, wants_colour, write
from costcalc.errors import Diagnostic, UsageError
from costcalc.networks import load
from costcalc.report.formats import DEFAULT, render
from costcalc.report.record import Column, Table
from costcalc.spec import Model
from costcalc.spec.evaluate import show
from costcalc.spec.lower import row_shapes
from costcalc.spec.write import columns, row_values
from costcalc.spec.write import write as write_spec

_NAMED = ("stage", "op", "repeats", "input", "output")


@click.command("resolve")
@click.argument("reference", metavar="MODEL", required=False)
@click.option(
    "--format", type=Format("table", "yaml"), default=DEFAULT,
    help="What to print.  [default: text]",
)  # fmt: skip
def command(reference: str | None, format: str) -> None:
    """Print the rows of a spec with every multiplier and variant applied.

    MODEL is a spec's path or the name of one that ships, and what to set in it: `mobilenet`,
    `nets/mine.yaml`, `shufflenet@g8+x0.5`, `mobilenet@alpha=0.5`.

    The YAML is a spec of its own that counts the same: parameters are evaluated, rows are scaled,
    imported blocks are inside.
    """
    if reference is None:
        example = "for example: costcalc resolve mobilenet@a0.5"
        raise UsageError(Diagnostic("E030", "resolve needs a network", help=example))
    model = load(reference)
    if format == "yaml":
        write(write_spec(model))
    else:
        table = resolved_table(model, exact=format in ("csv", "json"))
        screen = sys.stdout
        write(render(table, format, width=terminal_width(screen), colour=wants_colour(screen)))


def resolved_table(model: Model, *, exact: bool) -> Table:
    """Return a row per row of the spec: what it calls, its scaled cells, what it reads and makes.

    `exact` keeps numbers and flags; people see them as a spec writes them.
    """
    resolved = model.resolved
    rows: list[dict[str, object]] = []
    for row, shapes in zip(resolved.rows, row_shapes(resolved), strict=True):
        cells = row_values(resolved, row)
        named = {"stage": cells.pop("name"), "op": cells.pop("op"), "repeats": cells.pop("n")}
        shown = cells if exact else {key: show(value) for key, value in cells.items()}
        rows.append({**named, **shown, "input": shapes.input, "output": shapes.last_output})
    arguments = [name for name in columns([[*row] for row in rows]) if name not in _NAMED]
    shown_columns = (
        *(Column(name, name) for name in ("stage", "op", "repeats", *arguments)),
        *(Column(name, name, "shape") for name in ("input", "output")),
    )
    empty = dict.fromkeys((column.name for column in shown_columns), "")
    note = ", ".join(f"{name} = {show(value)}" for name, value in resolved.scope.items())
    return Table(
        shown_columns,
        tuple([empty | row for row in rows]),
        "rows",
        context={"model": model.name, "input": resolved.input_shape, "params": resolved.scope},
        notes=(f"{model.name}: {note}.",) if note else (),
    )
