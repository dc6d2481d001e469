"""What to do about a breach: the command that allows it, for whoever decides so."""

from __future__ import annotations

import shlex

from costcalc.gate.metrics import round_limit
from costcalc.gate.result import Finding
from costcalc.report.gate.places import place_text


def advice(finding: Finding) -> str:
    """Return what to do about a breach."""
    if finding.values.value is None:
        return "Choose a convention that knows all of its operators: costcalc explain"
    if finding.kind == "max_increase":
        if finding.rule.place is None:
            return f"Shrink it, or allow more: --max-increase {finding.metric}=..."
        return f"Shrink it, or allow more: max_increase.{finding.metric}, {place_text(finding.rule.place)}"
    limit = round_limit(finding.values.value, finding.metric, grain=5)
    if finding.rule.place is None:
        return f"Shrink it, or allow more: --max {finding.metric}={limit}"
    rule = shlex.quote(finding.rule.name)
    return f'Shrink it, or: costcalc budget raise {rule} {finding.metric}={limit} --reason "..."'
