"""Budgets then and now: every limit that was set, lifted, raised or lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from costcalc.gate.budget import LEVELS, Budget, Growth, Limit
from costcalc.gate.result import LimitChange, Place


def limit_changes(now: Iterable[Budget], before: Iterable[Budget]) -> tuple[LimitChange, ...]:
    """Return how budgets moved. A rule that has another name is another rule: the old one was removed."""
    left = {budget.name: budget for budget in now}
    right = {budget.name: budget for budget in before}
    names = dict.fromkeys((*left, *right))
    return tuple(each for name in names for each in _changes(name, left.get(name), right.get(name)))


def _changes(name: str, now: Budget | None, before: Budget | None) -> Iterator[LimitChange]:
    place = _start(now or before)
    if now is None and before is not None and before.level == "off":
        return
    yield from _each("max", name, _of(now, "max"), _of(before, "max"), place)
    yield from _each("max_increase", name, _of(now, "max_increase"), _of(before, "max_increase"), place)
    if now is None or before is None:
        return
    if now.level != before.level:
        loosened = LEVELS.index(now.level) > LEVELS.index(before.level)
        yield LimitChange(name, "level", before.level, now.level, loosened, place)
    match = [[pattern.text for pattern in budget.match or ()] for budget in (before, now)]
    if set(match[0]) != set(match[1]):
        loosened = not set(match[0]) <= set(match[1])
        yield LimitChange(name, "match", ", ".join(match[0]), ", ".join(match[1]), loosened, place)
    if now.context != before.context:  # other units: nobody can tell which way this goes
        yield LimitChange(name, "context", _context(before), _context(now), True, place)


def _start(budget: Budget | None) -> Place:
    return budget.place if budget and budget.place else Place("", 1)


def _of(budget: Budget | None, key: str) -> dict[str, Limit | Growth]:
    return dict(getattr(budget, key)) if budget else {}


def _each(
    key: str, rule: str, now: dict[str, Limit | Growth], before: dict[str, Limit | Growth], place: Place
) -> Iterator[LimitChange]:
    for metric in dict.fromkeys((*now, *before)):
        left, right = now.get(metric), before.get(metric)
        where = (left or right).place or place  # type: ignore[union-attr]
        texts = (right.written if right else None), (left.written if left else None)
        if left is None or right is None:
            yield LimitChange(rule, f"{key}.{metric}", *texts, left is None, where)
        elif _amounts(left) != _amounts(right):
            yield LimitChange(rule, f"{key}.{metric}", *texts, _lets_more(left, right), where)


def _amounts(limit: Limit | Growth) -> tuple[Fraction | int | None, ...]:
    return (limit.value,) if isinstance(limit, Limit) else (limit.percent, limit.amount)


def _lets_more(now: Limit | Growth, before: Limit | Growth) -> bool:
    """Tell whether there is a value that passes now and did not before."""
    return any((new or 0) > (old or 0) for new, old in zip(_amounts(now), _amounts(before), strict=True))


def _context(budget: Budget) -> str:
    context = budget.context
    ram = ", weights in RAM" if context.weights_in_ram else ""
    return (
        f"{context.convention}, batch {context.batch}, {context.weights_dtype}/{context.activations_dtype}, "
        f"{context.fusion}{ram}"
    )
