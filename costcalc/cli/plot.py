"""`costcalc plot`: results as pictures."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from costcalc.cli.files import write_pieces
from costcalc.errors import Diagnostic, MissingExtraError, UsageError, did_you_mean

if TYPE_CHECKING:
    from costcalc.sweeps.result import Result

KINDS = ("scatter", "heatmap")
FORMATS = ("svg", "png")


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


def picture_format(path: Path) -> str:
    """Return the format that a file's name asks for.

    Raises:
        UsageError: E032, it asks for another one, or the folder is not there.
        MissingExtraError: E020, matplotlib is not installed.
    """
    format = path.suffix.removeprefix(".").lower()
    if format not in FORMATS:
        help = did_you_mean(format, FORMATS) or f"for example: {path.stem or 'result'}.svg"
        raise UsageError(Diagnostic("E032", f"{path}: pictures are SVG or PNG", help=help))
    if not path.parent.is_dir():
        help = f"make it first: mkdir -p {path.parent}"
        raise UsageError(Diagnostic("E032", f"{path}: there is no folder {path.parent}", help=help))
    if not find_spec("matplotlib"):
        help = 'pip install "costcalc[plot]"'
        raise MissingExtraError(Diagnostic("E020", "matplotlib is not installed", help=help))
    return format


def draw_result(result: Result, path: Path) -> None:
    """Draw a sweep's result as `plot sweep` does when nobody says what.

    Raises:
        UsageError: E707 or E708, there is nothing to draw; E033, the file cannot be written.
    """
    from costcalc.report.plot.points import of_result
    from costcalc.report.plot.sweep import draw

    write_pieces(path, [draw(of_result(result), format=picture_format(path))])
