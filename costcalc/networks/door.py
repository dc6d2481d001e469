"""From what people type to networks: `mobilenet@a0.5`, `nets/mine.yaml@*`; a graph, a model, a network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from costcalc.errors import CostcalcError, Diagnostic, ModelReferenceError, SpecError, said_once
from costcalc.graph import Graph
from costcalc.networks.network import Network, Reference, with_unique_names
from costcalc.spec import Model, read_spec
from costcalc.spec.decode import Document
from costcalc.spec.files import Files
from costcalc.spec.model import Spec
from costcalc.spec.terms import expand, overrides_of, split


@dataclass(slots=True)
class Reads:
    """The files that a spec is made of, and those that it would have been made of, had they been there."""

    found: set[Path] = field(default_factory=set)
    absent: set[Path] = field(default_factory=set)


class _Watched(Files):
    """Notes which files are asked for."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.reads = Reads()

    def read(self, path: Path) -> Document:
        self.reads.found.add(path)
        return self._files.read(path)

    def exists(self, path: Path) -> bool:
        exists = self._files.exists(path)
        if not exists:
            self.reads.absent.add(path)
        return exists


class Door:
    """One source of files. Every spec in it is read once, and every network built once.

    Attributes:
        files: The source: the disk and the shipped zoo, or a git revision.
    """

    def __init__(self, files: Files | None = None) -> None:
        self.files = files or Files()
        self._specs: dict[Path, tuple[Spec, Reads]] = {}
        self._networks: dict[Reference, Network] = {}

    def spec(self, path: Path) -> Spec:
        """Return a linked and checked spec.

        Raises:
            CostcalcError: it cannot be read, or is wrong.
        """
        return self._read(path)[0]

    def reads(self, path: Path) -> Reads:
        """Return what a spec is made of."""
        return self._read(path)[1]

    def _read(self, path: Path) -> tuple[Spec, Reads]:
        if path not in self._specs:
            files = _Watched(self.files)
            self._specs[path] = read_spec(path, files), files.reads
        return self._specs[path]

    def is_library(self, path: Path) -> bool:
        """Tell whether a file has blocks for others, and no network."""
        document = self.files.read(path)
        return document.extends is None and "stages" not in document.fields and "blocks" in document.fields

    def references(self, text: str) -> list[Reference]:
        """Return the networks that a text names, `SPEC[@TERM+TERM...]`; `*` stands for any variant.

        Raises:
            CostcalcError: there is no such file, network, variant or parameter (E00x), or its spec is wrong.
        """
        name, terms = split(text, self.files)
        path = Path(os.path.normpath(self.files.locate(name).absolute()))
        return [Reference(path, each) for each in expand(self.spec(path), terms)]

    def matching(self, path: Path, terms: str) -> list[Reference]:
        """Return the networks of a spec that terms match: none, if no variant does."""
        if not terms:
            return [Reference(path)]
        names = expand(self.spec(path), terms)
        return [Reference(path, name) for name in names if "*" not in name]

    def network(self, reference: Reference) -> Network:
        """Return a network; it is built when its graph is asked for.

        Raises:
            CostcalcError: there is no such variant or parameter (E004), or its spec is wrong.
        """
        if reference not in self._networks:
            spec = self.spec(reference.path)
            overrides = overrides_of(spec, reference.terms)
            self._networks[reference] = Network(reference.short_name(), reference, spec, overrides)
        return self._networks[reference]

    def networks(self, text: str) -> list[Network]:
        """Return the networks that a text names, as `references` does."""
        return [self.network(reference) for reference in self.references(text)]


def open_networks(texts: Iterable[str], door: Door | None = None) -> list[Network]:
    """Return the networks that texts name, in order, with names that tell them apart; none is built yet.

    Raises:
        CostcalcError: everything that is wrong with any of the references.
    """
    door = door or Door()
    networks: list[Network] = []
    errors: list[CostcalcError] = []
    for text in texts:
        try:
            networks += door.networks(text)
        except CostcalcError as error:
            errors.append(error)
    if errors:
        kinds = {type(error) for error in errors}
        kind = kinds.pop() if len(kinds) == 1 else CostcalcError
        raise kind(dict.fromkeys(each for error in errors for each in error.diagnostics))
    return with_unique_names(networks)


def build_networks(texts: Iterable[str], door: Door | None = None) -> list[Network]:
    """Return the networks that texts name, as `open_networks` does, with their graphs built.

    Raises:
        CostcalcError: everything that is wrong with any of them; what all networks of a spec share, once.
    """
    networks = open_networks(texts, door)
    specs: dict[Path | None, list[Network]] = {}
    for each in networks:
        specs.setdefault(each.reference.path if each.reference else None, []).append(each)
    wrong: dict[Diagnostic, None] = {}
    for of_one in specs.values():
        errors: dict[str, Sequence[Diagnostic]] = {}
        for each in of_one:
            try:
                _ = each.graph
            except SpecError as error:
                errors[f"`{each.name}`"] = error.diagnostics
        wrong |= dict.fromkeys(said_once(errors, len(of_one)))
    if wrong:
        raise SpecError(wrong)
    return networks


def network(of: str | Network | Model | Graph) -> Network:
    """Return the one network that something names or is.

    Args:
        of: A reference, a network, a model of a spec, or a graph.

    Raises:
        CostcalcError: a reference names no network, or several (E005).
        TypeError: it is nothing of the kind.

    >>> network("mobilenet@a0.5").graph.input_shape
    (3, 224, 224)
    """
    match of:
        case Network():
            return of
        case Model():
            return Network.of_model(of)
        case Graph():
            return Network.of_graph(of)
    if not isinstance(of, str):
        raise TypeError(f"a network is a reference, a Network, a Model or a Graph, not {type(of).__name__}")
    found = Door().networks(of)
    if len(found) != 1:
        help = "name one variant; `compare` takes several, and `load_all` in Python"
        raise ModelReferenceError(Diagnostic("E005", f"`{of}` names {len(found)} models", None, help))
    return found[0]


def load(reference: str) -> Model:
    """Load one model of a spec.

    Args:
        reference: `SPEC[@TERM+TERM...]`: a path or the name of a shipped spec; each term a
            variant or `param=value`.

    Raises:
        ModelReferenceError: there is no such file, network, variant or parameter (E00x).
        SpecError: the spec is wrong; all errors of the failing layer.
    """
    return network(reference).model


def load_all(reference: str) -> list[Model]:
    """Load every model that a reference names; `@*` names all variants.

    Raises:
        ModelReferenceError, SpecError: as `load`, with the errors of all variants together.
    """
    return [each.model for each in build_networks([reference])]
