"""Half of the work in a second process, for the list of the zoo.

Its 70 networks take one process 0.9 s to build and count, and two of them 0.6 s.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_two(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return `work` of each item; where a process can fork, another one does every second item.

    Raises:
        What `work` raises, in either process.
    """
    if len(items) < 2 or not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return _each(work, items)
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as other:
        theirs = other.submit(_each, work, items[1::2])
        ours = _each(work, items[::2])
        pairs = zip_longest(ours, theirs.result())
    return list(chain.from_iterable(pairs))[: len(items)]


def _each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [work(item) for item in items]
