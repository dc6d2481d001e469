"""What a check and a diff are made from: budgets, networks, and what those were before.

Step by step: budgets are read, networks found, the base opened, both sides counted. A step that fails keeps
its errors and lets the others go on, so that everything that is wrong is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from costcalc.cost import Basis
from costcalc.errors import CostcalcError, Diagnostic, UsageError
from costcalc.gate.base import CommitBase, FileBase, OpenBase
from costcalc.gate.baseline import read_baseline
from costcalc.gate.budget import Budget, limit_changes
from costcalc.gate.budget_reader import spec_budget
from costcalc.gate.config import Config, find_config, load_config
from costcalc.gate.git import AUTO, GitFiles, Repository, find_base
from costcalc.gate.networks import REPORTED, Counted, Networks
from costcalc.gate.patterns import collected, every_spec, matched, named, parse_pattern
from costcalc.gate.result import Base, LimitChange
from costcalc.networks import Reference
from costcalc.spec.files import shown


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
        basis: What numbers rest on; None is what the file of budgets says.
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
    basis: Basis | None = None
    strict: bool = False
    changed: bool = False
    fail_on_limit_raise: bool = False
    allow_unmatched: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A network now and before, and what applies to it.

    Attributes:
        now: What it costs.
        before: What it did; None if it is new, or there is no base.
        budgets: Those that are about it.
        is_untouched: Whether nothing was done to it since the base.
    """

    now: Counted
    before: Counted | None
    budgets: tuple[Budget, ...]
    is_untouched: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a check or a diff needs.

    Attributes:
        basis: What numbers rest on.
        pairs: The networks to look at, in order.
        removed: Those that are gone since the base, unless only some were asked for.
        base: What is compared with, if anything.
        problems: What was wrong with it.
        is_whole: Whether nothing of it was unreadable.
        limit_changes: How limits moved since the base, as far as it tells.
        limits_known: Whether it tells how all of them moved.
        notes: What a reader should know about the base.
    """

    basis: Basis
    pairs: tuple[Pair, ...]
    removed: tuple[Counted, ...]
    base: Base | None
    problems: tuple[str, ...]
    is_whole: bool
    limit_changes: tuple[LimitChange, ...]
    limits_known: bool
    notes: tuple[str, ...]


def gather(request: Request, *, needs_budgets: bool = False) -> Gathered:
    """Read budgets, find and count networks, now and before.

    Args:
        request: What is asked for.
        needs_budgets: Whether it is an error to have none.

    Raises:
        CostcalcError: everything that is wrong with any of them.
    """
    errors: list[Diagnostic] = []
    networks = Networks()
    config = _config(request, errors)
    basis = one_convention(request.basis or (config.basis if config else Basis()))
    budgets = (*(config.budgets if config else ()), *request.budgets)
    targets = _targets(request, config, _live(budgets), networks, errors)
    of_specs = _spec_budgets(targets, networks, basis, errors)
    if needs_budgets and not (budgets or of_specs or errors):
        errors.append(_nothing_to_hold(config))
    may_be_gone = request.against is not None and not needs_budgets
    if not (targets or errors or may_be_gone or _says_which(config)):
        errors.append(_nothing_to_count())
    base = _open_base(request, config, basis, networks, targets, errors)
    former = base.config(config.file) if base is not None and config is not None else None
    live = _live((*budgets, *of_specs))
    metrics = _metrics(live)
    pairs: list[Pair] = []
    for target in targets:
        with collected(errors):
            pairs.append(_pair(target, live, basis, metrics, networks, base))
    if errors:
        raise CostcalcError(dict.fromkeys(errors))
    removed = _removed(request, base, pairs, budgets, former, metrics, basis)
    changes = _limit_changes(base, config, former, of_specs, basis)
    problems = tuple(base.problems) if base else ()
    return Gathered(
        basis=basis,
        pairs=tuple(pairs),
        removed=tuple(removed),
        base=base.base if base else None,
        problems=problems,
        is_whole=base is None or not base.is_broken,
        limit_changes=changes,
        limits_known=former is not None or config is None,
        notes=(*_notes(request, base, pairs), *problems),
    )


def _config(request: Request, errors: list[Diagnostic]) -> Config | None:
    if request.isolated:
        return None
    with collected(errors):
        path = request.config or find_config(Path.cwd())
        return load_config(path.absolute()) if path else None
    return None


def _says_which(config: Config | None) -> bool:
    """Tell whether a file of budgets says which networks to look at."""
    return config is not None and bool(config.budgets)


def _live(budgets: Iterable[Budget]) -> tuple[Budget, ...]:
    return tuple(budget for budget in budgets if budget.level != "off")


def _targets(
    request: Request,
    config: Config | None,
    budgets: Iterable[Budget],
    networks: Networks,
    errors: list[Diagnostic],
) -> list[Reference]:
    if request.references:
        return named(request.references, networks, errors)
    if errors:  # with other budgets other networks would be looked at
        return []
    if _says_which(config):
        patterns = [pattern for budget in budgets for pattern in budget.match or ()]
        return matched(patterns, networks, errors, allow_unmatched=request.allow_unmatched)
    with collected(errors):
        return every_spec(Path.cwd(), networks)
    return []


def _spec_budgets(
    targets: Iterable[Reference], networks: Networks, basis: Basis, errors: list[Diagnostic]
) -> tuple[Budget, ...]:
    """Return the budgets that specs have for themselves."""
    budgets: list[Budget | None] = []
    for path in dict.fromkeys(target.path for target in targets):
        with collected(errors):
            budgets.append(spec_budget(networks.spec(path), path, basis))
    return tuple(budget for budget in budgets if budget is not None)


def _open_base(
    request: Request,
    config: Config | None,
    basis: Basis,
    networks: Networks,
    targets: Iterable[Reference],
    errors: list[Diagnostic],
) -> OpenBase | None:
    against = request.against
    if against is None:
        return None
    with collected(errors):
        if against.endswith(".json"):
            return FileBase(read_baseline(Path(against).absolute(), basis))
        repository = Repository(config.file.parent if config else Path.cwd())
        base = find_base(repository, against, exact=request.exact)
        assert base.commit is not None
        files = GitFiles(repository, base.commit)
        return CommitBase(files, base, networks, [target.path for target in targets])
    return None


def _metrics(budgets: Iterable[Budget]) -> list[str]:
    """Return the metrics to count: the usual ones, and those that budgets name."""
    named = [metric for budget in budgets for metric in (*budget.max, *budget.max_increase)]
    return list(dict.fromkeys((*REPORTED, *named)))


def _pair(
    target: Reference,
    budgets: Iterable[Budget],
    basis: Basis,
    metrics: Sequence[str],
    networks: Networks,
    base: OpenBase | None,
) -> Pair:
    about = tuple(budget for budget in budgets if budget.applies_to(target.path, target.terms))
    bases = (basis, *(budget.basis for budget in about))
    now = networks.count(target, bases, metrics)
    before = base.before(now, bases, metrics) if base else None
    return Pair(now, before, about, base is not None and base.is_untouched(now, before))


def _removed(
    request: Request,
    base: OpenBase | None,
    pairs: Iterable[Pair],
    budgets: Iterable[Budget],
    former: Config | None,
    metrics: Sequence[str],
    basis: Basis,
) -> list[Counted]:
    """Return the networks that are gone, unless only some were asked for."""
    if base is None or request.references:
        return []
    then_and_now = (*budgets, *(former.budgets if former else ()))
    patterns = [pattern for budget in then_and_now for pattern in budget.match or ()]
    today = {pair.now.reference for pair in pairs}
    return base.removed(patterns or [parse_pattern("**", Path.cwd())], today, [basis], metrics)


def _limit_changes(
    base: OpenBase | None,
    config: Config | None,
    former: Config | None,
    of_specs: tuple[Budget, ...],
    basis: Basis,
) -> tuple[LimitChange, ...]:
    changes: tuple[LimitChange, ...] = ()
    if config is not None and former is not None:
        changes += limit_changes(config.budgets, former.budgets)
    if base is not None and base.tells_text:
        changes += limit_changes(of_specs, base.spec_budgets(of_specs, basis))
    return changes


def _notes(request: Request, base: OpenBase | None, pairs: Iterable[Pair]) -> Iterator[str]:
    if base is not None and request.against == AUTO:
        yield f"compared with {base.base.name}, as no other base was named"
    for pair in pairs:
        if pair.now.cost is not None and pair.now.cost.graph.unread:
            yield pair.now.cost.graph.unread_note
        if pair.now.cost is not None and pair.now.cost.basis.order == "best found":
            yield f"{pair.now.reference.name} has too many branches: its order may not be the best one"


def one_convention(basis: Basis) -> Basis:
    """Return a basis of one convention: a limit on `macs` is a limit on one count.

    Raises:
        UsageError: E030, it has several.
    """
    if len(basis.conventions) > 1:
        help = "limits on counts by another one: --max macs_fvcore=300M"
        raise UsageError(Diagnostic("E030", "--convention: a check and a diff count by one", help=help))
    return basis


def _nothing_to_hold(config: Config | None) -> Diagnostic:
    if config:
        message = f"{shown(config.file)} has no budgets"
        return Diagnostic("E806", message, help="add a `[[budget]]`, or --max macs=300M")
    message = "there is nothing to check: no costcalc.toml here or above, and no --max"
    return Diagnostic("E806", message, help="`costcalc init` writes one for the specs below this folder")


def _nothing_to_count() -> Diagnostic:
    message = "there is no network to look at: no spec in this folder or below"
    return Diagnostic("E806", message, help="name one, for example: costcalc check mobilenet --max macs=600M")
