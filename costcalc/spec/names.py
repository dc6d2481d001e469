"""Names in a spec: which of them mean something where they stand, without computing anything.

A lone name in a value is either in scope, and stands for its value, or one of the `words` that a
parameter can hold: a block, an operator, an activation. Anything else is a slip of the pen.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from costcalc.errors import Diagnostic, Location, SpecError, did_you_mean
from costcalc.spec.evaluate import convert, listed, no_parameter
from costcalc.spec.expression import FUNCTIONS
from costcalc.spec.model import Cell, Slot, Spec
from costcalc.spec.primitives import CHOICES, MERGES, PRIMITIVES, SAME, Argument
from costcalc.spec.scope import size_names

SIZES: Final = size_names("in")
RESERVED: Final = {
    "x": "in the `round` of `scaling` it is the value to round",
    "i": "it counts the copies of a row",
    "c_in": "it is the channels of a block's input",
    "h_in": "it is the height of a block's input",
    "w_in": "it is the width of a block's input",
    "resolution": "it sets the input's pixels in every spec",
    "true": "it is a condition that holds",
    "false": "it is a condition that does not hold",
    "True": "it is a condition that holds",
    "False": "it is a condition that does not hold",
}
"""What a parameter of a spec cannot be called, and why."""
RESERVED_IN_BLOCKS: Final = frozenset(RESERVED) - {"x", "resolution"}

MOST_ERRORS: Final = 100
"""More of them help nobody, and take long to find."""

_FLAGS: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}


class TooManyErrorsError(Exception):
    """So many errors have been noted that the search for more is given up."""


class Names:
    """Looks up the names in the cells of one spec, and collects those that mean nothing.

    Attributes:
        errors: What is wrong.
        called: The blocks that values name, as a parameter such as `block: bottleneck` does.
    """

    def __init__(self, spec: Spec) -> None:
        self.errors: list[Diagnostic] = []
        self.called: set[str] = set()
        self._spec = spec

    def note(self, code: str, message: str, where: Location, help: str | None = None) -> None:
        """Keep an error.

        Raises:
            TooManyErrorsError: it is the last one that is kept.
        """
        self.keep(Diagnostic(code, message, where, help))

    def keep(self, error: Diagnostic) -> None:
        """Keep an error that is worded elsewhere; raises as `note`."""
        self.errors.append(error)
        if len(self.errors) >= MOST_ERRORS:
            raise TooManyErrorsError

    def refused(self, error: SpecError) -> None:
        """Keep the errors of a part that was checked elsewhere."""
        for found in error.diagnostics:
            self.note(found.code, found.message, found.location or self._spec.stages[0].location, found.help)

    def value(self, slot: Slot, scope: Collection[str]) -> None:
        """Check a value of any kind: a number, or a word that a parameter holds."""
        for cell in (slot,) if isinstance(slot, Cell) else slot:
            if self._is_word(cell, scope):
                if cell.text in self._spec.blocks:
                    self.called.add(cell.text)
                elif not _is_word_of_arguments(cell.text):
                    self.unknown(cell, cell.text, scope, (*self._spec.blocks, *CHOICES, *PRIMITIVES, *MERGES))

    def number(self, slot: Slot, scope: Collection[str], what: str) -> None:
        """Check a number or condition."""
        for cell in (slot,) if isinstance(slot, Cell) else slot:
            if self._is_word(cell, scope):
                if _is_word_of_arguments(cell.text) or cell.text in self._spec.blocks:
                    message = f"{what} must be a number or a condition, not the name `{cell.text}`"
                    self.note("E307", message, cell.location())
                else:
                    self.unknown(cell, cell.text, scope)

    def argument(self, slot: Slot, scope: Collection[str], argument: Argument, what: str) -> None:
        """Check a value for a parameter of a primitive."""
        for cell in (slot,) if isinstance(slot, Cell) else slot:
            if not self._is_word(cell, scope) or (argument.kind == "padding" and cell.text == SAME):
                continue
            if argument.kind != "name" and not _is_word_of_arguments(cell.text):
                self.unknown(cell, cell.text, scope)
                continue
            try:
                convert(cell.text, argument, what, cell)
            except SpecError as error:
                self.refused(error)

    def passed(self, cell: Cell, scope: Collection[str]) -> None:
        """Check that there is a parameter `p` for `$p`."""
        if cell.text[1:] not in scope:
            self.keep(no_parameter(cell, scope))

    def unknown(self, cell: Cell, name: str, scope: Collection[str], also: Collection[str] = ()) -> None:
        """Note a name that means nothing here, and what may have been meant."""
        match = re.search(rf"\b{re.escape(name)}\b", cell.text)
        where = cell.location(*match.span()) if match else cell.location()
        message = f"unknown name `{name}`"
        help: str | None
        if name in FUNCTIONS or name in self._spec.tables:
            message, help = f"`{name}` is a function", f"call it: `{name}(...)`"
        elif name in self._spec.params:
            message, help = f"`{name}` has no value yet", "parameters can use those above them only"
        elif name in _FLAGS:
            help = f"write `{_FLAGS[name]}`"
        else:
            help = did_you_mean(name, [*scope, *also]) or listed(scope)
        self.note("E124", message, where, help)

    def _is_word(self, cell: Cell, scope: Collection[str]) -> bool:
        """Tell whether a cell is a lone name out of scope; note all else that has no meaning."""
        expression = cell.expression
        if expression is None:
            self.passed(cell, scope)
            return False
        if expression.calls:
            for name, arguments in sorted(expression.calls):
                self._call(cell, name, arguments)
        if all(name in scope for name in expression.names):
            return False
        if cell.is_name:
            return True
        for name in sorted(expression.names):
            if name not in scope:
                self.unknown(cell, name, scope)
        return False

    def _call(self, cell: Cell, name: str, arguments: int) -> None:
        tables = self._spec.tables
        if name in tables and arguments == 1:
            return
        match = re.search(rf"\b{re.escape(name)}\b", cell.text)
        where = cell.location(*match.span()) if match else cell.location()
        if name in tables:
            self.note("E125", f"`{name}` takes 1 argument, not {arguments}", where)
        else:
            help = did_you_mean(name, [*FUNCTIONS, *tables]) or "functions: " + ", ".join(FUNCTIONS)
            self.note("E125", f"unknown function `{name}`", where, help)


def _is_word_of_arguments(text: str) -> bool:
    """Tell whether arguments of primitives or blocks can take a word: a choice, or a name to call."""
    return text in CHOICES or text in PRIMITIVES or text in MERGES
