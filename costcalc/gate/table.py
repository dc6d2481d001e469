"""Reads the tables of a config: every value of the kind that is wanted, every mistake with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from costcalc.errors import Diagnostic, Location, did_you_mean, one_of
from costcalc.gate import toml
from costcalc.gate.result import Place, place_of
from costcalc.units import parse_quantity

Word = TypeVar("Word", bound=str)


class Document(Protocol):
    """Values by paths, and where they stand."""

    @property
    def data(self) -> Mapping[str, Any]:
        """All values."""

    def key(self, path: toml.Path) -> Location:
        """Return where a key stands."""

    def value(self, path: toml.Path) -> Location:
        """Return where a value stands."""


class Table:
    """Reads values of one document by their paths, and collects what is wrong with them."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.errors: list[Diagnostic] = []

    def known(self, path: toml.Path, keys: Iterable[str], what: str) -> Mapping[str, toml.Path]:
        """Return the paths of the entries of a table, and note those that have no business there."""
        keys = list(keys)
        table = self.at(path)
        if not isinstance(table, dict):
            self.wrong(path, f"{what} is a table", f"for example `{{{keys[0]} = ...}}`")
            return {}
        for key in table:
            if key not in keys:
                help = did_you_mean(key, keys) or f"{what} has: {', '.join(keys)}"
                self._note("E802", f"{what} has no key `{key}`", self.document.key((*path, key)), help)
        return {key: (*path, key) for key in keys if key in table}

    def at(self, path: toml.Path) -> Any:
        """Return the value at a path."""
        value: Any = self.document.data
        for key in path:
            value = value[key]
        return value

    def place(self, path: toml.Path) -> Place:
        """Return where a value is written."""
        return place_of(self.document.value(path))

    def text(self, path: toml.Path | None, what: str) -> str | None:
        """Return a string."""
        if path is None:
            return None
        value = self.at(path)
        if isinstance(value, str) and value:
            return value
        self.wrong(path, f"{what} is a text", f'write `{path[-1]} = "..."`')
        return None

    def texts(self, path: toml.Path | None, what: str) -> list[tuple[str, toml.Path]]:
        """Return a list of strings with their paths; a lone string is a list of one."""
        if path is None:
            return []
        value = self.at(path)
        if isinstance(value, str):
            return [(value, path)]
        if not isinstance(value, list) or not value:
            self.wrong(path, f"{what} is a list of texts", f'for example `{path[-1]} = ["specs/*.yaml"]`')
            return []
        items = [(self.text((*path, index), what), (*path, index)) for index in range(len(value))]
        return [(text, where) for text, where in items if text is not None]

    def word(self, path: toml.Path | None, words: Iterable[Word], what: str) -> Word | None:
        """Return one of some words."""
        if path is None:
            return None
        value = self.at(path)
        for word in words:
            if value == word:
                return word
        advice = one_of(str(value), words)
        self.wrong(path, f"`{value}` is no {what}", advice)
        return None

    def flag(self, path: toml.Path | None, what: str) -> bool | None:
        """Return a truth value."""
        if path is None or isinstance(self.at(path), bool):
            return None if path is None else bool(self.at(path))
        self.wrong(path, f"{what} is true or false", "without quotes")
        return None

    def count(self, path: toml.Path | None, what: str) -> int | None:
        """Return a whole number above zero."""
        value = None if path is None else self.at(path)
        if path is None or (type(value) is int and value > 0):
            return value
        self.wrong(path, f"{what} is a whole number above zero", None)
        return None

    def percent(self, path: toml.Path | None, what: str) -> Fraction | None:
        """Return a percentage: `"2%"`, `"2"`, `2` or `2.5`."""
        if path is None:
            return None
        try:
            return parse_percent(self.at(path))
        except ValueError as error:
            self.wrong(path, f"{what}: {error}", None)
            return None

    def wrong(self, path: toml.Path, message: str, help: str | None) -> None:
        """Note that a value is not what is wanted."""
        self._note("E803", message, self.document.value(path), help)

    def _note(self, code: str, message: str, where: Location, help: str | None) -> None:
        self.errors.append(Diagnostic(code, message, where, help))


def parse_percent(written: object) -> Fraction:
    """Return a percentage.

    Raises:
        ValueError: it is none, or below zero.

    >>> parse_percent("2.5%"), parse_percent(2)
    (Fraction(5, 2), Fraction(2, 1))
    """
    number = written.removesuffix("%").strip() if isinstance(written, str) else written
    try:
        if isinstance(number, bool) or not isinstance(number, str | int | float):
            raise ValueError
        exact = parse_quantity(str(number))
    except ValueError:
        shown = str(written).lower() if isinstance(written, bool) else written
        raise ValueError(f'`{shown}` is not a percentage; write it like "2%"') from None
    if exact < 0:
        raise ValueError(f"`{written}` is below zero")
    return exact
