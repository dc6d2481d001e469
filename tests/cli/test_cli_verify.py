"""`costcalc verify` as a shell sees it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SPEC = """costcalc: 1
name: tiny
input: [3, 8, 8]
columns: [op, c, k]
stages: [[conv, 4, 3]]
published: {base: {macs: %s, source: Table 1}}
"""


def verify(*arguments: str, code: int = 0, folder: Path = ROOT) -> dict[str, Any]:
    process = subprocess.run(
        [sys.executable, "-m", "costcalc", "verify", *arguments, "--format", "json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == code, process.stderr
    document: dict[str, Any] = json.loads(process.stdout) if process.stdout else {}
    return document


@pytest.mark.skipif(importlib.util.find_spec("fvcore") is None, reason="needs the extra `torch`")
def test_tools_are_asked_one_by_one() -> None:
    [fvcore, torch] = verify(
        "mobilenet@a0.25+r128", "--tool", "fvcore", "--tool", "torch", "--no-published", "--no-memory"
    )["checks"]
    assert (fvcore["witness"], fvcore["verdict"], fvcore["quantity"]) == ("fvcore", "equal", "MACs")
    assert (torch["witness"], torch["verdict"], torch["quantity"]) == ("torch", "equal", "FLOPs")
    assert torch["theirs"] == torch["ours"] == 2 * 13_570_048
    assert [term["operator"] for term in fvcore["difference_to_paper"]] == ["bn", "gap"]
    total = sum(term["amount"] for term in fvcore["difference_to_paper"])
    assert fvcore["theirs"] - total == 13_570_048


def test_printed_figures_decide_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(SPEC % "6.9k")
    [check] = verify("tiny.yaml", "--no-tools", "--no-memory", folder=tmp_path)["checks"]
    assert (check["theirs"], check["ours"], check["verdict"]) == ("6.9k", 6912, "equal")
    (tmp_path / "tiny.yaml").write_text(SPEC % "7.9k")
    [check] = verify("tiny.yaml", "--no-tools", "--no-memory", folder=tmp_path, code=1)["checks"]
    assert check["verdict"] == "differs"


def test_a_variant_is_checked_against_its_own_figures() -> None:
    checks = verify("mobilenet@a0.5", "--no-tools", "--no-memory")["checks"]
    assert {check["model"] for check in checks} == {"mobilenet@a0.5", "mobilenet@a0.5+r224"}  # one network
    every = verify("mobilenet", "--no-tools", "--no-memory")["checks"]
    assert len(every) > len(checks)


def test_a_tool_that_nobody_knows_is_an_error() -> None:
    assert verify("mobilenet", "--tool", "fvcor", code=2) == {}
    assert verify(code=2) == {}
