"""Counting under every convention, and memory with it, costs little more than counting under one."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from costcalc.cost import CONVENTIONS, count
from costcalc.spec import load


def seconds(work: Callable[[], object], runs: int = 30) -> float:
    """Return the least time of several runs: what else runs on the machine only adds to it."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("reference", ["mobilenet", "shufflenet", "nasnet"])
def test_all_conventions_take_at_most_twice_the_time_of_one(reference: str) -> None:
    graph = load(reference).graph
    one = seconds(lambda: count(graph))
    every = seconds(lambda: count(graph, also=list(CONVENTIONS)))
    assert len(CONVENTIONS) >= 13
    assert every <= 2 * one, f"{1e3 * every:.2f} ms against {1e3 * one:.2f} ms"
