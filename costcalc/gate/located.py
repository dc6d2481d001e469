"""Documents whose keys and values have places, whatever language they are in, and the reader of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, TypeVar

from costcalc.errors import Diagnostic, Location, did_you_mean, one_of
from costcalc.gate.result import Place, place_of
from costcalc.spec import source
from costcalc.spec.model import Written
from costcalc.units import parse_quantity

Word = TypeVar("Word", bound=str)
Path = tuple[str | int, ...]
"""Keys and indices from the top: `("budget", 0, "max", "macs")`."""

_WORDS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class LocatedDocument:
    """What a document says, and where: TOML files and parts of specs make one.

    Attributes:
        data: Tables, lists, texts, numbers and truth values.
        places: Where keys and values stand, by path; the key of a list's item is the item.
    """

    data: Any
    places: Mapping[Path, tuple[Location, Location]] = field(repr=False)

    def at(self, path: Path) -> Any:
        """Return the value at a path."""
        value = self.data
        for key in path:
            value = value[key]
        return value

    def key(self, path: Path) -> Location:
        """Return where a key, or the header of a table, stands."""
        return self.places[path][0]

    def value(self, path: Path) -> Location:
        """Return where a value stands."""
        return self.places[path][1]


def spec_document(written: Written) -> LocatedDocument:
    """Return a part of a spec as a document: `true` and whole numbers are what they look like."""
    places: dict[Path, tuple[Location, Location]] = {}

    def read(tree: source.Tree, path: Path, key: source.Tree) -> Any:
        places[path] = written.source.location(key), written.source.location(tree)
        match tree:
            case source.Mapping():
                return {name: read(value, (*path, name), at) for name, (at, value) in tree.entries.items()}
            case source.Sequence():
                return [read(item, (*path, index), item) for index, item in enumerate(tree.items)]
        return _scalar(tree)

    return LocatedDocument(read(written.tree, (), written.tree), places)


def _scalar(scalar: source.Scalar) -> str | int | bool:
    if scalar.plain and scalar.value in _WORDS:
        return _WORDS[scalar.value]
    is_number = scalar.plain and re.fullmatch(r"\d{1,18}", scalar.value)
    return int(scalar.value) if is_number else scalar.value


class Reader:
    """Reads values of a document, each of the kind that is wanted, and collects what is wrong with them."""

    def __init__(self, document: LocatedDocument) -> None:
        self.document = document
        self.errors: list[Diagnostic] = []

    def known(self, path: Path, keys: Iterable[str], what: str) -> Mapping[str, Path]:
        """Return the paths of the entries of a table, and note those that have no business there."""
        keys = list(keys)
        table = self.table(path, what, f"`{{{keys[0]} = ...}}`")
        for key in table:
            if key not in keys:
                help = did_you_mean(key, keys) or f"{what} has: {', '.join(keys)}"
                self.unknown((*path, key), f"{what} has no key `{key}`", help)
        return {key: (*path, key) for key in keys if key in table}

    def table(self, path: Path, what: str, example: str) -> Mapping[str, Any]:
        """Return the entries of a table, whatever they are called."""
        table = self.document.at(path)
        if isinstance(table, dict):
            return table
        self.wrong(path, f"{what} is a table", f"for example {example}")
        return {}

    def place(self, path: Path) -> Place:
        """Return where a value is written."""
        return place_of(self.document.value(path))

    def text(self, path: Path | None, what: str) -> str | None:
        """Return a string."""
        if path is None:
            return None
        value = self.document.at(path)
        if isinstance(value, str) and value:
            return value
        self.wrong(path, f"{what} is a text", f'write `{path[-1]} = "..."`')
        return None

    def texts(self, path: Path | None, what: str) -> list[tuple[str, Path]]:
        """Return a list of strings with their paths; a lone string is a list of one."""
        if path is None:
            return []
        value = self.document.at(path)
        if isinstance(value, str):
            return [(value, path)]
        if not isinstance(value, list) or not value:
            self.wrong(path, f"{what} is a list of texts", f'for example `{path[-1]} = ["specs/*.yaml"]`')
            return []
        items = [(self.text((*path, index), what), (*path, index)) for index in range(len(value))]
        return [(text, where) for text, where in items if text is not None]

    def word(self, path: Path | None, words: Iterable[Word], what: str) -> Word | None:
        """Return one of some words."""
        if path is None:
            return None
        value = self.document.at(path)
        for word in words:
            if value == word:
                return word
        advice = one_of(str(value), words)
        self.wrong(path, f"`{value}` is not {what}", advice)
        return None

    def flag(self, path: Path | None, what: str) -> bool | None:
        """Return a truth value."""
        if path is None or isinstance(self.document.at(path), bool):
            return None if path is None else bool(self.document.at(path))
        self.wrong(path, f"{what} is true or false", "without quotes")
        return None

    def count(self, path: Path | None, what: str) -> int | None:
        """Return a whole number above zero."""
        value = None if path is None else self.document.at(path)
        if path is None or (type(value) is int and value > 0):
            return value
        self.wrong(path, f"{what} is a whole number above zero", None)
        return None

    def percent(self, path: Path | None, what: str) -> Fraction | None:
        """Return a percentage: `"2%"`, `"2"`, `2` or `2.5`."""
        if path is None:
            return None
        try:
            return parse_percent(self.document.at(path))
        except ValueError as error:
            self.wrong(path, f"{what}: {error}", None)
            return None

    def unknown(self, path: Path, message: str, help: str | None) -> None:
        """Note that a key has no business where it is."""
        self._note("E802", message, self.document.key(path), help)

    def wrong(self, path: Path, message: str, help: str | None) -> None:
        """Note that a value is not what is wanted."""
        self._note("E803", message, self.document.value(path), help)

    def _note(self, code: str, message: str, where: Location, help: str | None) -> None:
        self.errors.append(Diagnostic(code, message, where, help))


def parse_percent(written: object) -> Fraction:
    """Return a percentage.

    Raises:
        ValueError: it is not one, or below zero.

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
