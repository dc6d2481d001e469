"""What others say beside what we say, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.report.record import Column, Record, Table
from costcalc.verification import Check


def verify_table(checks: Sequence[Check]) -> Table:
    """Return a row per check; the notes say why a tool's number is not the paper's."""
    return Table(
        (
            Column("model", "model"),
            Column("what", "witness"),
            Column("unit", "counts", priority=1),
            Column("theirs", "theirs", "exact"),
            Column("ours", "ours", "exact"),
            Column("verdict", "", "verdict"),
            Column("source", "source", priority=2),
        ),
        tuple(map(_row, checks)),
        "checks",
        context={"batch": 1},
        notes=(*_notes(checks), _summary(checks)),
    )


def _notes(checks: Sequence[Check]) -> tuple[str, ...]:
    """Return what each witness counts, once if that is the same for all networks, and what else there is."""
    notes: dict[str, None] = {}
    for witness in dict.fromkeys(check.witness for check in checks):
        its = [check for check in checks if check.witness == witness]
        same = len({check.definition for check in its}) == 1
        for check in its:
            if check.definition:
                notes[check.definition if same else f"{check.model}: {check.definition}"] = None
        notes |= dict.fromkeys(note for check in its for note in check.notes)
    return tuple(notes)


def _row(check: Check) -> Record:
    return {
        "model": check.model,
        "what": f"{check.witness} {check.quantity}".strip(),
        "witness": check.witness,
        "quantity": check.quantity or check.unit,
        "unit": check.unit,
        "theirs": check.theirs,
        "ours": check.ours,
        "verdict": check.verdict,
        "source": check.source,
        "difference_to_paper": [
            {
                "operator": term.operator,
                "amount": term.amount,
                "rate": term.rate,
                "rule": term.rule,
                "nodes": term.nodes,
                "unknown": term.unknown,
            }
            for term in check.terms
        ],
        "notes": check.notes,
    }


def _summary(checks: Sequence[Check]) -> str:
    """Return how many checks there were, and how they went."""
    verdicts = [check.verdict for check in checks]
    words = {
        "equal": "equal",
        "gap": "known gaps",
        "unknown": "unknown",
        "closed": "closed gaps",
        "differs": "different",
    }
    return f"{', '.join(f'{word}: {verdicts.count(key)}' for key, word in words.items() if key in verdicts)}."
