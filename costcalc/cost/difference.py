"""Why two conventions disagree about a network: a table of terms that closes to zero."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.cost.convention import Rule
from costcalc.cost.count import Cost, NodeCost
from costcalc.graph import Op


@dataclass(frozen=True, slots=True)
class Term:
    """What one kind of operator contributes to a difference.

    Attributes:
        operator: The operator's kind, e.g. `bn`.
        amount: How much more the first convention counts; negative if it counts less. Where one
            of the two has no rule, what it counts is missing from its total, and so from here.
        rule: The rule of the first convention, in words.
        instead_of: The rule of the second.
        nodes: How many nodes are behind the amount.
        unknown: How many of them one of the two conventions has no rule for.
    """

    operator: str
    amount: int
    rule: str
    instead_of: str
    nodes: int
    unknown: int


def difference(cost: Cost, first: str, second: str) -> tuple[Term, ...]:
    """Return the terms whose amounts add up to `cost.total(first) - cost.total(second)`, largest first.

    Both conventions must have been counted (`count(..., also=...)`). Kinds of operators on which
    the two agree are left out. The units are the conventions' own: a FLOP and a MAC are one each.
    """
    rules = {convention.name: convention.rules for convention in cost.conventions}
    differing: dict[type[Op], list[NodeCost]] = {}
    for row in cost.rows:
        if row.counts[first] != row.counts[second] or row.counts[first] is None:
            differing.setdefault(type(row.node.op), []).append(row)
    terms = [
        Term(
            operator=op.kind,
            amount=sum([(row.counts[first] or 0) - (row.counts[second] or 0) for row in rows]),
            rule=_text(rules[first].get(op)),
            instead_of=_text(rules[second].get(op)),
            nodes=len(rows),
            unknown=sum([row.counts[first] is None or row.counts[second] is None for row in rows]),
        )
        for op, rows in differing.items()
    ]
    return tuple(sorted(terms, key=lambda term: -abs(term.amount)))


def _text(rule: Rule | None) -> str:
    return "unknown" if rule is None else rule.text
