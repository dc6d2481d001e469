"""Texts, lists and mappings as YAML: on one line where they fit, else one line for each part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

Plain = str | None | Sequence["Plain"] | Mapping[str, "Plain"]
"""What a spec is made of: texts, empty values, lists, mappings."""

WIDTH: Final = 110
_UNQUOTED: Final = re.compile(r"-?[\w$.(][\w$.+*/ ()<>=!%-]*(?<! )", re.ASCII)
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


def lines(value: Plain, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines of a list or mapping, a line or more for each part."""
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _part(f"{_scalar(key)}:", one_line(inner), inner, width)
        case None | str():
            yield one_line(value)
        case _:
            for item in value:
                yield from _part("-", _item(item), item, width)


def one_line(value: Plain) -> str:
    """Return a value in flow style, such as `[conv, {c: 64, k: [1, 7]}]`."""
    match value:
        case None:
            return "~"
        case str():
            return _scalar(value)
        case Mapping():
            return "{" + ", ".join(f"{_scalar(key)}: {one_line(inner)}" for key, inner in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(_item, value)) + "]"


def _item(value: Plain) -> str:
    """Return an item of a list; a mapping of one entry needs no braces there."""
    text = one_line(value)
    return text[1:-1] if isinstance(value, Mapping) and len(value) == 1 else text


def _part(start: str, whole: str, value: Plain, width: int) -> Iterator[str]:
    if not value or isinstance(value, str) or len(start) + 1 + len(whole) <= width:
        yield f"{start} {whole}"
        return
    below = [f"  {line}" for line in lines(value, width - 2)]
    if start == "-":  # the first line goes behind the dash
        yield f"-{below.pop(0)[1:]}"
    else:
        yield start
    yield from below


def _scalar(text: str) -> str:
    if _UNQUOTED.fullmatch(text) and text not in _NULLS:
        return text
    return "'" + text.replace("'", "''") + "'"
