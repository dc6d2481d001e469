"""A spec at one point of its design space: read, checked, resolved and lowered to a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from costcalc.graph import Graph
from costcalc.spec.check import check
from costcalc.spec.files import Files
from costcalc.spec.link import link
from costcalc.spec.lower import lower
from costcalc.spec.model import Slot, Spec
from costcalc.spec.resolve import Resolved, resolve


@dataclass(frozen=True, slots=True)
class Model:
    """A network at one point of the design space of a spec.

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


def read_spec(path: Path, files: Files) -> Spec:
    """Return the spec in a file, with all that it imports and extends, checked.

    Raises:
        ModelReferenceError: a file cannot be read (E00x).
        SpecError: the spec is wrong; all errors of the failing layer.
    """
    spec = link(path, files)
    check(spec)
    return spec


def build(spec: Spec, name: str, overrides: Mapping[str, Slot]) -> Model:
    """Resolve and lower a spec with some parameters set.

    Raises:
        SpecError: there is no such network; all errors of the failing layer.
    """
    resolved = resolve(spec, overrides)
    return Model(name, spec, resolved, lower(resolved, name))
