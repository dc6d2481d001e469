"""The analytic path starts fast, because it loads nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "fvcore", "pandas", "numpy", "matplotlib", "jsonschema", "asyncio", "sqlite3"}
COMMANDS = [
    "--version",
    "--help",
    "compare --help",
    "show mobilenet.yaml",
    "compare shufflenet.yaml mobilenet.yaml --no-fvcore",
    "compare shufflenet.yaml mobilenet.yaml --no-fvcore --format json",
    "compare shufflenet.yaml mobilenet.yaml --no-fvcore --format csv",
    "check mobilenet --max macs=600M",
    "check mobilenet --max macs=600M --format json",
    "diff mobilenet shufflenet",
    "diff mobilenet shufflenet --format markdown",
    "diff mobilenet shufflenet --format html",
    "schema result",
]


def loaded_by(code: str, folder: Path) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after running some code."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "PYTHONUTF8": "1",
    }
    code += (
        "\nimport sys; print('loaded', *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    *said, last = process.stderr.splitlines()
    assert not said
    return set(last.split()[1:])


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = loaded_by("import costcalc", tmp_path)
    assert "costcalc" in loaded
    assert not loaded & (HEAVY | {"rich", "click"})


@pytest.mark.parametrize("command", COMMANDS)
def test_counting_loads_nothing_heavy(command: str, tmp_path: Path) -> None:
    loaded = loaded_by(f"from costcalc.cli import run; assert run({command.split()}) == 0", tmp_path)
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    "command",
    [
        "sweep mobilenet --alpha 0.5,1",
        "solve mobilenet --macs 150M --round-to 0.25",
        "scale shufflenet --step 0.2",
        "plot --help",
        "plot sweep --help",
    ],
)
def test_only_a_picture_loads_what_draws_pictures(command: str, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    assert "matplotlib" not in loaded_by(
        f"from costcalc.cli import run; assert run({command.split()}) == 0", tmp_path
    )


def test_what_is_heavy_would_be_seen(tmp_path: Path) -> None:
    assert "asyncio" in loaded_by("import asyncio", tmp_path)
