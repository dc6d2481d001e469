"""A check takes milliseconds per network, and twice the networks no more than twice the time."""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import pytest

from costcalc.cli import run

make_repository = runpy.run_path(str(Path(__file__).with_name("gate.py")))["make_repository"]


def test_checks_are_fast_and_linear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The target is 200 networks in 2 s: 8 ms each; twice that is for slower processors than ours."""
    seconds = {}
    for networks in (5, 25, 75):  # the first fills what is filled once
        folder = tmp_path / str(networks)
        make_repository(folder, networks)
        monkeypatch.chdir(folder)
        start = time.process_time()
        assert run(["check", "--against", "main"]) == 0
        seconds[networks] = time.process_time() - start
        capsys.readouterr()
    assert (seconds[75] - seconds[25]) / 50 < 0.016
    assert seconds[75] / seconds[25] < 3 * 1.5
