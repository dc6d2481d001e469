"""Work in two processes: the same results in the same order, and the same errors."""

from __future__ import annotations

import os

import pytest

from costcalc.cli.processes import in_two
from costcalc.errors import Diagnostic, UsageError


@pytest.mark.parametrize("size", [0, 1, 2, 7, 8])
def test_results_are_in_order(size: int) -> None:
    assert in_two(str, range(size)) == [str(item) for item in range(size)]


@pytest.mark.skipif(not hasattr(os, "fork") or (os.cpu_count() or 1) < 2, reason="there is no second process")
def test_every_second_item_is_another_process_s() -> None:
    processes = in_two(_process, [0, 1, 2, 3])
    assert processes[::2] == [os.getpid()] * 2
    assert processes[1] == processes[3] != os.getpid()


def test_where_nothing_forks_one_process_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert in_two(_process, [0, 1]) == [os.getpid()] * 2


@pytest.mark.parametrize("bad", [4, 5])
def test_errors_come_from_either_process(bad: int) -> None:
    with pytest.raises(UsageError) as caught:
        in_two(_refuse, [1, 2, 3, bad, 0] if bad == 5 else [1, 2, bad, 3])
    assert caught.value.diagnostics[0].message == f"{bad} is refused"


def _process(_: int) -> int:
    return os.getpid()


def _refuse(item: int) -> int:
    if item > 3:
        raise UsageError(Diagnostic("E504", f"{item} is refused"))
    return item
