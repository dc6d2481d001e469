"""A check or a diff at a glance: what comes first, what is left out, and one sentence about all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.gate.result import VERDICTS, Finding, ModelChange, PartChange, Result, Values, Verdict
from costcalc.report.gate.words import base_text
from costcalc.units import plural


@dataclass(frozen=True, slots=True)
class Blame:
    """The findings about one metric of one network, and the network."""

    model: ModelChange
    metric: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of them."""
        return worst(self.findings)


def worst(findings: Iterable[Finding]) -> Verdict:
    """Return the worst verdict; nothing found is nothing wrong."""
    return max((finding.verdict for finding in findings), key=VERDICTS.index, default="pass")


def severity(finding: Finding) -> tuple[int, Fraction]:
    """Return what to sort by: the verdict, then how far over the limit the value is, relative to it."""
    over = -(finding.slack or 0)
    return VERDICTS.index(finding.verdict), Fraction(over, max(finding.limit or 1, 1))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with those in front that matter most."""
    return sorted(findings, key=severity, reverse=True)


def blames(result: Result, *verdicts: Verdict) -> list[Blame]:
    """Return the findings of these verdicts by network and metric, in their order."""
    models = {model.model: model for model in result.models}
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        if finding.verdict in verdicts and finding.outcome != "skipped":
            grouped.setdefault((finding.model, finding.metric), []).append(finding)
    return [
        Blame(models.get(name) or ModelChange(name, "unchanged", {}, name), metric, tuple(findings))
        for (name, metric), findings in grouped.items()
    ]


def growth(part: PartChange, metric: str) -> int:
    """Return how much a stage or a layer adds to a metric; what is new adds all of it."""
    values = part.metrics.get(metric, Values(None))
    return (values.value or 0) - (values.base or 0)


def largest(parts: Iterable[PartChange], metric: str, top: int) -> tuple[list[PartChange], int]:
    """Return the parts that change a metric most, and how many more change it; a `top` of 0 returns all."""
    changing = sorted(
        (part for part in parts if growth(part, metric)), key=lambda part: -abs(growth(part, metric))
    )
    shown = changing[:top] if top else changing
    return shown, len(changing) - len(shown)


def passes(result: Result) -> list[Finding]:
    """Return the limits that are kept, those that come closest to being broken first."""
    kept = [each for each in result.findings if each.verdict == "pass" and each.kind != "max_slack"]
    return worst_first(kept)


def skipped(result: Result) -> list[str]:
    """Return, per rule and limit, how many networks were not compared for want of a base."""
    counts = Counter(
        (finding.rule.name, f"{finding.kind}.{finding.metric}")
        for finding in result.findings
        if finding.outcome == "skipped"
    )
    return [
        f'rule "{rule}": {key} skipped for {plural(number, "network")}, as there is no --against'
        for (rule, key), number in counts.items()
    ]


def moved(result: Result) -> list[ModelChange]:
    """Return the networks that are not what they were; without a base none was anything."""
    return [model for model in result.models if model.status != "unchanged"] if result.base else []


def summary(result: Result) -> str:
    """Return the sentence that says it all: how many networks failed, or changed."""
    if result.command == "diff":
        return _diff_summary(result.models, f" against {base_text(result.base)}" if result.base else "")
    by_model: dict[str, list[Finding]] = {
        model.model: [] for model in result.models if model.status != "removed"
    }
    for finding in result.findings:
        by_model.setdefault(finding.model, []).append(finding)
    verdicts = Counter(worst(findings) for findings in by_model.values() if findings)
    before = sum(
        worst(found) == "warn" and any(finding.outcome == "over_before" for finding in found)
        for found in by_model.values()
    )
    unlimited = [model for model in result.models if by_model.get(model.model) == []]
    unchanged = sum(model.status == "unchanged" for model in unlimited) if result.base else 0
    counts = {
        "failed": verdicts["fail"],
        "over before this change (warning)": before,
        "with a warning": verdicts["warn"] - before,
        "passed": verdicts["pass"] + verdicts["note"],
        "unchanged": unchanged,
        "without a budget": len(unlimited) - unchanged,
    }
    first, *others = [(number, what) for what, number in counts.items() if number] or [(0, "passed")]
    loosened = sum(change.loosened for change in result.limit_changes)
    parts = [
        f"{plural(first[0], 'network')} {first[1]}",
        *(f"{number:,} {what}" for number, what in others),
        *([f"{plural(loosened, 'budget')} loosened"] if loosened else []),
    ]
    return f"{', '.join(parts)}."


def _diff_summary(models: Sequence[ModelChange], against: str) -> str:
    statuses = Counter(model.status for model in models)
    parts = [
        f"{statuses[status]:,} {status}"
        for status in ("changed", "added", "removed", "renamed", "unchanged")
        if statuses[status]
    ]
    return f"{', '.join(parts) or 'nothing to compare'}{against}."
