"""The benchmarks compare like with like, and run."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from costcalc import count, load

FOLDER = Path(__file__).parent


def test_the_peers_count_our_mobilenet() -> None:
    pytest.importorskip("torch", reason="the peers need torch")
    network = runpy.run_path(str(FOLDER / "peers" / "mobilenet.py"))["MobileNet"]()
    ours = count(load("mobilenet").graph)
    assert sum(parameter.numel() for parameter in network.parameters()) == ours.params


def test_the_benchmark_runs() -> None:
    command = [sys.executable, str(FOLDER / "run.py"), "--runs", "1", "--only", "costcalc"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert "| `costcalc compare shufflenet.yaml mobilenet.yaml --no-fvcore` |" in process.stdout
    assert "| costcalc: load and count MobileNet |" in process.stdout
