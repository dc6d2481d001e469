"""The JSON Schema (draft-07) of files of budgets, for editors.

It says what the loader checks, from the same tables: keys, words, and how quantities are written. What it
cannot say is left to the loader: that a limit is within its ceiling, and that names and paths make sense.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from costcalc.cost import CONVENTIONS, DTYPES, FUSIONS
from costcalc.gate.budget import LEVELS
from costcalc.gate.metrics import METRICS
from costcalc.gate.rules import BUDGET_KEYS, CONTEXT_KEYS, GROWTH_KEYS

FILE: Final = "config.schema.json"
"""Its file, beside the schema of specs."""

Schema = dict[str, Any]

_NUMBER: Final = r"\+?\d[\d_,]*(\.\d+)?([eE][+-]?\d{1,2})?"
_COUNT: Final = rf"^\s*{_NUMBER}\s*[kKMGBT]?\s*$"
_BYTES: Final = rf"^\s*{_NUMBER}\s*([kKMGT]i?B|B)?\s*$"
_PERCENT: Final = rf"^\s*{_NUMBER}\s*[kKMGBT]?\s*%?\s*$"
_GROWTH: Final = rf"{_NUMBER}\s*[kKMGBT]?\s*%"


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
        **_closed(keys | {key: _CONTEXT[key] for key in CONTEXT_KEYS}),
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
        "max_increase": _metrics("How much it may grow since the base.", _growth),
        "level": _word("What a breach is.", LEVELS),
        "message": _text("What to tell whoever breaks it."),
        "reason": _text("Why the limit is what it is."),
        "headroom": _percent("What `costcalc budget tighten` leaves above what is measured."),
        "ceiling": _limits("What no command raises a limit above."),
        "max_slack": _percent("How far below `max` is so far that the limit guards nothing."),
        **_CONTEXT,
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
    return _metrics(description, _quantity)


def _metrics(description: str, of: Any) -> Schema:
    properties = {name: of(metric.is_bytes) for name, metric in METRICS.items()}
    return {"description": description, **_closed(properties)}


def _quantity(is_bytes: bool) -> Schema:
    return {"type": ["string", "integer"], "pattern": _BYTES if is_bytes else _COUNT, "minimum": 0}


def _growth(is_bytes: bool) -> Schema:
    amount = (_BYTES if is_bytes else _COUNT).removeprefix("^").removesuffix("$")
    parts = {"pct": _percent("A percentage."), "abs": _quantity(is_bytes)}
    return {
        "description": "A percentage, an amount, or both, and then both must be exceeded.",
        "type": ["string", "integer", "object"],
        "pattern": rf"^\s*({_GROWTH}\s*|{amount})$",
        "minimum": 0,
        **{
            key: value
            for key, value in _closed({key: parts[key] for key in GROWTH_KEYS}).items()
            if key != "type"
        },
        "minProperties": 1,
    }


_CONTEXT: Final[Schema] = {
    "convention": _word("What counts as a MAC.", CONVENTIONS),
    "batch": {"description": "Images per batch.", "type": "integer", "minimum": 1},
    "dtype": _word("The number format of weights and activations.", DTYPES),
    "weights_dtype": _word("That of the weights alone.", DTYPES),
    "activations_dtype": _word("That of the activations alone.", DTYPES),
    "fusion": _word("What runs in one kernel, for memory.", FUSIONS),
    "weights_in_ram": {"description": "Whether peak memory includes the weights.", "type": "boolean"},
}
