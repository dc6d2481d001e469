"""A diff: networks now and before, or one network and another."""

from __future__ import annotations

from costcalc.cost import Basis
from costcalc.errors import CostcalcError, Diagnostic, ModelReferenceError
from costcalc.gate.changes import change
from costcalc.gate.gather import Request, gather, one_convention
from costcalc.gate.networks import Networks
from costcalc.gate.patterns import named
from costcalc.gate.result import Base, Result


def diff(request: Request) -> Result:
    """Compare networks with what they were.

    Raises:
        CostcalcError: everything that stops the comparison.
    """
    found = gather(request)
    models = [change(pair.now, pair.before, found.basis) for pair in found.pairs]
    models += [change(None, each, found.basis) for each in found.removed]
    notes = tuple(dict.fromkeys(found.notes))
    return Result("diff", found.basis, tuple(models), (), found.base, found.limit_changes, notes)


def diff_pair(before: str, now: str, basis: Basis | None = None) -> Result:
    """Compare one network with another.

    Raises:
        CostcalcError: either cannot be built, or is several.
    """
    basis = one_convention(basis or Basis())
    networks = Networks()
    errors: list[Diagnostic] = []
    pair = []
    for reference in (before, now):
        targets = named([reference], networks, errors)
        if len(targets) > 1:
            message = f"`{reference}` names {len(targets)} networks"
            errors.append(Diagnostic("E005", message, help="name one variant"))
        elif targets:
            try:
                pair.append(networks.count(targets[0], [basis]))
            except CostcalcError as error:
                errors.extend(error.diagnostics)
    if errors:
        raise ModelReferenceError(dict.fromkeys(errors))
    left, right = pair
    model = change(right, left, basis, renames=False)
    return Result("diff", basis, (model,), (), Base(left.reference.name))
