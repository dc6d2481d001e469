"""What networks were before: recounted from a commit, or as a baseline file remembers them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol

from costcalc.cost import Basis
from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate.baseline import Baseline
from costcalc.gate.budget import Budget
from costcalc.gate.budget_reader import spec_budget
from costcalc.gate.changes import differ
from costcalc.gate.config import Config, find_config, load_config
from costcalc.gate.git import GitFiles
from costcalc.gate.networks import Counted, Networks
from costcalc.gate.patterns import Pattern
from costcalc.gate.result import Base
from costcalc.networks import Reference
from costcalc.spec.files import SUFFIXES, shown

_ALIKE: Final = 0.5
"""The part of its words that a file must keep to be another one under a new name; git's choice, of lines."""

_MOST_PAIRS: Final = 10_000
"""Where more files came and went than this, only those that are the same are looked for."""


class OpenBase(Protocol):
    """Where the other side of a comparison comes from.

    Attributes:
        base: What reports say about it.
        problems: What was wrong with it, for notes.
    """

    base: Base
    problems: list[str]

    @property
    def tells_text(self) -> bool:
        """Whether it knows what specs said."""

    @property
    def is_broken(self) -> bool:
        """Whether something of it could not be read."""

    def before(self, now: Counted, bases: Iterable[Basis], metrics: Sequence[str]) -> Counted | None:
        """Return what a network was; None if it is new."""

    def is_untouched(self, now: Counted, before: Counted | None) -> bool:
        """Tell whether nothing was done to a network, and to the budget in its spec."""

    def removed(
        self,
        patterns: Sequence[Pattern],
        today: Collection[Reference],
        bases: Sequence[Basis],
        metrics: Sequence[str],
    ) -> list[Counted]:
        """Return the networks that matched then and are not among today's: their spec or variant is gone."""

    def config(self, path: Path) -> Config | None:
        """Return the budgets of that time: those of the same file, else the nearest ones; None if unknown."""

    def spec_budgets(self, budgets: Iterable[Budget], basis: Basis) -> list[Budget]:
        """Return the budgets that today's specs had for themselves; `budgets` are those that they have."""


class CommitBase:
    """A commit. The counter is today's; what no file of differs is what it is today."""

    tells_text = True

    def __init__(self, files: GitFiles, base: Base, today: Networks, paths: Iterable[Path]) -> None:
        """Look back from today's networks, at these paths."""
        self.base = base
        self.problems: list[str] = []
        self._files = files
        self._today = today
        self._paths = list(dict.fromkeys(paths))
        self._networks = Networks(files)
        self._same: dict[Path, bool] = {}
        self._former: dict[Path, Path] | None = None
        self._missing: list[Path] | None = None

    def before(self, now: Counted, bases: Iterable[Basis], metrics: Sequence[str]) -> Counted | None:
        path = now.reference.path
        if self._files.is_foreign(path):
            message = f"{now.reference.name} is outside the repository {self._files.repository.top}"
            raise CostcalcError(Diagnostic("E807", message, help="run costcalc in its repository"))
        if self._is_unedited(now.reference):
            return now  # which is the same by then, and need not be counted again
        former = path if self._files.exists(path) else self._renames().get(path)
        return None if former is None else self._count(Reference(former, now.reference.terms), bases, metrics)

    def _count(self, target: Reference, bases: Iterable[Basis], metrics: Sequence[str]) -> Counted | None:
        try:
            return self._networks.count(target, bases, metrics)
        except CostcalcError as error:
            if {found.code for found in error.diagnostics} != {"E004"}:  # else its variant is new
                first = error.diagnostics[0]
                where = f"line {first.location.line}: " if first.location else ""
                self.problems.append(
                    f"{target.name} cannot be counted in the base, so nothing is compared with it: "
                    f"{where}{first.code} {first.message}"
                )
            return None

    @property
    def is_broken(self) -> bool:
        """Whether something of it could not be read."""
        return bool(self.problems)

    def is_untouched(self, now: Counted, before: Counted | None) -> bool:
        return now is before

    def _is_unedited(self, target: Reference) -> bool:
        """Tell whether the spec and all that it imports are the same, byte for byte."""
        reads = self._today.reads(target.path)
        return all(map(self._is_same, reads.found)) and not any(map(self._appeared, reads.absent))

    def _is_same(self, path: Path) -> bool:
        if path not in self._same:
            is_outside = self._files.inside(path) is None
            self._same[path] = is_outside or self._files.has(path, path.read_bytes())
        return self._same[path]

    def _appeared(self, path: Path) -> bool:
        """Tell whether a file that is not there today was there: it would have been imported."""
        return self._files.inside(path) is not None and self._files.exists(path)

    def removed(
        self,
        patterns: Sequence[Pattern],
        today: Collection[Reference],
        bases: Sequence[Basis],
        metrics: Sequence[str],
    ) -> list[Counted]:
        renamed = set(self._renames().values())
        gone = [path for path in self._gone() if path not in renamed]
        edited = [path for path in self._paths if self._files.exists(path) and not self._is_same(path)]
        targets: dict[Reference, None] = {}
        for path in (*gone, *edited):
            for pattern in patterns:
                if pattern.matches_file(path):
                    targets |= dict.fromkeys(self._expanded(path, pattern.terms))
        counted = [self._count(target, bases, metrics) for target in targets if target not in today]
        return [each for each in counted if each is not None]

    def _expanded(self, path: Path, terms: str) -> list[Reference]:
        try:
            return [] if self._networks.is_library(path) else self._networks.matching(path, terms)
        except CostcalcError:
            return []  # it was no network then either

    def _gone(self) -> list[Path]:
        """Return the YAML files of the commit that are not there today."""
        if self._missing is None:
            top = self._files.repository.top
            paths = [top / name for name in self._files.tree if name.endswith(SUFFIXES)]
            self._missing = [path for path in paths if not path.exists()]
        return self._missing

    # ---- renames -------------------------------------------------------------------------------

    def _renames(self) -> dict[Path, Path]:
        """Return the former path of every spec of today that the commit has under another one."""
        if self._former is None:
            new = [path for path in self._paths if not self._files.exists(path)]
            gone = {path: self._files.read_bytes(path) for path in self._gone()} if new else {}
            self._former = _pairs({path: path.read_bytes() for path in new}, gone)
        return self._former

    # ---- budgets -------------------------------------------------------------------------------

    def config(self, path: Path) -> Config | None:
        exists, read = self._files.exists, self._files.read_bytes
        try:
            found = path if exists(path) else find_config(path.parent, exists, read)
            return load_config(found, read) if found else Config(path, ())
        except CostcalcError as error:
            first = error.diagnostics[0]
            self.problems.append(
                "the budgets of the base cannot be read, so limits that moved are not listed: "
                f"{first.location or path.name}: {first.message}"
            )
            return None

    def spec_budgets(self, budgets: Iterable[Budget], basis: Basis) -> list[Budget]:
        former = [budget for budget in budgets if budget.file and self._is_same(budget.file)]
        for path in self._paths:
            old = path if self._files.exists(path) else self._renames().get(path)
            if old is not None and not self._is_same(path):
                with contextlib.suppress(CostcalcError):  # `problems` has it, if it matters
                    budget = spec_budget(self._networks.spec(old), old, basis)
                    if budget is not None:
                        renamed = shown(path) if budget.name == shown(old) else budget.name
                        former.append(dataclasses.replace(budget, name=renamed))
        return former


def _pairs(new: dict[Path, bytes], gone: dict[Path, bytes]) -> dict[Path, Path]:
    """Return which new file was which old one: the most alike first, each of them once."""
    if len(new) * len(gone) > _MOST_PAIRS:
        places = {content: path for path, content in gone.items()}
        return {path: places[content] for path, content in new.items() if content in places}
    words = {path: Counter(content.split()) for path, content in (new | gone).items()}
    alike = [(_likeness(words[path], words[old]), old, path) for path in new for old in gone]
    former: dict[Path, Path] = {}
    for likeness, old, path in sorted(alike, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if likeness >= _ALIKE and path not in former and old not in former.values():
            former[path] = old
    return former


def _likeness(left: Counter[bytes], right: Counter[bytes]) -> float:
    """Return the part of the words of two texts that they have in common."""
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 1.0


class FileBase:
    """A baseline file."""

    tells_text = False
    is_broken = False

    def __init__(self, baseline: Baseline) -> None:
        self.base = Base(shown(baseline.file))
        self.problems = ["a baseline file says nothing about former budgets, so moved limits are not listed"]
        self._baseline = baseline

    def before(self, now: Counted, bases: Iterable[Basis], metrics: Sequence[str]) -> Counted | None:
        name = self._baseline.name(now.reference)
        return self._counted(name, bases, metrics) if name in self._baseline.costs else None

    def _counted(self, name: str, bases: Iterable[Basis], metrics: Sequence[str]) -> Counted:
        counts = {basis: self._baseline.metrics(name, basis, metrics) for basis in bases}
        return Counted(self._baseline.target(name), counts)

    def is_untouched(self, now: Counted, before: Counted | None) -> bool:
        return before is not None and not differ(now, before)

    def removed(
        self,
        patterns: Sequence[Pattern],
        today: Collection[Reference],
        bases: Sequence[Basis],
        metrics: Sequence[str],
    ) -> list[Counted]:
        gone = [name for name in self._baseline.costs if not self._baseline.target(name).path.exists()]
        return [self._counted(name, bases, metrics) for name in gone]

    def config(self, path: Path) -> Config | None:
        return None

    def spec_budgets(self, budgets: Iterable[Budget], basis: Basis) -> list[Budget]:
        return list(budgets)
