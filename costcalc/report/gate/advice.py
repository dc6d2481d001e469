"""What to do about a breach: the command that allows it, for whoever decides so."""

from __future__ import annotations

import shlex
from decimal import ROUND_CEILING, Decimal
from typing import Final

from costcalc.gate.result import Finding
from costcalc.report.gate.words import is_bytes, place_text

_COUNTS: Final = ("", "k", "M", "G", "T")
_BYTES: Final = ("B", "KiB", "MiB", "GiB", "TiB")


def advice(finding: Finding) -> str:
    """Return what to do about a breach."""
    if finding.values.value is None:
        return "Choose a convention that knows all of its operators: costcalc explain"
    if finding.kind == "max_increase":
        if finding.rule.place is None:
            return f"Shrink it, or allow more: --max-increase {finding.metric}=..."
        return f"Shrink it, or allow more: max_increase.{finding.metric}, {place_text(finding.rule.place)}"
    limit = nice_limit(finding.values.value, finding.metric)
    if finding.rule.place is None:
        return f"Shrink it, or allow more: --max {finding.metric}={limit}"
    rule = shlex.quote(finding.rule.name)
    return f'Shrink it, or: costcalc budget raise {rule} {finding.metric}={limit} --reason "..."'


def nice_limit(value: int, metric: str) -> str:
    """Return the next round quantity that a value is within, to be a limit: 3 digits, the last 0 or 5.

    >>> nice_limit(312_400_000, "macs"), nice_limit(4_231_976, "params"), nice_limit(8_388_609, "peak_memory")
    ('315M', '4.25M', '8.05MiB')
    """
    step, suffixes = (1024, _BYTES) if is_bytes(metric) else (1000, _COUNTS)
    power = max((power for power in range(len(suffixes)) if value >= step**power), default=0)
    scaled = Decimal(value) / step**power
    grain = Decimal(5).scaleb(scaled.adjusted() - 2)
    rounded = (scaled / grain).to_integral_value(ROUND_CEILING) * grain
    return f"{rounded.normalize():f}{suffixes[power]}"
