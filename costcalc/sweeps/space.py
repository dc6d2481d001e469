"""A design space: the networks and axes of a sweep, its designs numbered row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, SpecError, UsageError
from costcalc.networks import Door
from costcalc.networks import Network as Opened
from costcalc.networks.network import with_unique_names
from costcalc.spec.build import Model, build
from costcalc.spec.expression import Expression
from costcalc.spec.files import Files
from costcalc.spec.model import Cell, Slot, Spec
from costcalc.spec.terms import value_cell
from costcalc.sweeps.axes import Axis

MOST_DESIGNS = 2**62


@dataclass(frozen=True, slots=True)
class Network:
    """A spec, and what a reference sets in it before any axis does."""

    name: str
    spec: Spec
    overrides: dict[str, Slot]


@dataclass(frozen=True)
class Space:
    """The designs of a sweep: every network at every combination of values.

    Rows are numbered with the last axis running fastest, networks slowest.
    """

    networks: tuple[Network, ...]
    axes: tuple[Axis, ...]

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """How many networks, and how many values on each axis."""
        return (len(self.networks), *(len(axis) for axis in self.axes))

    @cached_property
    def size(self) -> int:
        """How many designs."""
        return math.prod(self.shape)

    def coordinates(self, rows: Any) -> tuple[Any, ...]:
        """Return the number of the network and of every axis' value, for an array of rows."""
        return tuple(np.unravel_index(rows, self.shape))

    def overrides(self, network: Network, values: Sequence[Any]) -> dict[str, Slot]:
        """Return what a design sets: per axis a text, or a number for many designs at once."""
        cells = {
            axis.parameter(network.spec): _cell(axis, value)
            for axis, value in zip(self.axes, values, strict=True)
        }
        return {**network.overrides, **cells}

    def texts(self, row: int) -> tuple[str, ...]:
        """Return the values of one design as written."""
        _, *places = (int(place) for place in self.coordinates(row))
        return tuple([axis.texts[place] for axis, place in zip(self.axes, places, strict=True)])

    def design(self, row: int) -> Model:
        """Build one design by itself.

        Raises:
            SpecError: it is not legal.
        """
        network = self.networks[int(self.coordinates(row)[0])]
        texts = self.texts(row)
        terms = "+".join(f"{axis.name}={text}" for axis, text in zip(self.axes, texts, strict=True))
        name = f"{network.name}{'+' if '@' in network.name else '@'}{terms}" if terms else network.name
        return build(network.spec, name, self.overrides(network, texts))


def space(
    references: Sequence[str],
    axes: Sequence[Axis],
    variants: Sequence[str] = (),
    files: Files | None = None,
) -> Space:
    """Return the space of some networks along some axes; `*` in a reference or variant matches variants.

    Raises:
        CostcalcError: what is wrong with the references; E004, a network lacks an axis' parameter; E602, an
            axis twice, or too many designs.
    """
    door = Door(files)
    opened: list[Opened] = []
    for reference in references:
        for variant in variants or ("",):
            sign = "+" if "@" in reference else "@"
            opened += door.networks(f"{reference}{sign}{variant}" if variant else reference)
    networks = [
        Network(each.name, each.spec, dict(each.overrides)) for each in with_unique_names(opened) if each.spec
    ]
    found = Space(tuple(networks), tuple(axes))
    _check(found)
    return found


def _check(found: Space) -> None:
    errors: list[Diagnostic] = []
    for network in found.networks:
        names: dict[str, str] = {}
        for axis in found.axes:
            try:
                parameter = axis.parameter(network.spec)
            except UsageError as error:
                errors.extend(error.diagnostics)
                continue
            if parameter in names:
                message = f"`{axis.name}` and `{names[parameter]}` vary the same parameter"
                if axis.name == names[parameter]:
                    message = f"`{axis.name}` is given twice"
                errors.append(Diagnostic("E602", message, help="give all values in one list"))
            names[parameter] = axis.name
    if found.size > MOST_DESIGNS:
        errors.append(Diagnostic("E602", f"{found.size} designs are more than can be numbered"))
    if errors:
        raise UsageError(dict.fromkeys(errors))


def _cell(axis: Axis, value: Any) -> Cell:
    """Return a cell that holds what is given: a text as written, or a number whatever its type."""
    if isinstance(value, str):
        return value_cell(value, f"--{axis.name}")
    cell = value_cell("0", f"--{axis.name}")
    text = str(value)
    return Cell(
        text,
        Expression(text, frozenset(), frozenset(), lambda scope, functions: value),
        cell.tree,
        cell.source,
    )


def boxes(start: int, stop: int, shape: Sequence[int]) -> Iterator[tuple[range, ...]]:
    """Cut the rows start..stop of an array in row-major order into boxes, in order.

    >>> [[list(side) for side in box] for box in boxes(1, 6, (3, 2))]
    [[[0], [1]], [[1, 2], [0, 1]]]
    """
    if start >= stop:
        return
    if len(shape) == 1:
        yield (range(start, stop),)
        return
    inner = math.prod(shape[1:])
    first, head = divmod(start, inner)
    last, tail = divmod(stop, inner)
    if first == last:
        yield from ((range(first, first + 1), *box) for box in boxes(head, tail, shape[1:]))
        return
    if head:
        yield from ((range(first, first + 1), *box) for box in boxes(head, inner, shape[1:]))
        first += 1
    if first < last:
        yield (range(first, last), *map(range, shape[1:]))
    yield from ((range(last, last + 1), *box) for box in boxes(0, tail, shape[1:]))


def refusal(error: SpecError) -> Diagnostic:
    """Return what stands for all that is wrong with a design: the first thing."""
    return error.diagnostics[0]
