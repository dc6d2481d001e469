"""Several results as one: the parts of a repository that were checked apart, told together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate.result import ModelChange, Result

_Item = TypeVar("_Item")


def merge_results(results: Sequence[tuple[str, Result]]) -> Result:
    """Return what all results say together, in their order.

    Args:
        results: At least one, each with what messages call it: its file.

    Raises:
        CostcalcError: E852, they are not of one kind, were counted otherwise, are compared with something
            else, or disagree about a network; all of that at once.
    """
    (first_name, first), *others = results
    wrong = [
        Diagnostic("E852", f"{name} {problem} than {first_name}", help="render them apart")
        for name, result in others
        for problem in _differences(first, result)
    ]
    models: dict[str, tuple[str, ModelChange]] = {}
    for name, result in results:
        for model in result.models:
            other, known = models.setdefault(model.model, (name, model))
            if known != model:
                message = f"{name} and {other} disagree about {model.model}"
                wrong.append(Diagnostic("E852", message, help="check it once, or render them apart"))
    if wrong:
        raise CostcalcError(wrong)
    return Result(
        first.command,
        first.context,
        tuple(model for _, model in models.values()),
        _once(finding for _, result in results for finding in result.findings),
        first.base,
        _once(change for _, result in results for change in result.limit_changes),
        _once(note for _, result in results for note in result.notes),
    )


def _differences(one: Result, other: Result) -> list[str]:
    problems = {
        "is another kind of result": one.command != other.command,
        "counts otherwise": one.context != other.context,
        "is compared with something else": one.base != other.base,
    }
    return [problem for problem, is_so in problems.items() if is_so]


def _once(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """Leave out what was said before; two configs may share a rule."""
    return tuple(dict.fromkeys(items))
