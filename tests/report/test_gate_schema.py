"""The published schema of results says what is written, and what is read back is held to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from costcalc.cli import run
from costcalc.errors import CostcalcError
from costcalc.gate.result import SCHEMA_FILE, Result, from_json, schema, schema_text, to_json
from costcalc.report.formats import formats, render

NAMES = ["broken", "fine", "difference"]
VALIDATOR = jsonschema.Draft7Validator(schema())
WRONG: list[Any] = [None, 5, -(10**25), "x", [], {}, True, 1.5, ["a"], {"a": 1}, KeyError]


def closed(part: Any) -> Any:
    """Return a schema that allows no key but those that it names."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    shut = {key: closed(value) for key, value in part.items()}
    return shut | {"additionalProperties": False} if part.get("required") else shut


@pytest.mark.parametrize("name", NAMES)
def test_results_are_what_the_schema_says_and_no_more(name: str, request: pytest.FixtureRequest) -> None:
    document = json.loads(json.dumps(to_json(request.getfixturevalue(name))))
    jsonschema.Draft7Validator(closed(schema())).validate(document)


def test_real_results_are_what_the_schema_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = '[[budget]]\nmatch = ["*.yaml"]\nmax = {macs = "1M"}\ndtype = "int8"\nmax_slack = 1\n'
    Path("costcalc.toml").write_text(config, "utf-8")
    Path("net.yaml").write_text("costcalc: 1\nname: net\nextends: mobilenet@a0.25\n", "utf-8")
    baseline = ["baseline", "write", "-o", "base.json"]
    results = {
        "diff": ["diff", "mobilenet", "mobilenet_v2"],
        "check": ["check", "--strict", "--against", "base.json"],
    }
    assert run(baseline) == 0
    codes = {name: run([*command, "-o", f"json={name}.json"]) for name, command in results.items()}
    assert codes == {"diff": 0, "check": 1}
    for name in results:
        document = json.loads(Path(f"{name}.json").read_text("utf-8"))
        jsonschema.Draft7Validator(closed(schema())).validate(document)
        assert document["models"]
        for format in formats("result"):
            assert run(["render", f"{name}.json", "--format", format, "-o", f"{format}=out"]) == 0


def test_every_key_of_the_schema_is_written(broken: Result) -> None:
    document = to_json(broken)
    assert [*document] == schema()["required"]
    definitions = schema()["definitions"]
    assert document["findings"][0].keys() == definitions["Finding"]["properties"].keys()
    assert document["models"][0].keys() == definitions["ModelChange"]["properties"].keys()
    assert document["models"][0]["layers"][0].keys() == definitions["PartChange"]["properties"].keys()


def test_the_shipped_schema_is_up_to_date() -> None:
    shipped = (Path(__file__).parents[2] / "specs" / SCHEMA_FILE).read_text("utf-8")
    assert shipped == schema_text(), f"write it anew: costcalc schema result > specs/{SCHEMA_FILE}"
    jsonschema.Draft7Validator.check_schema(schema())


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "result"]) == 0
    assert capsys.readouterr().out == schema_text()


def ways(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside another."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(way for key, each in inner for way in ways(each, (*here, key)))]


def problem(document: Any) -> str | None:
    """Return why a document is refused, None if it is read."""
    try:
        from_json(document)
    except CostcalcError as error:
        return str(error).partition("`diff`: ")[2] or str(error)
    return None


DERIVED = {"delta", "pct", "slack", "verdict", "tool"}
"""Keys that are written and not read; a finding's verdict is read."""


def is_ignored(way: list[Any]) -> bool:
    """Tell whether the value behind a way is written for others, and computed anew when it is read."""
    return any(key in DERIVED for key in way) and not ("findings" in way and way[-1] == "verdict")


def broken_documents(result: Result, every: int, *, ignored: bool = True) -> Iterator[Any]:
    """Yield documents with one value replaced by a wrong one, or left out: some of all that are possible."""
    text = json.dumps(to_json(result))
    mistakes = [(*way, wrong) for way in ways(json.loads(text))[1:] for wrong in WRONG]
    for *way, last, wrong in mistakes[::every]:
        if not ignored and is_ignored([*way, last]):
            continue
        changed = json.loads(text)
        parent = changed
        for key in way:
            parent = parent[key]
        if wrong is KeyError:
            del parent[last]
        else:
            parent[last] = wrong
        yield changed


def test_what_is_read_is_what_the_schema_lets_through(broken: Result) -> None:
    model = replace(broken.models[0], layers=broken.models[0].layers[:1])
    small = replace(broken, models=(model,), findings=broken.findings[:1])
    documents = [*broken_documents(small, every=5, ignored=False)]
    disagreeing = [each for each in documents if VALIDATOR.is_valid(each) != (problem(each) is None)]
    assert disagreeing == []
    assert 20 < sum(map(VALIDATOR.is_valid, documents)) < len(documents) - 50


def test_what_follows_from_other_values_is_not_read(broken: Result) -> None:
    document = to_json(broken)
    document["verdict"] = document["findings"][0]["pct"] = document["findings"][0]["slack"] = float("nan")
    del document["models"][0]["metrics"]["macs"]["delta"]
    assert from_json(document) == broken


def test_what_is_read_is_rendered_in_every_format(broken: Result) -> None:
    rendered = 0
    for document in broken_documents(broken, every=19):
        try:
            result = from_json(document)
        except CostcalcError:
            continue
        for format in formats("result"):
            render(result, format, width=80)
            rendered += 1
    assert rendered > 200


@pytest.mark.parametrize(
    ("way", "value", "said"),
    [
        (["models", 0, "status"], "grown", "models[0].status is `grown`, not one of added, removed"),
        (["findings", 1, "model"], 5, "findings[1].model is not a text"),
        (["findings", 0, "rule", "line"], None, "findings[0].rule.line is not a whole number"),
        (["findings", 0, "limit"], 10**25, "findings[0].limit is out of range"),
        (["notes", 0], "\ud800", "notes[0] is no text that can be written"),
        (["models", 0, "metrics", "macs", "value"], True, "models[0].metrics.macs.value is not a whole num"),
        (["models", 0, "metrics", "macs", "value"], float("nan"), "models[0].metrics.macs.value is not a"),
        (["models", 0, "metrics", "\udc00"], {}, "a key of models[0].metrics is no text"),
        (["findings", 0, "file"], None, "findings[0]"),
        (["models", 0, "metrics", "macs"], None, "models[0].metrics.macs is not an object"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(broken: Result, way: list[Any], value: Any, said: str) -> None:
    document = to_json(broken)
    parent: Any = document
    for key in way[:-1]:
        parent = parent[key]
    parent[way[-1]] = value
    assert (problem(document) or "").startswith(said)


def test_later_keys_are_no_error(fine: Result) -> None:
    document = to_json(fine)
    document["later"] = document["findings"][0]["later"] = 1
    VALIDATOR.validate(document)
    assert from_json(document) == fine
