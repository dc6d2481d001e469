"""A design space: the networks and axes of a sweep, its designs numbered row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from costcalc.cost import Basis
from costcalc.errors import Diagnostic, UsageError
from costcalc.networks import Door, Network, open_networks
from costcalc.spec.build import Model, build
from costcalc.spec.expression import Expression
from costcalc.spec.model import Cell, Slot, Spec
from costcalc.spec.terms import split, value_cell
from costcalc.sweeps.axes import BASIS_AXES, Axis

MOST_DESIGNS: Final = 2**62


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

    def basis(self, basis: Basis, places: Sequence[int]) -> Basis:
        """Return how a design is counted: `basis`, with what the axes of that kind say.

        Args:
            basis: How all are counted, as far as no axis says.
            places: The number of the value of every axis.
        """
        said: dict[str, Any] = {}
        for axis, place in zip(self.axes, places, strict=True):
            if axis.is_basis:
                value = BASIS_AXES[axis.name](axis.texts[place])
                said |= (
                    {"weights": value, "activations": value} if axis.name == "dtype" else {axis.name: value}
                )
        return replace(basis, **said)

    def overrides(self, network: Network, values: Sequence[Any]) -> dict[str, Slot]:
        """Return what a design sets: per axis a text, or a number for many designs at once."""
        cells = {
            axis.parameter(spec_of(network)): _cell(axis, value)
            for axis, value in zip(self.axes, values, strict=True)
            if not axis.is_basis
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
        pairs = zip(self.axes, texts, strict=True)
        terms = "+".join(f"{axis.name}={text}" for axis, text in pairs if not axis.is_basis)
        name = f"{network.name}{'+' if '@' in network.name else '@'}{terms}" if terms else network.name
        return build(spec_of(network), name, self.overrides(network, texts))


def open_space(
    references: Sequence[str],
    axes: Sequence[Axis] = (),
    variants: Sequence[str] = (),
    door: Door | None = None,
) -> Space:
    """Return the space of some networks along some axes; `*` in a reference or variant matches variants.

    Raises:
        CostcalcError: what is wrong with the references; E004, a network lacks an axis' parameter; E602, an
            axis twice, or too many designs.
    """
    door = door or Door()
    texts = [
        f"{reference}{'+' if split(reference, door.files)[1] else '@'}{variant}" if variant else reference
        for reference in references
        for variant in variants or ("",)
    ]
    found = Space(tuple(open_networks(texts, door)), tuple(axes))
    _check(found)
    return found


def spec_of(network: Network) -> Spec:
    """Return a network's spec.

    Raises:
        UsageError: E004, it has none, and no parameters.
    """
    if network.spec is None:
        raise UsageError(Diagnostic("E004", f"{network.name} has no spec, and no parameters to vary"))
    return network.spec


def _check(found: Space) -> None:
    errors: list[Diagnostic] = []
    for network in found.networks:
        names: dict[str, str] = {}
        for axis in found.axes:
            try:
                parameter = f"--{axis.name}" if axis.is_basis else axis.parameter(spec_of(network))
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
    expression = Expression(text, frozenset(), frozenset(), lambda scope, functions: value)
    return Cell(text, expression, cell.tree, cell.source)


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
