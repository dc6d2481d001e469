"""What the commands of the gate share: options, outputs, and the exit code."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from costcalc.cli import counting
from costcalc.cli.files import File
from costcalc.cli.options import Command, add_options, format_options, no_colour_option
from costcalc.cli.output import Output
from costcalc.cost import BASIS_KEYS, Basis
from costcalc.errors import Diagnostic, UsageError
from costcalc.gate.result import Result

BREACH: Final = 1


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
    """Add the options that decide what is written where; the command gets them as `output`."""

    @functools.wraps(command)
    def wrapper(output: Output, summary: bool, **others: Any) -> Any:
        return command(output=replace(output, summary=summary), **others)

    return add_options(
        wrapper,
        render_options,
        click.option("--summary/--no-summary", default=True,
                     help="Add Markdown to $GITHUB_STEP_SUMMARY, if that is set.  [default: yes]"),
    )  # fmt: skip


def render_options(command: Command) -> Command:
    """Add the same options without the job's summary."""

    @functools.wraps(command)
    def wrapper(format: str, files: tuple[File, ...], raw: bool, top: int, **others: Any) -> Any:
        return command(output=Output(format, files, raw, top=top), **others)

    return add_options(
        wrapper,
        *format_options("result", "Write a file as well, e.g. json=costs.json, or github=- for annotations "
                                  "in the log; may be repeated."),
        click.option("--raw", is_flag=True, help="Print exact integers."),
        click.option("--top", metavar="N", type=click.IntRange(min=0), default=5,
                     help="How many layers to list; 0 lists all.  [default: 5]"),
        no_colour_option,
    )  # fmt: skip
