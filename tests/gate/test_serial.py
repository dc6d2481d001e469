"""Results survive being written and read, exactly; other documents are refused in words."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from costcalc import __version__
from costcalc.errors import CostcalcError
from costcalc.gate.result import Context, ModelChange, Result, Values
from costcalc.gate.serial import SCHEMA_VERSION, from_json, to_json


def written(result: Result) -> Any:
    return json.loads(json.dumps(to_json(result)))


def test_a_result_survives(example_result: Result) -> None:
    assert from_json(written(example_result)) == example_result


def test_everything_is_in_it(example_result: Result) -> None:
    document = written(example_result)
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


def test_what_is_new_has_grown_by_no_percent(example_result: Result) -> None:
    new = written(example_result)["models"][2]["metrics"]
    assert new["macs"] == {"value": 1_000_000, "base": None, "delta": None, "pct": None}
    from_zero = ModelChange("a", "changed", {"macs": Values(5, 0)}, "a")
    assert written(Result("diff", Context(), (from_zero,)))["models"][0]["metrics"]["macs"]["pct"] is None


def test_integers_stay_exact() -> None:
    huge = 2**63 + 1
    model = ModelChange("a", "changed", {"macs": Values(huge, huge - 1)}, "a")
    result = Result("diff", Context(), (model,))
    assert from_json(written(result)).models[0].metrics["macs"] == Values(huge, huge - 1)


def test_later_minor_versions_are_read(example_result: Result) -> None:
    document = written(example_result)
    document |= {"schema_version": "1.7", "later": 1}
    document["context"]["later"] = document["base"]["later"] = document["findings"][0]["later"] = 2
    assert from_json(document) == example_result


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": "2.0"}, "schema version 2.0; this costcalc reads 1.x"),
        ({"schema_version": None}, "is not a result"),
        ({"models": None}, "is not a result"),
        ({"findings": [{}]}, "no key"),
        ({"command": "sweep"}, "`sweep` is none of check, diff"),
    ],
)
def test_other_documents_are_refused(example_result: Result, change: dict[str, Any], said: str) -> None:
    with pytest.raises(CostcalcError, match="E821") as caught:
        from_json(written(example_result) | change, "r.json")
    assert "r.json" in str(caught.value) and said in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "x", 3, {}])
def test_what_is_no_document_is_refused(document: object) -> None:
    with pytest.raises(CostcalcError, match="E821"):
        from_json(document)


def test_counts_that_are_no_integers_are_refused(example_result: Result) -> None:
    document = written(example_result)
    document["findings"][0]["value"] = 1.5
    with pytest.raises(CostcalcError, match="not a count"):
        from_json(document)


def test_the_worst_verdict_counts(example_result: Result) -> None:
    assert example_result.verdict == "fail"
    warned = tuple(each for each in example_result.findings if each.verdict != "fail")
    assert dataclasses.replace(example_result, findings=warned).verdict == "warn"
    assert dataclasses.replace(example_result, findings=()).verdict == "pass"
