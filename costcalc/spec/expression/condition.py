"""Conditions over named metrics: `macs <= 150M and params < 3M`, in the language of expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.spec.expression import Expression, ExpressionError, compile_expression
from costcalc.spec.expression.value import truth
from costcalc.units import parse_quantity

_QUANTITY = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?([kKMGTB](?:i?B)?)(?!\w)")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, ready to be asked."""

    text: str
    expression: Expression

    def holds(self, values: Mapping[str, object]) -> bool:
        """Tell whether it holds; what is unknown satisfies nothing.

        Raises:
            UsageError: E034, the condition compares what cannot be compared.
        """
        if any(values[name] is None for name in self.expression.names):
            return False
        try:
            return bool(truth(self.expression.evaluate(values)))
        except ExpressionError as error:
            raise self.refused(error.message, error.help) from None

    def refused(self, message: str, help: str | None = None) -> UsageError:
        """Return the error for a condition that cannot be asked."""
        return _refused(self.text, message, help)


def parse_condition(text: str, metrics: Iterable[str]) -> Condition:
    """Read a condition over some metrics; `150M`, `4.1G` and `6 MiB` are numbers in it.

    Raises:
        UsageError: E034, it is no expression or names another metric.
    """
    try:
        expression = compile_expression(_QUANTITY.sub(_number, text))
    except ExpressionError as error:
        raise _refused(text, error.message, error.help) from None
    known = list(metrics)
    for name in sorted(expression.names - set(known)):
        raise _refused(text, f"no metric `{name}`", one_of(name, known))
    return Condition(text, expression)


def _number(match: re.Match[str]) -> str:
    return f"({parse_quantity(match[0], bytes_=match[2].endswith('B') and match[2] != 'B')})"


def _refused(text: str, message: str, help: str | None) -> UsageError:
    return UsageError(Diagnostic("E034", f"`{text}`: {message}", help=help))
