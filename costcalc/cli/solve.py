"""`costcalc solve`: which design meets a budget?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from costcalc.cli.counting import counting_options
from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cli.streams import report
from costcalc.cost import Basis
from costcalc.errors import Diagnostic, UsageError

if TYPE_CHECKING:
    from costcalc.sweeps.solve import Solution

NOTHING_FITS = 1
_BUDGETS = {
    "macs": "MACs, e.g. 150M",
    "flops": "FLOPs, e.g. 300M",
    "params": "parameters, e.g. 3M",
    "memory_access": "bytes read and written, e.g. 20MiB",
    "peak_memory": "bytes of tensors at once, e.g. 2MiB",
}


def _budget_options(command: click.decorators.FC) -> click.decorators.FC:
    for name, what in reversed(_BUDGETS.items()):
        option = click.option(f"--{name.replace('_', '-')}", name, metavar="MOST", help=f"Most {what}.")
        command = option(command)
    return command


@click.command("solve")
@click.argument("references", metavar="MODEL...", nargs=-1)
@_budget_options
@click.option("--max", "others", metavar="METRIC=MOST", multiple=True,
              help="A budget of any other metric, e.g. activations=2M; may be repeated.")  # fmt: skip
@click.option("--by", "parameters", metavar="NAMES", default="",
              help="What to choose, e.g. alpha,resolution.  [default: the width multiplier]")  # fmt: skip
@click.option("--between", metavar="LOW:HIGH", default="",
              help="Where to look; of several parameters alpha=0.1:2,resolution=96:320.")  # fmt: skip
@click.option("--round-to", metavar="STEP", default="",
              help="Look at multiples alone; of several parameters alpha=0.05,resolution=32.")  # fmt: skip
@click.option("--near", metavar="N", type=click.IntRange(min=0), default=1,
              help="Designs to show just above and below.  [default: 1]")  # fmt: skip
@counting_options
@output_options
def command(
    references: tuple[str, ...],
    others: tuple[str, ...],
    parameters: str,
    between: str,
    round_to: str,
    near: int,
    basis: Basis,
    strict: bool,
    output: Output,
    **budgets: str | None,
) -> int:
    """Find the largest design within a budget, and those just above and below.

    MODEL is a spec's path or the name of one that ships, and what to set in it. For example:
    `costcalc solve mobilenet --macs 150M --by alpha`;
    `costcalc solve 'shufflenet@g*' --macs 38M --by scale`.

    Every network that the parameters can make is counted: nothing is sampled. Of several budgets all are
    kept, and the first decides what is large.

    Exits with 1 if no legal design is within the budgets.
    """
    from costcalc.report.solve import nothing_fits, solve_table
    from costcalc.sweeps.solve import parse_budgets, solve_all

    if not references:
        example = "for example: costcalc solve mobilenet --macs 150M --by alpha"
        raise UsageError(Diagnostic("E030", "solve needs a network", help=example))
    if basis.order == "best":
        raise UsageError(Diagnostic("E030", "solve counts branches in the order given"))
    if len(basis.conventions) > 1:
        raise UsageError(Diagnostic("E030", "solve counts by one convention", help="--max has all of them"))
    wanted = parse_budgets(_budgets(budgets, others))
    solutions = solve_all(
        references,
        wanted,
        by=tuple(name.strip() for name in parameters.split(",") if name.strip()),
        between=between,
        round_to=round_to,
        near=near,
        basis=basis,
    )
    output.emit(solve_table(solutions, wanted, basis))
    unsolved = [Diagnostic("E701", nothing_fits(each, wanted)) for each in solutions if each.best is None]
    if strict:
        unsolved += [Diagnostic("E505", f"{name} is unknown") for name in _unknown(solutions)]
    if unsolved:
        report(unsolved)
    return NOTHING_FITS if unsolved else 0


def _unknown(solutions: list[Solution]) -> list[str]:
    """Return the metrics that are unknown of a design that is shown."""
    shown = [
        design for each in solutions for design in (each.best, *each.below, *each.above) if design is not None
    ]
    unknown = [name for design in shown for name, count in design.counts.items() if count is None]
    return list(dict.fromkeys(unknown))


def _budgets(named: dict[str, str | None], others: tuple[str, ...]) -> dict[str, str]:
    """Return the budgets in the order of the command line, as far as Click tells."""
    given = {name: text for name, text in named.items() if text is not None}
    for text in others:
        name, equals, most = text.partition("=")
        if not equals:
            message = f"--max {text}: it takes METRIC=MOST"
            raise UsageError(Diagnostic("E030", message, help="for example: --max activations=2M"))
        given[name.strip()] = most
    return given
