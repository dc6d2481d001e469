"""The JSON Schema (draft-07) of files of budgets, for editors.

It says what the loader checks, from the same tables: keys, words, and how quantities are written. What it
cannot say is left to the loader: that a limit is within its ceiling, and that names and paths make sense.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from costcalc.cost import DTYPES, all_metrics
from costcalc.gate.budget import LEVELS
from costcalc.gate.budget_reader import BASIS_OPTIONS, BUDGET_KEYS, GROWTH_KEYS
from costcalc.gate.result import BASIS_WORDS

FILE: Final = "config.schema.json"
"""Its file, beside the schema of specs."""

Schema = dict[str, Any]

_PLAIN: Final = r"\+?\d{1,3}(,\d{3})+"
_NUMBER: Final = r"\+?\d+(_\d+)*(\.\d+)?([eE][+-]?\d{1,2})?"
_COUNT: Final = rf"^\s*({_PLAIN}|{_NUMBER}\s*[kKMGBT]?)\s*$"
_BYTES: Final = rf"^\s*({_PLAIN}|{_NUMBER}\s*([kKMGT]i?B?|B)?)\s*$"
_PERCENT: Final = rf"^\s*({_PLAIN}|{_NUMBER}\s*[kKMGBT]?)\s*%?\s*$"
_GROWTH: Final = rf"({_PLAIN}|{_NUMBER}\s*[kKMGBT]?)\s*%"


def schema_text() -> str:
    """Return the schema as the JSON text that is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Return the schema of `costcalc.toml`, and of `tool.costcalc` in `pyproject.toml`."""
    keys = {
        "budget": {"type": "array", "items": _budget()},
        "extend": _text("A file whose budgets hold as well."),
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "costcalc budgets",
        "description": "What networks may cost. `costcalc check` holds them to it.",
        **_closed(keys | {key: _BASIS[key] for key in BASIS_OPTIONS}),
        "definitions": {
            "count": _quantity(_COUNT),
            "bytes": _quantity(_BYTES),
            "growth_of_count": _growth(_COUNT),
            "growth_of_bytes": _growth(_BYTES),
        },
    }


def _budget() -> Schema:
    keys: Schema = {
        "match": {
            "description": "Which networks: paths of specs with `*`, `**` and `?`, and variants behind `@`.",
            "type": ["string", "array"],
            "items": {"type": "string", "minLength": 1},
            "minItems": 1,
        },
        "name": _text("What messages and `costcalc budget raise` call it."),
        "max": _limits("What a network may cost, and no more."),
        "max_increase": _metrics("How much it may grow since the base.", "growth_of_"),
        "level": _word("What a breach is.", LEVELS),
        "message": _text("What to tell whoever breaks it."),
        "reason": _text("Why the limit is what it is."),
        "headroom": _percent("What `costcalc budget tighten` leaves above what is measured."),
        "ceiling": _limits("What no command raises a limit above."),
        "max_slack": _percent("How far below `max` is so far that the limit guards nothing."),
        **_BASIS,
    }
    one_of_two = [{"required": ["max"]}, {"required": ["max_increase"]}]
    return _closed({key: keys[key] for key in BUDGET_KEYS}) | {"required": ["match"], "anyOf": one_of_two}


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _text(description: str) -> Schema:
    return {"description": description, "type": "string", "minLength": 1}


def _word(description: str, words: Iterable[str]) -> Schema:
    return {"description": description, "enum": [*words]}


def _percent(description: str) -> Schema:
    return {"description": description, "type": ["string", "number"], "pattern": _PERCENT, "minimum": 0}


def _limits(description: str) -> Schema:
    return _metrics(description, "")


def _metrics(description: str, kind: str) -> Schema:
    """Return a table by metric, of which every name, alias and header is a key."""
    properties: Schema = {}
    for metric in all_metrics():
        value = {"$ref": f"#/definitions/{kind}{'bytes' if metric.is_bytes else 'count'}"}
        properties |= dict.fromkeys((metric.name, *metric.aliases, metric.header), value)
    return {"description": description, **_closed(properties)}


def _quantity(pattern: str) -> Schema:
    return {"type": ["string", "integer"], "pattern": pattern, "minimum": 0}


def _growth(pattern: str) -> Schema:
    amount = pattern.removeprefix("^").removesuffix("$")
    parts = {"pct": _percent("A percentage."), "abs": _quantity(pattern)}
    keys = _closed({key: parts[key] for key in GROWTH_KEYS})
    return {
        "description": "A percentage, an amount, or both, and then both must be exceeded.",
        **keys,
        "type": ["string", "integer", "object"],
        "pattern": rf"^\s*({_GROWTH}\s*|{amount})$",
        "minimum": 0,
        "minProperties": 1,
    }


_DESCRIPTIONS: Final = {
    "convention": "What counts as a MAC.",
    "weights_dtype": "The number format of the weights alone.",
    "activations_dtype": "The number format of the activations alone.",
    "fusion": "What runs in one kernel, for memory.",
    "order": "How branches are executed, for peak memory.",
}
_BASIS: Final[Schema] = {
    "dtype": _word("The number format of weights and activations.", DTYPES),
    **{key: _word(_DESCRIPTIONS[key], words) for key, words in BASIS_WORDS.items()},
    "batch": {"description": "Images per batch.", "type": "integer", "minimum": 1},
    "weights_in_ram": {"description": "Whether peak memory includes the weights.", "type": "boolean"},
}
