"""From a design space to columns of counts, and to the reasons of the designs that are not legal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from costcalc.cost import Basis, Cost, Execution, Metric, all_metrics, metric
from costcalc.errors import Diagnostic, SpecError, UsageError
from costcalc.networks import Network
from costcalc.spec.lower import lower
from costcalc.spec.model import Slot
from costcalc.spec.resolve import resolve
from costcalc.sweeps.batch import Box, by_basis, examine, points, product
from costcalc.sweeps.grid import DIFFERS, maximum, to_array
from costcalc.sweeps.space import Space, boxes, spec_of

UNKNOWN: Final = -(2**63)
"""What stands in a column for a count that nobody knows."""

CHUNK: Final = 1 << 20
"""Designs that are counted at a time: their columns take a few dozen megabytes."""

DEFAULT: Final = ("macs", "params", "activations", "memory_access", "peak_memory")
"""The metrics that are shown unless others are asked for."""

Progress = Callable[[int], None]
"""Is told how many more designs are counted."""

_ALONE: Final = 64
"""Designs whose reasons are not looked into together: each is built by itself."""


def countable() -> list[str]:
    """Return the names of the metrics that a sweep can have columns of."""
    return [each.name for each in all_metrics() if is_countable(each)]


def countable_metric(name: str) -> Metric:
    """Return the metric of a name, an alias or a header.

    Raises:
        UsageError: E031, there is none, or a sweep cannot have it.
    """
    found = metric(name)
    if not is_countable(found):
        help = f"known: {', '.join(countable())}"
        raise UsageError(Diagnostic("E031", f"a sweep has no column `{found.name}`", help=help))
    return found


def is_countable(metric: Metric) -> bool:
    """Tell whether a sweep can have a column of a metric: no ratio, and no `depth`, which is an axis."""
    return metric.unit not in ("FLOP/B", "layers")


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

    @property
    def legal(self) -> Any:
        """Which designs are legal."""
        return self.codes == 0

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
    """What to count of which designs: all that a worker needs to know.

    Attributes:
        space: The designs.
        metrics: The names of what to count.
        basis: How, as far as no axis says.
    """

    space: Space
    metrics: tuple[str, ...]
    basis: Basis

    def rows(self, start: int, stop: int, progress: Progress | None = None) -> Columns:
        """Count the designs start..stop, and tell how many more are counted, box by box.

        Raises:
            UsageError: E603, a count does not fit into 64 bits.
        """
        sides = boxes(start, stop, self.space.shape)
        parts = [self._count(product(each), progress) for each in sides]
        columns = concatenate(parts, self.metrics)
        columns.rows = np.arange(start, stop)
        return columns

    def designs(self, rows: Any, progress: Progress | None = None) -> Columns:
        """Count some designs by their numbers, in that order."""
        columns = self._count(points(self.space.coordinates(rows)), progress)
        columns.rows = rows
        return columns

    def _count(self, box: Box, progress: Progress | None) -> Columns:
        """Count the designs of a box in row-major order; their numbers are for the caller to say."""
        metrics = [metric(name) for name in self.metrics]
        counts = {name: np.full(box.shape, UNKNOWN, np.int64) for name in self.metrics}
        codes = np.zeros(box.shape, np.int16)
        errors: dict[str, int] = {}

        def look(network: Network, overrides: dict[str, Slot], part: Box) -> list[tuple[Box, dict[str, Any]]]:
            graph = lower(resolve(spec_of(network), overrides), network.name)
            executions: dict[str, Execution] = {}
            found = []
            for each in by_basis(self.space, part, self.basis):
                fusion = each.basis.fusion
                execution = executions.setdefault(fusion, Execution(graph, fusion))
                measured = measure(Cost(execution, each.basis), metrics, each.shape)
                chosen = {name: values[each.chosen] for name, values in measured.items()}
                found.append((each.box, chosen))
            return found

        for part, found in examine(self.space, box, look):
            if isinstance(found, SpecError):
                code = found.diagnostics[0].code
                codes[np.ix_(*part.sides)] = errors.setdefault(code, len(errors) + 1)
            else:
                for counted, values in found:
                    places = np.ix_(*counted.sides)
                    for name, numbers in values.items():
                        counts[name][places] = numbers
            if progress:
                progress(math.prod(part.shape))
        flat = {name: values.ravel() for name, values in counts.items()}
        return Columns(np.zeros(0, np.int64), flat, codes.ravel(), list(errors))

    def reasons(self, rows: Any) -> tuple[list[str], Any]:
        """Return why designs are not legal: the reasons, and which of them every design has.

        Designs that are refused together are looked at together. Where their reason has a number in it that
        differs, they part by the axes that it depends on, so that few designs are built for many rows.

        Args:
            rows: Designs that are not legal.
        """
        reasons: dict[str, int] = {}
        which = np.zeros(len(rows), np.int32)
        coordinates = self.space.coordinates(rows)
        waiting = [np.arange(start, min(start + CHUNK, len(rows))) for start in range(0, len(rows), CHUNK)]
        while waiting:
            places = waiting.pop()
            for message, same in self._refused(coordinates, places):
                if DIFFERS not in message:
                    which[same] = reasons.setdefault(message, len(reasons))
                    continue
                groups = (
                    _groups(coordinates, same, self._deciding(coordinates, same))
                    if len(same) > _ALONE
                    else []
                )
                if len(groups) > 1:
                    waiting += groups
                    continue
                for place in same.tolist():
                    which[place] = reasons.setdefault(self._reason(int(rows[place])), len(reasons))
        return list(reasons), which

    def _refused(self, coordinates: Sequence[Any], places: Any) -> Iterator[tuple[str, Any]]:
        """Yield the reasons of some designs, and the designs that have each."""

        def look(network: Network, overrides: dict[str, Slot], part: Box) -> None:
            lower(resolve(spec_of(network), overrides), network.name)

        box = points([each[places] for each in coordinates])
        together: dict[str, list[Any]] = {}
        for part, error in examine(self.space, box, look):
            message = error.diagnostics[0].message if isinstance(error, SpecError) else ""
            together.setdefault(message, []).append(places[part.sides[0]])
        for message, parts in together.items():
            yield message, np.concatenate(parts)

    def _deciding(self, coordinates: Sequence[Any], places: Any) -> list[int]:
        """Return the axes that the reason of some designs depends on, near the first of them."""
        deciding = []
        for number, values in enumerate(coordinates):
            different = np.unique(values[places])
            if len(different) > 1:
                line = [np.full(len(different), each[places[0]]) for each in coordinates]
                line[number] = different
                found = list(self._refused(line, np.arange(len(different))))
                if len(found) > 1 or DIFFERS in found[0][0]:
                    deciding.append(number)
        return deciding

    def _reason(self, row: int) -> str:
        try:
            self.space.design(row)
        except SpecError as error:
            return error.diagnostics[0].message
        return ""


def _groups(coordinates: Sequence[Any], places: Any, axes: Sequence[int]) -> list[Any]:
    """Return the designs that have the same values on some axes, group by group."""
    if not axes:
        return []
    keys = np.stack([coordinates[axis][places] for axis in axes], axis=1)
    _, which = np.unique(keys, axis=0, return_inverse=True)
    which = which.ravel()
    order = np.argsort(which, kind="stable")
    return np.split(places[order], np.flatnonzero(np.diff(which[order])) + 1)


def measure(cost: Cost, metrics: Sequence[Metric], shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the counts of the networks of a box, by metric; an int64 each, `UNKNOWN` where nobody knows.

    Raises:
        UsageError: E603, a count does not fit into 64 bits.
    """
    return {each.name: _values(each, cost, shape) for each in metrics}


def _values(metric: Metric, cost: Cost, shape: tuple[int, ...]) -> Any:
    if metric.largest_of is not None:
        return maximum(metric.largest_of(cost), shape)
    value = metric.exact(cost)
    return np.full(shape, UNKNOWN, np.int64) if value is None else to_array(value, shape)


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
