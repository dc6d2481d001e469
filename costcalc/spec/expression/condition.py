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
    """A condition, ready to be asked.

    Attributes:
        text: As written.
        expression: What it computes.
        metrics: By every name that is written in it, the metric that is meant.
    """

    text: str
    expression: Expression
    metrics: Mapping[str, str]

    def holds(self, values: Mapping[str, object]) -> bool:
        """Tell whether it holds; what is unknown satisfies nothing.

        Raises:
            UsageError: E034, the condition compares what cannot be compared.
        """
        scope = {written: values[name] for written, name in self.metrics.items()}
        if any(value is None for value in scope.values()):
            return False
        try:
            return bool(truth(self.expression.evaluate(scope)))
        except ExpressionError as error:
            raise self.refused(error.message, error.help) from None

    def refused(self, message: str, help: str | None = None) -> UsageError:
        """Return the error for a condition that cannot be asked."""
        return _refused(self.text, message, help)


def parse_condition(text: str, metrics: Iterable[str]) -> Condition:
    """Read a condition over some metrics, in whatever case; `150M`, `4.1G` and `6 MiB` are numbers in it.

    Raises:
        UsageError: E034, it is no expression or names another metric.
    """
    try:
        expression = compile_expression(_QUANTITY.sub(_number, text))
    except ExpressionError as error:
        raise _refused(text, error.message, error.help) from None
    known = {name: name for name in metrics}
    folded = {name.casefold(): name for name in reversed(known)}
    meant = {name: known.get(name) or folded.get(name.casefold()) for name in sorted(expression.names)}
    for name, metric in meant.items():
        if metric is None:
            raise _refused(text, f"no metric `{name}`", one_of(name, reversed(folded.values())))
    return Condition(text, expression, {name: metric for name, metric in meant.items() if metric})


def _number(match: re.Match[str]) -> str:
    return f"({parse_quantity(match[0], bytes_=match[2].endswith('B') and match[2] != 'B')})"


def _refused(text: str, message: str, help: str | None) -> UsageError:
    return UsageError(Diagnostic("E034", f"`{text}`: {message}", help=help))
