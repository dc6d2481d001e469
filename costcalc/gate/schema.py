"""The JSON Schema (draft-07) of costcalc.toml, with which editors check and complete it."""

from __future__ import annotations

import json
from typing import Any, Final

from costcalc.cost import CONVENTIONS, DTYPES, FUSIONS
from costcalc.gate.budget import HEADROOM, LEVELS
from costcalc.gate.metrics import METRICS, Metric
from costcalc.gate.rules import BUDGET_KEYS, CONTEXT_KEYS

FILE: Final = "config.schema.json"
"""Its file, beside the schema of specs."""

Schema = dict[str, Any]

_NUMBER: Final = r"\+?\d[\d_,]*(\.\d+)?([eE][+-]?\d{1,2})?"
_PERCENT: Final[Schema] = {
    "type": ["string", "number"],
    "pattern": rf"^\s*{_NUMBER}\s*%?\s*$",
    "minimum": 0,
}
_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_FLAG: Final[Schema] = {"type": "boolean"}


def schema_text() -> str:
    """Return the schema as the JSON text that is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Return the schema of a file of budgets."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "costcalc budgets",
        "description": "What networks may cost: costcalc.toml, .costcalc.toml, or tool.costcalc of "
        "pyproject.toml.",
        **_table(
            {
                "extend": _described("A file to build on; its path from here.", _TEXT),
                **_context(),
                "budget": {"type": "array", "items": {"$ref": "#/definitions/budget"}},
            }
        ),
        "definitions": {"budget": {**_table(_budget()), "required": ["match"], "anyOf": _LIMITED}},
    }


_LIMITED: Final = [{"required": ["max"]}, {"required": ["max_increase"]}]


def _budget() -> Schema:
    patterns = {"type": "array", "items": _TEXT, "minItems": 1}
    keys: Schema = {
        "match": _described(
            "Which networks it is about: `specs/*.yaml`; `specs/*.yaml@*` is all variants.",
            {"anyOf": [_TEXT, patterns]},
        ),
        "name": _described("What reports and `costcalc budget raise` call it.", _TEXT),
        "max": _described("Limits: the largest values that pass.", _by_metric(_quantity)),
        "max_increase": _described("How much may be added to the base.", _by_metric(_growth)),
        "level": _described("What a breach is.", {"enum": list(LEVELS)}),
        "message": _described("What to tell whoever breaches it.", _TEXT),
        "reason": _described("Why the limits are what they are.", _TEXT),
        "headroom": _described(f"What `budget tighten` leaves: {HEADROOM}% unless given.", _PERCENT),
        "ceiling": _described("What `budget raise` never goes beyond.", _by_metric(_quantity)),
        "max_slack": _described("How far a limit may be above what is measured.", _PERCENT),
        **_context(),
    }
    assert set(keys) == set(BUDGET_KEYS)
    return keys


def _context() -> Schema:
    dtype = {"enum": list(DTYPES)}
    keys: Schema = {
        "convention": _described("What counts as a MAC.", {"enum": list(CONVENTIONS)}),
        "batch": _described("Images per batch.", {"type": "integer", "minimum": 1}),
        "dtype": _described("The number format of weights and activations.", dtype),
        "weights_dtype": _described("That of the weights alone.", dtype),
        "activations_dtype": _described("That of the activations alone.", dtype),
        "fusion": _described("What runs in one kernel.", {"enum": list(FUSIONS)}),
        "weights_in_ram": _described("Whether peak memory includes the weights.", _FLAG),
    }
    assert set(keys) == set(CONTEXT_KEYS)
    return keys


def _by_metric(of: Any) -> Schema:
    return _table({name: of(metric) for name, metric in METRICS.items()})


def _quantity(metric: Metric) -> Schema:
    suffix = "(([kKMGT]i?)?B)?" if metric.is_bytes else "[kKMGBT]?"
    return {
        "type": ["string", "integer"],
        "pattern": rf"^\s*{_NUMBER}\s*{suffix}\s*$",
        "minimum": 0,
        "examples": ["8 MiB" if metric.is_bytes else "300M"],
    }


def _growth(metric: Metric) -> Schema:
    both = {**_table({"pct": _PERCENT, "abs": _quantity(metric)}), "minProperties": 1}
    percent = {"type": "string", "pattern": _PERCENT["pattern"].replace("%?", "%")}
    return {"anyOf": [percent, _quantity(metric), both]}


def _table(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _described(text: str, schema: Schema) -> Schema:
    return {"description": text, **schema}
