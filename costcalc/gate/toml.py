"""TOML with places: what `tomllib` reads, and where in the text every key and value stands.

`tomllib` says what is wrong and what the values are, but not where they were. So a text that it
accepted is walked a second time for places alone; with them a value can be replaced and everything
around it, comments included, left as it is.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from costcalc.errors import CostcalcError, Diagnostic, Location
from costcalc.gate.located import LocatedDocument, Path

_ERROR_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_BARE_QUANTITY: Final = re.compile(r"=\s*(\d[\d.]*\s*(?:%|[kKMGT](?:i?B)?))")
_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}|\'\'\'(?:[^\']|\'{1,2}(?!\'))*\'{3,5}'
    r'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE: Final = re.compile(r"[^,\]}#\n]+")


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into the text: where a key starts, and from where to where its value goes."""

    key: int
    start: int
    end: int


@dataclass(frozen=True)
class TomlDocument(LocatedDocument):
    """A TOML file, which can be edited.

    Attributes:
        text: All of it.
        spans: Where keys and values stand in it, by path.
    """

    text: str
    spans: Mapping[Path, Span] = field(repr=False)

    def edited(self, replacements: Iterable[tuple[int, int, str]]) -> str:
        """Return the text with some stretches of it replaced; they may not overlap."""
        text = self.text
        for start, end, new in sorted(replacements, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def parse(content: bytes, file: str) -> TomlDocument:
    """Return a TOML file with its places.

    Raises:
        CostcalcError: it is not UTF-8, or not TOML (E801).
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise CostcalcError(Diagnostic("E801", f"{file}: byte {error.start + 1} is not UTF-8 text")) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CostcalcError(_explained(str(error), text, file)) from None
    except RecursionError:
        raise CostcalcError(Diagnostic("E801", f"{file} nests too deep")) from None
    spans = _Walk(text).spans
    return TomlDocument(data, dict(_places(spans, text, file)), text, spans)


def _places(
    spans: Mapping[Path, Span], text: str, file: str
) -> Iterator[tuple[Path, tuple[Location, Location]]]:
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    quoted = [line.rstrip("\r") for line in lines]

    def location(start: int, end: int) -> Location:
        number = bisect_right(starts, start)
        line, before = quoted[number - 1], starts[number - 1]
        column, end_column = start - before + 1, min(end - before, len(line)) + 1
        return Location(file, number, column, max(end_column, column + 1), line)

    for path, span in spans.items():
        is_whole = span.key == span.start  # a header, or an item of a list
        key = location(span.key, span.end if is_whole else span.key + len(str(path[-1])))
        yield path, (key, location(span.start, span.end))


def _explained(problem: str, text: str, file: str) -> Diagnostic:
    """Turn `tomllib`'s message, which ends with a place, into ours."""
    match = _ERROR_PLACE.fullmatch(problem)
    message = match[1] if match else problem
    lines = text.split("\n")
    line = int(match[2]) if match and match[2] else len(lines)
    column = int(match[3]) if match and match[3] else len(lines[-1]) + 1
    source_line = lines[line - 1].rstrip("\r")
    where = Location(file, line, column, column + 1, source_line)
    bare = _BARE_QUANTITY.search(source_line)
    help = f'TOML wants quotes: "{bare[1]}"' if bare else None
    return Diagnostic("E801", f"this is not TOML: {message[:1].lower()}{message[1:]}", where, help)


class _Walk:
    """Notes the span of every key of a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self.spans: dict[Path, Span] = {}
        self._text = text
        self._at = 0
        self._lengths: dict[Path, int] = {}  # of arrays of tables
        table: Path = ()
        while self._skip(_BLANK) < len(text):
            if text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at

    def _take(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) * found
        return found

    def _header(self) -> Path:
        """Read `[table]` or `[[array of tables]]`; return its path, with the index of the table."""
        start = self._at
        is_array = self._take("[[")
        if not is_array:
            self._take("[")
        path: Path = ()
        keys = self._keys()
        for position, key in enumerate(keys):
            path = (*path, key)
            if path in self._lengths and not (is_array and position == len(keys) - 1):
                path = (*path, self._lengths[path] - 1)
        self._skip(_SPACE)
        self._take("]]" if is_array else "]")
        if is_array:
            index = self._lengths.get(path, 0)
            self._lengths[path] = index + 1
            path = (*path, index)
        self.spans[path] = Span(start, start, self._at)
        return path

    def _keys(self) -> list[str]:
        """Read `a."b c".d`."""
        keys = []
        while True:
            self._skip(_SPACE)
            start = self._at
            if self._text[start] in "\"'":
                self._skip(_STRING)
                keys.append(tomllib.loads(f"k = {self._text[start : self._at]}")["k"])
            else:
                self._skip(_BARE_KEY)
                keys.append(self._text[start : self._at])
            self._skip(_SPACE)
            if not self._take("."):
                return keys

    def _pair(self, table: Path) -> None:
        start = self._at
        path = (*table, *self._keys())
        self._take("=")
        self._skip(_SPACE)
        self._value(path, start)
        for length in range(len(table) + 1, len(path)):  # the tables that a dotted key makes
            self.spans.setdefault(path[:length], Span(start, start, self._at))

    def _value(self, path: Path, key: int) -> None:
        start = self._at
        if self._text[start] in "\"'":
            self._skip(_STRING)
        elif self._take("["):
            self._items(path)
        elif self._take("{"):
            while self._skip(_BLANK) and not self._take("}"):
                self._pair(path)
                self._skip(_BLANK)
                self._take(",")
        else:
            self._skip(_BARE_VALUE)
        end = self._at if self._text[start] in "\"'[{" else start + len(self._text[start : self._at].rstrip())
        self.spans[path] = Span(key, start, end)

    def _items(self, path: Path) -> None:
        index = 0
        while self._skip(_BLANK) and not self._take("]"):
            self._value((*path, index), self._at)
            index += 1
            self._skip(_BLANK)
            self._take(",")
