"""The values of a parameter that make a difference: few, though a multiplier has endlessly many.

A network changes only where a width, a size or a number of repeats is rounded to another whole number. So
the spec is run with a line in place of the number: `value + slope * (t - here)`. Whenever the spec rounds or
compares it, the values of `t` at which the outcome changes are noted. Between two neighbouring ones of all
that were noted, every decision is the same, and so is the network. What is left on both sides is run next,
until the range is known. One network stands for every interval, and one for every value between two of them;
neighbours with the same network are one interval. Nothing is sampled.

Looking at the ends of gaps only, and cutting those whose networks differ, would need no lines; but it misses
widths that are legal at single points, where nothing rounds them, and takes 3 to 40 times as long.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from costcalc.errors import Diagnostic, SpecError, UsageError
from costcalc.graph import Graph
from costcalc.networks import Network
from costcalc.spec.evaluate import evaluate_slot
from costcalc.spec.lower import lower
from costcalc.spec.model import Slot
from costcalc.spec.resolve import resolve
from costcalc.sweeps.axes import Axis, axis_of, decimal
from costcalc.sweeps.batch import Box, examine, product
from costcalc.sweeps.grid import Grid
from costcalc.sweeps.space import Space, spec_of
from costcalc.sweeps.trace import LookedUp, Trace, Traced, Untraceable

MOST_CELLS: Final = 200_000
"""Intervals that are looked at; a parameter that needs more goes in steps."""

MOST_STEPS: Final = 1_000_000

_FIRST_GAPS: Final = 256
"""Intervals that the search begins with."""

_PROBES: Final = 37
"""Parts that a range is cut into to see whether only whole numbers are legal: a prime number."""

_LEAST_STEPS: Final = 100
"""Steps that a range is cut into at least where lines do not help."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values that a parameter may take: from `low` to `high`, `high` included."""

    low: Fraction
    high: Fraction
    has_low: bool = True

    def __str__(self) -> str:
        return f"{'[' if self.has_low else '('}{decimal(self.low)}, {decimal(self.high)}]"


@dataclass(frozen=True, slots=True)
class Interval:
    """Values of a parameter that give one and the same network.

    Attributes:
        low: None is less.
        high: None is more.
        has_low: Whether `low` is one of them.
        has_high: Whether `high` is one of them.
        value: The one with the fewest digits.
    """

    low: Fraction
    high: Fraction
    has_low: bool
    has_high: bool
    value: Fraction

    def __str__(self) -> str:
        if self.low == self.high:
            return decimal(self.low)
        ends = "[" if self.has_low else "(", "]" if self.has_high else ")"
        return f"{ends[0]}{decimal(self.low)}, {decimal(self.high)}{ends[1]}"


@dataclass(frozen=True, slots=True)
class Intervals:
    """What a parameter's range falls into.

    Attributes:
        intervals: In order; those at which no network is legal are left out.
        step: The step in which values were tried, where not all could be told apart; else None.
    """

    intervals: tuple[Interval, ...]
    step: Fraction | None = None

    def axis(self, name: str) -> Axis:
        """Return the values that stand for the intervals."""
        return axis_of(name, [each.value for each in self.intervals])


def intervals(network: Network, name: str, bounds: Bounds, others: Sequence[Axis] = ()) -> Intervals:
    """Return the values of a parameter that make a difference.

    Args:
        network: A spec and what is set in it.
        name: The parameter.
        bounds: Which values are allowed.
        others: Further parameters, and values of them at which the network is looked at.
    """
    range_ = _Range(network, name, bounds, tuple(others))
    try:
        return range_.exact()
    except LookedUp:
        return range_.in_steps(Fraction(1))
    except (Untraceable, _TooFine):
        return range_.in_steps()


class _Cell(NamedTuple):
    """A value, or an open interval of values, and the network that it gives."""

    low: Fraction
    high: Fraction
    network: int
    legal: bool

    @property
    def is_point(self) -> bool:
        return self.low == self.high


class _TooFine(Exception):
    """More cells than anybody wants to look at."""


class _Range:
    """The range of a parameter of a network."""

    def __init__(self, network: Network, name: str, bounds: Bounds, others: tuple[Axis, ...]) -> None:
        self._network = network
        self._name = name
        self._bounds = bounds
        self._others = others

    def exact(self) -> Intervals:
        """Look into every gap between values at which something changes, until all of them are known."""
        low, high = self._bounds.low, self._bounds.high
        edges = [low + (high - low) * number / _FIRST_GAPS for number in range(_FIRST_GAPS + 1)]
        waiting = list(itertools.pairwise(edges))
        known: list[_Cell] = []
        while waiting:
            if len(known) + len(waiting) > MOST_CELLS:
                raise _TooFine
            found = self._trace([_near_middle(*gap) for gap in waiting])
            gaps, waiting = waiting, []
            for (begin, end), cell in zip(gaps, found, strict=True):
                inner_begin, inner_end = max(begin, cell.low), min(end, cell.high)
                if inner_begin < inner_end:
                    known.append(cell._replace(low=inner_begin, high=inner_end))
                waiting += [gap for gap in ((begin, inner_begin), (inner_end, end)) if gap[0] < gap[1]]
        known.sort()
        points = [*(cell.low for cell in known), high]
        at = [_Cell(*each) for each in zip(points, points, *self._look(points), strict=True)]
        cells = [cell for pair in itertools.zip_longest(at, known) for cell in pair if cell]
        return Intervals(tuple(_merged(cells if self._bounds.has_low else cells[1:])))

    def in_steps(self, step: Fraction | None = None) -> Intervals:
        """Try values in steps: whole ones, or of a power of ten."""
        step = step or self._step()
        values = multiples(self._bounds, step)
        networks, legal = self._look(values)
        cells = [_Cell(*each) for each in zip(values, values, networks, legal, strict=True)]
        return Intervals(tuple(_merged(cells)), step)

    def _step(self) -> Fraction:
        """Return 1 if only whole numbers seem to be legal, else a power of ten that is small enough."""
        low, high = self._bounds.low, self._bounds.high
        values = [low + (high - low) * number / _PROBES for number in range(1, _PROBES)]
        broken = [value for value in values if value.denominator > 1]
        if broken and not any(self._look(broken)[1]):
            return Fraction(1)
        return Fraction(10) ** math.floor(math.log10((high - low) / _LEAST_STEPS))

    def _look(self, values: Sequence[Fraction]) -> tuple[list[int], list[bool]]:
        """Return what networks some values give, and whether any is legal."""

        def look(network: Network, overrides: dict[str, Slot], part: Box) -> Any:
            return fingerprint(_graph(network, overrides), part.shape)

        space = self._space(values)
        found = _Fingerprints(space.shape)
        for part, bits in examine(space, _whole(space), look):
            if not isinstance(bits, SpecError):
                found.put(part, bits)
        return found.along_last_axis()

    def _trace(self, values: Sequence[Fraction]) -> list[_Cell]:
        """Return the intervals around some values in which nothing changes."""
        low, high = self._bounds.low, self._bounds.high
        below: list[Fraction] = [low] * len(values)
        above: list[Fraction] = [high] * len(values)
        space = self._space(values)

        def look(network: Network, overrides: dict[str, Slot], part: Box) -> tuple[Any, Trace]:
            cells = [overrides[axis.parameter(spec_of(network))] for axis in space.axes]
            *given, here = [evaluate_slot(cell, {}, {}) for cell in cells]
            trace = Trace(here)
            own = space.overrides(network, [*given, Traced(here, 1, trace)])
            try:
                return fingerprint(_graph(network, own), part.shape), trace
            except SpecError:  # which is not legal up to the next change
                return None, trace

        found = _Fingerprints(space.shape)
        for part, looked in examine(space, _whole(space), look):
            assert not isinstance(looked, SpecError)
            bits, trace = looked
            if bits is not None:
                found.put(part, bits)
            lows, highs, over = trace.around(part.shape, low, high)
            lows = lows.reshape(-1, part.shape[-1]).max(axis=0).tolist()
            highs = highs.reshape(-1, part.shape[-1]).min(axis=0).tolist()
            for place, one, two in zip(part.sides[-1].tolist(), lows, highs, strict=True):
                below[place] = max(below[place], Fraction(one, over))
                above[place] = min(above[place], Fraction(two, over))
        return [_Cell(*each) for each in zip(below, above, *found.along_last_axis(), strict=True)]

    def _space(self, values: Sequence[Fraction]) -> Space:
        return Space((self._network,), (*self._others, axis_of(self._name, values)))


def _graph(network: Network, overrides: dict[str, Slot]) -> Graph:
    return lower(resolve(spec_of(network), overrides), network.name)


def _whole(space: Space) -> Box:
    return product([range(length) for length in space.shape])


def _near_middle(low: Fraction, high: Fraction) -> Fraction:
    """Return a number of few digits from the middle half of an interval."""
    scale = 10 ** max(0, math.ceil(math.log10(4 / (high - low))))
    return Fraction(round((low + high) / 2 * scale), scale)


def _merged(cells: Iterable[_Cell]) -> Iterator[Interval]:
    """Yield the intervals of legal cells: points and the intervals between them, in order."""
    for (_, legal), group in itertools.groupby(cells, lambda cell: (cell.network, cell.legal)):
        same = list(group)
        if legal:
            ends = same[0].low, same[-1].high, same[0].is_point, same[-1].is_point
            yield Interval(*ends, simplest(*ends))


def multiples(bounds: Bounds, step: Fraction) -> list[Fraction]:
    """Return the multiples of a step that lie within bounds.

    Raises:
        UsageError: E704, they are too many.
    """
    number = (bounds.high - bounds.low) // step
    if number > MOST_STEPS:
        message = f"{bounds} has {number:,} multiples of {decimal(step)}, which are too many"
        raise UsageError(
            Diagnostic("E704", message, help="narrow it with --between, or give a larger --round-to")
        )
    first = math.ceil(bounds.low / step)
    if first * step == bounds.low and not bounds.has_low:
        first += 1
    return [step * number for number in range(first, math.floor(bounds.high / step) + 1)]


def simplest(low: Fraction, high: Fraction, has_low: bool, has_high: bool) -> Fraction:
    """Return the number between two others that has the fewest decimals, the least of several.

    >>> simplest(Fraction(511, 1024), Fraction(513, 1024), True, False)
    Fraction(1, 2)
    """
    if low == high:
        return low
    scale = 1
    while True:
        number = math.ceil(low * scale)
        if not has_low and number == low * scale:
            number += 1
        value = Fraction(number, scale)
        if value < high or (has_high and value == high):
            return value
        scale *= 10


# ---- which designs of a box are one and the same network -----------------------------------------------


_MASK: Final = 2**64 - 1


def fingerprint(graph: Graph, shape: tuple[int, ...]) -> Any:
    """Return 64 bits for every network of a box, equal if and, but for a coincidence, only if they are.

    They rest on all that decides what a network is, whatever it is called, as `Graph.digest` does; a sum of
    its numbers, each with a weight of its own, can be had for all networks of a box at once.
    """
    owner = {node.name: index for index, node in enumerate(graph.nodes)} | {None: None}
    numbers: list[Any] = []
    structure = tuple(
        [
            (_structure(node.op, numbers), node.inputs, _structure(node.shape, numbers), owner[node.shares])
            for node in graph.nodes
        ]
    )
    same = hash((structure, tuple(sorted(graph.outputs.items()))))
    varying: dict[int, Grid] = {}
    weights: defaultdict[int, int] = defaultdict(int)
    for place, number in enumerate(numbers):
        if isinstance(number, Grid):
            varying[id(number)] = number
            weights[id(number)] += _weight(place)
        else:
            same += number * _weight(place)
    total = np.full(shape, same & _MASK, np.uint64)
    for key, grid in varying.items():
        total += _bits(grid) * np.uint64(weights[key] & _MASK)
    return total


def _structure(value: Any, numbers: list[Any]) -> Any:
    """Return what is left of a value when its numbers are put into a list."""
    if isinstance(value, Traced):
        value = value.value
    if isinstance(value, (int, Grid)) and not isinstance(value, bool):
        numbers.append(value)
        return int
    if isinstance(value, tuple):
        return tuple([_structure(each, numbers) for each in value])
    if is_dataclass(value):
        kind: Any = type(value)
        return kind, *[_structure(getattr(value, name), numbers) for name in _names(kind)]
    return value


@lru_cache(maxsize=256)
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple([field.name for field in fields(kind)])


def _bits(grid: Grid) -> Any:
    """Return numbers as 64 bits each; of fractions, of numerator and denominator in lowest terms."""
    array = np.asarray(grid.factor().array)
    if grid.denominator != 1:
        common = np.gcd(array, grid.denominator)
        array = array // common + grid.denominator // common * _weight(0)
    if array.dtype == object:
        array = array & _MASK
    return array.astype(np.uint64)


_RANDOM: Final = random.Random(0)
_WEIGHTS: Final[list[int]] = []


def _weight(place: int) -> int:
    while len(_WEIGHTS) <= place:
        _WEIGHTS.append(_RANDOM.getrandbits(64) | 1)
    return _WEIGHTS[place]


class _Fingerprints:
    """What networks the designs of a box are, as its parts become known."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._bits = np.zeros(shape, np.uint64)
        self._legal = np.zeros(shape, bool)

    def put(self, part: Box, bits: Any) -> None:
        """Note the fingerprints of a part."""
        self._bits[np.ix_(*part.sides)] = bits
        self._legal[np.ix_(*part.sides)] = True

    def along_last_axis(self) -> tuple[list[int], list[bool]]:
        """Return, for every value of the last axis, bits of all its networks, and whether any is legal."""
        others = self._bits.reshape(-1, self._bits.shape[-1])
        weights = np.array([_weight(place) for place in range(len(others))], np.uint64)
        networks = (others * weights[:, None]).sum(axis=0)
        legal: Any = self._legal.reshape(others.shape).any(axis=0)
        return list(networks.tolist()), list(legal.tolist())
