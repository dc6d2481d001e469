"""Which designs of a box are one and the same network."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from costcalc.graph import Graph
from costcalc.sweeps.box import Box
from costcalc.sweeps.exact import Exact
from costcalc.sweeps.trace import Traced

_MASK = 2**64 - 1


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
    varying: dict[int, Exact] = {}
    weights: defaultdict[int, int] = defaultdict(int)
    for place, number in enumerate(numbers):
        if isinstance(number, Exact):
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
    if isinstance(value, (int, Exact)) and not isinstance(value, bool):
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


def _bits(grid: Exact) -> Any:
    """Return numbers as 64 bits each; of fractions, of numerator and denominator in lowest terms."""
    array = np.asarray(grid.factor().array)
    if grid.denominator != 1:
        common = np.gcd(array, grid.denominator)
        array = array // common + grid.denominator // common * _weight(0)
    if array.dtype == object:
        array = array & _MASK
    return array.astype(np.uint64)


_RANDOM = random.Random(0)
_WEIGHTS: list[int] = []


def _weight(place: int) -> int:
    while len(_WEIGHTS) <= place:
        _WEIGHTS.append(_RANDOM.getrandbits(64) | 1)
    return _WEIGHTS[place]


class Fingerprints:
    """What networks the designs of a box are, as its parts become known."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._bits = np.zeros(shape, np.uint64)
        self._legal = np.zeros(shape, bool)

    def put(self, part: Box, bits: Any) -> None:
        """Note the fingerprints of a part."""
        self._bits[np.ix_(*part.sides)] = bits
        self._legal[np.ix_(*part.sides)] = True

    def along_last_axis(self) -> tuple[Any, Any]:
        """Return, for every value of the last axis, bits of all its networks, and whether any is legal."""
        others = self._bits.reshape(-1, self._bits.shape[-1])
        weights = np.array([_weight(place) for place in range(len(others))], np.uint64)
        return (others * weights[:, None]).sum(axis=0), self._legal.reshape(others.shape).any(axis=0)
