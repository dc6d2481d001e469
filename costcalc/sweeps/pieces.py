"""The values of a parameter that make a difference: few, though a multiplier has endlessly many.

A network changes only where a width, a size or a number of repeats is rounded to another whole number. Run at
one value, the spec tells up to where nothing changes (`trace.py`); what is left on both sides is run next,
until the range is known. One network stands for every interval, and one for every value between two of them;
neighbours with the same network are one piece. Nothing is sampled.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from costcalc.errors import Diagnostic, SpecError, UsageError
from costcalc.spec.evaluate import evaluate_slot
from costcalc.spec.lower import lower
from costcalc.spec.model import Slot
from costcalc.spec.resolve import resolve
from costcalc.sweeps.axes import Axis, decimal
from costcalc.sweeps.box import Box, examine, product
from costcalc.sweeps.identity import Fingerprints, fingerprint
from costcalc.sweeps.space import Network, Space
from costcalc.sweeps.trace import LookedUp, Trace, Traced, Untraceable

MOST_CELLS = 200_000
"""Intervals that are looked at; a parameter that needs more goes in steps."""

MOST_STEPS = 1_000_000

_FIRST_GAPS = 256
"""Intervals that the search begins with."""

_PROBES = 37
"""Parts that a range is cut into to see whether only whole numbers are legal: a prime number."""

_LEAST_STEPS = 100
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
class Piece:
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
class Pieces:
    """What a parameter's range falls into.

    Attributes:
        pieces: In order; those at which no network is legal are left out.
        step: The step in which values were tried, where not all could be told apart; else None.
    """

    pieces: tuple[Piece, ...]
    step: Fraction | None = None

    def axis(self, name: str) -> Axis:
        """Return the values that stand for the pieces."""
        return axis_of(name, [piece.value for piece in self.pieces])


def axis_of(name: str, values: Sequence[Fraction]) -> Axis:
    """Return an axis of some values."""
    return Axis(name, tuple(map(decimal, values)), tuple(values))


def pieces(network: Network, name: str, bounds: Bounds, others: Sequence[Axis] = ()) -> Pieces:
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


Change = Callable[[Space, Network, dict[str, Slot]], dict[str, Slot]]


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

    def exact(self) -> Pieces:
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
        return Pieces(tuple(_merged(cells if self._bounds.has_low else cells[1:])))

    def in_steps(self, step: Fraction | None = None) -> Pieces:
        """Try values in steps: whole ones, or of a power of ten."""
        step = step or self._step()
        values = multiples(self._bounds, step)
        networks, legal = self._look(values)
        cells = [_Cell(*each) for each in zip(values, values, networks, legal, strict=True)]
        return Pieces(tuple(_merged(cells)), step)

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
        return self._run(values, lambda space, network, overrides: overrides)

    def _trace(self, values: Sequence[Fraction]) -> list[_Cell]:
        """Return the intervals around some values in which nothing changes."""
        low, high = self._bounds.low, self._bounds.high
        below: list[Fraction] = [low] * len(values)
        above: list[Fraction] = [high] * len(values)
        trace = Trace(0)

        def with_line(space: Space, network: Network, overrides: dict[str, Slot]) -> dict[str, Slot]:
            nonlocal trace
            *given, here = [
                evaluate_slot(overrides[axis.parameter(network.spec)], {}, {}) for axis in space.axes
            ]
            trace = Trace(here)
            return space.overrides(network, [*given, Traced(here, 1, trace)])

        def note(part: Box) -> None:
            lows, highs, over = trace.around(part.shape, low, high)
            lows = lows.reshape(-1, part.shape[-1]).max(axis=0).tolist()
            highs = highs.reshape(-1, part.shape[-1]).min(axis=0).tolist()
            for place, one, two in zip(part.sides[-1].tolist(), lows, highs, strict=True):
                below[place] = max(below[place], Fraction(one, over))
                above[place] = min(above[place], Fraction(two, over))

        networks, legal = self._run(values, with_line, note)
        return [_Cell(*each) for each in zip(below, above, networks, legal, strict=True)]

    def _run(
        self, values: Sequence[Fraction], change: Change, note: Callable[[Box], None] | None = None
    ) -> tuple[list[int], list[bool]]:
        """Run the spec at some values; return what networks they give, and whether any is legal."""
        space = Space((self._network,), (*self._others, axis_of(self._name, values)))

        def look(network: Network, overrides: dict[str, Slot], shape: tuple[int, ...]) -> Any:
            graph = lower(resolve(network.spec, change(space, network, overrides)), network.name)
            return fingerprint(graph, shape)

        found = Fingerprints(space.shape)
        for part, bits in examine(space, product([range(length) for length in space.shape]), look):
            if not isinstance(bits, SpecError):
                found.put(part, bits)
            if note:
                note(part)
        networks, legal = found.along_last_axis()
        return networks.tolist(), legal.tolist()


def _near_middle(low: Fraction, high: Fraction) -> Fraction:
    """Return a number of few digits from the middle half of an interval."""
    scale = 10 ** max(0, math.ceil(math.log10(4 / (high - low))))
    return Fraction(round((low + high) / 2 * scale), scale)


def _merged(cells: Iterable[_Cell]) -> Iterator[Piece]:
    """Yield the pieces of legal cells: points and the intervals between them, in order."""
    for (_, legal), group in itertools.groupby(cells, lambda cell: (cell.network, cell.legal)):
        same = list(group)
        if legal:
            ends = same[0].low, same[-1].high, same[0].is_point, same[-1].is_point
            yield Piece(*ends, simplest(*ends))


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
