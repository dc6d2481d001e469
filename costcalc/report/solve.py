"""Designs within budgets, with their neighbours, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from costcalc.cost import Basis, metric
from costcalc.report.record import Column, Record, Table
from costcalc.report.sweep import metric_column
from costcalc.units import format_bytes, format_count, plural

if TYPE_CHECKING:  # importing it costs what numpy costs
    from costcalc.sweeps.solve import Budget, Design, Solution

BEST, BELOW, ABOVE = "best", "below", "above"


def solve_table(solutions: Sequence[Solution], budgets: Sequence[Budget], basis: Basis) -> Table:
    """Return a row per design: those just below, the best one, and those just above, network by network."""
    designs = [(solution, place, design) for solution in solutions for place, design in _in_order(solution)]
    parameters = list(dict.fromkeys(name for _, _, design in designs for name in design.values))
    metrics = list(dict.fromkeys(name for _, _, design in designs for name in design.counts))
    limited = {budget.metric: budget for budget in budgets}
    columns = [Column("model", "model", priority=0 if len(solutions) > 1 else 3), Column("place", "")]
    for name in parameters:
        columns.append(Column(name, name))
        if any(name in design.intervals for _, _, design in designs):
            columns.append(Column(f"{name}_range", f"{name} from, to", priority=4))
    for name in metrics:
        columns.append(metric_column(name, 0 if name in limited else 1))
        if name in limited:
            columns.append(Column(f"{name}_share", f"of {limited[name].text}", "percent", 2))
    return Table(
        tuple(columns),
        tuple(_row(solution, place, design, parameters, limited) for solution, place, design in designs),
        "designs",
        context=basis.record(),
        notes=(*_notes(solutions, budgets[0].metric), basis.words()),
    )


def nothing_fits(solution: Solution, budgets: Sequence[Budget]) -> str:
    """Return what to say of a network of which no design is within the budgets."""
    wanted = " and ".join(f"{budget.metric} <= {budget.text}" for budget in budgets)
    if not solution.above:
        return f"{solution.model}: no legal design has {wanted}"
    design = solution.above[0]
    counts = ", ".join(f"{budget.metric} {_quantity(budget.metric, design)}" for budget in budgets)
    return f"{solution.model}: no legal design has {wanted}; the smallest, {design.model}, has {counts}"


def _quantity(name: str, design: Design) -> str:
    count = design.counts[name]
    return format_bytes(count) if metric(name).is_bytes else format_count(count)


def _in_order(solution: Solution) -> list[tuple[str, Design]]:
    best = [(BEST, solution.best)] if solution.best else []
    return [
        *((BELOW, design) for design in reversed(solution.below)),
        *best,
        *((ABOVE, design) for design in solution.above),
    ]


def _row(
    solution: Solution, place: str, design: Design, parameters: Sequence[str], limited: dict[str, Budget]
) -> Record:
    row: dict[str, object] = {"model": solution.model, "reference": design.model, "place": place}
    for name in parameters:
        value, interval = design.values.get(name), design.intervals.get(name)
        row[name] = "" if value is None else _decimal(value)
        row[f"{name}_range"] = "" if interval is None else str(interval)
    row |= design.counts
    for name, budget in limited.items():
        count = design.counts[name]
        row[f"{name}_share"] = None if count is None or not budget.most else Fraction(count, budget.most)
    return row


def _decimal(value: Fraction) -> str:
    from costcalc.sweeps.axes import decimal

    return decimal(value)


def _notes(solutions: Sequence[Solution], first: str) -> list[str]:
    """Say how many designs were counted, where, and what that shows."""
    notes = []
    for where, same in groupby(solutions, _where):
        counts = [f"{each.designs:,} of {each.model}" for each in same]
        notes.append(f"Counted: all designs that differ, {where}; {', '.join(counts)}.")
    for solution in solutions:
        if solution.falls:
            times = plural(solution.falls, "time")
            notes.append(f"{solution.model}: {first} falls {times} as {next(iter(solution.bounds))} grows.")
        if solution.at_bound:
            ends = " and ".join(solution.at_bound)
            notes.append(f"{solution.model}: {ends} ends here, not the budget; --between looks further.")
    return notes


def _where(solution: Solution) -> str:
    return " and ".join(
        f"{name} in {bounds}{_steps(solution, name)}" for name, bounds in solution.bounds.items()
    )


def _steps(solution: Solution, name: str) -> str:
    """Say in what steps a parameter was tried; finer ones were tried around the budget alone."""
    step, bounds = solution.steps.get(name), solution.bounds[name]
    if step is None:
        return ""
    everywhere = (bounds.high - bounds.low) / step <= solution.designs
    return f" in steps {'of' if everywhere or step == 1 else 'down to'} {_decimal(step)}"
