"""The benchmarks compare like with like, and run."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from costcalc import count, load
from costcalc.cli import run

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("width", [1, 0.5, 0.25])
def test_the_peers_count_our_mobilenet(width: float) -> None:
    pytest.importorskip("torch", reason="the peers need torch")
    network = runpy.run_path(str(FOLDER / "peers" / "mobilenet.py"))["MobileNet"](width)
    ours = count(load(f"mobilenet@alpha={width}").graph)
    assert sum(parameter.numel() for parameter in network.parameters()) == ours.params


def test_the_sweeps_that_are_timed_have_a_million_designs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    for command in runpy.run_path(str(FOLDER / "sweeps.py"))["COMMANDS"]:
        assert run([*command.arguments[3:], "--dry-run"]) == 0
        assert capsys.readouterr().out.startswith("1,000,000 designs\n")


def test_the_benchmark_runs() -> None:
    command = [sys.executable, str(FOLDER / "run.py"), "--runs", "1", "--only", "costcalc"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert "| `costcalc compare shufflenet.yaml mobilenet.yaml --no-fvcore` |" in process.stdout
    assert "| costcalc: load and count MobileNet |" in process.stdout


def test_the_benchmark_of_checks_runs() -> None:
    command = [sys.executable, str(FOLDER / "gate.py"), "--runs", "1", "--networks", "5", "10"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert [line.split()[1] for line in process.stdout.splitlines()[2:]] == ["5", "10"]
