"""From a design space to columns of counts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from costcalc.errors import SpecError
from costcalc.spec.evaluate import show
from costcalc.spec.lower import lower
from costcalc.spec.model import Slot
from costcalc.spec.resolve import resolve
from costcalc.sweeps.box import Box, examine, points, product
from costcalc.sweeps.grid import SPOKEN, Grid
from costcalc.sweeps.metrics import Counting, measure, metric
from costcalc.sweeps.space import Network, Space, boxes, refusal

UNKNOWN = -(2**63)
"""What stands in a column for a count that nobody knows."""

CHUNK = 1 << 20
"""Designs that are counted at a time: their columns take a few dozen megabytes."""

Told = Callable[[int], None]
"""Is told how many more designs are counted."""

_MENTION = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why designs are not legal.

    Attributes:
        code: Of the diagnostic that comes first.
        template: Its message, with a mention for each number that differs by design.
        numbers: Those numbers.
    """

    code: str
    template: str
    numbers: tuple[Grid, ...] = ()

    def message(self, position: tuple[int, ...]) -> str:
        """Return the message for one design."""
        return _MENTION.sub(lambda match: show(self.numbers[int(match[1])].at(position)), self.template)


@dataclass(slots=True)
class Columns:
    """Some designs of a space and their counts, column by column.

    Attributes:
        rows: The numbers of the designs.
        metrics: By name an int64 per design; `UNKNOWN` where there is none.
        codes: For every design 0, or one more than the place of its error in `errors`.
        errors: The codes of errors.
    """

    rows: Any
    metrics: dict[str, Any]
    codes: Any
    errors: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, chosen: Any) -> Columns:
        """Return some designs, by an index or mask, in its order."""
        metrics = {name: values[chosen] for name, values in self.metrics.items()}
        return Columns(self.rows[chosen], metrics, self.codes[chosen], self.errors)


def concatenate(parts: Sequence[Columns], names: Sequence[str]) -> Columns:
    """Return all designs of some columns, in order."""
    if len(parts) == 1:
        return parts[0]
    errors: list[str] = list(dict.fromkeys(code for part in parts for code in part.errors))
    codes = [np.zeros(0, np.int16)]
    for part in parts:
        renumbered = np.array([0, *(errors.index(code) + 1 for code in part.errors)], np.int16)
        codes.append(renumbered[part.codes])
    nothing = np.zeros(0, np.int64)
    return Columns(
        np.concatenate([nothing, *(part.rows for part in parts)]),
        {name: np.concatenate([nothing, *(part.metrics[name] for part in parts)]) for name in names},
        np.concatenate(codes),
        errors,
    )


@dataclass(frozen=True, slots=True)
class Job:
    """What to count of which designs: all that a worker needs to know."""

    space: Space
    metrics: tuple[str, ...]
    counting: Counting

    def rows(self, start: int, stop: int, tell: Told | None = None) -> Columns:
        """Count the designs start..stop, and tell how many more are counted, box by box.

        Raises:
            UsageError: E603, a count does not fit into 64 bits.
        """
        parts = [self._box(product(sides), tell=tell) for sides in boxes(start, stop, self.space.shape)]
        columns = concatenate([part.columns() for part in parts], self.metrics)
        columns.rows = np.arange(start, stop)
        return columns

    def designs(self, rows: Any, tell: Told | None = None) -> Columns:
        """Count some designs by their numbers, in that order."""
        columns = self._box(points(self.space.coordinates(rows)), tell=tell).columns()
        columns.rows = rows
        return columns

    def reasons(self, rows: Any) -> list[str]:
        """Return why some designs are not legal, in that order; "" for those that are."""
        if not len(rows):
            return []
        return self._box(points(self.space.coordinates(rows)), counted=()).reasons()

    def _box(self, box: Box, counted: Sequence[str] | None = None, tell: Told | None = None) -> _Counted:
        metrics = [metric(name) for name in (self.metrics if counted is None else counted)]

        def look(network: Network, overrides: dict[str, Slot], shape: tuple[int, ...]) -> dict[str, Any]:
            spoken.clear()
            graph = lower(resolve(network.spec, overrides), network.name)
            return measure(graph, metrics, self.counting, shape)

        result = _Counted(box.shape, [each.name for each in metrics])
        spoken: list[Grid] = []
        token = SPOKEN.set(spoken)
        try:
            for part, found in examine(self.space, box, look):
                if isinstance(found, SpecError):
                    first = refusal(found)
                    result.refuse(part, Refusal(first.code, first.message, tuple(spoken)))
                else:
                    result.put(part, found)
                if tell:
                    tell(math.prod(part.shape))
        finally:
            SPOKEN.reset(token)
        return result


class _Counted:
    """The counts of a box, as its parts become known."""

    def __init__(self, shape: tuple[int, ...], metrics: Sequence[str]) -> None:
        self._metrics = {name: np.full(shape, UNKNOWN, np.int64) for name in metrics}
        self._refused = np.zeros(shape, np.int32)
        self._refusals: list[tuple[Box, Refusal]] = []

    def put(self, part: Box, counts: Mapping[str, Any]) -> None:
        places = np.ix_(*part.sides)
        for name, values in counts.items():
            if values is not None:
                self._metrics[name][places] = values

    def refuse(self, part: Box, why: Refusal) -> None:
        self._refusals.append((part, why))
        self._refused[np.ix_(*part.sides)] = len(self._refusals)

    def columns(self) -> Columns:
        """Return the counts in row-major order; the numbers of the rows are for the caller to say."""
        errors = list(dict.fromkeys(why.code for _, why in self._refusals))
        numbers = np.array([0, *(errors.index(why.code) + 1 for _, why in self._refusals)], np.int16)
        metrics = {name: values.ravel() for name, values in self._metrics.items()}
        nothing = np.zeros(0, np.int64)
        return Columns(nothing, metrics, numbers[self._refused.ravel()], errors)

    def reasons(self) -> list[str]:
        """Return the messages of a box of one dimension."""
        messages = [""] * len(self._refused)
        for part, why in self._refusals:
            for position, place in enumerate(part.sides[0].tolist()):
                messages[place] = why.message((position,))
        return messages


def chunks(start: int, stop: int, shape: Sequence[int], most: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Cut the rows start..stop into ranges of at most `most` or so that begin where an axis begins anew."""
    inner = 1
    for length in reversed(shape):
        if inner * length > most:
            break
        inner *= length
    step = max(most // inner, 1) * inner
    while start < stop:
        end = min((start // step + 1) * step, stop)
        yield start, end
        start = end
