"""What a check and a diff are made from: budgets, networks, and what those were before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate.baseline import read_baseline
from costcalc.gate.budget import Budget
from costcalc.gate.config import Config, find_config, load_config
from costcalc.gate.git import AUTO, Repository, find_base
from costcalc.gate.limits import limit_changes
from costcalc.gate.metrics import DEFAULT_CONTEXT
from costcalc.gate.networks import Counted, Networks, Target
from costcalc.gate.own import own_budget
from costcalc.gate.past import FilePast, GitPast, Past
from costcalc.gate.pattern import parse_pattern
from costcalc.gate.result import Base, Context, LimitChange
from costcalc.gate.revision import GitFiles
from costcalc.gate.selection import budgeted, collected, every_spec, named
from costcalc.spec.files import Files, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.

    Attributes:
        references: The networks to look at; none are those of the budgets.
        config: The file of budgets; None is the nearest one.
        isolated: Whether no file of budgets is read.
        budgets: Further ones, which apply to every network looked at.
        against: A ref of git, `auto`, or a baseline file ending in `.json`; None is nothing.
        exact: Whether to compare with the ref itself, not with where the branches parted.
        context: What numbers rest on; None is what the file of budgets says.
        strict: Whether warnings about what was wrong before, and limits far too high, fail.
        changed: Whether limits are held only to networks that differ from the base.
        fail_on_limit_raise: Whether it must be certain which limits moved.
        allow_unmatched: Whether budgets may be about nothing.
    """

    references: tuple[str, ...] = ()
    config: Path | None = None
    isolated: bool = False
    budgets: tuple[Budget, ...] = ()
    against: str | None = None
    exact: bool = False
    context: Context | None = None
    strict: bool = False
    changed: bool = False
    fail_on_limit_raise: bool = False
    allow_unmatched: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A network now and before, and what applies to it."""

    now: Counted
    before: Counted | None
    budgets: tuple[Budget, ...]


class Comparison:
    """Gathers all that a check or a diff needs; everything that is wrong is told at once."""

    def __init__(self, request: Request, *, needs_budgets: bool = False) -> None:
        """Read budgets, find and count networks, now and before.

        Raises:
            CostcalcError: everything that is wrong with any of them.
        """
        self.request = request
        self.errors: list[Diagnostic] = []
        self.networks = Networks(Files())
        self.config = self._config()
        self.context = request.context or (self.config.context if self.config else DEFAULT_CONTEXT)
        self.budgets = (*(self.config.budgets if self.config else ()), *request.budgets)
        self.live = tuple(budget for budget in self.budgets if budget.level != "off")
        targets = self._targets()
        self.own = self._own(targets)
        self.live += tuple(budget for budget in self.own if budget.level != "off")
        if needs_budgets and not (self.budgets or self.own or self.errors):
            self.errors.append(_nothing_to_hold(self.config))
        may_be_gone = request.against is not None and not needs_budgets
        if not (targets or self.errors or may_be_gone or self._about):
            self.errors.append(_nothing_to_count())
        self.past = self._open(targets)
        self.former = self._former()
        self.pairs: list[Pair] = []
        for target in targets:
            with collected(self.errors):
                self.pairs.append(self._pair(target))
        if self.errors:
            raise CostcalcError(dict.fromkeys(self.errors))

    @property
    def _about(self) -> bool:
        """Whether a file of budgets says which networks to look at."""
        return self.config is not None and bool(self.config.budgets)

    def _config(self) -> Config | None:
        if self.request.isolated:
            return None
        with collected(self.errors):
            path = self.request.config or find_config(Path.cwd())
            return load_config(path.absolute()) if path else None
        return None

    def _targets(self) -> list[Target]:
        if self.request.references:
            return named(self.request.references, self.networks, self.errors)
        if self.errors:  # with other budgets other networks would be looked at
            return []
        if self._about:
            allow = self.request.allow_unmatched
            return budgeted(self.live, self.networks, self.errors, allow_unmatched=allow)
        with collected(self.errors):
            return every_spec(Path.cwd(), self.networks)
        return []

    def _open(self, targets: list[Target]) -> Past | None:
        against = self.request.against
        if against is None:
            return None
        with collected(self.errors):
            if against.endswith(".json"):
                return FilePast(read_baseline(Path(against).absolute(), self.context))
            folder = self.config.file.parent if self.config else Path.cwd()
            repository = Repository(folder)
            base = find_base(repository, against, exact=self.request.exact)
            assert base.commit is not None
            files = GitFiles(repository, base.commit)
            return GitPast(files, base, self.networks, [target.path for target in targets])
        return None

    def _own(self, targets: list[Target]) -> tuple[Budget, ...]:
        """Return the budgets that specs have for themselves."""
        budgets: list[Budget | None] = []
        for path in dict.fromkeys(target.path for target in targets):
            with collected(self.errors):
                budgets.append(own_budget(self.networks.spec(path), path, self.context))
        return tuple(budget for budget in budgets if budget is not None)

    def _former(self) -> Config | None:
        """Return the budgets of the base; None if there is no telling."""
        if self.past is None or self.config is None:
            return None
        return self.past.config(self.config.file)

    def _pair(self, target: Target) -> Pair:
        budgets = tuple(budget for budget in self.live if budget.applies_to(target.path, target.terms))
        contexts = (self.context, *(budget.context for budget in budgets))
        now = self.networks.count(target, contexts)
        return Pair(now, self.past.before(now, contexts) if self.past else None, budgets)

    @property
    def base(self) -> Base | None:
        """What is compared with, if anything."""
        return self.past.base if self.past else None

    def moved(self) -> tuple[LimitChange, ...]:
        """Return how limits moved since the base, as far as there is telling."""
        changes: tuple[LimitChange, ...] = ()
        if self.config is not None and self.former is not None:
            changes += limit_changes(self.config.budgets, self.former.budgets)
        if self.past is not None and self.past.tells_text:
            changes += limit_changes(self.own, self.past.own(self.own, self.context))
        return changes

    def removed(self) -> list[Counted]:
        """Return the networks that are gone, unless only some were asked for."""
        if self.past is None or self.request.references:
            return []
        budgets = (*self.budgets, *(self.former.budgets if self.former else ()))
        patterns = [pattern for budget in budgets for pattern in budget.match or ()]
        today = {pair.now.target for pair in self.pairs}
        return self.past.removed(patterns or [parse_pattern("**", Path.cwd())], today, [self.context])

    def notes(self) -> Iterator[str]:
        """Yield what a reader should know about the base."""
        if self.past is not None:
            if self.request.against == AUTO:
                yield f"compared with {self.past.base.name}, as no other base was named"
            yield from self.past.problems


def _nothing_to_hold(config: Config | None) -> Diagnostic:
    if config:
        message = f"{shown(config.file)} has no budgets"
        return Diagnostic("E806", message, help="add a `[[budget]]`, or --max macs=300M")
    message = "there is nothing to check: no costcalc.toml here or above, and no --max"
    return Diagnostic("E806", message, help="`costcalc init` writes one for the specs below this folder")


def _nothing_to_count() -> Diagnostic:
    message = "there is no network to look at: no spec in this folder or below"
    return Diagnostic("E806", message, help="name one, for example: costcalc check mobilenet --max macs=600M")
