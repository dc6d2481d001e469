"""Model references to models: find the file, choose the variant, lower to a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from costcalc.errors import Diagnostic, ModelReferenceError, SpecError
from costcalc.graph import Graph
from costcalc.spec.check import check
from costcalc.spec.files import SUFFIXES, Files
from costcalc.spec.link import link
from costcalc.spec.lower import lower
from costcalc.spec.model import Slot, Spec
from costcalc.spec.resolve import Resolved, resolve
from costcalc.spec.terms import expand, overrides_of

MOST_NAMED = 3
"""Models that a message lists."""


@dataclass(frozen=True, slots=True)
class Model:
    """A network at one point of its design space.

    Attributes:
        name: How tables call it: the spec's file or zoo name and the terms, `shufflenet@g8+x0.5`.
        spec: The spec as written.
        resolved: Its parameters and scaled rows.
        graph: The network.
    """

    name: str
    spec: Spec
    resolved: Resolved
    graph: Graph


def load(reference: str, files: Files | None = None) -> Model:
    """Load one model.

    Args:
        reference: `SPEC[@TERM+TERM...]`: a path or the name of a shipped spec; each term a
            variant or `param=value`.
        files: Where files are read; the disk and the shipped zoo unless given.

    Raises:
        ModelReferenceError: there is no such file, network, variant or parameter (E00x).
        SpecError: the spec is wrong; all errors of the failing layer.
    """
    models = load_all(reference, files)
    if len(models) != 1:
        help = "name one variant; `compare` takes several, and `load_all` in Python"
        raise ModelReferenceError(Diagnostic("E005", f"`{reference}` names {len(models)} models", None, help))
    return models[0]


def load_all(reference: str, files: Files | None = None) -> list[Model]:
    """Load every model that a reference names; `@*` names all variants.

    Raises:
        ModelReferenceError, SpecError: as `load`, with the errors of all variants together.
    """
    spec, base, terms = find(reference, files)
    names = expand(spec, terms)
    overrides = [overrides_of(spec, term) for term in names]
    models = []
    errors: dict[str, Sequence[Diagnostic]] = {}
    for term, parameters in zip(names, overrides, strict=True):
        name = f"{base}@{term}" if term else base
        try:
            models.append(build(spec, name, parameters))
        except SpecError as error:
            errors[f"`{name}`"] = error.diagnostics
    if errors:
        raise SpecError(said_once(errors, len(names)))
    return models


def split(reference: str, files: Files) -> tuple[str, str]:
    """Return the file and the terms that a reference is made of.

    Raises:
        ModelReferenceError: E005, it ends with `@`.
    """
    name, at, terms = reference.rpartition("@")
    if not at or files.exists(Path(reference)):
        return reference, ""
    if not terms:
        help = "write a variant or `param=value` behind it"
        raise ModelReferenceError(Diagnostic("E005", f"`{reference}` ends with `@`", None, help))
    return name, terms


def said_once(errors: Mapping[str, Sequence[Diagnostic]], models: int) -> list[Diagnostic]:
    """Return the errors of some of so many models, each once; those that not all have name who has them."""
    having: dict[Diagnostic, list[str]] = {}
    for name, found in errors.items():
        for each in dict.fromkeys(found):
            having.setdefault(each, []).append(name)
    return [
        each if len(names) == models else replace(each, message=f"{_listed(names)}: {each.message}")
        for each, names in having.items()
    ]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def find(reference: str, files: Files | None = None) -> tuple[Spec, str, str]:
    """Return the spec that a reference names, its short name, and the terms."""
    files = files or Files()
    name, terms = split(reference, files)
    path = files.locate(name)
    base = Path(name).name if Path(name).suffix not in SUFFIXES else Path(name).stem
    spec = link(path, files)
    check(spec)
    return spec, base, terms


def build(spec: Spec, name: str, overrides: Mapping[str, Slot]) -> Model:
    """Resolve and lower a spec with some parameters set."""
    resolved = resolve(spec, overrides)
    return Model(name, spec, resolved, lower(resolved, name))
