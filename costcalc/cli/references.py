"""From the references on a command line to networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from costcalc.errors import CostcalcError, Diagnostic
from costcalc.spec import Model, load_all


def load_models(references: Iterable[str]) -> list[tuple[str, Model]]:
    """Return the networks of all references and what to call them, in order; `@*` gives several.

    Raises:
        CostcalcError: everything that is wrong with any of them.
    """
    models: list[tuple[str, Model]] = []
    wrong: dict[Diagnostic, None] = {}
    for reference in references:
        try:
            models += [(reference, model) for model in load_all(reference)]
        except CostcalcError as error:
            wrong |= dict.fromkeys(error.diagnostics)
    if wrong:
        raise CostcalcError(wrong)
    uses = Counter(model.name for _, model in models)
    return [
        (model.name if uses[model.name] == 1 else _with_folder(reference, model), model)
        for reference, model in models
    ]


def _with_folder(reference: str, model: Model) -> str:
    """Tell `old/net.yaml` from `new/net.yaml`."""
    return str(Path(reference.partition("@")[0]).parent / model.name)
