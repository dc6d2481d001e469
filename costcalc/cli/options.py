"""Options of output that several commands share, parsed into what the commands pass on."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from costcalc.cli.files import File, parse_files
from costcalc.cli.output import Output
from costcalc.report.formats import DEFAULT, What, find_printer, formats

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = Callable[..., Any]
Option = Callable[[Command], Command]


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
        return command(output=Output(format, files, raw, sort, names), **others)

    return add_options(
        wrapper,
        *format_options("table", "Write a file as well, e.g. csv=costs.csv; may be repeated.", more_files),
        click.option("--sort", metavar="COLUMN[,desc]", help="Order the rows by a column."),
        click.option("--columns", metavar="NAMES", help="Which columns, e.g. macs,params; or all."),
        click.option("--raw", is_flag=True, help="Print exact integers."),
        no_colour_option,
    )  # fmt: skip


class Format(click.ParamType[str]):
    """The name of an output format. Only its help and its complaints import all of them."""

    name = "format"

    def __init__(self, what: What, *more: str) -> None:
        self.what = what
        self.more = more

    def known(self) -> tuple[str, ...]:
        """Return the names that may be given: those of the formats, and what the command adds."""
        return (*formats(self.what), *self.more)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self.more:
            return value
        printer = find_printer(value, self.what)
        if printer is None:
            self.fail(f"{value!r} is not one of {', '.join(map(repr, self.known()))}.", param, ctx)
        return printer.name

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(self.known())}]"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.known() if name.startswith(incomplete)]


def format_options(what: What, files_help: str, more_files: tuple[str, ...] = ()) -> list[Option]:
    """Return the options that choose formats; the command gets `format` and `files`."""
    return [
        click.option("--format", type=Format(what), default=DEFAULT,
                     help=f"What to print.  [default: {DEFAULT}]"),
        click.option("-o", "files", metavar="FORMAT=PATH", multiple=True,
                     callback=lambda _, __, texts: parse_files(texts, what, more_files), help=files_help),
    ]  # fmt: skip


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
