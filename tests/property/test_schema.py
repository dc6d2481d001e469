"""The schema that editors get says what the decoder says: both accept, or both refuse."""

from __future__ import annotations

import copy
import json
from itertools import count
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from costcalc.errors import Diagnostic, SpecError
from costcalc.spec.decode import decode
from costcalc.spec.schema import BEYOND, FILE, schema, schema_text
from costcalc.spec.source import Mapping, Scalar, Sequence, Source, Tree, read

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
VALIDATOR = jsonschema.Draft7Validator(schema())

EVERYTHING: dict[str, Any] = {
    "costcalc": "1",
    "name": "net",
    "title": "A net",
    "source": "Table 1",
    "year": "2017",
    "family": "Net",
    "import": ["std"],
    "extends": "other@x2",
    "input": ["3", "224", "224"],
    "params": {"alpha": "1", "k": ["1", "7"], "c": None},
    "tables": {"width_of": {"1": "144", "2": "200"}},
    "scaling": {"width": {"factor": "alpha", "round": "floor(x)"}, "depth": {"factor": "2"}},
    "blocks": {
        "unit": {
            "params": {"c": None, "s": "1"},
            "inputs": ["h", "p"],
            "let": {"mid": "c/4"},
            "body": [
                "bn",
                {"conv": {"c": "mid", "k": ["1", "7"]}, "when": "s > 1", "from": ["h", "p"], "as": "x"},
                {"split": "8", "as": ["l", "r"]},
                {"add": [[], {"when": "s == 1", "from": "l", "do": [{"$op": None, "share": "w"}]}]},
                {"concat": None, "from": ["l", "r"]},
            ],
        },
        "short": {"body": {"do": ["relu"]}},
    },
    "columns": ["name", "op", "c", "k", "from"],
    "stages": [
        ["conv1", "conv", "32", None, None],
        [None, "$op", "64", ["1", "7"], ["conv1", "-1"]],
        {"op": "gap", "name": "pool", "from": "conv1", "when": "alpha > 1"},
    ],
    "heads": {"logits": ["flatten", {"linear": "1000"}], "aux": {"from": "pool", "do": []}},
    "variants": {"x2.5": {"alpha": "2.5"}},
    "published": {"base": {"macs": "569M"}, "x2.5": [{"params": "4.2M", "source": "Table 2"}]},
    "budget": {"max": {"macs": "600M"}, "level": "warn"},
}

TEXTS = ("x", "y z", "3", "-1", "3.5", "", "$x", "$x-y", "3a", "1 +", "add", "conv")
KEYS = (
    *EVERYTHING, "x", "x-y", "3", "width", "factor", "round", "op", "name", "params", "inputs", "let", "body",
    "when", "from", "as", "share", "do", "conv", "bn", "add", "$x",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, [], {}, [None], ["x"], ["x", "x"], ["x", "y", "z"], [["x"]], {"x": "y"}, {"x": None}, {"x": ["y"]},
    {"do": []}, {"conv": "3"}, {"conv": {"c": "3"}, "when": "x"}, {"op": "conv"},
    {"when": "x", "as": "y", "from": "z", "share": "w"},
)  # fmt: skip

Path_ = tuple[Any, ...]


def paths(value: Any, here: Path_ = ()) -> list[Path_]:
    """Return the way to every value inside another."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, each in inner for path in paths(each, (*here, key)))]


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec that is right, and then changed in a few places."""
    spec = copy.deepcopy(EVERYTHING)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([path for path in paths(spec) if path]))
        parent: Any = spec
        for key in way:
            parent = parent[key]
        match draw(st.sampled_from(("replace", "delete", "rename", "add", "move"))):
            case "replace":
                parent[last] = draw(st.sampled_from(TEXTS) | st.sampled_from(VALUES).map(copy.deepcopy))
            case "delete":
                del parent[last]
            case "rename" if isinstance(parent, dict):
                parent[draw(st.sampled_from(KEYS))] = parent.pop(last)
            case "add" if isinstance(parent, dict):
                parent[draw(st.sampled_from(KEYS))] = draw(st.sampled_from(TEXTS))
            case _ if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[last]))
            case _:
                parent[last] = copy.deepcopy(EVERYTHING[draw(st.sampled_from(sorted(EVERYTHING)))])
    return spec


def source(spec: dict[str, Any]) -> tuple[Source, dict[int, Path_]]:
    """Return a spec as if it had been read, each value on a line of its own, and the ways by line."""
    lines, ways = count(1), {}

    def tree(value: Any, way: Path_) -> Tree:
        line = next(lines)
        ways[line] = way
        if isinstance(value, dict):
            entries = {key: (tree(key, way), tree(each, (*way, key))) for key, each in value.items()}
            return Mapping(entries, line, 1, 1)  # type: ignore[arg-type]
        if isinstance(value, list):
            items = tuple(tree(each, (*way, index)) for index, each in enumerate(value))
            return Sequence(items, line, 1, 1, True)
        return Scalar(value or "", value is None, line, 1, 1)

    root = tree(spec, ())
    assert isinstance(root, Mapping)
    return Source("net.yaml", "", root), ways


def structural_errors(of: Source) -> list[Diagnostic]:
    """Return what the decoder refuses; what is inside an expression is not structure."""
    try:
        decode(of)
    except SpecError as error:
        return [found for found in error.diagnostics if found.code.startswith("E2")]
    return []


@settings(max_examples=400, deadline=None)
@given(specs())
def test_schema_and_decoder_agree(spec: dict[str, Any]) -> None:
    read_spec, ways = source(spec)
    errors = structural_errors(read_spec)
    if not VALIDATOR.is_valid(spec):
        assert errors, "the schema refuses what the decoder accepts"
        return
    list_rows = [row for row, cells in enumerate(spec.get("stages", ())) if isinstance(cells, list)]
    for error in errors:
        assert error.location
        way = ways[error.location.line]
        in_table = any(way[:2] == ("stages", row) for row in list_rows)
        assert in_table and error.code in BEYOND, f"the schema accepts what the decoder refuses: {error}"


def test_what_they_are_tried_on_is_right() -> None:
    assert structural_errors(source(EVERYTHING)[0]) == []
    VALIDATOR.validate(EVERYTHING)


@pytest.mark.parametrize(
    ("row", "code"),
    [([None], "E202"), (["conv", "x"], "E205"), (["3a"], "E208")],
)
def test_what_only_the_decoder_sees(row: list[str | None], code: str) -> None:
    spec = EVERYTHING | {"columns": ["op"], "stages": [row]}
    VALIDATOR.validate(spec)
    assert [error.code for error in structural_errors(source(spec)[0])] == [code]
    assert code in BEYOND


def as_texts(tree: Tree) -> Any:
    """Return a value as the schema sees it: texts, and null for what is left out."""
    match tree:
        case Mapping():
            return {key: as_texts(value) for key, (_, value) in tree.entries.items()}
        case Sequence():
            return [as_texts(item) for item in tree.items]
    return None if tree.is_null else tree.value


def as_an_editor(value: Any) -> Any:
    """Return what a YAML reader makes of a file, with keys as texts, which is what JSON has."""
    if isinstance(value, dict):
        return {str(key): as_an_editor(each) for key, each in value.items()}
    return [as_an_editor(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_shipped_specs_are_valid(path: Path) -> None:
    VALIDATOR.validate(as_texts(read(path).root))
    VALIDATOR.validate(as_an_editor(yaml.safe_load(path.read_text("utf-8"))))


def test_the_shipped_schema_is_up_to_date() -> None:
    shipped = SPECS[0].with_name(FILE).read_text("utf-8")
    assert shipped == schema_text(), "write it anew: costcalc schema > specs/spec.schema.json"


def test_the_schema_is_one_and_dispatches_on_types() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    text = json.dumps(schema())
    assert "oneOf" not in text
    assert "anyOf" not in text


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_shipped_specs_name_the_schema_for_editors(path: Path) -> None:
    first, *_ = path.read_text("utf-8").splitlines()
    assert first == f"# yaml-language-server: $schema={FILE}"
