"""The designs that no other design beats."""

from __future__ import annotations

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
    values = np.stack([np.asarray(each) for each in objectives], axis=1)
    order = np.lexsort(values.T[::-1])
    values = values[order]
    if values.shape[1] == 1:
        return order[values[:, 0] == values[:1, 0]]
    if values.shape[1] == 2:
        return order[_front_of_two(values)]
    return order[_front(values)]


def _front_of_two(values: Any) -> Any:
    """Every design of the front has a lower second objective than all before it, or equals the last one."""
    second = values[:, 1]
    best_before = np.minimum.accumulate(np.concatenate([second[:1] + 1, second[:-1]]))
    leads = second < best_before
    leader = np.maximum.accumulate(np.where(leads, np.arange(len(values)), 0))
    return leads | (values == values[leader]).all(axis=1)


def _front(values: Any) -> Any:
    """In the order given, nothing is beaten by what comes later."""
    alive = np.ones(len(values), dtype=bool)
    candidates = np.arange(len(values))
    while len(candidates):
        leader = candidates[0]
        others = candidates[1:]
        worse = (values[others] >= values[leader]).all(axis=1)
        equal = (values[others] == values[leader]).all(axis=1)
        alive[others[worse & ~equal]] = False
        candidates = others[~worse | equal]
    return alive
