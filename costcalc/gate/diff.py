"""A diff: networks now and before, or one network and another."""

from __future__ import annotations

from costcalc.errors import CostcalcError, Diagnostic, ModelReferenceError
from costcalc.gate.compare import change
from costcalc.gate.comparison import Comparison, Request
from costcalc.gate.metrics import DEFAULT_CONTEXT
from costcalc.gate.networks import Networks
from costcalc.gate.result import Base, Context, Result
from costcalc.gate.selection import named
from costcalc.spec.files import Files


def diff(request: Request) -> Result:
    """Compare networks with what they were.

    Raises:
        CostcalcError: everything that stops the comparison.
    """
    comparison = Comparison(request)
    models = [change(pair.now, pair.before, comparison.context) for pair in comparison.pairs]
    models += [change(None, each, comparison.context) for each in comparison.removed()]
    notes = tuple(dict.fromkeys(comparison.notes()))
    return Result("diff", comparison.context, tuple(models), (), comparison.base, comparison.moved(), notes)


def diff_pair(before: str, now: str, context: Context | None = None) -> Result:
    """Compare one network with another.

    Raises:
        CostcalcError: either cannot be built, or is several.
    """
    context = context or DEFAULT_CONTEXT
    networks = Networks(Files())
    errors: list[Diagnostic] = []
    pair = []
    for reference in (before, now):
        targets = named([reference], networks, errors)
        if len(targets) > 1:
            message = f"`{reference}` names {len(targets)} networks"
            errors.append(Diagnostic("E005", message, help="name one variant"))
        elif targets:
            try:
                pair.append(networks.count(targets[0], [context]))
            except CostcalcError as error:
                errors.extend(error.diagnostics)
    if errors:
        raise ModelReferenceError(dict.fromkeys(errors))
    left, right = pair
    model = change(right, left, context, renames=False)
    return Result("diff", context, (model,), (), Base(left.target.name))
