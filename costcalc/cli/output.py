"""Where a table or a result goes: standard output in one format, any number of files, a job's summary."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from costcalc.cli.files import STDOUT, File, write_file
from costcalc.cli.streams import report, terminal_width, wants_colour, write
from costcalc.errors import Diagnostic, UsageError
from costcalc.report.formats import DEFAULT, render
from costcalc.report.record import Table

if TYPE_CHECKING:  # which costs what the gate costs
    from costcalc.gate.result import Result

ROOTS: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
SUMMARY: Final = "GITHUB_STEP_SUMMARY"
MOST_SUMMARY: Final = 1024 * 1024
"""Bytes of a job's summary; GitHub shows none that is larger."""


@dataclass(frozen=True, slots=True)
class Output:
    """What the options of `output_options`, or of `result_options`, say.

    Attributes:
        format: What to print.
        files: What to write besides.
        raw: Whether people get exact integers.
        sort: The column by which a table is ordered, and how.
        columns: The columns of a table; all that it has for none.
        top: How many layers of a result are listed.
        summary: Whether a result is added to the job's summary.
    """

    format: str = DEFAULT
    files: tuple[File, ...] = ()
    raw: bool = False
    sort: str | None = None
    columns: tuple[str, ...] = ()
    top: int = 5
    summary: bool = False

    def emit(self, thing: Table | Result) -> None:
        """Write the files, then standard output: a pipe that breaks must not cost a file.

        Raises:
            UsageError: E031, `--sort` or `--columns` names no column; E033, a file cannot be written.
        """
        if isinstance(thing, Table):
            thing, folder = self._arranged(thing), ""
        else:
            folder = _folder()
        for format, path in sorted(self.files, key=lambda file: file[1] == STDOUT):
            text = render(thing, format, raw=self.raw, top=self.top, folder=folder)
            if path == STDOUT:
                write(text)
            else:
                write_file(path, text)
        if self.summary and (name := os.environ.get(SUMMARY)):
            _append(Path(name), render(thing, "markdown", raw=self.raw, top=self.top))
        width, colour = terminal_width(sys.stdout), wants_colour(sys.stdout)
        write(
            render(thing, self.format, width=width, colour=colour, raw=self.raw, top=self.top, folder=folder)
        )

    def _arranged(self, table: Table) -> Table:
        if self.sort:
            name, _, order = self.sort.partition(",")
            table = table.sort(name.strip(), descending=_is_descending(order.strip()))
        return table.select(self.columns) if self.columns else table


def _is_descending(order: str) -> bool:
    if order not in ("", "asc", "desc"):
        raise UsageError(
            Diagnostic("E030", f"`{order}` is no order to sort in", help="for example: macs,desc")
        )
    return order == "desc"


def _folder() -> str:
    """Return where we are in the repository that CI has checked out; empty if nobody says."""
    for root in filter(None, map(os.environ.get, ROOTS)):
        with contextlib.suppress(ValueError):
            return Path.cwd().relative_to(Path(root).resolve()).as_posix()
    return ""


def _append(path: Path, text: str) -> None:
    """Add to a job's summary. A summary that cannot be written changes no verdict."""
    try:
        written = path.stat().st_size if path.exists() else 0
        if written + len(text.encode()) > MOST_SUMMARY:
            text = "costcalc: the report is too long for a job summary; see the log.\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        report([Diagnostic("E033", f"cannot write the job's summary: {error}", severity="warning")])
