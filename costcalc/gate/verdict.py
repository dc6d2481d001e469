"""The decision table: one limit, one value, and what the value was before."""

from __future__ import annotations

from costcalc.gate.result import Kind, Outcome, Values, Verdict


def judge(
    kind: Kind, values: Values, limit: int | None, *, compared: bool, new: bool = False, strict: bool = False
) -> tuple[Verdict, Outcome]:
    """Return what follows from a value, and why. Equal to the limit passes.

    | kind | now | before | verdict |
    |---|---|---|---|
    | max | within | any | pass |
    | max | within | not there | pass, "new" |
    | max | over | within, not there, not compared | fail, "crossed" |
    | max | over | over, and less | fail, "growing" |
    | max | over | over, and no less | warn, "over_before"; strict: fail |
    | max_increase | within | any | pass |
    | max_increase | over | any | fail, "grew" |
    | max_increase | any | not there | pass, "new" |
    | max_increase | any | not compared | note, "skipped" |
    | max_slack | over `limit` or equal | any | pass |
    | max_slack | below | any | note, "slack"; strict: fail |
    | any | unknown | any | fail, "unknown": what nobody can count keeps no limit |

    Args:
        kind: Which key of a rule.
        values: The metric, now and before.
        limit: For `max` and `max_increase` the largest value that passes, None if there is no base to
            grow from; for `max_slack` the least value that makes use of the `max`.
        compared: Whether there is a base at all.
        new: Whether the network is not in it.
        strict: Whether what was wrong before fails too, and what is far under its limit.
    """
    value = values.value
    if kind == "max_increase" and not compared:
        return "note", "skipped"
    if kind == "max_increase" and new:
        return "pass", "new"
    if value is None or limit is None:
        return "fail", "unknown"
    if kind == "max_slack":
        if value >= limit:
            return "pass", "within"
        return ("fail" if strict else "note"), "slack"
    if value <= limit:
        return "pass", "new" if compared and new else "within"
    if kind == "max_increase":
        return "fail", "grew"
    if values.base is None or values.base <= limit:
        return "fail", "crossed"
    if value > values.base:
        return "fail", "growing"
    return ("fail" if strict else "warn"), "over_before"
