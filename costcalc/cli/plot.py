"""`costcalc plot`: results as pictures."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from costcalc.cli.files import write_pieces
from costcalc.cli.picture import picture_format
from costcalc.errors import Diagnostic, UsageError

KINDS = ("scatter", "heatmap")


@click.group("plot", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Draw results as pictures, SVG or PNG."""
    if context.invoked_subcommand is None:
        example = "for example: costcalc plot sweep result.csv -o result.svg"
        raise UsageError(Diagnostic("E030", "plot needs what to draw", help=example))


@command.command("sweep")
@click.argument("result", metavar="RESULT")
@click.option("--x", metavar="COLUMN", help="Along the width.  [default: the first metric, or axis]")
@click.option("--y", metavar="COLUMN", help="Along the height.  [default: the next one]")
@click.option("--color", "colour", metavar="COLUMN", help="What colours the points or cells.")
@click.option("--kind", type=click.Choice(KINDS), default="scatter", help="[default: scatter]")
@click.option("--budget", "budgets", metavar="METRIC=MOST", multiple=True,
              help="Draw a budget, e.g. macs=300M; may be repeated.")  # fmt: skip
@click.option("-o", "path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="The picture, FILE.svg or FILE.png.")  # fmt: skip
def sweep_command(
    result: str,
    x: str | None,
    y: str | None,
    colour: str | None,
    kind: str,
    budgets: tuple[str, ...],
    path: Path,
) -> None:
    """Draw the result of a sweep.

    RESULT is a CSV or JSON file of `costcalc sweep`, or - for standard input. For example:
    `costcalc plot sweep result.csv --x macs --y params --color alpha -o result.svg`.

    Points that no other beats are joined by a line in steps, the Pareto front: costs are to be low, further
    figures such as accuracies high.
    """
    from costcalc.report.plot.points import parse_points

    format = picture_format(path)
    points = parse_points(_read(result), "standard input" if result == "-" else result)
    from costcalc.report.plot.sweep import draw

    picture = draw(points, kind=kind, x=x, y=y, colour=colour, budgets=budgets, format=format)
    write_pieces(path, [picture])


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError(Diagnostic("E707", f"{name} is not the result of a sweep")) from None
    except OSError as error:
        raise UsageError(Diagnostic("E033", f"cannot read {name}: {error.strerror}")) from None
