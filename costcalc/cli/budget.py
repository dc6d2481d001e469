"""`costcalc budget`: limits that go down by themselves, and up on purpose."""

from __future__ import annotations

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import click

from costcalc.cli.files import write_file
from costcalc.cli.gate import BREACH, config_options, require_command
from costcalc.cli.streams import write
from costcalc.errors import Diagnostic, UsageError
from costcalc.gate.budget_reader import parse_pairs
from costcalc.gate.config import Config, find_config, load_config
from costcalc.gate.gather import Request, gather
from costcalc.gate.located import parse_percent
from costcalc.gate.ratchet import Edit, raised, rewritten, tighter
from costcalc.spec.files import shown


@click.group("budget", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Lower or raise the limits of budgets, in the file that they are in."""
    require_command(context)


@command.command("tighten", short_help="Lower the limits that are too loose.")
@config_options
@click.option("--headroom", metavar="PERCENT", help="What to leave.  [default: what each budget says, or 5%]")
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if a limit could go down."
)
def tighten(config: Path | None, isolated: bool, headroom: str | None, only_check: bool) -> int:
    """Lower every limit that is far above what is measured; never raises one.

    Comments stay. In CI nothing is written: there, `--check` tells whether there is something to lower.
    """
    if not only_check and os.environ.get("CI", "").lower() not in ("", "0", "false"):
        message = "in CI (CI is set) no limit is lowered: nobody would commit it"
        raise UsageError(Diagnostic("E819", message, help="run it on your machine, or add --check"))
    percent = None if headroom is None else _percent(headroom)
    budgets = _config(config, isolated).budgets
    pairs = gather(Request(config=config, isolated=isolated)).pairs
    edits = tighter(budgets, pairs, percent)
    if not only_check:
        _write(edits)
    write(_describe(edits) or "No limit is further above what is measured than it should be.\n")
    return BREACH if only_check and edits else 0


@command.command("raise", short_help="Raise limits, and write down why.")
@click.argument("rule", metavar="RULE")
@click.argument("limits", metavar="METRIC=LIMIT...", nargs=-1, required=True)
@click.option("--reason", metavar="TEXT", required=True, help="Why; written beside the limit.")
@config_options
def raise_(rule: str, limits: tuple[str, ...], reason: str, config: Path | None, isolated: bool) -> None:
    """Raise limits of a budget, and write down why: `costcalc budget raise mobile macs=320M --reason "..."`.

    Never goes above the budget's ceiling. Whoever reviews the change of the file approves of it.
    """
    if not reason.strip():
        raise UsageError(Diagnostic("E030", "--reason is empty", help="say why the network may cost more"))
    edits = raised(_config(config, isolated), rule, parse_pairs("budget raise", limits))
    _write(edits, reason.strip())
    write(_describe(edits))


def _config(path: Path | None, isolated: bool) -> Config:
    found = None if isolated else path or find_config(Path.cwd())
    if found is None:
        message = "there is no costcalc.toml here or above"
        raise UsageError(Diagnostic("E806", message, help="`costcalc init` writes one"))
    return load_config(found.absolute())


def _percent(text: str) -> Fraction:
    try:
        return parse_percent(text)
    except ValueError as error:
        raise UsageError(Diagnostic("E803", f"--headroom: {error}")) from None


def _write(edits: Iterable[Edit], reason: str | None = None) -> None:
    for file, text in rewritten(edits, reason).items():
        write_file(file, text)


def _describe(edits: Iterable[Edit]) -> str:
    lines = []
    for edit in edits:
        place = f"{edit.place.file}:{edit.place.line}" if edit.place else shown(edit.budget.file or Path())
        lines.append(f"{edit.budget.name}: {edit.metric} {edit.before} -> {edit.after}  {place}\n")
    return "".join(lines)
