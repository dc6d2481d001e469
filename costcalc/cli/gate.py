"""What the commands of the gate share: options, outputs, and the exit code."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from costcalc.cli import counting
from costcalc.cli.files import File, parse_files
from costcalc.cli.options import Command, add_options, no_colour_option
from costcalc.cli.streams import report, terminal_width, wants_colour, write
from costcalc.cost import BASIS_KEYS, Basis
from costcalc.errors import Diagnostic, UsageError
from costcalc.gate.result import Result

BREACH: Final = 1
ROOTS: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
SUMMARY: Final = "GITHUB_STEP_SUMMARY"
MOST_SUMMARY: Final = 1024 * 1024
"""Bytes of a job's summary; GitHub shows none that is larger."""

STDOUT: Final = Path("-")


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a result goes: what the options of `result_options` say."""

    format: str
    files: tuple[File, ...]
    raw: bool
    top: int
    summary: bool = False

    def emit(self, result: Result) -> None:
        """Write the files and the job's summary, then standard output, whose end people read first.

        Raises:
            UsageError: E033, a file cannot be written.
        """
        from costcalc.cli.files import write_file
        from costcalc.report.gate import render_result

        screen, folder = sys.stdout, _folder()
        for format, path in self.files:
            text = render_result(result, format, raw=self.raw, top=self.top, folder=folder)
            if path == STDOUT:
                write(text)
            else:
                write_file(path, text)
        if self.summary and (name := os.environ.get(SUMMARY)):
            _append(Path(name), render_result(result, "markdown", raw=self.raw, top=self.top))
        width, colour = terminal_width(screen), wants_colour(screen)
        write(
            render_result(
                result, self.format, width=width, colour=colour, folder=folder, raw=self.raw, top=self.top
            )
        )


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


def exit_code(result: Result, *, fail_on_limit_raise: bool = False, exit_zero: bool = False) -> int:
    """Return 1 if a budget is breached, or a limit was raised where that counts; `exit_zero` makes it 0."""
    raised = fail_on_limit_raise and any(change.loosened for change in result.limit_changes)
    return BREACH if (result.verdict == "fail" or raised) and not exit_zero else 0


def require_command(context: click.Context) -> None:
    """Refuse a group of commands without one of them."""
    if context.invoked_subcommand is None and isinstance(context.command, click.Group):
        names = context.command.list_commands(context)
        message = f"{context.info_name} takes a command"
        raise UsageError(Diagnostic("E030", message, help=f"one of: {', '.join(names)}"))


def base_options(command: Command) -> Command:
    """Add the options that say what to compare with."""
    return add_options(
        command,
        click.option("--against", metavar="REF|FILE.json", envvar="COSTCALC_AGAINST",
                     help="Compare with where this branch parted from REF; `auto` finds the target branch in "
                          "CI; or with a file that `costcalc baseline write` wrote."),
        click.option("--against-exact", "exact", is_flag=True, help="Compare with REF itself."),
    )  # fmt: skip


def config_options(command: Command) -> Command:
    """Add the options that say where budgets are written; the command gets `config` and `isolated`."""
    return add_options(
        command,
        click.option("--config", metavar="FILE", type=click.Path(path_type=Path), envvar="COSTCALC_CONFIG",
                     help="The file of budgets.  [default: the nearest costcalc.toml, or pyproject.toml with "
                          "a tool.costcalc]"),
        click.option("--isolated", is_flag=True, help="Read no file of budgets."),
    )  # fmt: skip


def basis_options(command: Command) -> Command:
    """Add the options that say how to count; the command gets them as `basis`, None if none is given."""

    @functools.wraps(command)
    def wrapper(basis: Basis, **others: Any) -> Any:
        source = click.get_current_context().get_parameter_source
        is_given = any(source(name) is not ParameterSource.DEFAULT for name in ("dtype", *BASIS_KEYS))
        return command(basis=basis if is_given else None, **others)

    return counting.basis_options(wrapper)


def result_options(command: Command) -> Command:
    """Add the options that decide what is written where; the command gets them as `outputs`."""

    @functools.wraps(command)
    def wrapper(outputs: Outputs, summary: bool, **others: Any) -> Any:
        return command(outputs=replace(outputs, summary=summary), **others)

    return add_options(
        wrapper,
        render_options,
        click.option("--summary/--no-summary", default=True,
                     help="Add Markdown to $GITHUB_STEP_SUMMARY, if that is set.  [default: yes]"),
    )  # fmt: skip


def render_options(command: Command) -> Command:
    """Add the same options without the job's summary."""
    from costcalc.report.gate import FORMATS

    @functools.wraps(command)
    def wrapper(format: str, files: tuple[str, ...], raw: bool, top: int, **others: Any) -> Any:
        parsed = parse_files(files, FORMATS, shared=(STDOUT,))
        last = sorted(parsed, key=lambda file: file[1] == STDOUT)  # a pipe that breaks must not cost a file
        return command(outputs=Outputs(format, tuple(last), raw, top), **others)

    return add_options(
        wrapper,
        click.option("--format", type=click.Choice(FORMATS), default="text",
                     help="What to print.  [default: text]"),
        click.option("-o", "files", metavar="FORMAT=PATH", multiple=True,
                     help="Write a file as well, e.g. json=costs.json, or github=- for annotations in the "
                          "log; may be repeated."),
        click.option("--raw", is_flag=True, help="Print exact integers."),
        click.option("--top", metavar="N", type=click.IntRange(min=0), default=5,
                     help="How many layers to list; 0 lists all.  [default: 5]"),
        no_colour_option,
    )  # fmt: skip
