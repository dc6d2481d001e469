"""Conventions on the command line: explained, side by side, and where one of them has no rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from costcalc.cli import run
from costcalc.cost import CONVENTIONS
from costcalc.cost.conventions import PAPER

UP = """costcalc: 1
name: up
input: [3, 8, 8]
columns: [name, op, c, k, s]
stages: [[a, conv, 4, 3, 1], [b, conv_transpose, 4, 2, 2]]
"""


@pytest.fixture
def up(tmp_path: Path) -> str:
    """A network with an operator that pycls has no rule for."""
    path = tmp_path / "up.yaml"
    path.write_text(UP)
    return str(path)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_convention_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", name, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    convention = CONVENTIONS[name]
    assert (document["convention"], document["unit"]) == (name, convention.unit)
    assert (document["source"], document["version"]) == (convention.source, convention.version)
    explained = {
        operator: row["rule"] for row in document["rules"] for operator in row["operators"].split(", ")
    }
    assert explained == {op.kind: "unknown: it has no rule" for op in PAPER.rules} | dict(convention.table())


def test_conventions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["conventions"]
    assert [row["convention"] for row in rows] == list(CONVENTIONS)


def test_what_nobody_knows_is_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "fvcor"]) == 2
    assert "E506" in (error := capsys.readouterr().err)
    assert "did you mean `fvcore`?" in error


def test_error_codes_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "e115"]) == 0
    assert capsys.readouterr().out == (
        "E115: a duplicate key\n\n"
        "Most YAML readers would keep the last of the two and drop the other without a\nword.\n\n"
        "Wrong:\n\n    params: {alpha: 1, alpha: 0.5}\n\n"
        "Right:\n\n    params: {alpha: 0.5}\n"
    )
    assert run(["explain", "E11S"]) == 2
    assert "did you mean `E" in capsys.readouterr().err


def test_a_column_says_whose_count_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["--convention", "fvcore", "--convention", "all-ops", "--convention", "paper"]
    for command in (["compare", "--no-fvcore"], ["show"]):
        assert run([*command, "mobilenet", *names]) == 0
        header = capsys.readouterr().out.partition("\n")[0]
        assert "MACs (fvcore)  FLOPs (all-ops)  MACs (paper)" in " ".join(header.split()).replace(") ", ")  ")
        assert run([*command, "mobilenet"]) == 0
        assert "MACs " in capsys.readouterr().out.partition("\n")[0]


def test_the_unknown_is_a_question_mark_and_a_lower_bound(
    up: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["show", up, "--by", "layer", "--convention", "paper,pycls", "--columns", "layer,macs_pycls"])
        == 0
    )
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["a", "6.912k"] in lines
    assert ["b", "?"] in lines
    assert ["total", "≥6.912k"] in lines
    assert run(["compare", up, "--no-fvcore", "--convention", "pycls", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["models"][0]["macs"] is None
    assert document["models"][0]["unknown"] == ["b"]
    assert "pycls does not know conv_transpose 2x2 (b)" in document["notes"][-1]


@pytest.mark.parametrize("command", [["show"], ["compare", "--no-fvcore"]])
def test_strict_fails_on_the_unknown_and_names_it(
    command: list[str], up: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, up, "--strict"]) == 0
    assert run([*command, up, "--strict", "--convention", "paper,pycls"]) == 1
    captured = capsys.readouterr()
    assert "E505" in captured.err and "conv_transpose 2x2 (b)" in captured.err
    assert "6.912k" in captured.out


def test_the_footer_says_what_peak_memory_rests_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # the footer would be broken to fit
    options = ["--weights-in-ram", "--order", "best"]
    assert run(["compare", "ghostnet", "--no-fvcore", *options]) == 0
    assert "fusion conv-bn-act, weights in RAM, best order." in capsys.readouterr().out
    assert run(["show", "ghostnet", *options, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["weights_in_ram"], document["order"]) == (True, "best")
