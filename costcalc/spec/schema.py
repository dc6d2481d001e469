"""The spec language as a JSON Schema (draft-07), for editors.

It says what the decoder checks, from the same tables: keys, kinds of values, names. Instances are
specs in which every scalar is a text and an empty cell null; numbers and flags are let through
too, because editors read them so. Expressions are texts here. There is no `oneOf` or `anyOf`,
whose messages help nobody: keywords for lists, mappings and texts stand side by side, and each
applies to its own kind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final

from costcalc.spec.decode import (
    BLOCK_KEYS,
    BRANCH_KEYS,
    KEYS,
    REQUIRED_KEYS,
    SCALED,
    SCALING_KEYS,
    STEP_CONTROLS,
    VARIANT,
    VERSION,
)
from costcalc.spec.evaluate import show
from costcalc.spec.primitives import MERGES, PRIMITIVES, REQUIRED, Argument, Primitive
from costcalc.spec.reader import IDENTIFIER, WHOLE_NUMBER

FILE: Final = "spec.schema.json"
"""Beside the shipped specs, whose first lines name it."""

BEYOND: Final[Mapping[str, str]] = MappingProxyType(
    {
        "E202": "a row that is a list has an `op`, and `columns` to name its cells",
        "E205": "such a row has a cell for every column",
        "E208": "its `op` and `name` are names",
    }
)
"""What the decoder refuses and the schema cannot: a cell means what its column says."""

Schema = dict[str, Any]

_TEXT: Final = ("string", "number", "boolean")
_OPERATOR: Final = rf"\$?{IDENTIFIER}"
_CELL: Final = rf"^(?!\s*\$)|^\s*\${IDENTIFIER}\s*$"


def schema_text() -> str:
    """Return the schema as the JSON text that is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Return the schema of a spec file."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "costcalc spec",
        "description": "A neural-network architecture as data, version 1 of the language.",
        **_mapping({key: _KEYS[key] for key in KEYS}, required=REQUIRED_KEYS),
        "definitions": {
            "cell": _cell(nullable=True),
            "value": _cell(nullable=False),
            "slot": _cell(nullable=True)
            | {"type": [*_TEXT, "null", "array"], "items": _ref("value"), "minItems": 1},
            "label": _name(IDENTIFIER),
            "operator": _name(_OPERATOR),
            "arguments": _named(_ref("slot")),
            "branch": _branch(),
            "steps": {"type": "array", "items": _ref("step")},
            "step": _step(),
            "call": _call(),
            "row": _row(),
            "figures": {"type": "object", **_figures()},
        },
    }


# ---- kinds of schemas --------------------------------------------------------------------------


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _described(description: str, schema: Schema) -> Schema:
    inner = {"allOf": [schema]} if "$ref" in schema else schema  # what stands beside a `$ref` is ignored
    return {"description": description, **inner}


def _text(description: str) -> Schema:
    return {"description": description, "type": list(_TEXT)}


def _name(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _mapping(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """Return the schema of a mapping with these keys and no others."""
    found: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return found | ({"required": list(required)} if required else {})


def _named(values: Schema, pattern: str = IDENTIFIER) -> Schema:
    """Return the schema of a mapping from names to values of one kind."""
    return {"type": "object", "propertyNames": _name(pattern), "additionalProperties": values}


def _list(items: Schema, **limits: Any) -> Schema:
    return {"type": "array", "items": items, **limits}


# ---- values, steps, rows -----------------------------------------------------------------------


def _cell(*, nullable: bool) -> Schema:
    """A number, a name, an expression, or `$p`."""
    return {"type": [*_TEXT, "null"] if nullable else list(_TEXT), "pattern": _CELL}


def _branch() -> Schema:
    parts = {"when": _ref("cell"), "from": _ref("slot"), "do": _ref("steps")}
    long_form = _mapping({key: parts[key] for key in BRANCH_KEYS}, required=["do"])
    return {**long_form, "type": ["array", "object"], "items": _ref("step")}


def _step() -> Schema:
    """A name, or a mapping of one call and up to four controls."""
    controls = {"when": _ref("cell"), "as": _labels(), "from": _ref("slot"), "share": _ref("label")}
    merge = {"type": ["array", "null"], "items": _ref("branch")}
    return {
        "type": ["string", "object"],
        "pattern": f"^(?:{_OPERATOR})$",
        "propertyNames": {"pattern": f"^(?:{_OPERATOR})$"},
        "properties": {
            **{key: controls[key] for key in STEP_CONTROLS},
            **{name: _described("merge branches", merge) for name in MERGES},
            **{name: _suggested(primitive) for name, primitive in PRIMITIVES.items()},
        },
        "additionalProperties": _ref("call"),
        "not": {"type": "object", "propertyNames": {"enum": list(STEP_CONTROLS)}},
        "allOf": list(_one_call()),
    }


def _one_call() -> Iterable[Schema]:
    """A key for each control that is there, and one more: the keys that are missing lower the limit."""
    for missing in range(1, len(STEP_CONTROLS) + 1):
        for keys in combinations(STEP_CONTROLS, missing):
            yield {
                "if": {"properties": dict.fromkeys(keys, False)},
                "then": {"maxProperties": len(STEP_CONTROLS) + 1 - missing},
            }


def _call() -> Schema:
    """What a step gives to whom it calls: nothing, the first argument alone, or arguments by name."""
    values = {"type": [*_TEXT, "null", "array", "object"], "items": _ref("value"), "minItems": 1}
    return {**_cell(nullable=True), **_named(_ref("slot")), **values}


def _suggested(primitive: Primitive) -> Schema:
    """Return a call whose arguments have descriptions. Others pass: a block may have hidden the primitive."""
    described = {name: {"description": _argument(each)} for name, each in primitive.arguments.items()}
    return _described(primitive.summary, _ref("call")) | ({"properties": described} if described else {})


def _argument(argument: Argument) -> str:
    needed = "required" if argument.default is REQUIRED else f"{show(argument.default)} unless given"
    return f"{' | '.join(argument.choices) or argument.kind}; {needed}"


def _labels() -> Schema:
    return {
        **_name(IDENTIFIER),
        "type": ["string", "array"],
        "items": _ref("label"),
        "minItems": 1,
        "uniqueItems": True,
    }


def _row() -> Schema:
    name = {**_name(IDENTIFIER), "type": ["string", "null"]}
    return {
        "type": ["array", "object"],
        "items": _ref("slot"),
        "required": ["op"],
        "properties": {"op": _ref("operator"), "name": name, "from": _ref("slot")},
        "propertyNames": _name(IDENTIFIER),
        "additionalProperties": _ref("slot"),
    }


# ---- the file ----------------------------------------------------------------------------------


def _scaling() -> Schema:
    parts = {
        "factor": _described("what to multiply by", _ref("value")),
        "round": _described("how `x`, the product, becomes whole", _ref("cell")),
    }
    return _mapping({key: parts[key] for key in SCALING_KEYS}, required=["factor"])


def _block() -> Schema:
    parts = {
        "params": _described("parameters and their defaults; `~` must be given", _ref("arguments")),
        "inputs": _described("labels of several inputs", _list(_ref("label"), uniqueItems=True)),
        "let": _described("local names", _named(_ref("value"))),
        "body": _described("steps, each taking the result of the one before", _ref("branch")),
    }
    return _mapping({key: parts[key] for key in BLOCK_KEYS}, required=["body"])


def _figures() -> Schema:
    texts: Schema = {"type": list(_TEXT)}
    gap = {"type": [*_TEXT, "object"], "additionalProperties": texts}
    described = {
        "gap": _described("Why figures disagree: one reason for all, or reasons by figure.", gap),
        "of": _described("The stages and heads that the figures are about, if not all.", _labels()),
    }
    return {"properties": described, "additionalProperties": texts}


_SCALED: Final = {
    "width": "column `c` of the rows",
    "depth": "column `n` of the rows",
    "resolution": "height and width of the input",
}

_KEYS: Final[Mapping[str, Schema]] = {
    "costcalc": {"description": "The version of the language.", "enum": [int(VERSION), VERSION]},
    "name": _described("The name of the network.", _ref("label")),
    "title": _text("The name as its authors write it."),
    "source": _text("Where the table comes from."),
    "year": {
        "description": "The year it appeared.",
        "type": ["integer", "string"],
        "minimum": 0,
        "maximum": 999_999,
        "pattern": f"^{WHOLE_NUMBER}$",
    },
    "family": _text("The family that it belongs to."),
    "import": _described("Specs whose blocks are used here.", _list({"type": "string", "minLength": 1})),
    "extends": {
        "description": "A spec, `name@variant`, whose keys stand unless given here.",
        "type": "string",
        "minLength": 1,
    },
    "input": _described("Channels, height, width.", _list(_ref("value"), minItems=3, maxItems=3)),
    "params": _described("Parameters, in the order of evaluation.", _ref("arguments")),
    "tables": _described(
        "Functions from a key to a value.",
        _named({"type": "object", "additionalProperties": _ref("value")}),
    ),
    "scaling": _described(
        "What multipliers act on.",
        _mapping({key: _described(_SCALED[key], _scaling()) for key in SCALED}),
    ),
    "blocks": _described("Named pieces of network.", _named(_block())),
    "columns": _described("What the cells of a row are.", _list(_ref("label"), uniqueItems=True)),
    "stages": _described("The rows of the table.", _list(_ref("row"), minItems=1)),
    "heads": _described("The outputs, by name.", _named(_ref("branch"))),
    "variants": _described("Parameters that a name behind `@` sets.", _named(_ref("arguments"), VARIANT)),
    "published": _described(
        "Figures as printed, by variant.",
        {
            "type": "object",
            "additionalProperties": {"type": ["array", "object"], "items": _ref("figures"), **_figures()},
        },
    ),
    "budget": _described(
        "What the network may cost: a budget as in costcalc.toml, without `match`.", {"type": "object"}
    ),
}
"""A schema for every key that the decoder reads."""
