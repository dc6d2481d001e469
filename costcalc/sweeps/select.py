"""Which designs of a sweep to keep, and in what order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.sweeps.join import Joined, parse_table
from costcalc.sweeps.metrics import ALIASES, METRICS
from costcalc.sweeps.pareto import front
from costcalc.sweeps.run import UNKNOWN, Columns
from costcalc.sweeps.space import Space
from costcalc.sweeps.where import Where, parse_where


@dataclass(frozen=True, slots=True)
class Objective:
    """Something to minimise, or to maximise."""

    name: str
    maximise: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """What to keep of the designs of a space.

    Attributes:
        space: The designs.
        metrics: The metrics that it reads.
        where: A condition; designs that are not legal never meet one.
        pareto: What the designs kept are not beaten in.
        sort: What to order by.
        top: How many to keep at most; 0 for all.
        joined: Figures from elsewhere.
    """

    space: Space
    metrics: tuple[str, ...]
    where: Where | None
    pareto: tuple[Objective, ...]
    sort: Objective | None
    top: int
    joined: Joined | None

    def keep(self, columns: Columns) -> Columns:
        """Return the designs to keep, in order."""
        if self.where:
            holds = self.where.holds(lambda name: self.column(columns, name))
            columns = columns.take(self._known(columns, self.where.names) & holds)
        if self.pareto:
            columns = columns.take(self._known(columns, [each.name for each in self.pareto]))
            columns = columns.take(front([self._smaller(columns, each) for each in self.pareto]))
        if self.sort:
            known = self._known(columns, [self.sort.name])
            order = np.argsort(self._smaller(columns, self.sort)[known], kind="stable")
            columns = columns.take(np.concatenate([np.flatnonzero(known)[order], np.flatnonzero(~known)]))
        return columns.take(slice(self.top)) if self.top else columns

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures from elsewhere."""
        return tuple(self.joined.figures) if self.joined else ()

    def of_part(self) -> Selection:
        """Return what to keep of each part of a space, before `keep` is asked about all that is left."""
        if self.pareto:  # the best of a part's front may not be on the whole front
            return replace(self, sort=None, top=0)
        return self if self.top else replace(self, sort=None)

    def column(self, columns: Columns, name: str) -> Any:
        """Return a column of metrics, of an axis' values, or of the figures joined."""
        name = ALIASES.get(name, name)
        if name in columns.metrics:
            return columns.metrics[name]
        if self.joined and name in self.joined.figures:
            return self.joined.column(name, columns.rows)
        for place, axis in enumerate(self.space.axes, 1):
            if axis.name == name:
                return axis.floats[self.space.coordinates(columns.rows)[place]]
        raise LookupError(name)

    def _known(self, columns: Columns, names: Iterable[str]) -> Any:
        """Return which designs are legal and have a value in every column of these names."""
        known = columns.codes == 0
        for name in names:
            values = self.column(columns, name)
            known &= ~np.isnan(values) if values.dtype == np.float64 else values != UNKNOWN
        return known

    def _smaller(self, columns: Columns, objective: Objective) -> Any:
        values = self.column(columns, objective.name)
        return -values if objective.maximise else values


def parse_selection(
    space: Space, *, where: str = "", pareto: str = "", sort: str = "", top: int = 0, table: str = ""
) -> Selection:
    """Return what the options say.

    Raises:
        UsageError: E034, a wrong condition; E031, a name that is no column; E605, a table that does not fit.
    """
    joined = parse_table(table, space) if table else None
    figures = tuple(joined.figures) if joined else ()
    known = [*METRICS, *ALIASES, *(axis.name for axis in space.axes if axis.is_numeric), *figures]
    condition = parse_where(where, known) if where else None
    objectives = tuple([_objective(text, figures) for text in pareto.split(",") if text.strip()])
    name, _, direction = sort.partition(",")
    order = Objective(name.strip(), direction.strip() == "desc") if sort else None
    if direction.strip() not in ("", "asc", "desc"):
        raise UsageError(
            Diagnostic("E030", f"`{direction.strip()}` is no order to sort in", help="for example: macs,desc")
        )
    read = [each.name for each in (*objectives, *([order] if order else ()))]
    unknown = [each for each in dict.fromkeys(read) if each not in known]
    if unknown:
        raise UsageError(
            Diagnostic("E031", f"there is no column `{n}`", help=one_of(n, known)) for n in unknown
        )
    names = {ALIASES.get(each, each) for each in (*read, *(condition.names if condition else ()))}
    metrics = tuple([each for each in METRICS if each in names])
    return Selection(space, metrics, condition, objectives, order, top, joined)


def _objective(text: str, figures: Iterable[str]) -> Objective:
    """Costs are to be low and joined figures, such as accuracies, high, unless said otherwise."""
    name, colon, direction = text.strip().partition(":")
    if colon and direction not in ("min", "max"):
        raise UsageError(Diagnostic("E030", f"--pareto {text}: a direction is `min` or `max`"))
    return Objective(name, direction == "max" if colon else name in figures)
