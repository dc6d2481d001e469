"""What should hold: limits on metrics and on their growth, and how those moved since the base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

from costcalc.cost import Basis
from costcalc.cost import metric as metric_of
from costcalc.gate import located
from costcalc.gate.patterns import Pattern
from costcalc.gate.result import LimitChange, LimitSource, Place

Level = Literal["error", "warn", "off"]
LEVELS: Final[tuple[Level, ...]] = ("error", "warn", "off")

USUAL: Final = Basis()
"""What limits count by unless somebody says otherwise."""

HEADROOM: Final = Fraction(5)
"""Percent that `tighten`, `raise` and `init` leave above a measured value: limits that fit exactly make
every change touch them, and changes side by side collide."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The largest value that passes, as it is written, and where: for people, and in the document."""

    value: int
    written: str
    place: Place | None = None
    path: located.Path = ()


@dataclass(frozen=True, slots=True)
class Growth:
    """How much a value may grow from the base: a percentage, an amount, or both.

    Of both, both must be exceeded: 2 % of a small network is nothing, and 50k of a large one too.
    """

    percent: Fraction | None
    amount: int | None
    written: str
    place: Place | None = None

    def most(self, base: int) -> int:
        """Return the largest value that passes.

        >>> Growth(Fraction(2), None, "2%").most(1_049), Growth(Fraction(2), 50, "").most(1_049)
        (1069, 1099)
        """
        allowed = [] if self.percent is None else [int(base * self.percent / 100)]
        return base + max([*allowed, *([] if self.amount is None else [self.amount])])


@dataclass(frozen=True, slots=True)
class Budget:
    """A rule: what it is about, and its limits by metric.

    Attributes:
        name: What `budget raise` and reports call it.
        match: Which networks it is about; None is every one that is checked.
        max: Absolute limits.
        max_increase: Relative ones.
        ceiling: What `budget raise` never goes beyond.
        max_slack: Percent that a limit may be above what is measured; None is any.
        headroom: Percent that `tighten` leaves.
        level: Whether a breach is an error, a warning, or not looked for.
        message: What to tell whoever breaches it.
        reason: Why the limits are what they are.
        basis: What its numbers rest on.
        place: Where it starts; None if it comes from the command line.
        file: The config that it stands in.
        key: Where in that.
    """

    name: str
    match: tuple[Pattern, ...] | None
    max: Mapping[str, Limit] = field(default_factory=dict)
    max_increase: Mapping[str, Growth] = field(default_factory=dict)
    ceiling: Mapping[str, Limit] = field(default_factory=dict)
    max_slack: Fraction | None = None
    headroom: Fraction = HEADROOM
    level: Level = "error"
    message: str | None = None
    reason: str | None = None
    basis: Basis = USUAL
    place: Place | None = None
    file: Path | None = None
    key: located.Path = ()

    def rule(self, place: Place | None) -> LimitSource:
        """Return what a finding says about the rule behind it."""
        level: Literal["error", "warn"] = "warn" if self.level == "warn" else "error"
        return LimitSource(self.name, place or self.place, level, self.message, self.reason)

    def applies_to(self, path: Path, terms: str) -> bool:
        """Tell whether a network is among those that it is about."""
        return self.match is None or any(pattern.matches(path, terms) for pattern in self.match)


def round_limit(value: int, metric: str, grain: int = 1) -> str:
    """Return the next round quantity that a value is within, to be a limit: 3 digits, a multiple of `grain`.

    >>> round_limit(312_400_000, "macs"), round_limit(312_400_000, "macs", 5), round_limit(51, "depth")
    ('313M', '315M', '51')
    >>> round_limit(8_388_609, "peak_memory", 5)
    '8.05MiB'
    """
    is_bytes = metric_of(metric).is_bytes
    step, suffixes = (1024, _BYTES) if is_bytes else (1000, _COUNTS)
    power = max((power for power in range(len(suffixes)) if value >= step**power), default=0)
    if power == 0:
        return f"{value}{suffixes[0]}"
    scaled = Decimal(value) / step**power
    unit = Decimal(grain).scaleb(scaled.adjusted() - 2)
    rounded = (scaled / unit).to_integral_value(ROUND_CEILING) * unit
    return f"{rounded.normalize():f}{suffixes[power]}"


_COUNTS: Final = ("", "k", "M", "G", "T")
_BYTES: Final = ("B", "KiB", "MiB", "GiB", "TiB")


# ---- then and now ------------------------------------------------------------------------------


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
    if now.basis != before.basis:  # other units: nobody can tell which way this goes
        yield LimitChange(name, "context", _words(before.basis), _words(now.basis), True, place)


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


def _words(basis: Basis) -> str:
    ram = ", weights in RAM" if basis.weights_in_ram else ""
    order = f", {basis.order} order" if basis.order != "given" else ""
    formats = f"{basis.weights.name}/{basis.activations.name}"
    return f"{basis.convention.name}, batch {basis.batch}, {formats}, {basis.fusion}{order}{ram}"
