"""A check: networks held to their budgets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from costcalc.errors import CostcalcError, Diagnostic, Location, UsageError
from costcalc.gate.compare import change, differ
from costcalc.gate.comparison import Comparison, Pair, Request
from costcalc.gate.findings import findings
from costcalc.gate.result import Finding, LimitChange, ModelChange, Result, Rule


def check(request: Request) -> Result:
    """Hold networks to their budgets.

    Raises:
        CostcalcError: everything that stops the check.
    """
    _require_base(request)
    comparison = Comparison(request, needs_budgets=True)
    found: list[Finding] = []
    models: list[ModelChange] = []
    for pair in comparison.pairs:
        of_one = list(_findings(comparison, pair))
        found += of_one
        details = pair.before is not None or any(each.verdict in ("warn", "fail") for each in of_one)
        models.append(change(pair.now, pair.before, comparison.context, details=details))
    models += [change(None, each, comparison.context) for each in comparison.removed()]
    if request.strict:
        _refuse_gaps(comparison, found)
    notes = [*comparison.notes(), *_drift(comparison.pairs), *_unheld(comparison.pairs)]
    return Result(
        command="check",
        context=comparison.context,
        models=tuple(models),
        findings=tuple(found),
        base=comparison.base,
        limit_changes=_moved(comparison),
        notes=tuple(dict.fromkeys(notes)),
    )


def _require_base(request: Request) -> None:
    if request.against is None and (request.changed or request.fail_on_limit_raise):
        flag = "--changed" if request.changed else "--fail-on-limit-raise"
        help = "add --against REF, for example --against origin/main"
        raise UsageError(Diagnostic("E816", f"{flag} needs something to compare with", help=help))


def _findings(comparison: Comparison, pair: Pair) -> Iterator[Finding]:
    request, past = comparison.request, comparison.past
    if request.changed and past is not None and pair.before is not None:
        same_text = past.is_untouched(pair.now.target)
        if same_text or (not past.tells_text and not differ(pair.now, pair.before)):
            return
    yield from findings(
        pair.now,
        pair.before,
        pair.budgets,
        comparison.context,
        compared=past is not None,
        strict=request.strict,
    )


def _moved(comparison: Comparison) -> tuple[LimitChange, ...]:
    is_certain = comparison.former is not None or comparison.config is None
    if comparison.request.fail_on_limit_raise and not is_certain:
        problem = "; ".join(comparison.past.problems if comparison.past else ())
        raise CostcalcError(Diagnostic("E805", f"cannot tell whether limits were raised: {problem}"))
    return comparison.moved()


def _refuse_gaps(comparison: Comparison, found: Iterable[Finding]) -> None:
    """Refuse, where nothing may be taken on trust, limits that were not looked at.

    Raises:
        CostcalcError: a limit was skipped (E816), or the base is not whole (E822).
    """
    skipped = {each.rule: each for each in found if each.outcome == "skipped"}
    errors = [_skipped(rule, each.metric) for rule, each in skipped.items()]
    if comparison.past is not None and comparison.past.is_broken:
        errors += [Diagnostic("E822", problem) for problem in comparison.past.problems]
    if errors:
        raise CostcalcError(errors)


def _skipped(rule: Rule, metric: str) -> Diagnostic:
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
            yield f"no budget is about {pair.now.target.name}"
