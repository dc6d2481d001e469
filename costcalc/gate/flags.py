"""Budgets without a file: limits as the command line or Python gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.gate.budget import Budget, Growth, Limit
from costcalc.gate.metrics import DEFAULT_CONTEXT, METRICS, Metric
from costcalc.gate.result import Context
from costcalc.gate.rules import parse_growth

Written = Mapping[str, str | int]
"""By metric: `{"macs": "300M"}`."""


def parse_pairs(flag: str, texts: Iterable[str]) -> dict[str, str]:
    """Return what every `METRIC=LIMIT` says.

    Raises:
        UsageError: one of them is no such pair (E803).
    """
    pairs = {}
    for text in texts:
        name, equals, limit = text.partition("=")
        if not equals or not name or not limit:
            message = f"{flag} {text}: it takes METRIC=LIMIT"
            raise UsageError(Diagnostic("E803", message, help=f"for example: {flag} macs=300M"))
        pairs[name.strip()] = limit.strip()
    return pairs


def flag_budgets(
    max: Written | None = None, max_increase: Written | None = None, context: Context = DEFAULT_CONTEXT
) -> tuple[Budget, ...]:
    """Return a budget for every limit, about every network that is looked at.

    Raises:
        UsageError: no such metric (E802), or no quantity (E803); all of them.
    """
    errors: list[Diagnostic] = []
    budgets = []
    for name, written in (max or {}).items():
        rule = f"--max {name}={written}"
        metric = _metric(rule, name, errors)
        if metric is not None:
            try:
                limit = Limit(metric.parse(written), str(written))
                budgets.append(Budget(rule, None, max={name: limit}, context=context))
            except ValueError as error:
                errors.append(Diagnostic("E803", f"{rule}: {error}"))
    for name, written in (max_increase or {}).items():
        rule = f"--max-increase {name}={written}"
        metric = _metric(rule, name, errors)
        if metric is not None:
            try:
                growth: Growth = parse_growth(written, metric)
                budgets.append(Budget(rule, None, max_increase={name: growth}, context=context))
            except ValueError as error:
                errors.append(Diagnostic("E803", f"{rule}: {error}"))
    if errors:
        raise UsageError(errors)
    return tuple(budgets)


def _metric(rule: str, name: str, errors: list[Diagnostic]) -> Metric | None:
    if name not in METRICS:
        help = one_of(name, METRICS)
        errors.append(Diagnostic("E802", f"{rule}: there is no metric `{name}`", help=help))
        return None
    return METRICS[name]
