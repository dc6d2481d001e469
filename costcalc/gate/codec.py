"""Frozen dataclasses as JSON and back, and the JSON Schema of what is written: all three from type hints.

A field's hint says everything: `Annotated[int | None, "How much it is.", Range(0)]`. Its words describe the
key in the schema, `Range` bounds a number, `Key` gives the key another name than the field, and `FLAT`
writes the keys of a dataclass among those around it. A `derived` property is written for readers in other
languages, and ignored when it is read: it is computed anew.

Documents may come from anywhere. The depth of what is looked at is that of the types, whatever is below it,
so that reading takes time in proportion to the document, and `DecodeError` says which key is wrong and why.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

T = TypeVar("T")
Json = dict[str, Any]


class DecodeError(ValueError):
    """A document is not what the types ask for; says where, and why."""


class derived(property):  # noqa: N801 -- it is used as `property` is
    """A property that is written and, as it follows from other fields, not read."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the largest number that is let through."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What a field is called in JSON."""

    name: str


@dataclass(frozen=True, slots=True)
class Record:
    """How a type is written and read that does so itself.

    Attributes:
        write: Returns the record of a value.
        read: Returns the value of a record. Raises ValueError, TypeError or CostcalcError.
        schema: The JSON Schema of records.
    """

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    schema: Callable[[], Json]


FLAT: Final = object()
"""Marks a dataclass whose keys stand among those around it, all null where it is None."""


# ---- what type hints say -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type hint taken apart."""

    type: Any
    nullable: bool
    description: str
    range: Range
    is_flat: bool
    record: Record | None


@dataclass(frozen=True, slots=True)
class _Member:
    """A field or derived property of a dataclass."""

    attribute: str
    key: str
    kind: _Kind
    is_derived: bool = False


@functools.cache
def _kind(hint: Any) -> _Kind:
    notes: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        notes = tuple(rest)
    nullable = get_origin(hint) in (types.UnionType, typing.Union)
    if nullable:
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    return _Kind(
        hint,
        nullable,
        next((note for note in notes if isinstance(note, str)), ""),
        next((note for note in notes if isinstance(note, Range)), Range()),
        FLAT in notes,
        next((note for note in notes if isinstance(note, Record)), None),
    )


@functools.cache
def _members(of: Any) -> tuple[_Member, ...]:
    """Return what is written of a dataclass: its fields, then what is derived from them."""
    hints = typing.get_type_hints(of, include_extras=True)
    fields = [_member(field.name, hints[field.name]) for field in dataclasses.fields(of)]
    derivations = {name: each for name, each in vars(of).items() if isinstance(each, derived)}
    returned = {
        name: typing.get_type_hints(each.fget, include_extras=True)["return"]
        for name, each in derivations.items()
    }
    return (*fields, *(_Member(name, name, _kind(hint), is_derived=True) for name, hint in returned.items()))


def _member(attribute: str, hint: Any) -> _Member:
    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    key = next((note.name for note in notes if isinstance(note, Key)), attribute)
    return _Member(attribute, key, _kind(hint))


# ---- writing -----------------------------------------------------------------------------------


def encode(value: Any) -> Json:
    """Return a dataclass as an object that `json.dumps` takes; whole numbers stay exact."""
    document: Json = {}
    for member in _members(type(value)):  # type: ignore[arg-type]
        inner = getattr(value, member.attribute)
        if not member.kind.is_flat:
            document[member.key] = _encoded(inner, member.kind)
        elif inner is None:
            document |= dict.fromkeys(each.key for each in _members(member.kind.type))
        else:
            document |= encode(inner)
    return document


def _encoded(value: Any, kind: _Kind) -> Any:
    if value is None:
        return None
    if kind.record is not None:
        return kind.record.write(value)
    if dataclasses.is_dataclass(kind.type):
        return encode(value)
    match get_origin(kind.type):
        case typing.Literal | None:
            return value
        case origin if origin is tuple:
            inner = _kind(get_args(kind.type)[0])
            return [_encoded(item, inner) for item in value]
    inner = _kind(get_args(kind.type)[1])
    return {name: _encoded(item, inner) for name, item in value.items()}


# ---- reading -----------------------------------------------------------------------------------


def decode(of: type[T], document: object) -> T:
    """Return the dataclass that `encode` wrote. Unknown keys are let be: later versions may add some.

    Raises:
        DecodeError: a key is missing, or its value is not what the type asks for.
    """
    return _decoded_object(of, document, "")


def _decoded_object(of: type[T], document: object, where: str) -> T:
    found = _required(dict, document, "an object", where)
    values: dict[str, Any] = {}
    for member in _members(of):  # type: ignore[arg-type]
        if member.is_derived:
            continue
        if member.kind.is_flat:
            values[member.attribute] = _decoded_flat(member.kind, found, where)
        elif member.key not in found:
            raise DecodeError(f"{where or 'it'} has no `{member.key}`")
        else:
            inside = f"{where}.{member.key}" if where else member.key
            values[member.attribute] = _decoded(member.kind, found[member.key], inside)
    return of(**values)


def _decoded_flat(kind: _Kind, document: Json, where: str) -> Any:
    keys = [each.key for each in _members(kind.type) if not each.is_derived]
    if kind.nullable and all(document.get(key, keys) is None for key in keys):
        return None
    return _decoded_object(kind.type, document, where)


def _decoded(kind: _Kind, value: Any, where: str) -> Any:
    if value is None and kind.nullable:
        return None
    if kind.record is not None:
        try:
            return kind.record.read(value)
        except DecodeError as error:
            raise DecodeError(f"{where}: {error}") from None
    if dataclasses.is_dataclass(kind.type):
        return _decoded_object(kind.type, value, where)  # type: ignore[arg-type]
    match get_origin(kind.type):
        case None:
            return _decoded_scalar(kind, value, where)
        case typing.Literal:
            words = get_args(kind.type)
            if _text(value, kind, where) not in words:
                raise DecodeError(f"{where} is `{value[:40]}`, not one of {', '.join(words)}")
            return value
        case origin if origin is tuple:
            inner = _kind(get_args(kind.type)[0])
            items = _required(list, value, "a list", where)
            return tuple(_decoded(inner, item, f"{where}[{index}]") for index, item in enumerate(items))
    inner = _kind(get_args(kind.type)[1])
    entries = _required(dict, value, "an object", where)
    name_kind = _kind(str)
    return {
        _text(name, name_kind, f"a key of {where}"): _decoded(inner, item, f"{where}.{name[:40]}")
        for name, item in entries.items()
    }


def _decoded_scalar(kind: _Kind, value: Any, where: str) -> Any:
    if kind.type is str:
        return _text(value, kind, where)
    what = "true or false" if kind.type is bool else "a whole number"
    _required(kind.type, value, f"{what} or null" if kind.nullable else what, where)
    low, high = kind.range.minimum, kind.range.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise DecodeError(f"{where} is out of range")
    return value


def _text(value: Any, kind: _Kind, where: str) -> str:
    """Return a text, without half of a surrogate pair, which JSON can spell and no file can hold."""
    text: str = _required(str, value, "a text or null" if kind.nullable else "a text", where)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DecodeError(f"{where} is no text that can be written") from None
    return text


def _required(of: type[T], value: object, what: str, where: str) -> T:
    if type(value) is not of:  # a bool is no number here
        raise DecodeError(f"{where or 'it'} is not {what}")
    return value


# ---- the JSON Schema ---------------------------------------------------------------------------


def schema(of: type) -> Json:
    """Return the JSON Schema (draft-07) of what `encode` writes: open, as later versions may add keys."""
    definitions: dict[str, Json] = {}
    for each in _reached(of):
        definitions.setdefault(each.__name__, _object_schema(each))
    return _object_schema(of) | {"definitions": definitions}


def _reached(of: type) -> Iterator[type]:
    """Yield the dataclasses that stand in one, at any depth, but for itself."""
    for member in _members(of):
        for each in (member.kind.type, *get_args(member.kind.type)):
            inner = _kind(each)
            if dataclasses.is_dataclass(inner.type) and member.kind.record is None:
                if not member.kind.is_flat:
                    yield inner.type  # type: ignore[misc]
                yield from _reached(inner.type)  # type: ignore[arg-type]


def _object_schema(of: type) -> Json:
    properties: dict[str, Json] = {}
    conditions: Json = {}
    for member in _members(of):
        if not member.kind.is_flat:
            properties[member.key] = _schema(member.kind)
            continue
        inner = {each.key: each.kind for each in _members(member.kind.type)}
        if not member.kind.nullable:
            properties |= {key: _schema(kind) for key, kind in inner.items()}
            continue
        null = {key: {"type": "null"} for key in inner}
        whole = {key: _schema(dataclasses.replace(kind, description="")) for key, kind in inner.items()}
        properties |= {key: _schema(dataclasses.replace(kind, nullable=True)) for key, kind in inner.items()}
        first = next(iter(inner))
        conditions = {
            "if": {"properties": {first: null[first]}},
            "then": {"properties": null},
            "else": {"properties": whole},
        }
    about = {"description": of.__doc__.partition("\n")[0]} if of.__doc__ else {}
    return about | {"type": "object", "properties": properties, "required": [*properties]} | conditions


def _schema(kind: _Kind) -> Json:
    found = {"description": kind.description} if kind.description else {}
    if kind.record is not None or dataclasses.is_dataclass(kind.type):
        reference = {"$ref": f"#/definitions/{kind.type.__name__}"}
        inner = reference if kind.record is None else kind.record.schema()
        return found | ({"anyOf": [inner, {"type": "null"}]} if kind.nullable else {"allOf": [inner]})
    match get_origin(kind.type):
        case typing.Literal:
            return found | {"type": "string", "enum": [*get_args(kind.type)]}
        case origin if origin is tuple:
            return found | {"type": "array", "items": _schema(_kind(get_args(kind.type)[0]))}
        case origin if origin is not None:
            return found | {
                "type": "object",
                "additionalProperties": _schema(_kind(get_args(kind.type)[1])),
            }
    name = {str: "string", bool: "boolean", int: "integer", float: "number"}[kind.type]
    bounds = {"minimum": kind.range.minimum, "maximum": kind.range.maximum}
    return (
        found
        | {"type": [name, "null"] if kind.nullable else name}
        | {key: bound for key, bound in bounds.items() if bound is not None}
    )
