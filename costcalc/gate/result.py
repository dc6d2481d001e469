"""What a check or a diff found: values, never how they are told. Every output is made from this alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from costcalc.errors import Location

Verdict = Literal["pass", "note", "warn", "fail"]
VERDICTS: Final[tuple[Verdict, ...]] = ("pass", "note", "warn", "fail")
"""From best to worst: of several, the worst one counts."""

Kind = Literal["max", "max_increase", "max_slack"]
Outcome = Literal["within", "new", "crossed", "grew", "growing", "over_before", "slack", "skipped", "unknown"]
"""Why a verdict is what it is: `crossed` the budget, `grew` by more than allowed, over it and `growing`,
`over_before` this change, far under it (`slack`), `skipped` for want of a base, count `unknown`."""

Status = Literal["added", "removed", "renamed", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int
    column: int = 1


def place_of(location: Location) -> Place:
    """Return a location without its text."""
    return Place(location.file, location.line, location.column)


@dataclass(frozen=True, slots=True)
class Context:
    """What all numbers rest on."""

    convention: str = "paper"
    batch: int = 1
    weights_dtype: str = "fp32"
    activations_dtype: str = "fp32"
    fusion: str = "conv-bn-act"
    weights_in_ram: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Who set a limit.

    Attributes:
        name: As the config or the command line calls it.
        place: Where the limit is written; None if it came from the command line.
        level: What a breach is.
        message: What to tell whoever breaches it.
        reason: Why the limit is what it is.
    """

    name: str
    place: Place | None = None
    level: Literal["error", "warn"] = "error"
    message: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """A metric of one thing, now and in the base. None: the thing is not there, or the count is unknown."""

    value: int | None
    base: int | None = None

    @property
    def delta(self) -> int | None:
        """How much it grew; None without both sides."""
        return None if self.value is None or self.base is None else self.value - self.base


@dataclass(frozen=True, slots=True)
class Finding:
    """One limit on one metric of one network.

    Attributes:
        model: The network, as the report calls it.
        metric: `macs`, `params`, `peak_memory` ...
        kind: Which key of the rule it is about.
        verdict: What follows for the exit code.
        outcome: Why.
        values: What was counted.
        limit: The largest integer that would pass; for `max_slack` the `max` that could be lowered.
        rule: Who says so.
        place: The line of the spec that is most to blame, else its first.
        context: What these values rest on, where a rule counts otherwise than the result: with other
            number formats, or the weights in RAM.
    """

    model: str
    metric: str
    kind: Kind
    verdict: Verdict
    outcome: Outcome
    values: Values
    limit: int | None
    rule: Rule
    place: Place | None = None
    context: Context | None = None

    @property
    def slack(self) -> int | None:
        """How far below the limit the value is; negative above it."""
        if self.limit is None or self.values.value is None:
            return None
        return self.limit - self.values.value


@dataclass(frozen=True, slots=True)
class Part:
    """A stage or a layer that differs from the base.

    Attributes:
        name: Its path: `stage3`, `stage3.1.conv`.
        status: Whether it was added, removed or changed.
        metrics: What it costs, and cost.
        place: The row of the spec that makes it; for a removed one, the base's.
        now: What the layer is, as a table would name it; of a stage, the cells of its row that changed
            (`c = 96`). Empty if there is none.
        before: What it was.
    """

    name: str
    status: Status
    metrics: Mapping[str, Values]
    place: Place | None = None
    now: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A network now and in the base. Without a base, every network is `added`.

    Attributes:
        model: Its reference.
        status: What became of it.
        metrics: All that was counted.
        file: Its spec; the base's, if it was removed.
        before: Its reference in the base, if another.
        stages: Those that differ, in execution order.
        layers: Those that differ, in execution order.
    """

    model: str
    status: Status
    metrics: Mapping[str, Values]
    file: str
    before: str | None = None
    stages: tuple[Part, ...] = ()
    layers: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit that this change sets, lifts, raises or lowers.

    Attributes:
        rule: The rule's name.
        key: Which limit: `max.macs`.
        before: As written in the base; None if there was none.
        after: As written now; None if it was removed.
        loosened: Whether more passes than before.
        place: Where it is written now, or was before.
    """

    rule: str
    key: str
    before: str | None
    after: str | None
    loosened: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Base:
    """What is compared with.

    Attributes:
        name: As it was asked for: `origin/main`, `baseline.json`, `mobilenet`.
        commit: The commit that was read, if it was git's.
        is_merge_base: Whether that is where the branches parted rather than the ref itself.
    """

    name: str
    commit: str | None = None
    is_merge_base: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """All that a check or a diff has to say.

    Attributes:
        command: Which of the two.
        context: What the numbers rest on.
        models: Every network looked at, unchanged ones included, in the order asked for.
        findings: Every limit that applies, in the order of models and rules; a diff has none.
        base: What is compared with, if anything.
        limit_changes: Budgets that this change moves.
        notes: What else a reader should know.
    """

    command: Literal["check", "diff"]
    context: Context
    models: tuple[ModelChange, ...]
    findings: tuple[Finding, ...] = ()
    base: Base | None = None
    limit_changes: tuple[LimitChange, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of all findings."""
        return max((finding.verdict for finding in self.findings), key=VERDICTS.index, default="pass")
