"""`costcalc render`: from the JSON of a result to everything else."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from costcalc.cli import run
from costcalc.cost import parse_basis
from costcalc.gate.result import Base, Result, Values, to_json
from costcalc.report.formats import formats, render


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


def write(name: str, result: Result) -> None:
    Path(name).write_text(json.dumps(to_json(result)), "utf-8")


@pytest.mark.parametrize("format", formats("result"))
def test_every_format_is_what_the_check_itself_would_write(
    format: str, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    write("r.json", broken)
    assert run(["render", "r.json", "--format", format, "-o", f"{format}=out"]) == 0
    assert capsys.readouterr().out == render(broken, format)
    assert Path("out").read_text("utf-8") == render(broken, format)


def test_options_reach_the_text(
    broken: Result, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    write("r.json", broken)
    assert run(["render", "r.json", "--raw", "--top", "1"]) == 0
    assert capsys.readouterr().out == render(broken, "text", width=60, raw=True, top=1)


def test_standard_input(
    broken: Result, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.dumps(to_json(broken)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(document)))
    assert run(["render", "-"]) == 0
    assert capsys.readouterr().out == render(broken, "text")


def test_several_are_told_as_one(fine: Result, capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(
        fine,
        models=(replace(fine.models[0], model="other"), *fine.models),
        findings=(replace(fine.findings[0], model="other", verdict="fail", outcome="crossed", limit=1),),
    )
    write("a.json", fine)
    write("b.json", other)
    assert run(["render", "a.json", "b.json", "--format", "json"]) == 0
    merged = json.loads(capsys.readouterr().out)
    assert [model["model"] for model in merged["models"]] == ["mobilenet", "other"]
    assert merged["verdict"] == "fail"
    assert len(merged["findings"]) == 2


def test_what_does_not_go_together_is_refused_with_all_reasons(
    fine: Result, difference: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    (model,) = fine.models
    write("a.json", fine)
    write("b.json", difference)
    write("c.json", replace(fine, context=parse_basis(batch=2), base=Base("main")))
    write("d.json", replace(fine, models=(replace(model, metrics={"macs": Values(1)}),)))
    assert run(["render", "a.json", "b.json", "c.json", "d.json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    for problem in (
        "b.json is another kind of result than a.json",
        "b.json is compared with something else than a.json",
        "c.json counts otherwise than a.json",
        "d.json and a.json disagree about mobilenet",
    ):
        assert f"error[E852]: {problem}" in said.err


def test_files_that_are_no_results(capsys: pytest.CaptureFixture[str], fine: Result) -> None:
    Path("not.json").write_text("{", "utf-8")
    Path("deep.json").write_text("[" * 100_000, "utf-8")
    Path("latin.json").write_bytes(b'"\xe9"')
    Path("number.json").write_text("1" * 5000, "utf-8")
    Path("list.json").write_text("[]", "utf-8")
    Path("later.json").write_text(json.dumps(to_json(fine) | {"schema_version": "2.0"}), "utf-8")
    Path("odd.json").write_text(json.dumps(to_json(fine) | {"notes": [5]}), "utf-8")
    names = ["not", "deep", "latin", "number", "list", "later", "odd"]
    assert run(["render", *(f"{name}.json" for name in names), "."]) == 2
    said = capsys.readouterr().err
    assert said.count("error[E851]: cannot read") == 5
    assert said.count("error[E821]") == 3
    assert "deep.json: it is nested too deeply" in said
    assert "odd.json is not a result of `check` or `diff`: notes[0] is not a text" in said


def test_a_result_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render"]) == 2
    assert "render needs a result" in capsys.readouterr().err
