"""Budgets from a file: which file that is, what it builds on, and every mistake in all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from costcalc.cost import Basis
from costcalc.errors import CostcalcError, Diagnostic, Location
from costcalc.gate import located, toml
from costcalc.gate.budget import USUAL, Budget
from costcalc.gate.budget_reader import BASIS_OPTIONS, read_basis, read_budget
from costcalc.gate.located import Reader
from costcalc.spec.files import shown

NAMES: Final = ("costcalc.toml", ".costcalc.toml")
SHARED: Final = "pyproject.toml"
TABLE: Final = ("tool", "costcalc")
LONGEST_CHAIN: Final = 16

Read = Callable[[Path], bytes]
"""Returns the content of a file, from the disk or from a revision. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Config:
    """All budgets of a file and of those that it extends.

    Attributes:
        file: Its path.
        budgets: In order; one that a later file names again takes the place of the earlier one.
        basis: What numbers rest on unless a budget says otherwise.
    """

    file: Path
    budgets: tuple[Budget, ...]
    basis: Basis = USUAL


def find_config(
    folder: Path, is_file: Callable[[Path], bool] = Path.is_file, read: Read = Path.read_bytes
) -> Path | None:
    """Return the nearest config in a folder or above it; a `pyproject.toml` counts if it has our reader.

    Raises:
        CostcalcError: a `pyproject.toml` on the way is not TOML (E801), or cannot be read (E805).
    """
    for directory in (folder, *folder.parents):
        for name in NAMES:
            if is_file(directory / name):
                return directory / name
        shared = directory / SHARED
        if is_file(shared) and _has_table(toml.parse(_read(shared, read), shown(shared))):
            return shared
    return None


def load_config(path: Path, read: Read = Path.read_bytes) -> Config:
    """Return a config with all that it extends.

    Args:
        path: Its absolute path.
        read: Where files are read.

    Raises:
        CostcalcError: everything that is wrong with any of the files (E801 to E805).
    """
    return _Loader(read).load(path, ())


def _has_table(document: toml.TomlDocument) -> bool:
    tool = document.data.get("tool")
    return isinstance(tool, dict) and "costcalc" in tool


def _read(path: Path, read: Read, where: Location | None = None) -> bytes:
    try:
        return read(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CostcalcError(Diagnostic("E805", f"cannot read {shown(path)}: {reason}", where)) from None


class _Loader:
    def __init__(self, read: Read) -> None:
        self._read = read

    def load(self, path: Path, chain: tuple[Path, ...], where: Location | None = None) -> Config:
        """Return a config; `chain` led to it, from `where`."""
        if path in chain or len(chain) >= LONGEST_CHAIN:
            ring = " -> ".join(each.name for each in (*chain, path))
            raise CostcalcError(Diagnostic("E805", f"these files extend each other: {ring}", where))
        document = toml.parse(_read(path, self._read, where), shown(path))
        reader = Reader(document)
        root = TABLE if path.name == SHARED and _has_table(document) else ()
        keys = reader.known(root, ("budget", "extend", *BASIS_OPTIONS), "the config")
        base = Config(path, ())
        if name := reader.text(keys.get("extend"), "`extend`"):
            target = Path(os.path.normpath(path.parent / name))
            try:
                base = self.load(target, (*chain, path), document.value(keys["extend"]))
            except CostcalcError as error:
                reader.errors.extend(error.diagnostics)
        basis = read_basis(reader, keys, base.basis)
        budgets = self._budgets(reader, keys.get("budget"), path, basis)
        if reader.errors:
            raise CostcalcError(sorted(reader.errors, key=_place))
        names = {budget.name for budget in budgets}
        kept = [budget for budget in base.budgets if budget.name not in names]
        return Config(path, (*kept, *budgets), basis)

    def _budgets(self, reader: Reader, key: located.Path | None, file: Path, basis: Basis) -> list[Budget]:
        if key is None:
            return []
        tables = reader.document.at(key)
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            header = "tool.costcalc.budget" if len(key) > 1 else "budget"
            reader.wrong(key, "budgets are a list of tables", f"begin each of them with `[[{header}]]`")
            return []
        budgets: list[Budget] = []
        for index in range(len(tables)):
            budget = read_budget(reader, (*key, index), file, basis)
            if budget is None:
                continue
            twin = next((each for each in budgets if each.name == budget.name), None)
            if twin is not None:
                line = twin.place.line if twin.place else "?"
                where = reader.document.key((*key, index))
                message = f"a budget called `{budget.name}` stands on line {line} already"
                reader.errors.append(Diagnostic("E803", message, where, "give each a `name` of its own"))
            budgets.append(budget)
        return budgets


def _place(found: Diagnostic) -> tuple[str, int, int]:
    where = found.location
    return (where.file, where.line, where.column) if where else ("", 0, 0)
