"""Options of output that several commands share, parsed into what the commands pass on."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import click

from costcalc.cli.files import File, parse_files
from costcalc.cli.output import Output
from costcalc.report.formats import FORMATS

Command = Callable[..., Any]


def output_options(command: Command, more_files: tuple[str, ...] = ()) -> Command:
    """Add the options that decide what is written where; the command gets them as `output`.

    Args:
        command: The command.
        more_files: Formats for files alone.
    """

    @functools.wraps(command)
    def wrapper(
        format: str,
        files: tuple[File, ...],
        sort: str | None,
        columns: str | None,
        raw: bool,
        **others: Any,
    ) -> Any:
        names = tuple(name.strip() for name in columns.split(",")) if columns else ()
        return command(output=Output(format, files, sort, names, raw), **others)

    return add_options(
        wrapper,
        click.option("--format", type=click.Choice(FORMATS), default="table",
                     help="What to print.  [default: table]"),
        click.option("-o", "files", metavar="FORMAT=PATH", multiple=True,
                     callback=lambda _, __, texts: parse_files(texts, (*FORMATS, *more_files)),
                     help="Write a file as well, e.g. csv=costs.csv; may be repeated."),
        click.option("--sort", metavar="COLUMN[,desc]", help="Order the rows by a column."),
        click.option("--columns", metavar="NAMES", help="Which columns, e.g. macs,params; or all."),
        click.option("--raw", is_flag=True, help="Print exact integers."),
        no_colour_option,
    )  # fmt: skip


def no_colour_option(command: Command) -> Command:
    """Add the option that says what NO_COLOR says."""
    return click.option("--no-color", is_flag=True, is_eager=True, expose_value=False, callback=_no_colour,
                        help="Print without colours, as NO_COLOR=1 does.")(command)  # fmt: skip


def add_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Add options, which its help lists in this order."""
    for option in reversed(options):  # decorators apply from the inside out, help lists from the outside in
        command = option(command)
    return command


def _no_colour(_: click.Context, __: click.Parameter, wanted: bool) -> None:
    if wanted:  # so that errors, which are written last and elsewhere, hear of it too
        os.environ["NO_COLOR"] = "1"
