"""The decision table, every row of it and every combination of what decides."""

from __future__ import annotations

from itertools import product

import pytest

from costcalc.gate.result import Kind, Outcome, Values, Verdict
from costcalc.gate.verdict import judge

LIMIT = 100

# kind, now, before ("-": no base; "new": not in it), strict: verdict, outcome
TABLE: list[tuple[Kind, int | None, int | str, bool, Verdict, Outcome]] = [
    ("max", 100, "-", False, "pass", "within"),
    ("max", 101, "-", False, "fail", "crossed"),
    ("max", 100, "new", False, "pass", "new"),
    ("max", 101, "new", False, "fail", "crossed"),
    ("max", 100, 50, False, "pass", "within"),
    ("max", 100, 150, False, "pass", "within"),
    ("max", 101, 100, False, "fail", "crossed"),
    ("max", 102, 101, False, "fail", "growing"),
    ("max", 101, 101, False, "warn", "over_before"),
    ("max", 101, 200, False, "warn", "over_before"),
    ("max", 101, 101, True, "fail", "over_before"),
    ("max", 102, 101, True, "fail", "growing"),
    ("max", None, 50, False, "fail", "unknown"),
    ("max", None, "-", True, "fail", "unknown"),
    ("max_increase", 100, 90, False, "pass", "within"),
    ("max_increase", 80, 90, False, "pass", "within"),
    ("max_increase", 101, 90, False, "fail", "grew"),
    ("max_increase", 1000, "new", False, "pass", "new"),
    ("max_increase", None, "new", False, "pass", "new"),
    ("max_increase", 1000, "-", False, "note", "skipped"),
    ("max_increase", None, 90, False, "fail", "unknown"),
    ("max_slack", 100, 50, False, "pass", "within"),
    ("max_slack", 101, "-", False, "pass", "within"),
    ("max_slack", 99, "new", False, "note", "slack"),
    ("max_slack", 99, 99, True, "fail", "slack"),
    ("max_slack", None, 99, False, "fail", "unknown"),
]


@pytest.mark.parametrize(("kind", "now", "before", "strict", "verdict", "outcome"), TABLE)
def test_the_table(
    kind: Kind, now: int | None, before: int | str, strict: bool, verdict: Verdict, outcome: Outcome
) -> None:
    base = before if isinstance(before, int) else None
    limit = None if kind == "max_increase" and base is None else LIMIT
    found = judge(kind, Values(now, base), limit, compared=before != "-", new=before == "new", strict=strict)
    assert found == (verdict, outcome)


KINDS: tuple[Kind, ...] = ("max", "max_increase", "max_slack")
AROUND = (0, 99, 100, 101, 200)


@pytest.mark.parametrize("kind", KINDS)
def test_more_is_never_better_except_for_slack(kind: Kind) -> None:
    """Along rising values a limit that has failed stays failed, whatever the base and the strictness."""
    for before, strict in product(AROUND, (False, True)):
        verdicts = [
            judge(kind, Values(now, before), LIMIT, compared=True, strict=strict)[0] for now in AROUND
        ]
        fails = [verdict in ("fail", "warn", "note") for verdict in verdicts]
        assert fails == sorted(fails, reverse=kind == "max_slack")


@pytest.mark.parametrize("kind", KINDS)
def test_strict_never_lets_more_pass(kind: Kind) -> None:
    for now, before, compared in product((*AROUND, None), (*AROUND, None), (False, True)):
        base = before if compared else None
        new = compared and before is None
        limit = None if kind == "max_increase" and base is None else LIMIT
        lax, firm = (
            judge(kind, Values(now, base), limit, compared=compared, new=new, strict=strict)
            for strict in (False, True)
        )
        assert lax[1] == firm[1]
        assert lax[0] == firm[0] or firm[0] == "fail"


def test_only_a_breach_fails_and_only_what_is_within_passes() -> None:
    """No value over its limit passes, and no known value within it fails: there is no third way."""
    for now, before, strict in product(AROUND, (*AROUND, None), (False, True)):
        for compared in (False, True):
            base = before if compared else None
            verdict, outcome = judge(
                "max",
                Values(now, base),
                LIMIT,
                compared=compared,
                new=compared and base is None,
                strict=strict,
            )
            assert (verdict == "pass") == (now <= LIMIT)
            assert (outcome in ("within", "new")) == (verdict == "pass")
