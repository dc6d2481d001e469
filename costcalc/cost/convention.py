"""What a convention is: a named table that says, per operator, what counts.

Eight counters give eight numbers for one network because each counts something else. A
convention writes down what one of them counts, so that its number can be had, and explained.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Final, Literal

from costcalc.cost.call import Call
from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.graph import Op

Unit = Literal["MAC", "FLOP"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one operator counts under a convention: in words, and as a formula for a batch of one.

    None is for the arguments that a tool fails on: nobody knows what it would count.
    """

    text: str
    count: Callable[[Call], int | None]


Rules = MutableMapping[type[Op], Rule]
"""By operator; one of your own is added under its class."""


@dataclass(frozen=True, slots=True, eq=False)
class Convention:
    """A named, versioned table of rules. Processes tell each other its name.

    Attributes:
        name: What it is called on the command line.
        unit: What its numbers are: a multiply-accumulate is one "MAC" or two "FLOP".
        rules: By operator. An operator without a rule is unknown, which is not zero.
        source: The paper, or the tool and the file in it, that the rules were read from.
        version: The version of the tool whose numbers these are; "" for a definition.
        description: One sentence.
    """

    name: str
    unit: Unit
    rules: Rules
    source: str
    version: str
    description: str

    def __repr__(self) -> str:
        return f"Convention({self.name!r})"

    def __reduce__(self) -> tuple[Callable[[str], Convention], tuple[str]]:
        return parse_convention, (self.name,)

    @property
    def key(self) -> str:
        """What a column of its counts is called, e.g. `macs_fvcore`; `macs_conv` is its own."""
        name, unit = self.name.replace("-", "_"), f"{self.unit.lower()}s"
        return name if name.startswith(f"{unit}_") else f"{unit}_{name}"

    def count(self, call: Call) -> int | None:
        """Return what a call counts for a batch of one, or None when there is no rule for it."""
        rule = self.rules.get(type(call.op))
        return None if rule is None else rule.count(call)

    def table(self) -> tuple[tuple[str, str], ...]:
        """Return (operator, rule in words) for every operator, e.g. ("bn", "2 per element")."""
        return tuple((op.kind, rule.text) for op, rule in self.rules.items())


CONVENTIONS: Final[dict[str, Convention]] = {}
"""All that can be chosen, by name: those that ship (`conventions/`), and those that somebody registered."""


def register_convention(convention: Convention) -> Convention:
    """Let a convention be chosen, compared and budgeted by its name; return it.

    A rule for an operator of your own goes straight into a convention that is there:
    `CONVENTIONS["paper"].rules[MyOp] = Rule("2 per output element", lambda call: 2 * call.out_elements)`.

    Raises:
        ValueError: there is one of that name.
    """
    if convention.name in CONVENTIONS:
        raise ValueError(f"there is a convention `{convention.name}` already")
    CONVENTIONS[convention.name] = convention
    return convention


def parse_convention(text: str) -> Convention:
    """Return the convention of this name.

    Raises:
        UsageError: no such convention (E502).
    """
    if text not in CONVENTIONS:
        help = did_you_mean(text, CONVENTIONS) or f"known: {', '.join(CONVENTIONS)}"
        raise UsageError(Diagnostic("E502", f"`{text}` is not a convention", help=help))
    return CONVENTIONS[text]


def zeros(text: str, *ops: type[Op]) -> dict[type[Op], Rule]:
    """Return one rule for several operators: they count nothing, for the reason given."""
    rule = Rule(text, _zero)
    return dict.fromkeys(ops, rule)


def _zero(call: Call) -> int:
    return 0
