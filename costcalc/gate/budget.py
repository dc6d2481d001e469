"""What should hold: limits on metrics, and growth that is let through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

from costcalc.gate import toml
from costcalc.gate.metrics import DEFAULT_CONTEXT
from costcalc.gate.pattern import Pattern
from costcalc.gate.result import Context, Place, Rule

Level = Literal["error", "warn", "off"]
LEVELS: Final[tuple[Level, ...]] = ("error", "warn", "off")

HEADROOM: Final = Fraction(5)
"""Percent that `tighten`, `raise` and `init` leave above a measured value: limits that fit exactly make
every change touch them, and changes side by side collide."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The largest value that passes, as it is written, and where."""

    value: int
    written: str
    place: Place | None = None


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
        context: What its numbers rest on.
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
    context: Context = DEFAULT_CONTEXT
    place: Place | None = None
    file: Path | None = None
    key: toml.Path = ()

    def rule(self, place: Place | None) -> Rule:
        """Return what a finding says about the rule behind it."""
        level: Literal["error", "warn"] = "warn" if self.level == "warn" else "error"
        return Rule(self.name, place or self.place, level, self.message, self.reason)

    def applies_to(self, path: Path, terms: str) -> bool:
        """Tell whether a network is among those that it is about."""
        return self.match is None or any(pattern.matches(path, terms) for pattern in self.match)
