"""What to do about a breach: the command that allows it, for whoever decides so."""

from __future__ import annotations

import shlex

from costcalc.gate.budget import round_limit
from costcalc.gate.result import Finding
from costcalc.report.gate.places import place_text


def advice(finding: Finding) -> str:
    """Return what to do about a breach."""
    if finding.values.value is None:
        return "Choose a convention that knows all of its operators: costcalc explain"
    place = finding.rule.place
    if place is None and finding.kind == "max_increase":
        return f"Shrink it, or allow more: --max-increase {finding.metric}=..."
    limit = round_limit(finding.values.value, finding.metric, grain=5)
    if place is None:
        return f"Shrink it, or allow more: --max {finding.metric}={limit}"
    if finding.kind == "max_increase" or not place.file.endswith(".toml"):  # which the command cannot raise
        return f"Shrink it, or allow more: {finding.kind}.{finding.metric}, {place_text(place)}"
    rule = shlex.quote(finding.rule.name)
    return f'Shrink it, or: costcalc budget raise {rule} {finding.metric}={limit} --reason "..."'
