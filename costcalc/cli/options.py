"""Options that several commands share, parsed into what the commands pass on."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from costcalc.cli.files import File, parse_files
from costcalc.cli.output import Output
from costcalc.cli.streams import report
from costcalc.cost import Cost, count
from costcalc.cost.convention import Convention
from costcalc.cost.conventions import CONVENTIONS, PAPER, parse_convention
from costcalc.cost.dtype import DTYPES, Precision, parse_precision
from costcalc.cost.fusion import FUSIONS, Fusion, parse_fusion
from costcalc.errors import Diagnostic
from costcalc.graph import Graph
from costcalc.report.context import unknown_notes
from costcalc.report.formats import FORMATS

Command = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Counting:
    """How to count: what the options of `counting_options` or `memory_options` say."""

    batch: int
    precision: Precision
    fusion: Fusion
    in_best_order: bool
    conventions: tuple[Convention, ...] = (PAPER,)
    weights_in_ram: bool = False
    strict: bool = False

    def count(self, graph: Graph, also: Sequence[str] = ()) -> Cost:
        """Count a network, under further conventions too."""
        first, *others = self.conventions
        cost = count(
            graph,
            first,
            also=(*others, *also),
            batch=self.batch,
            precision=self.precision,
            fusion=self.fusion,
            weights_in_ram=self.weights_in_ram,
            order="best" if self.in_best_order else "given",
        )
        if cost.order == "best found":
            message = f"{graph.name} has too many branches: its order may not be the best one"
            report([Diagnostic("E508", message, severity="warning")])
        return cost

    def verdict(self, costs: Iterable[tuple[str, Cost]]) -> int:
        """Return the exit code: 1 if a count must be whole and is not, after saying what is unknown."""
        notes = [note for name, cost in costs for note in unknown_notes(name, cost, self.conventions)]
        if not self.strict or not notes:
            return 0
        report([Diagnostic("E505", note) for note in notes])
        return 1


def counting_options(command: Command) -> Command:
    """Add the options that decide numbers; the command gets them as `counting`."""

    @functools.wraps(command)
    def wrapper(
        convention: tuple[str, ...], counting: Counting, weights_in_ram: bool, strict: bool, **others: Any
    ) -> Any:
        names = dict.fromkeys(name.strip() for text in convention for name in text.split(","))
        conventions = tuple(map(parse_convention, names))
        counting = replace(counting, conventions=conventions, weights_in_ram=weights_in_ram, strict=strict)
        return command(counting=counting, **others)

    return add_options(
        wrapper,
        click.option("--convention", metavar="NAME", multiple=True, default=("paper",),
                     help=f"What counts as a MAC; several add a column each. {_names(CONVENTIONS)}"),
        memory_options,
        click.option("--weights-in-ram", is_flag=True, help="Let peak memory include the weights."),
        click.option("--strict", is_flag=True, help="Leave with 1 if an operator's count is unknown."),
    )  # fmt: skip


def memory_options(command: Command) -> Command:
    """Add the options that decide bytes; the command gets them as `counting`."""

    @functools.wraps(command)
    def wrapper(
        batch: int,
        dtype: str,
        weights_dtype: str | None,
        activations_dtype: str | None,
        fusion: str,
        order: str,
        **others: Any,
    ) -> Any:
        precision = parse_precision(dtype, weights=weights_dtype, activations=activations_dtype)
        counting = Counting(batch, precision, parse_fusion(fusion), order == "best")
        return command(counting=counting, **others)

    return add_options(
        wrapper,
        click.option("--batch", metavar="N", type=click.IntRange(min=1), default=1,
                     help="Images per batch.  [default: 1]"),
        click.option("--dtype", metavar="TYPE", default="fp32",
                     help=f"Of weights and activations. {_names(DTYPES)}"),
        click.option("--weights", "--weights-dtype", "weights_dtype", metavar="TYPE",
                     help="The type of the weights alone."),
        click.option("--activations", "--activations-dtype", "activations_dtype", metavar="TYPE",
                     help="The type of the activations alone."),
        click.option("--fusion", metavar="NAME", default="conv-bn-act",
                     help=f"What runs in one kernel, for memory. {_names(FUSIONS)}"),
        click.option("--order", type=click.Choice(["given", "best"]), default="given",
                     help="How branches are executed, for peak memory.  [default: given]"),
    )  # fmt: skip


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


def _names(known: Iterable[str]) -> str:
    return f"One of: {', '.join(known)}."


def _no_colour(_: click.Context, __: click.Parameter, wanted: bool) -> None:
    if wanted:  # so that errors, which are written last and elsewhere, hear of it too
        os.environ["NO_COLOR"] = "1"
