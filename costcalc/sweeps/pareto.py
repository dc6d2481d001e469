"""The designs that no other design beats."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np


def front(objectives: Sequence[Any]) -> Any:
    """Return where the designs are that none is better than: no objective larger, and one less.

    Args:
        objectives: Arrays, all to be minimised. Designs that are equal in all of them stay together.

    Returns:
        The places, by rising first objective (then second, ...).
    """
    columns = [
        np.unique(each, return_inverse=True)[1] for each in objectives
    ]  # ranks: small, whole, comparable
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
