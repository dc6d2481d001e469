"""Which designs of a sweep to keep, and in what order; with figures from elsewhere, such as accuracies."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from costcalc.cost import all_metrics, find_metric
from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.sweeps.count import UNKNOWN, Columns, countable, countable_metric
from costcalc.sweeps.space import Space
from costcalc.sweeps.where import Where, parse_where

MODEL = "model"


@dataclass(frozen=True, slots=True)
class Joined:
    """Figures by design.

    Attributes:
        figures: By name, a number per line of the table.
        keys: For every line, the design that it is about, numbered within `dimensions`; rising.
        dimensions: Which of the networks (0) and axes (1, ...) tell the lines apart.
    """

    space: Space
    figures: dict[str, Any]
    keys: Any
    dimensions: tuple[int, ...]

    def column(self, name: str, rows: Any) -> Any:
        """Return a figure for every design; NaN where the table has none."""
        coordinates = self.space.coordinates(rows)
        shape = [self.space.shape[each] for each in self.dimensions]
        wanted = np.ravel_multi_index([coordinates[each] for each in self.dimensions], shape)
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, self.figures[name][places], np.nan)


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
        """Return a column of an axis' values, of the figures joined, or of a metric."""
        for place, axis in enumerate(self.space.axes, 1):
            if axis.name == name:
                return axis.floats[self.space.coordinates(columns.rows)[place]]
        if self.joined and name in self.joined.figures:
            return self.joined.column(name, columns.rows)
        return columns.metrics[countable_metric(name).name]

    def _known(self, columns: Columns, names: Iterable[str]) -> Any:
        """Return which designs are legal and have a value in every column of these names."""
        known = columns.legal
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
    own = [*(axis.name for axis in space.axes if axis.is_numeric), *figures]
    spelled = (name for each in all_metrics() for name in (each.name, *each.aliases, each.header))
    in_any_case = {name.casefold(): name for name in filter(str.isidentifier, reversed(list(spelled)))}
    known = list(dict.fromkeys([*own, *reversed(in_any_case.values())]))
    condition = parse_where(where, known) if where else None
    objectives = tuple([_objective(text, figures) for text in pareto.split(",") if text.strip()])
    name, _, direction = sort.partition(",")
    order = Objective(name.strip(), direction.strip() == "desc") if sort else None
    if direction.strip() not in ("", "asc", "desc"):
        raise UsageError(
            Diagnostic(
                "E030", f"`{direction.strip()}` is not an order to sort in", help="for example: macs,desc"
            )
        )
    read = [each.name for each in (*objectives, *([order] if order else ()))]
    unknown = [each for each in dict.fromkeys(read) if each not in own and not find_metric(each)]
    if unknown:
        raise UsageError(
            Diagnostic("E031", f"there is no column `{n}`", help=one_of(n, known)) for n in unknown
        )
    names = {each for each in (*read, *(condition.names if condition else ())) if each not in own}
    counted = {countable_metric(each).name for each in sorted(names)}
    metrics = tuple([each for each in countable() if each in counted])
    return Selection(space, metrics, condition, objectives, order, top, joined)


def _objective(text: str, figures: Iterable[str]) -> Objective:
    """Costs are to be low and joined figures, such as accuracies, high, unless said otherwise."""
    name, colon, direction = text.strip().partition(":")
    if colon and direction not in ("min", "max"):
        raise UsageError(Diagnostic("E030", f"--pareto {text}: a direction is `min` or `max`"))
    return Objective(name, direction == "max" if colon else name in figures)


# ---- the Pareto front ----------------------------------------------------------------------------------


def front(objectives: Sequence[Any]) -> Any:
    """Return where the designs are that none is better than: no objective larger, and one less.

    Args:
        objectives: Arrays, all to be minimised. Designs that are equal in all of them stay together.

    Returns:
        The places, by rising first objective (then second, ...).
    """
    columns = [np.unique(each, return_inverse=True)[1] for each in objectives]  # ranks: whole numbers
    order = np.lexsort(columns[::-1])
    values = np.stack(columns, axis=1)[order]
    firsts = np.ones(len(values), dtype=bool)
    firsts[1:] = (values[1:] != values[:-1]).any(axis=1)
    distinct = values[firsts]
    alive = {1: _least, 2: _front_of_two, 3: _front_of_three}.get(values.shape[1], _front)(distinct)
    return order[alive[np.cumsum(firsts) - 1]]


# The rows below are distinct and in lexicographic order: nothing is beaten by what comes later.


def _least(values: Any) -> Any:
    return np.arange(len(values)) == 0


def _front_of_two(values: Any) -> Any:
    """Every design of the front has a lower second objective than all before it."""
    second = values[:, 1]
    alive = np.ones(len(values), dtype=bool)
    alive[1:] = second[1:] < np.minimum.accumulate(second)[:-1]
    return alive


def _front_of_three(values: Any) -> Any:
    """Keep the front of the last two objectives among the designs before: its steps rise, and fall."""
    alive = np.zeros(len(values), dtype=bool)
    rising: list[int] = []
    falling: list[int] = []
    for place, (second, third) in enumerate(values[:, 1:].tolist()):
        at = bisect_right(rising, second)
        if at and falling[at - 1] <= third:
            continue
        alive[place] = True
        at -= at > 0 and rising[at - 1] == second
        end = at
        while end < len(rising) and falling[end] >= third:
            end += 1
        rising[at:end] = [second]
        falling[at:end] = [third]
    return alive


def _front(values: Any) -> Any:
    alive = np.ones(len(values), dtype=bool)
    candidates = np.arange(len(values))
    while len(candidates):
        leader, others = candidates[0], candidates[1:]
        worse = (values[others] >= values[leader]).all(axis=1)
        alive[others[worse]] = False
        candidates = others[~worse]
    return alive


# ---- figures from elsewhere ----------------------------------------------------------------------------


def parse_table(text: str, space: Space) -> Joined:
    """Return the figures of a CSV file whose first line names `model`, or axes, or both.

    Raises:
        UsageError: E605, it names neither, holds something else than numbers, or no design of the space.
    """
    header, *lines = list(csv.reader(text.lstrip("\ufeff").splitlines())) or [[]]
    names = {MODEL: 0} | {axis.name: place for place, axis in enumerate(space.axes, 1)}
    dimensions = {names[name]: at for at, name in enumerate(header) if name in names}
    figures = {name: at for at, name in enumerate(header) if name not in names}
    if not dimensions or not figures:
        raise _wrong(f"the first line names no {' or '.join(names)}, or nothing beside it")
    known: dict[int, dict[Any, int]] = {0: {net.name: i for i, net in enumerate(space.networks)}}
    for place, axis in enumerate(space.axes, 1):
        known[place] = {
            float(v) if v is not None else t: i
            for i, (t, v) in enumerate(zip(axis.texts, axis.values, strict=True))
        }
    shape = [space.shape[each] for each in dimensions]
    found: dict[int, list[float]] = {}
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        try:
            keys = [_key(line[at], known[place]) for place, at in dimensions.items()]
            values = [float(line[at] or "nan") for at in figures.values()]
        except (ValueError, IndexError):
            raise _wrong(f"line {number} does not have a number in every column") from None
        places = [known[place].get(key) for place, key in zip(dimensions, keys, strict=True)]
        if None not in places:
            found[int(np.ravel_multi_index(places, shape))] = values  # type: ignore[arg-type]
    if not found:
        raise _wrong("no line is about a design of this sweep")
    order = sorted(found)
    columns = np.array([found[key] for key in order], dtype=np.float64).T
    return Joined(space, dict(zip(figures, columns, strict=True)), np.array(order), tuple(dimensions))


def _key(text: str, known: dict[Any, int]) -> Any:
    return text if text in known else float(text) if text.replace(".", "", 1).isdigit() else text


def _wrong(problem: str) -> UsageError:
    help = "for example `model,top1` and a line `mobilenet@a0.5,63.7` for each design"
    return UsageError(Diagnostic("E605", f"--metrics: {problem}", help=help))
