"""Why two conventions disagree about a network: a table of terms that closes to zero."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.cost.convention import Convention, Unit
from costcalc.cost.count import Cost, NodeCost
from costcalc.graph import Activation, Op, elements


@dataclass(frozen=True, slots=True)
class Term:
    """What one kind of operator contributes to a difference.

    Attributes:
        operator: The operator's kind, e.g. `bn`; of an activation, its function.
        amount: How much more the first convention counts; negative if it counts less. Where one
            of the two has no rule, what it counts is missing from its total, and so from here.
        rule: The rule of the first convention, in words.
        instead_of: The rule of the second.
        nodes: How many nodes are behind the amount.
        unknown: How many of them one of the two conventions has no rule for.
        in_elements: The elements that those nodes read, in the whole batch.
        out_elements: The elements that they write.
    """

    operator: str
    amount: int
    rule: str
    instead_of: str
    nodes: int
    unknown: int
    in_elements: int
    out_elements: int

    @property
    def rate(self) -> str:
        """The amount per element written or read, `2/elt` or `1/in-elt`; "" if it is no whole number.

        If both are (a pool of whole windows), the smaller one is the rule.
        """
        sizes = {self.in_elements: "in-elt", self.out_elements: "elt"}
        rates = {self.amount // size: name for size, name in sizes.items() if self.amount % size == 0}
        if not rates:
            return ""
        factor = min(rates, key=abs)
        return f"{factor}/{rates[factor]}"


def difference(cost: Cost, first: str, second: str) -> tuple[Term, ...]:
    """Return the terms that add up to all that the first convention counts more, largest first.

    Operators on which they agree are left out. Amounts are in `common_unit`: a MAC of the other
    convention is two FLOPs.
    """
    one, other = cost.find_convention(first), cost.find_convention(second)
    unit = common_unit(one, other)
    differing: dict[str, list[NodeCost]] = {}
    for row in cost.rows:
        ours = in_unit(row.count(one), one, unit)
        if ours is None or ours != in_unit(row.count(other), other, unit):
            differing.setdefault(_operator(row.node.op), []).append(row)
    terms = [_term(name, rows, one, other, unit, cost.basis.batch) for name, rows in differing.items()]
    return tuple(sorted(terms, key=lambda term: -abs(term.amount)))


def common_unit(first: Convention, second: Convention) -> Unit:
    """Return the unit that both can be told in: FLOPs, if one of them counts those."""
    return "FLOP" if "FLOP" in (first.unit, second.unit) else "MAC"


def in_unit(counted: int | None, convention: Convention, unit: Unit) -> int | None:
    """Return a count of a convention in its own unit or a finer one."""
    return counted if counted is None or convention.unit == unit else 2 * counted


def _operator(op: Op) -> str:
    return op.function if isinstance(op, Activation) else op.kind


def _term(
    operator: str, rows: list[NodeCost], one: Convention, other: Convention, unit: Unit, batch: int
) -> Term:
    pairs = [(row.count(one), row.count(other)) for row in rows]
    op = type(rows[0].node.op)
    return Term(
        operator=operator,
        amount=sum([(in_unit(a, one, unit) or 0) - (in_unit(b, other, unit) or 0) for a, b in pairs]),
        rule=_rule(one, op),
        instead_of=_rule(other, op),
        nodes=len(rows),
        unknown=sum([None in pair for pair in pairs]),
        in_elements=batch * sum([elements(shape) for row in rows for shape in row.inputs]),
        out_elements=batch * sum([elements(row.node.shape) for row in rows]),
    )


def _rule(convention: Convention, op: type[Op]) -> str:
    rule = convention.rules.get(op)
    return "unknown" if rule is None else rule.text
