"""Findings as the issues that code quality and code scanning track from run to run."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Final

from costcalc.gate.result import Finding, Place, Result, Verdict
from costcalc.report.blocks import plain_text
from costcalc.report.gate.summary import worst_first
from costcalc.report.gate.words import Numbers, advice, limit_text, rule_text, sentence

LOOSENED: Final = "budget/loosened"


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to be put right.

    Attributes:
        check: What kind of issue: `max/macs`.
        verdict: How bad it is.
        text: What is wrong, in words.
        place: Where to show it.
        fingerprint: The same from run to run, whatever the values and wherever the line moves.
        finding: What it is made of; a budget that was loosened is none.
    """

    check: str
    verdict: Verdict
    text: str
    place: Place
    fingerprint: str
    finding: Finding | None = None


def issues(result: Result, numbers: Numbers) -> list[Issue]:
    """Return an issue per finding that is not simply a pass, the worst first, and per budget loosened."""
    fingerprint = _Fingerprints()
    files = {model.model: model.file for model in result.models}
    found: dict[Finding, Issue] = {}
    for finding in result.findings:
        if finding.verdict == "pass" or finding.outcome == "skipped":
            continue
        check = f"{finding.kind}/{finding.metric}"
        place = finding.place or Place(files.get(finding.model, finding.model), 1)
        key = fingerprint.of(check, finding.model, finding.rule.name)
        found[finding] = Issue(check, finding.verdict, _text(finding, numbers), place, key, finding)
    loosened = [
        Issue(LOOSENED, "warn", f"a budget is loosened: {limit_text(change)}", change.place, key)
        for change in result.limit_changes
        if change.loosened
        for key in (fingerprint.of(LOOSENED, change.rule, change.key),)
    ]
    return [*(found[finding] for finding in worst_first(found)), *loosened]


class _Fingerprints:
    """Digests of names; namesakes are told apart by their order."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def of(self, *names: str) -> str:
        key = "\0".join(names)
        self._taken[key] += 1
        return hashlib.sha256(f"{key}\0{self._taken[key]}".encode()).hexdigest()


def _text(finding: Finding, numbers: Numbers) -> str:
    said = [f"{finding.model}: {numbers.finding(finding)}, {rule_text(finding.rule)}."]
    said += [sentence(text) for text in (finding.rule.reason, finding.rule.message) if text]
    if finding.verdict == "fail":
        said.append(plain_text(advice(finding)))
    return " ".join(said)
