"""Decoding, piece by piece: values of the kinds that specs are made of, and every error located."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from costcalc.errors import Diagnostic, SpecError, did_you_mean
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.spec.model import Cell, Slot
from costcalc.spec.source import Mapping as MappingTree
from costcalc.spec.source import Scalar, Sequence, Source, Tree

MOST_ERRORS: Final = 100
"""More of them help nobody, and take long to find."""
MOST_IN_A_LIST: Final = 16
"""Values that one parameter takes: a size for each axis, and some to spare."""

IDENTIFIER: Final = "[A-Za-z_][A-Za-z0-9_]*"
WHOLE_NUMBER: Final = "[0-9]{1,6}"
"""As patterns, for the schema; `is_identifier` and `Reader.integer` say the same."""

Entries = Mapping[str, tuple[Scalar, Tree]]
"""What a mapping holds: by key, the key as written and the value."""


def is_identifier(text: str) -> bool:
    """Tell whether a text is a name of letters, digits and underscores."""
    return text.isascii() and text.isidentifier()


class Reader:
    """Decodes the values of one file and collects what is wrong with them.

    A method that finds something wrong notes it and returns nothing, so that one reading finds
    everything.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []

    def finish(self) -> None:
        """Raise a `SpecError` with everything noted, in the order of the file."""
        if self.diagnostics:
            raise SpecError(sorted(self.diagnostics, key=_place))

    def error(self, code: str, tree: Tree, message: str, help: str | None = None) -> None:
        """Note an error at a value."""
        self._note(Diagnostic(code, message, self.source.location(tree), help))

    def _note(self, found: Diagnostic) -> None:
        self.diagnostics.append(found)
        if len(self.diagnostics) >= MOST_ERRORS:
            self.finish()

    def mapping(self, tree: Tree, what: str, example: str) -> Entries:
        """Return the entries of a mapping."""
        if isinstance(tree, MappingTree):
            return tree.entries
        self.error("E204", tree, f"{what} must be a mapping", f"write it like `{example}`")
        return {}

    def items(self, tree: Tree, what: str, example: str) -> tuple[Tree, ...]:
        """Return the items of a list."""
        if isinstance(tree, Sequence):
            return tree.items
        self.error("E204", tree, f"{what} must be a list", f"write it like `{example}`")
        return ()

    def known(self, entries: Entries, what: str, known: Iterable[str]) -> Iterator[tuple[str, Tree]]:
        """Yield the known entries; every other key is an error."""
        names = tuple(known)
        for key, (scalar, value) in entries.items():
            if key in names:
                yield key, value
            else:
                help = did_you_mean(key, names) or f"known keys: {', '.join(names)}"
                self.error("E201", scalar, f"{what} has no key `{key}`", help)

    def text(self, tree: Tree, what: str) -> str | None:
        """Return a text that is not empty."""
        if isinstance(tree, Scalar) and not tree.is_null:
            return tree.value
        self.error("E204", tree, f"{what} must be a text")
        return None

    def integer(self, tree: Tree, what: str) -> int | None:
        """Return a whole number of at most six digits."""
        if (
            isinstance(tree, Scalar)
            and len(tree.value) <= 6
            and tree.value.isascii()
            and tree.value.isdigit()
        ):
            return int(tree.value)
        self.error("E204", tree, f"{what} must be a whole number")
        return None

    def identifier(self, scalar: Tree, what: str) -> str | None:
        """Return a name of letters, digits and underscores."""
        if isinstance(scalar, Scalar) and is_identifier(scalar.value):
            return scalar.value
        self.error("E208", scalar, f"{what} must be a name of letters, digits and underscores")
        return None

    def cell(self, tree: Tree, what: str) -> Cell | None:
        """Decode one value; `~` gives None."""
        if not isinstance(tree, Scalar):
            self.error("E204", tree, f"{what} must be a number, a name or an expression")
            return None
        if tree.is_null:
            return None
        text = tree.value.strip()
        if text.startswith("$"):
            if not is_identifier(text[1:]):
                self.error("E208", tree, f"`{text}` passes no parameter", "write `$` and a parameter's name")
                return None
            return Cell(text, None, tree, self.source)
        try:
            return Cell(text, compile_expression(text), tree, self.source)
        except ExpressionError as error:
            where = self.source.location(tree, error.start, error.end)
            self._note(Diagnostic(error.code, f"{what}: {error.message}", where, error.help))
            return None

    def given(self, tree: Tree, what: str) -> Cell | None:
        """Decode one value that cannot be left out."""
        if isinstance(tree, Scalar) and tree.is_null:
            self.error("E206", tree, f"{what} is empty")
            return None
        return self.cell(tree, what)

    def slot(self, tree: Tree, what: str) -> Slot | None:
        """Decode a value or a list of values such as `[1, 7]`; `~` gives None."""
        if not isinstance(tree, Sequence):
            return self.cell(tree, what)
        return self.cells(tree, what) or None

    def cells(self, tree: Sequence, what: str) -> tuple[Cell, ...]:
        """Decode a list of values, at least one; nothing unless all are right."""
        if not tree.items:
            self.error("E207", tree, f"{what} is an empty list")
        if len(tree.items) > MOST_IN_A_LIST:
            message = f"{what} has {len(tree.items)} values; a list has {MOST_IN_A_LIST} at most"
            self.error("E204", tree, message, "a size for each axis: `[1, 7]`")
            return ()
        cells = [cell for item in tree.items if (cell := self.given(item, f"a part of {what}"))]
        return tuple(cells) if len(cells) == len(tree.items) else ()

    def names(self, items: Iterable[Tree], what: str) -> tuple[str, ...]:
        """Return names, none of them twice."""
        found: list[str] = []
        for item in items:
            name = self.identifier(item, what)
            if name in found:
                self.error("E209", item, f"{what} is given twice: `{name}`")
            elif name:
                found.append(name)
        return tuple(found)

    def arguments(self, entries: Entries, what: str) -> dict[str, Slot]:
        """Decode values by parameter; an empty one (`~`) is left out."""
        decoded = {}
        for key, (scalar, value) in entries.items():
            if self.identifier(scalar, f"a parameter of {what}"):
                slot = self.slot(value, f"`{key}` of {what}")
                if slot is not None:
                    decoded[key] = slot
        return decoded


def _place(diagnostic: Diagnostic) -> tuple[int, int]:
    place = diagnostic.location
    return (place.line, place.column) if place else (0, 0)
