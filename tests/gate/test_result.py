"""Results survive being written and read, exactly; other documents are refused in words."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import gate_results
import pytest

from costcalc import __version__
from costcalc.cost import Basis
from costcalc.errors import CostcalcError
from costcalc.gate.result import SCHEMA_VERSION, ModelChange, Result, Values, from_json, to_json

OLD = Path(__file__).parent / "old"


@pytest.fixture
def everything() -> Result:
    return gate_results.everything()


def written(result: Result) -> Any:
    return json.loads(json.dumps(to_json(result)))


def test_a_result_survives(everything: Result) -> None:
    assert from_json(written(everything)) == everything


def test_everything_is_in_it(everything: Result) -> None:
    document = written(everything)
    assert document["schema_version"] == SCHEMA_VERSION
    assert document["tool"] == {"name": "costcalc", "version": __version__}
    assert document["verdict"] == "fail"
    first = document["findings"][0]
    assert (first["value"], first["base"]) == (312_400_000, 300_000_000)
    assert (first["delta"], first["pct"], first["limit"], first["slack"]) == (
        12_400_000,
        4.1333,
        300_000_000,
        -12_400_000,
    )
    assert (first["file"], first["line"]) == ("specs/mobile/m1.yaml", 31)
    assert (first["rule"]["id"], first["rule"]["file"], first["rule"]["line"]) == (
        "mobile",
        "costcalc.toml",
        14,
    )


def test_what_is_new_has_grown_by_no_percent(everything: Result) -> None:
    new = written(everything)["models"][1]["metrics"]
    assert new["macs"] == {"value": 5_000_000, "base": None, "delta": None, "pct": None}
    from_zero = ModelChange("a", "changed", {"macs": Values(5, 0)}, "a")
    assert written(Result("diff", Basis(), (from_zero,)))["models"][0]["metrics"]["macs"]["pct"] is None


def test_integers_stay_exact() -> None:
    huge = 2**63 + 1
    model = ModelChange("a", "changed", {"macs": Values(huge, huge - 1)}, "a")
    result = Result("diff", Basis(), (model,))
    assert from_json(written(result)).models[0].metrics["macs"] == Values(huge, huge - 1)


def test_later_minor_versions_are_read(everything: Result) -> None:
    document = written(everything)
    document |= {"schema_version": "1.7", "later": 1}
    document["context"]["later"] = document["base"]["later"] = document["findings"][0]["later"] = 2
    assert from_json(document) == everything


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": "2.0"}, "schema version 2.0; this costcalc reads 1.x"),
        ({"schema_version": None}, "is not a result"),
        ({"models": None}, "is not a result"),
        ({"findings": [{}]}, "findings[0] has no `model`"),
        ({"notes": [5]}, "notes[0] is not a text"),
        ({"command": "sweep"}, "command is `sweep`, not one of check, diff"),
    ],
)
def test_other_documents_are_refused(everything: Result, change: dict[str, Any], said: str) -> None:
    with pytest.raises(CostcalcError, match="E821") as caught:
        from_json(written(everything) | change, "r.json")
    assert "r.json" in str(caught.value) and said in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "x", 3, {}])
def test_what_is_no_document_is_refused(document: object) -> None:
    with pytest.raises(CostcalcError, match="E821"):
        from_json(document)


def test_counts_that_are_no_integers_are_refused(everything: Result) -> None:
    document = written(everything)
    document["findings"][0]["value"] = 1.5
    with pytest.raises(CostcalcError, match=r"findings\[0\].value is not a whole number or null"):
        from_json(document)


def test_the_worst_verdict_counts(everything: Result) -> None:
    assert everything.verdict == "fail"
    warned = tuple(each for each in everything.findings if each.verdict != "fail")
    assert dataclasses.replace(everything, findings=warned).verdict == "warn"
    assert dataclasses.replace(everything, findings=()).verdict == "pass"


# ---- what earlier versions wrote -----------------------------------------------------------------


def test_results_of_schema_1_0_are_read() -> None:
    document = json.loads((OLD / "result-1.0.json").read_text("utf-8"))
    assert document["schema_version"] == "1.0"
    result = from_json(document)
    assert (result.verdict, result.command, len(result.findings)) == ("fail", "check", 8)
    assert [model.model for model in result.models] == ["net.yaml", "new.yaml"]
    for finding in document["findings"]:
        if finding["context"] is not None:
            finding["context"]["order"] = "given"  # what there was before there was a choice
    again = written(result)
    assert again["schema_version"] == SCHEMA_VERSION
    assert {key: again[key] for key in ("models", "findings", "limit_changes", "notes")} == {
        key: document[key] for key in ("models", "findings", "limit_changes", "notes")
    }
