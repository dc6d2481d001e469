"""The JSON Schema (draft-07) of results.

It is open: a later minor version may add keys, so that unknown ones are no error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, get_args

from costcalc.gate.result import Kind, Outcome, Status, Verdict

FILE: Final = "result.schema.json"
"""Its file, beside the schema of specs."""

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
_COUNT: Final[Schema] = {"type": ["integer", "null"], "minimum": -(10**24), "maximum": 10**24}
_NUMBER: Final[Schema] = {"type": "integer", "minimum": 1}
_FLAG: Final[Schema] = {"type": "boolean"}


def schema_text() -> str:
    """Return the schema as the JSON text that is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Return the schema of what `-o json=PATH` writes."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "costcalc result",
        "description": "What `costcalc check` or `costcalc diff` found. Counts are exact integers; null is "
        "what is unknown, or not there.",
        **_object(
            {
                "schema_version": _described("MAJOR.MINOR: a new key raises the minor one.", _TEXT),
                "tool": _object({"name": _TEXT, "version": _TEXT}),
                "command": _one_of("check", "diff"),
                "verdict": _described("The worst of all findings.", _one_of(*get_args(Verdict))),
                "context": _described("What all numbers rest on.", _ref("context")),
                "base": _described("What is compared with.", _ref("base")),
                "models": _described("Every network looked at.", _list("model")),
                "findings": _described("Every limit on every network; a diff has none.", _list("finding")),
                "limit_changes": _described("Budgets that this change moves.", _list("limit_change")),
                "notes": {"type": "array", "items": _TEXT},
            }
        ),
        "definitions": {
            "context": _object(_CONTEXT),
            "context_or_null": _nullable(_object(_CONTEXT)),
            "base": _nullable(_object({"name": _TEXT, "commit": _TEXT_OR_NULL, "is_merge_base": _FLAG})),
            "values": _object(_VALUES),
            "metrics": {
                "type": "object",
                "description": "By name: `macs`, `params`, `peak_memory` ...",
                "additionalProperties": _ref("values"),
            },
            "rule": _placed(
                {
                    "id": _described("Its name in the config, or the option that sets the limit.", _TEXT),
                    **_PLACE,
                    "level": _one_of("error", "warn"),
                    "message": _TEXT_OR_NULL,
                    "reason": _TEXT_OR_NULL,
                }
            ),
            "model": _object(
                {
                    "model": _TEXT,
                    "status": _one_of(*get_args(Status)),
                    "file": _TEXT,
                    "before": _described("Its reference in the base, if another.", _TEXT_OR_NULL),
                    "metrics": _ref("metrics"),
                    "stages": _described("Those that differ, in execution order.", _list("part")),
                    "layers": _described("Those that differ, in execution order.", _list("part")),
                }
            ),
            "part": _placed(
                {
                    "name": _TEXT,
                    "status": _one_of(*get_args(Status)),
                    "now": _described("What it is; empty if there is nothing to say.", _TEXT),
                    "before": _described("What it was; empty if there is nothing to say.", _TEXT),
                    **_PLACE,
                    "metrics": _ref("metrics"),
                }
            ),
            "finding": _placed(
                {
                    "model": _TEXT,
                    "metric": _TEXT,
                    "kind": _one_of(*get_args(Kind)),
                    "verdict": _one_of(*get_args(Verdict)),
                    "outcome": _one_of(*get_args(Outcome)),
                    **_VALUES,
                    "limit": _described("The largest integer that would pass.", _COUNT),
                    "slack": _described("How far below the limit; negative above it.", _COUNT),
                    "rule": _ref("rule"),
                    **_PLACE,
                    "context": _described("Where a rule counts otherwise.", _ref("context_or_null")),
                }
            ),
            "limit_change": _object(
                {
                    "rule": _TEXT,
                    "key": _described("Which limit: `max.macs`.", _TEXT),
                    "before": _TEXT_OR_NULL,
                    "after": _TEXT_OR_NULL,
                    "loosened": _FLAG,
                    "file": _TEXT,
                    "line": _NUMBER,
                    "column": _NUMBER,
                }
            ),
        },
    }


def _described(description: str, schema: Schema) -> Schema:
    """Describe a schema; beside a `$ref` draft-07 reads nothing, so that one is wrapped."""
    return {"description": description, **({"allOf": [schema]} if "$ref" in schema else schema)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _list(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


def _one_of(*words: str) -> Schema:
    return {"type": "string", "enum": [*words]}


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": [*properties]}


def _placed(properties: Mapping[str, Schema]) -> Schema:
    """Describe what may have a place: a file and a line, or neither."""
    known = {"properties": {"line": _NUMBER, "column": _NUMBER}}
    return _object(properties) | {"if": {"properties": {"file": _TEXT}}, "then": known}


def _nullable(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


_CONTEXT: Final[dict[str, Schema]] = {
    "convention": _TEXT,
    "batch": {"type": "integer", "minimum": 1},
    "weights_dtype": _TEXT,
    "activations_dtype": _TEXT,
    "fusion": _TEXT,
    "weights_in_ram": _FLAG,
}
_VALUES: Final[dict[str, Schema]] = {
    "value": _described("Now.", _COUNT),
    "base": _described("In the base.", _COUNT),
    "delta": _described("How much it grew.", _COUNT),
    "pct": _described("By how many percent; null if it is new or was zero.", {"type": ["number", "null"]}),
}
_PLACE: Final[dict[str, Schema]] = {
    "file": _TEXT_OR_NULL,
    "line": {"type": ["integer", "null"], "minimum": 1},
    "column": {"type": ["integer", "null"], "minimum": 1},
}
