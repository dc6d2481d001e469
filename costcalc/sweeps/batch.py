"""Batches of designs: boxes, counted as if they were one design, and cut where they take different ways."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from costcalc.cost import Basis
from costcalc.errors import SpecError
from costcalc.networks import Network
from costcalc.spec.model import Slot
from costcalc.sweeps.grid import Crowded, Mixed, along
from costcalc.sweeps.space import Space

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Box:
    """Designs that are counted together.

    Attributes:
        sides: For every dimension of the result, the places in it that these designs have.
        dimensions: For the networks and every axis, the dimension along which it runs.
        places: For the networks and every axis, the numbers of its values along that dimension.
    """

    sides: tuple[Any, ...]
    dimensions: tuple[int, ...]
    places: tuple[Any, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Designs along every dimension."""
        return tuple([len(side) for side in self.sides])

    def part(self, dimension: int, chosen: Any) -> Box:
        """Return the designs at some places along a dimension."""
        sides = list(self.sides)
        sides[dimension] = sides[dimension][chosen]
        places = tuple(
            [
                place[chosen] if runs == dimension else place
                for place, runs in zip(self.places, self.dimensions, strict=True)
            ]
        )
        return Box(tuple(sides), self.dimensions, places)

    def cut(self, values: Any) -> list[Box]:
        """Part the designs whose values differ, along the dimension where that takes fewest parts."""
        best: tuple[int, Any] | None = None
        for dimension, length in enumerate(values.shape):
            if length > 1:
                lines = np.moveaxis(values, dimension, 0).reshape(length, -1)
                groups = _groups(lines)
                if groups.max() > 0 and (best is None or groups.max() < best[1].max()):
                    best = dimension, groups
        assert best is not None, "designs part only where their values differ"
        dimension, groups = best
        return [self.part(dimension, np.flatnonzero(groups == group)) for group in range(groups.max() + 1)]

    def halves(self) -> list[Box]:
        """Cut the longest dimension in two."""
        dimension = int(np.argmax(self.shape))
        numbers = np.arange(self.shape[dimension])
        return [self.part(dimension, half) for half in np.array_split(numbers, 2)]


@dataclass(frozen=True, slots=True)
class Counted:
    """Designs of a box that are counted on one basis.

    Attributes:
        box: The designs.
        basis: How.
        shape: What shape their counts are to have.
        chosen: Which of these counts are theirs.
    """

    box: Box
    basis: Basis
    shape: tuple[int, ...]
    chosen: Any = ...


def by_basis(space: Space, box: Box, basis: Basis) -> Iterator[Counted]:
    """Part the designs of a box by how they are counted: their graph is the same."""
    numbers = [number for number, axis in enumerate(space.axes, 1) if axis.is_basis]
    places = [0] * len(space.axes)

    def said(values: Sequence[int]) -> Basis:
        for number, value in zip(numbers, values, strict=True):
            places[number - 1] = int(value)
        return space.basis(basis, places)

    if not numbers:
        yield Counted(box, basis, box.shape)
    elif len(box.sides) == 1:  # points: all of them run along it
        values, which = np.unique(
            np.stack([box.places[number] for number in numbers], axis=1), axis=0, return_inverse=True
        )
        for each, value in enumerate(values.tolist()):
            chosen = np.flatnonzero(which.ravel() == each)
            yield Counted(box.part(0, chosen), said(value), box.shape, chosen)
    else:
        for combination in itertools.product(*[range(len(box.places[number])) for number in numbers]):
            part = box
            for number, value in zip(numbers, combination, strict=True):
                part = part.part(box.dimensions[number], [value])
            yield Counted(part, said([part.places[number][0] for number in numbers]), part.shape)


def _groups(lines: Any) -> Any:
    """Number the lines so that equal ones have the same number."""
    if lines.dtype != object:
        width = lines.shape[1] * lines.itemsize
        lines = np.ascontiguousarray(lines).view(f"V{width}")[:, 0]
        keys: list[Any] = lines.tolist()
    else:
        keys = list(map(tuple, lines.tolist()))
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys])


def product(sides: Sequence[range]) -> Box:
    """Return the box of all combinations of networks and values."""
    places = tuple([np.arange(side.start, side.stop) for side in sides])
    return Box(tuple([np.arange(len(side)) for side in sides]), tuple(range(len(sides))), places)


def points(coordinates: Sequence[Any]) -> Box:
    """Return a box of one dimension, with all coordinates running along it."""
    return Box((np.arange(len(coordinates[0])),), (0,) * len(coordinates), tuple(coordinates))


def examine(
    space: Space, box: Box, look: Callable[[Network, dict[str, Slot], Box], T]
) -> Iterator[tuple[Box, T | SpecError]]:
    """Yield what `look` says about the parts of a box, or the error that all designs of a part share.

    `look` takes a network, what its designs set (numbers for many designs at once among it) and the designs.
    """
    waiting = [box]
    while waiting:
        current = waiting.pop()
        try:
            network, values = _values(space, current)
            found = look(network, space.overrides(network, values), current)
        except Mixed as mixed:
            waiting.extend(current.cut(mixed.values))
        except Crowded:
            waiting.extend(current.halves())
        except SpecError as error:
            yield current, error
        else:
            yield current, found


def _values(space: Space, box: Box) -> tuple[Network, list[Any]]:
    """Return the network of a box and a value per axis.

    Raises:
        Mixed: there are several networks, or several values that are no numbers.
    """
    values: list[Any] = []
    dimensions = len(box.sides)

    def line(place: Any, dimension: int) -> Any:
        return place.reshape([-1 if each == dimension else 1 for each in range(dimensions)])

    network, *places = box.places
    if (network != network[0]).any():
        raise Mixed(line(network, box.dimensions[0]))
    for each, place, dimension in zip(space.axes, places, box.dimensions[1:], strict=True):
        if each.is_basis or (place == place[0]).all():
            values.append(each.texts[place[0]])
        elif each.is_numeric:
            numerators, denominator = each.numbers
            values.append(along(dimension, line(numerators[place], dimension), denominator))
        else:
            raise Mixed(line(place, dimension))
    return space.networks[network[0]], values
