"""Asking fvcore, which is optional, takes seconds the first time, and may fail."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.cli.progress import Progress
from costcalc.cli.streams import report
from costcalc.errors import CostcalcError, Diagnostic, MissingExtraError
from costcalc.graph import Graph
from costcalc.witness.cache import fvcore_counts


def ask_fvcore(graphs: Sequence[Graph], demanded: bool) -> tuple[list[int | None] | None, list[str]]:
    """Return fvcore's count of every graph, or None without fvcore, and notes for the reader.

    A count is None where fvcore fails, which is a warning on standard error.

    Raises:
        MissingExtraError: E020, it is not installed but demanded.
        CostcalcError: E023, it fails but is demanded.
    """
    warnings: list[Diagnostic] = []
    try:
        with Progress() as progress:
            answers = fvcore_counts(
                graphs,
                lambda done, missing, graph: progress.update(f"fvcore {done + 1}/{missing}: {graph.name}"),
                warnings.append,
            )
            counts = [answer.total if answer else None for answer in answers]
    except MissingExtraError as error:
        if demanded:
            raise
        return None, [
            f"fvcore's column is left out: {found.message} ({found.help})." for found in error.diagnostics
        ]
    if demanded and None in counts:
        raise CostcalcError(warnings)
    if warnings:
        report(warnings)
    return counts, []
