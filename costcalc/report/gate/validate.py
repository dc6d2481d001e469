"""Whether a document keeps to the schema of results: what is published is what is read back, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from costcalc.report.gate.schema import Schema, schema

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def first_error(document: object) -> str | None:
    """Return where a document that was decoded from JSON does not keep to the schema, and why; or None."""
    whole = schema()
    return next(_errors(document, whole, "", whole["definitions"]), None)


def _errors(value: object, schema: Schema, where: str, definitions: Mapping[str, Schema]) -> Iterator[str]:
    """Check the keywords that the schema above uses, and no others."""
    for part in schema.get("allOf", ()):
        yield from _errors(value, part, where, definitions)
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "if" in schema and not any(_errors(value, schema["if"], where, definitions)):
        yield from _errors(value, schema["then"], where, definitions)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield f"{where or 'it'} is not {' or '.join(kinds)}"
    elif isinstance(value, str) and value not in schema.get("enum", [value]):
        yield f"{where} is `{value[:40]}`, not one of {', '.join(schema['enum'])}"
    elif isinstance(value, str) and not _is_text(value):
        yield f"{where} is no text that can be written"
    elif isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where} is out of range"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _errors(item, schema.get("items", {}), f"{where}[{index}]", definitions)
    elif isinstance(value, dict):
        yield from (
            f"{where or 'it'} has no `{key}`" for key in schema.get("required", ()) if key not in value
        )
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if inner is not None:
                yield from _errors(item, inner, f"{where}.{key}" if where else key, definitions)


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _is_text(value: str) -> bool:
    """Tell whether a text has no half of a surrogate pair, which JSON can spell and no file can hold."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
