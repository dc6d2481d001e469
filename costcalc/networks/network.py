"""What every command works on: a network with a name, wherever it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from costcalc.graph import Graph
from costcalc.spec import Model, build
from costcalc.spec.files import SUFFIXES, shown, zoo_directory
from costcalc.spec.model import Slot, Spec


@dataclass(frozen=True, slots=True)
class Reference:
    """One network of a spec: the absolute path of the file, and what stands behind the `@`."""

    path: Path
    terms: str = ""

    @property
    def name(self) -> str:
        """What reports on files call it: the path of its spec from here, `nets/a.yaml@x0.5`."""
        is_shipped = self.path.parent == zoo_directory()
        file = shown(self.path)
        file = self.path.stem if is_shipped and Path(file).is_absolute() else file
        return f"{file}@{self.terms}" if self.terms else file

    def short_name(self, folders: int = 0) -> str:
        """Return the file's name without its ending, behind so many of its folders: `old/net@x0.5`."""
        path = self.path.with_suffix("") if self.path.suffix in SUFFIXES else self.path
        file = "/".join(path.parts[-1 - folders :])
        return f"{file}@{self.terms}" if self.terms else file


@dataclass(frozen=True, eq=False)
class Network:
    """A network. Its graph is built when it is first asked for.

    Attributes:
        name: What tables call it; unique where several are shown.
        reference: Where it was read, if it came from a file.
        spec: Its spec, if it has one.
        overrides: What the reference sets in the spec.
    """

    name: str
    reference: Reference | None = None
    spec: Spec | None = None
    overrides: Mapping[str, Slot] = field(default_factory=dict)
    _given: Model | Graph | None = field(default=None, repr=False)

    @classmethod
    def of_graph(cls, graph: Graph) -> Network:
        """Return the network that a graph is."""
        return cls(graph.name, _given=graph)

    @classmethod
    def of_model(cls, model: Model) -> Network:
        """Return the network that a model of a spec is."""
        return cls(model.name, spec=model.spec, _given=model)

    @cached_property
    def model(self) -> Model:
        """The spec, its scaled rows, and the graph.

        Raises:
            LookupError: it has no spec.
            SpecError: its spec makes no network of it; all errors of the failing layer.
        """
        if isinstance(self._given, Model):
            return self._given
        if self.spec is None:
            raise LookupError(f"{self.name} has no spec")
        return build(self.spec, self.name, self.overrides)

    @cached_property
    def graph(self) -> Graph:
        """The network.

        Raises:
            SpecError: as `model`.
        """
        return self._given if isinstance(self._given, Graph) else self.model.graph


def with_unique_names(networks: Sequence[Network]) -> list[Network]:
    """Tell `old/net` from `new/net`: namesakes from different files get as many folders as it takes."""
    paths: dict[str, set[Path]] = {}
    for each in networks:
        if each.reference:
            paths.setdefault(each.name, set()).add(each.reference.path)
    longer = {name: _folders(found) for name, found in paths.items() if len(found) > 1}
    return [
        replace(each, name=each.reference.short_name(longer[each.name]))
        if each.reference and each.name in longer
        else each
        for each in networks
    ]


def _folders(paths: set[Path]) -> int:
    """Return how many folders it takes to tell some paths apart."""
    most = max(len(path.parts) for path in paths)
    for folders in range(1, most):
        ends = Counter(path.with_suffix("").parts[-1 - folders :] for path in paths)
        if max(ends.values()) == 1:
            return folders
    return most
