"""`costcalc scale` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from costcalc.cli import run

pytest.importorskip("numpy")


def rows(capsys: pytest.CaptureFixture[str], name: str, *arguments: str) -> list[dict[str, object]]:
    assert run(["scale", *arguments, "--format", "json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)[name]
    return found


def test_the_grid_and_the_papers_own_row(capsys: pytest.CaptureFixture[str]) -> None:
    *others, last = rows(capsys, "candidates", "mobilenet", "--step", "0.1", "--top", "3")
    assert [row["within"] for row in others] == ["count", "both", "count"]
    assert last["model"] == "mobilenet@depth=1.2+alpha=1.1+rho=1.15"
    assert (last["alpha"], last["beta"], last["gamma"]) == (1.2, 1.1, 1.15)


def test_the_best_of_what_was_trained_comes_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "accuracy.csv"
    path.write_text("alpha,beta,gamma,top1\n1.2,1.1,1.15,77.9\n1,1,1.4,76\n", "utf-8")
    first, second, third, *_ = rows(capsys, "candidates", "mobilenet", "--metrics", str(path))
    assert [(row["gamma"], row["top1"]) for row in (first, second)] == [(1.15, "77.9"), (1.4, "76")]
    assert third["top1"] == ""


def test_table_3_of_efficientnet(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "models", "mobilenet", "resnet", "--target", "4x", "--alone")
    printed = {(row["network"], row["label"]): row["printed_macs"] for row in found}
    assert printed["mobilenet", "width"] == "2.2G"
    assert printed["mobilenet", "@compound"] == "2.3G"
    assert printed["resnet", "resolution"] == "16.4G"
    assert printed["resnet", "depth"] == "16.2G"
    assert printed["mobilenet", "depth"] == ""


def test_the_family_beside_the_released_ones(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--alpha", "1.2", "--beta", "1.1", "--gamma", "1.15", "--phi", "0:2"]
    found = rows(capsys, "models", "efficientnet", *arguments)
    labels = [row["label"] for row in found]
    assert [label for label in labels if not str(label).startswith("@")] == ["phi 0", "phi 1", "phi 2"]
    assert {f"@b{number}" for number in range(1, 8)} <= set(labels)
    assert [row["macs"] for row in found] == sorted(row["macs"] for row in found)  # type: ignore[type-var]


@pytest.mark.parametrize(
    "arguments",
    [[], ["mobilenet", "resnet"], ["mobilenet", "--target", "half"], ["mobilenet", "--tolerance", "-1"],
     ["mobilenet", "--alpha", "x"], ["nothing"]],
)  # fmt: skip
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scale", *arguments]) == 2
    assert "error[E" in capsys.readouterr().err
