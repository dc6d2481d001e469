"""`costcalc solve` as people use it."""

from __future__ import annotations

import json

import pytest

from costcalc.cli import run

pytest.importorskip("numpy")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")


def test_a_table_with_the_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["solve", "mobilenet", "--macs", "150M", "--by", "alpha"]) == 0
    said = capsys.readouterr()
    assert not said.err
    rows = [line.split() for line in said.out.splitlines() if line.startswith("mobilenet ")]
    assert [(row[1:-6], row[-6]) for row in rows] == [
        (["below"], "0.5"),
        (["best"], "0.501"),
        (["above"], "0.502"),
    ]
    assert "of 150M" in said.out
    assert "all designs that differ, alpha in (0, 4]; 4,089 of mobilenet" in said.out


def test_the_width_multiplier_is_what_is_chosen_unless_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["solve", "shufflenet@g*", "resnet", "--macs", "140M", "--near", "0", "--format", "json"]) == 0
    designs = json.loads(capsys.readouterr().out)["designs"]
    assert [row["model"] for row in designs] == [*(f"shufflenet@g{g}" for g in (1, 2, 3, 4, 8)), "resnet"]
    assert all(row["place"] == "best" for row in designs)
    assert designs[2]["reference"] == "shufflenet@g3+scale=1"
    assert designs[5]["w"] and designs[5]["scale"] == ""


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["solve", "mobilenet", "--macs", "1M"]) == 1
    said = capsys.readouterr()
    assert "error[E701]" in said.err and "5.663M" in said.err
    assert " above " in said.out
    assert run(["solve", "mobilenet"]) == 2
    assert run(["solve", "--macs", "1M"]) == 2
    assert run(["solve", "mobilenet", "--macs", "1G", "--order", "best"]) == 2
    assert run(["solve", "mobilenet", "--max", "macs"]) == 2
    assert run(["solve", "mobilenet", "--macs", "1G", "--convention", "paper,fvcore"]) == 2


def test_the_first_budget_decides_what_is_large(capsys: pytest.CaptureFixture[str]) -> None:
    for budgets in (["--macs", "1G", "--params", "3M"], ["--params", "3M", "--macs", "1G"]):
        grid = ["--by", "alpha,resolution", "--round-to", "alpha=0.25,resolution=32"]
        assert run(["solve", "mobilenet", *budgets, *grid, "--near", "0", "--format", "json"]) == 0
        (best,) = json.loads(capsys.readouterr().out)["designs"]
        largest = {"--macs": ("0.5", "576"), "--params": ("0.75", "384")}[budgets[0]]
        assert (best["alpha"], best["resolution"]) == largest


def test_any_metric_any_type(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--peak-memory",
        "256KiB",
        "--max",
        "param_bytes=512KiB",
        "--dtype",
        "int8",
        "--round-to",
        "0.01",
    ]
    assert run(["solve", "mobilenet@resolution=96", *arguments, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    best = next(row for row in document["designs"] if row["place"] == "best")
    assert best["peak_memory"] <= 384 * 1024
    assert best["param_bytes"] <= 2 * 2**20
    assert document["activations_dtype"] == "int8"
