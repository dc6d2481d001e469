"""Every limit that applies to a network, judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from costcalc.gate.budget import Budget
from costcalc.gate.compare import blame
from costcalc.gate.networks import Counted
from costcalc.gate.result import Context, Finding, Kind, Place, Values
from costcalc.gate.verdict import judge
from costcalc.spec.files import shown


def findings(
    now: Counted,
    before: Counted | None,
    budgets: Iterable[Budget],
    context: Context,
    *,
    compared: bool,
    strict: bool = False,
) -> Iterator[Finding]:
    """Yield a finding for every limit of some budgets, in their order.

    Args:
        now: The network.
        before: The same in the base; None if it is not in there, or there is no base.
        budgets: Those that apply to it.
        context: What a finding's numbers rest on unless it says otherwise.
        compared: Whether there is a base.
        strict: See `judge`.
    """
    judged = _Judge(now, before, context, compared, strict)
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
        self, now: Counted, before: Counted | None, context: Context, compared: bool, strict: bool
    ) -> None:
        self._now, self._before = now, before
        self._context, self._compared, self._strict = context, compared, strict

    def values(self, budget: Budget, metric: str) -> Values:
        base = self._before.metrics.get(budget.context, {}) if self._before else {}
        return Values(self._now.metrics[budget.context][metric], base.get(metric))

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
            model=self._now.target.name,
            metric=metric,
            kind=kind,
            verdict=verdict,
            outcome=outcome,
            values=values,
            limit=limit,
            rule=budget.rule(place),
            place=where or Place(shown(self._now.target.path), 1),
            context=None if budget.context == self._context else budget.context,
        )


def _least(limit: int, slack: Fraction) -> int:
    """Return the least value that a limit is no more than `slack` percent above."""
    return -int(-limit * 100 // (100 + slack))
