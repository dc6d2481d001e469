"""Options that decide numbers, parsed into a basis, and what is said about counts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import click

from costcalc.cli.options import Command, add_options
from costcalc.cli.streams import report
from costcalc.cost import CONVENTIONS, DTYPES, FUSIONS, ORDERS, Basis, Cost, parse_basis
from costcalc.errors import Diagnostic
from costcalc.graph import Graph
from costcalc.report.columns import unknown_notes

Several = Callable[[click.Context, click.Parameter, str], Any]


def counting_options(command: Command, several: Several | None = None) -> Command:
    """Add the options that decide numbers; the command gets them as `basis`, and `strict`.

    Args:
        command: The command.
        several: What takes several values of `--batch`, `--dtype` or `--fusion`, and returns one.
    """
    strict = click.option("--strict", is_flag=True, help="Exit with 1 if an operator's count is unknown.")
    return basis_options(strict(command), several)


def basis_options(command: Command, several: Several | None = None) -> Command:
    """Add the options that say what numbers rest on; the command gets them as `basis`."""
    return add_options(
        _with_basis(command),
        click.option("--convention", metavar="NAME", multiple=True, default=("paper",),
                     help=f"What counts as a MAC; in tables, several are columns. {_names(CONVENTIONS)}"),
        *_memory_options(several),
        click.option("--weights-in-ram", is_flag=True, help="Let peak memory include the weights."),
    )  # fmt: skip


def memory_options(command: Command) -> Command:
    """Add the options that decide bytes; the command gets them as `basis`."""
    return add_options(_with_basis(command), *_memory_options())


def _with_basis(command: Command) -> Command:
    @functools.wraps(command)
    def wrapper(
        batch: int,
        dtype: str,
        weights_dtype: str | None,
        activations_dtype: str | None,
        fusion: str,
        order: str,
        convention: tuple[str, ...] = ("paper",),
        weights_in_ram: bool = False,
        **others: Any,
    ) -> Any:
        basis = parse_basis(
            ",".join(convention),
            batch,
            dtype,
            weights_dtype=weights_dtype,
            activations_dtype=activations_dtype,
            fusion=fusion,
            order=order,
            weights_in_ram=weights_in_ram,
        )
        return command(basis=basis, **others)

    return wrapper


def _names(known: Iterable[str]) -> str:
    return f"One of: {', '.join(known)}."


def _memory_options(several: Several | None = None) -> tuple[Callable[[Command], Command], ...]:
    number = click.IntRange(min=1) if several is None else click.STRING
    axis = "" if several is None else " Several are an axis."
    return (
        click.option("--batch", metavar="N", type=number, default="1", callback=several,
                     help=f"Images per batch.{axis}  [default: 1]"),
        click.option("--dtype", metavar="TYPE", default="fp32", callback=several,
                     help=f"Of weights and activations. {_names(DTYPES)}{axis}"),
        click.option("--weights", "--weights-dtype", "weights_dtype", metavar="TYPE",
                     help="The type of the weights alone."),
        click.option("--activations", "--activations-dtype", "activations_dtype", metavar="TYPE",
                     help="The type of the activations alone."),
        click.option("--fusion", metavar="NAME", default="conv-bn-act", callback=several,
                     help=f"What runs in one kernel, for memory. {_names(FUSIONS)}{axis}"),
        click.option("--order", type=click.Choice(ORDERS), default="given",
                     help="How branches are executed, for peak memory.  [default: given]"),
    )  # fmt: skip


def count(graph: Graph, basis: Basis) -> Cost:
    """Count a network; warn of what was left out, and if the search for the best order was given up."""
    cost = basis.count(graph)
    if graph.unread:
        report([Diagnostic("W409", graph.unread_note, graph.unread[0].origin, severity="warning")])
    if cost.basis.order == "best found":
        message = f"{graph.name} has too many branches: its order may not be the best one"
        report([Diagnostic("E508", message, severity="warning")])
    return cost


def require_known(costs: Iterable[tuple[str, Cost]]) -> int:
    """Return the exit code where counts must be whole: 1 if one is not, after saying what is unknown."""
    notes = [note for name, cost in costs for note in unknown_notes(name, cost, cost.basis.conventions)]
    if notes:
        report([Diagnostic("E505", note) for note in notes])
    return 1 if notes else 0
