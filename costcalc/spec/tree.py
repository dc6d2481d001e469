"""A spec as located text: scalars, sequences and mappings that know where they were written.

Every scalar is text. YAML 1.1 would read `no` as false, `1:30` as 90 and `010` as 8; here they
stay what the author wrote, and whoever needs a number asks `costcalc.spec.expression` for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from costcalc.errors import Location
from costcalc.spec.text import Text

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


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
