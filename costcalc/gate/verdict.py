"""The decision table: one limit, one value, what that was before. And every limit of a network judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from costcalc.cost import Basis
from costcalc.gate.budget import Budget
from costcalc.gate.changes import blame
from costcalc.gate.networks import Counted
from costcalc.gate.result import Finding, Kind, Outcome, Place, Values, Verdict
from costcalc.spec.files import shown


def judge(
    kind: Kind, values: Values, limit: int | None, *, compared: bool, new: bool = False, strict: bool = False
) -> tuple[Verdict, Outcome]:
    """Return what follows from a value, and why. Equal to the limit passes.

    | kind | now | before | verdict |
    |---|---|---|---|
    | max | within | any | pass |
    | max | within | not there | pass, "new" |
    | max | over | within, not there, not compared | fail, "crossed" |
    | max | over | over, and less | fail, "growing" |
    | max | over | over, and no less | warn, "over_before"; strict: fail |
    | max_increase | within | any | pass |
    | max_increase | over | any | fail, "grew" |
    | max_increase | any | not there | pass, "new" |
    | max_increase | any | not compared | note, "skipped" |
    | max_slack | over `limit` or equal | any | pass |
    | max_slack | below | any | note, "slack"; strict: fail |
    | any | unknown | any | fail, "unknown": what nobody can count keeps no limit |

    Args:
        kind: Which key of a rule.
        values: The metric, now and before.
        limit: For `max` and `max_increase` the largest value that passes, None if there is no base to
            grow from; for `max_slack` the least value that makes use of the `max`.
        compared: Whether there is a base at all.
        new: Whether the network is not in it.
        strict: Whether what was wrong before fails too, and what is far under its limit.
    """
    value = values.value
    if kind == "max_increase" and not compared:
        return "note", "skipped"
    if kind == "max_increase" and new:
        return "pass", "new"
    if value is None or limit is None:
        return "fail", "unknown"
    if kind == "max_slack":
        if value >= limit:
            return "pass", "within"
        return ("fail" if strict else "note"), "slack"
    if value <= limit:
        return "pass", "new" if compared and new else "within"
    if kind == "max_increase":
        return "fail", "grew"
    if values.base is None or values.base <= limit:
        return "fail", "crossed"
    if value > values.base:
        return "fail", "growing"
    return ("fail" if strict else "warn"), "over_before"


def findings(
    now: Counted,
    before: Counted | None,
    budgets: Iterable[Budget],
    basis: Basis,
    *,
    compared: bool,
    strict: bool = False,
) -> Iterator[Finding]:
    """Yield a finding for every limit of some budgets, in their order.

    Args:
        now: The network.
        before: The same in the base; None if it is not in there, or there is no base.
        budgets: Those that apply to it.
        basis: What a finding's numbers rest on unless it says otherwise.
        compared: Whether there is a base.
        strict: See `judge`.
    """
    judged = _Judge(now, before, basis, compared, strict)
    for budget in budgets:
        for metric, limit in budget.max.items():
            yield judged.finding(budget, metric, "max", limit.value, limit.place)
        for metric, growth in budget.max_increase.items():
            base = judged.values(budget, metric).base
            most = None if base is None else growth.most(base)
            yield judged.finding(budget, metric, "max_increase", most, growth.place)
        if budget.max_slack is not None:
            for metric, limit in budget.max.items():
                yield judged.finding(budget, metric, "max_slack", limit.value, limit.place)


class _Judge:
    def __init__(
        self, now: Counted, before: Counted | None, basis: Basis, compared: bool, strict: bool
    ) -> None:
        self._now, self._before = now, before
        self._basis, self._compared, self._strict = basis, compared, strict

    def values(self, budget: Budget, metric: str) -> Values:
        base = self._before.metrics.get(budget.basis, {}) if self._before else {}
        return Values(self._now.metrics[budget.basis][metric], base.get(metric))

    def finding(
        self, budget: Budget, metric: str, kind: Kind, limit: int | None, place: Place | None
    ) -> Finding:
        values = self.values(budget, metric)
        threshold = limit
        if kind == "max_slack" and limit is not None and budget.max_slack is not None:
            threshold = _least(limit, budget.max_slack)
        verdict, outcome = judge(
            kind, values, threshold, compared=self._compared, new=self._before is None, strict=self._strict
        )
        if verdict == "fail" and budget.level == "warn":
            verdict = "warn"
        where = blame(self._now, self._before, metric) if verdict in ("warn", "fail") else None
        return Finding(
            model=self._now.reference.name,
            metric=metric,
            kind=kind,
            verdict=verdict,
            outcome=outcome,
            values=values,
            limit=limit,
            rule=budget.rule(place),
            place=where or Place(shown(self._now.reference.path), 1),
            context=None if budget.basis == self._basis else budget.basis,
        )


def _least(limit: int, slack: Fraction) -> int:
    """Return the least value that a limit is no more than `slack` percent above."""
    return -int(-limit * 100 // (100 + slack))
