"""A check: networks held to their budgets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from costcalc.errors import CostcalcError, Diagnostic, Location, UsageError
from costcalc.gate.changes import change
from costcalc.gate.gather import Gathered, Pair, Request, gather
from costcalc.gate.result import Finding, LimitSource, ModelChange, Result
from costcalc.gate.verdict import findings


def check(request: Request) -> Result:
    """Hold networks to their budgets.

    Raises:
        CostcalcError: everything that stops the check.
    """
    _require_base(request)
    gathered = gather(request, needs_budgets=True)
    found: list[Finding] = []
    models: list[ModelChange] = []
    for pair in gathered.pairs:
        of_one = list(_findings(request, gathered, pair))
        found += of_one
        details = pair.before is not None or any(each.verdict in ("warn", "fail") for each in of_one)
        models.append(change(pair.now, pair.before, gathered.basis, details=details))
    models += [change(None, each, gathered.basis) for each in gathered.removed]
    if request.strict:
        _refuse_gaps(gathered, found)
    if request.fail_on_limit_raise and not gathered.limits_known:
        problem = "; ".join(gathered.problems)
        raise CostcalcError(Diagnostic("E805", f"cannot tell whether limits were raised: {problem}"))
    notes = [*gathered.notes, *_drift(gathered.pairs), *_unheld(gathered.pairs)]
    return Result(
        command="check",
        context=gathered.basis,
        models=tuple(models),
        findings=tuple(found),
        base=gathered.base,
        limit_changes=gathered.limit_changes,
        notes=tuple(dict.fromkeys(notes)),
    )


def _require_base(request: Request) -> None:
    if request.against is None and (request.changed or request.fail_on_limit_raise):
        flag = "--changed" if request.changed else "--fail-on-limit-raise"
        help = "add --against REF, for example --against origin/main"
        raise UsageError(Diagnostic("E816", f"{flag} needs something to compare with", help=help))


def _findings(request: Request, gathered: Gathered, pair: Pair) -> Iterator[Finding]:
    if request.changed and pair.is_untouched:
        return
    yield from findings(
        pair.now,
        pair.before,
        pair.budgets,
        gathered.basis,
        compared=gathered.base is not None,
        strict=request.strict,
    )


def _refuse_gaps(gathered: Gathered, found: Iterable[Finding]) -> None:
    """Refuse, where nothing may be taken on trust, limits that were not looked at.

    Raises:
        CostcalcError: a limit was skipped (E816), or the base is not whole (E822).
    """
    skipped = {each.rule: each for each in found if each.outcome == "skipped"}
    errors = [_skipped(rule, each.metric) for rule, each in skipped.items()]
    if not gathered.is_whole:
        errors += [Diagnostic("E822", problem) for problem in gathered.problems]
    if errors:
        raise CostcalcError(errors)


def _skipped(rule: LimitSource, metric: str) -> Diagnostic:
    message = f"`{rule.name}` limits how much {metric} grows, and there is no base"
    place = rule.place
    where = Location(place.file, place.line, place.column, place.column + 1) if place else None
    return Diagnostic("E816", message, where, "add --against REF, or leave out --strict")


def _drift(pairs: Iterable[Pair]) -> Iterator[str]:
    """Yield a note for every rule under which a metric may grow forever, in small steps."""
    for pair in pairs:
        held = {metric for budget in pair.budgets for metric in budget.max}
        for budget in pair.budgets:
            for metric, growth in budget.max_increase.items():
                if metric not in held:
                    yield (
                        f"{budget.name}: {metric} may grow by {growth.written} with every change, which adds "
                        f"up; a `max` would end that"
                    )


def _unheld(pairs: Iterable[Pair]) -> Iterator[str]:
    for pair in pairs:
        if not pair.budgets:
            yield f"no budget is about {pair.now.reference.name}"
