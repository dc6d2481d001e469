"""Budgets that stand in specs: `budget: {max: {macs: 300M}}`, about the network as it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from costcalc.errors import CostcalcError, Location
from costcalc.gate import toml
from costcalc.gate.budget import Budget
from costcalc.gate.pattern import exactly
from costcalc.gate.result import Context
from costcalc.gate.rules import read_budget
from costcalc.gate.table import Table
from costcalc.spec.model import Spec, Written
from costcalc.spec.source import Mapping, Scalar, Sequence, Tree

_WORDS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class _Document:
    """The budget of a spec as values and places, like a TOML file's."""

    data: dict[str, Any]
    places: dict[toml.Path, tuple[Location, Location]]

    def key(self, path: toml.Path) -> Location:
        return self.places[path][0]

    def value(self, path: toml.Path) -> Location:
        return self.places[path][1]


def own_budget(spec: Spec, path: Path, context: Context) -> Budget | None:
    """Return the budget that a spec has for itself, if it has one.

    Args:
        spec: A linked spec.
        path: Its file.
        context: What numbers rest on unless it says otherwise.

    Raises:
        CostcalcError: everything that is wrong with it (E802, E803).
    """
    if spec.budget is None:
        return None
    table = Table(_document(spec.budget))
    budget = read_budget(table, (), path, context, exactly(path))
    if table.errors:
        raise CostcalcError(table.errors)
    return budget


def _document(written: Written) -> _Document:
    places: dict[toml.Path, tuple[Location, Location]] = {}

    def read(tree: Tree, path: toml.Path, key: Tree) -> Any:
        places[path] = written.source.location(key), written.source.location(tree)
        match tree:
            case Mapping():
                return {name: read(value, (*path, name), at) for name, (at, value) in tree.entries.items()}
            case Sequence():
                return [read(item, (*path, index), item) for index, item in enumerate(tree.items)]
        return _value(tree)

    return _Document(read(written.tree, (), written.tree), places)


def _value(scalar: Scalar) -> str | int | bool:
    if scalar.plain and scalar.value in _WORDS:
        return _WORDS[scalar.value]
    is_number = scalar.plain and re.fullmatch(r"\d{1,18}", scalar.value)
    return int(scalar.value) if is_number else scalar.value
