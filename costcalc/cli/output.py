"""Where a report goes: standard output in one format, and any number of files."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from costcalc.cli.files import File, write_file
from costcalc.cli.streams import terminal_width, wants_colour, write
from costcalc.errors import Diagnostic, UsageError
from costcalc.report.formats import render
from costcalc.report.record import Table


@dataclass(frozen=True, slots=True)
class Output:
    """What the options of `output_options` say."""

    format: str
    files: tuple[File, ...]
    sort: str | None
    columns: tuple[str, ...]
    raw: bool

    def emit(self, table: Table) -> None:
        """Write the files, then standard output: a pipe that breaks must not cost a file.

        Raises:
            UsageError: E031, `--sort` or `--columns` names no column; E033, a file cannot be written.
        """
        if self.sort:
            name, _, order = self.sort.partition(",")
            table = table.sort(name.strip(), descending=_is_descending(order.strip()))
        if self.columns:
            table = table.select(self.columns)
        for format, path in self.files:
            write_file(path, render(table, format, raw=self.raw))
        screen = sys.stdout
        width, colour = terminal_width(screen), wants_colour(screen)
        write(render(table, self.format, width=width, colour=colour, raw=self.raw))


def _is_descending(order: str) -> bool:
    if order not in ("", "asc", "desc"):
        raise UsageError(
            Diagnostic("E030", f"`{order}` is no order to sort in", help="for example: macs,desc")
        )
    return order == "desc"
