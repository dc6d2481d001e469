"""From a budget to the largest design within it, and those next to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, UsageError
from costcalc.spec.model import Spec
from costcalc.spec.resolve import RESOLUTION
from costcalc.sweeps.axes import Axis, decimal
from costcalc.sweeps.choices import Search, default_bounds, differences, never_legal
from costcalc.sweeps.pieces import Bounds, Piece, Pieces
from costcalc.sweeps.run import CHUNK, UNKNOWN, Columns, Job, chunks, concatenate
from costcalc.sweeps.space import Network, Space

MOST_DESIGNS = 20_000_000
"""Designs that are counted: a minute or so."""

_FINEST = Fraction(1, 10**6)
"""The step that is fine enough for anybody."""


@dataclass(frozen=True, slots=True)
class Design:
    """One design.

    Attributes:
        model: The reference that `costcalc.load` takes.
        values: The parameters.
        pieces: All values of each parameter that give this very network; none where steps were asked for.
        counts: By metric; None where that is unknown.
        within: Whether it keeps to all budgets.
    """

    model: str
    values: Mapping[str, Fraction]
    pieces: Mapping[str, Piece]
    counts: Mapping[str, int | None]
    within: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """What was found for one network.

    Attributes:
        model: The network whose parameters were searched.
        best: The largest legal design within the budgets; None if there is none.
        below: Smaller designs within the budgets, the largest first.
        above: Larger designs (any, if none is within the budgets), the smallest first.
        designs: How many different designs were counted.
        bounds: The range of each parameter.
        steps: The steps that a parameter was tried in: those asked for, or what was possible.
        falls: How often the first limited metric falls as the only parameter rises; None of several.
        at_bound: Parameters whose range ends at the best design: the budgets would allow more.
    """

    model: str
    best: Design | None
    below: tuple[Design, ...]
    above: tuple[Design, ...]
    designs: int
    bounds: Mapping[str, Bounds]
    steps: Mapping[str, Fraction]
    falls: int | None
    at_bound: tuple[str, ...]


def search(network: Network, wanted: Search) -> Solution:
    """Find the largest design of a network within budgets. All that differ are counted; none is guessed.

    Where the designs of a parameter could be told apart in steps only, the step around the budget is searched
    in finer ones.

    Raises:
        UsageError: E004, it has no such parameter; E702, a budget depends on none of them; E703, one cannot
            be searched; E704, there are too many designs.
        SpecError: the network itself is wrong.
    """
    _require_different(network, wanted.parameters)
    bounds = {name: wanted.bounds.get(name) or default_bounds(network, name) for name in wanted.parameters}
    asked, wanted = wanted.near, replace(wanted, near=max(wanted.near, 1))
    found = _solve(network, wanted, bounds)
    while wanted.steps.keys().isdisjoint(found.steps) and len(found.steps) == len(bounds) == 1:
        ((name, step),) = found.steps.items()
        if step in (1, _FINEST) or not found.above:
            break
        low = found.best.values[name] if found.best else bounds[name].low
        between = Bounds(low, found.above[0].values[name], bool(found.best) or bounds[name].has_low)
        if between.low >= between.high:
            break
        finer = _solve(network, replace(wanted, steps={name: max(step / 100, _FINEST)}), {name: between})
        found = replace(
            finer,
            below=finer.below or found.below,
            above=finer.above or found.above,
            designs=found.designs + finer.designs,
            bounds=bounds,
            falls=found.falls,
        )
    above = found.above[: asked if found.best else wanted.near]
    return replace(found, below=found.below[:asked], above=above)


def _solve(network: Network, wanted: Search, bounds: Mapping[str, Bounds]) -> Solution:
    found = differences(network, wanted, bounds)
    axes = tuple([each.axis(name) for name, each in found.items()])
    space = Space((network,), axes)
    if space.size > MOST_DESIGNS:
        many = " x ".join(f"{len(axis):,} of {axis.name}" for axis in axes)
        help = "narrow their ranges with --between, or give --round-to"
        raise UsageError(Diagnostic("E704", f"{space.size:,} designs are too many: {many}", help=help))
    columns = _counted(Job(space, wanted.metrics, wanted.counting))
    legal = columns.codes == 0
    if not legal.any():
        raise never_legal(network, wanted.parameters, bounds)
    _require_effect(columns, legal, wanted, network)
    return _Chosen(network, wanted, found, space, columns).solution(bounds)


def _counted(job: Job) -> Columns:
    ranges = chunks(0, job.space.size, job.space.shape, CHUNK)
    return concatenate([job.rows(*rows) for rows in ranges], job.metrics)


class _Chosen:
    """Which of the counted designs are told."""

    def __init__(
        self, network: Network, wanted: Search, found: Mapping[str, Pieces], space: Space, columns: Columns
    ) -> None:
        self._network = network
        self._wanted = wanted
        self._found = found
        self._space = space
        self._columns = columns
        self._size = columns.metrics[wanted.limits[0].metric]
        self._legal = (columns.codes == 0) & (self._size != UNKNOWN)
        self._within = self._legal.copy()
        for limit in wanted.limits:
            counts = columns.metrics[limit.metric]
            self._within &= (counts <= limit.most) & (counts != UNKNOWN)

    def solution(self, bounds: Mapping[str, Bounds]) -> Solution:
        """Return them."""
        places, near = np.flatnonzero(self._within), self._wanted.near
        best, below, least = None, places[:0], -1
        if len(places):
            order = places[np.argsort(self._size[places], kind="stable")]
            best, least = int(order[-1]), int(self._size[order[-1]])
            below = order[self._size[order] < least][::-1]
        beyond = np.flatnonzero(self._legal & ~self._within & (self._size >= least))
        above = beyond[np.argsort(self._size[beyond], kind="stable")]
        chosen = None if best is None else self._design(best)
        return Solution(
            self._network.name,
            chosen,
            tuple(map(self._design, below[:near].tolist())),
            tuple(map(self._design, above[:near].tolist())),
            len(self._size),
            bounds,
            {name: each.step for name, each in self._found.items() if each.step is not None},
            self._falls(),
            self._at_bound(best, bounds) if chosen and not len(above) else (),
        )

    def _falls(self) -> int | None:
        if len(self._found) > 1:
            return None
        sizes = self._size[self._legal]
        return int((sizes[1:] < sizes[:-1]).sum())

    def _at_bound(self, best: int | None, bounds: Mapping[str, Bounds]) -> tuple[str, ...]:
        places = self._places(best or 0)
        return tuple([
            name
            for (name, each), place in zip(self._found.items(), places, strict=True)
            if place == len(each.pieces) - 1
        ])  # fmt: skip

    def _places(self, row: int) -> list[int]:
        return [int(place) for place in self._space.coordinates(row)[1:]]

    def _design(self, row: int) -> Design:
        chosen = {
            name: each.pieces[place]
            for (name, each), place in zip(self._found.items(), self._places(row), strict=True)
        }
        terms = "+".join(f"{name}={decimal(piece.value)}" for name, piece in chosen.items())
        base = self._network.name
        counts = {name: int(values[row]) for name, values in self._columns.metrics.items()}
        return Design(
            f"{base}{'+' if '@' in base else '@'}{terms}",
            {name: piece.value for name, piece in chosen.items()},
            {name: piece for name, piece in chosen.items() if name not in self._wanted.steps},
            {name: None if count == UNKNOWN else count for name, count in counts.items()},
            bool(self._within[row]),
        )


def _require_different(network: Network, parameters: Sequence[str]) -> None:
    known: dict[str, str] = {}
    for name in parameters:
        other = known.setdefault(Axis(name, (), ()).parameter(network.spec), name)
        if other != name:
            message = f"`{other}` and `{name}` are the same parameter of {network.name}"
            raise UsageError(Diagnostic("E703", message))


def _require_effect(columns: Columns, legal: Any, wanted: Search, network: Network) -> None:
    """Refuse a budget that none of the parameters changes, and one that nobody can count."""
    errors = []
    for limit in wanted.limits:
        counts = columns.metrics[limit.metric][legal]
        names = " or ".join(f"`{name}`" for name in wanted.parameters)
        if (counts == UNKNOWN).all():
            errors.append(Diagnostic("E702", f"{limit.metric} of {network.name} is not known"))
        elif len(counts) > 1 and (counts == counts[0]).all():
            message = f"{limit.metric} of {network.name} is {counts[0]:,}, whatever {names} is"
            errors.append(Diagnostic("E702", message, help=_effective(network.spec, wanted.parameters)))
    if errors:
        raise UsageError(errors)


def _effective(spec: Spec, parameters: Sequence[str]) -> str:
    others = [name for name in (*spec.params, RESOLUTION) if name not in parameters]
    return f"search another parameter: {', '.join(others)}"
