"""`costcalc check`: networks held to their budgets."""

from __future__ import annotations

from pathlib import Path

import click

from costcalc.cli.gate import (
    base_options,
    basis_options,
    config_options,
    exit_code,
    result_options,
)
from costcalc.cli.output import Output
from costcalc.cost import Basis
from costcalc.gate.budget_reader import flag_budgets, parse_pairs
from costcalc.gate.check import check
from costcalc.gate.gather import Request


@click.command("check")
@click.argument("references", metavar="[MODEL]...", nargs=-1)
@base_options
@config_options
@click.option(
    "--max",
    "maxima",
    metavar="METRIC=LIMIT",
    multiple=True,
    help="A limit for every network, e.g. macs=300M or peak_memory=8MiB; may be repeated.",
)
@click.option(
    "--max-increase",
    "increases",
    metavar="METRIC=LIMIT",
    multiple=True,
    help="How much may be added to the base, e.g. params=2% or macs=1M; may be repeated.",
)
@basis_options
@click.option("--changed", is_flag=True, help="Hold only those to limits that differ from the base.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail on what was over its limit before, on limits far too high, on limits not looked at.",
)
@click.option("--allow-unmatched", is_flag=True, help="Let budgets be about nothing.")
@click.option("--fail-on-limit-raise", is_flag=True, help="Fail if a limit was raised, loosened or removed.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 instead of 1.")
@result_options
def command(
    references: tuple[str, ...],
    against: str | None,
    exact: bool,
    config: Path | None,
    isolated: bool,
    maxima: tuple[str, ...],
    increases: tuple[str, ...],
    basis: Basis | None,
    changed: bool,
    strict: bool,
    allow_unmatched: bool,
    fail_on_limit_raise: bool,
    exit_zero: bool,
    output: Output,
) -> int:
    """Hold networks to their budgets.

    Budgets are in costcalc.toml, which `costcalc init` writes, or given here:
    `costcalc check nets/a.yaml --max macs=300M`. Without MODEL, all networks are checked that the
    budgets are about. The options that say how to count are about limits that are given here; those of
    a file count as it says.

    Exits with 0 if all is well or merely worth a warning, with 1 if a limit is breached, and with 2 if
    anything kept the check from being made.
    """  # fmt: skip
    limits, growths = parse_pairs("--max", maxima), parse_pairs("--max-increase", increases)
    budgets = flag_budgets(limits, growths, basis)
    result = check(
        Request(
            references=references,
            config=config,
            isolated=isolated,
            budgets=budgets,
            against=against,
            exact=exact,
            basis=basis,
            strict=strict,
            changed=changed,
            fail_on_limit_raise=fail_on_limit_raise,
            allow_unmatched=allow_unmatched,
        )
    )
    output.emit(result)
    return exit_code(result, fail_on_limit_raise=fail_on_limit_raise, exit_zero=exit_zero)
