"""A spec as located text: bytes that are text, and scalars, sequences and mappings that know their place.

Every scalar is text. YAML 1.1 would read `no` as false, `1:30` as 90 and `010` as 8; here they
stay what the author wrote, and whoever needs a number asks `costcalc.spec.expression` for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from costcalc.errors import Diagnostic, Location, SpecError

MAX_BYTES: Final = 1_000_000

TO_END_OF_LINE: Final = 0
"""The `end_column` of what goes on below its first line."""

FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, foreign line ends, and signs that reorder the text around them."""


_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True)
class Text:
    """The text of a file, from which places are quoted."""

    file: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their line ends."""
        return self.text.split("\n")

    def place(self, line: int, column: int, end_column: int = TO_END_OF_LINE) -> Location:
        """Return a location that quotes its source line, at least one column wide."""
        source_line = self.lines[line - 1] if line <= len(self.lines) else ""
        end = len(source_line) + 1 if end_column == TO_END_OF_LINE else end_column
        return Location(self.file, line, column, max(end, column + 1), source_line)


def decode(content: str | bytes, file: str) -> str:
    """Return the content of a file as text with plain line ends, and no byte order mark.

    Raises:
        SpecError: It is too large (E102), not UTF-8 (E103), or has control characters (E104).
    """
    start = Text(file, "").place(1, 1)
    if len(content) > MAX_BYTES:
        message = f"this file is larger than {MAX_BYTES // 1_000_000} MB"
        raise SpecError(Diagnostic("E102", message, start, "a spec takes a few kilobytes"))
    try:
        text = content if isinstance(content, str) else content.decode()
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is not UTF-8 text"
        where = _after(error.object[: error.start].decode(), file)
        raise SpecError(Diagnostic("E103", message, where, "save the file as UTF-8")) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if found := FORBIDDEN.search(text):
        raise SpecError(
            Diagnostic("E104", no_control(found[0]), _after(text[: found.start()], file), "delete it")
        )
    return text


def _after(text: str, file: str) -> Location:
    """Return the place of the character behind `text`, without its line, which no terminal should show."""
    column = len(text) - text.rfind("\n")
    return Location(file, text.count("\n") + 1, column, column + 1)


def no_control(sign: str) -> str:
    """Return the message about a forbidden character."""
    return f"the character U+{ord(sign):04X} has no place in a spec"


# ---- the tree ----------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Scalar:
    """One piece of text. `plain` means unquoted: only plain text can be an empty cell.

    Lines and columns count from 1. `end_column` is exclusive, or `TO_END_OF_LINE` for what goes on
    below its first line; the same holds for the other kinds.
    """

    value: str
    plain: bool
    line: int
    column: int
    end_column: int

    @property
    def is_null(self) -> bool:
        """Whether the author left this out: nothing at all, `~` or `null`, without quotes."""
        return self.plain and self.value in _NULLS


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of values. `flow` means written in brackets."""

    items: tuple[Tree, ...]
    line: int
    column: int
    end_column: int
    flow: bool


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values in the order written; each entry keeps its key, for where it stands."""

    entries: dict[str, tuple[Scalar, Tree]]
    line: int
    column: int
    end_column: int


Tree = Scalar | Sequence | Mapping


@dataclass(frozen=True)
class Source(Text):
    """A parsed file: its text, and the mapping it holds."""

    root: Mapping

    def location(self, tree: Tree, start: int | None = None, end: int | None = None) -> Location:
        """Return where `tree` stands.

        Args:
            tree: A value, or a key.
            start: With `end`, the part `value[start:end]` of a scalar to point at, as an
                `ExpressionError` gives it. Ignored where escapes or line ends hide the part.
            end: See `start`.
        """
        whole = self.place(tree.line, tree.column, tree.end_column)
        if start is None or end is None or not isinstance(tree, Scalar):
            return whole
        offset = tree.column if tree.plain else tree.column + 1
        if not whole.source_line.startswith(tree.value, offset - 1):
            return whole
        return self.place(tree.line, offset + start, offset + max(end, start + 1))
