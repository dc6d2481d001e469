"""Networks out of one source of files: every file is read once, every network built and counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from costcalc.cost import Cost
from costcalc.gate.metrics import count_in, values
from costcalc.gate.result import Context
from costcalc.spec.build import Model, build
from costcalc.spec.check import check
from costcalc.spec.decode import Document
from costcalc.spec.files import Files, shown, zoo_directory
from costcalc.spec.link import link
from costcalc.spec.model import Spec
from costcalc.spec.terms import expand, overrides_of


@dataclass(frozen=True, slots=True)
class Target:
    """One network: the absolute path of its spec, and what stands behind the `@`."""

    path: Path
    terms: str = ""

    @property
    def name(self) -> str:
        """What reports call it."""
        is_shipped = self.path.parent == zoo_directory()
        file = shown(self.path)
        file = self.path.stem if is_shipped and Path(file).is_absolute() else file
        return f"{file}@{self.terms}" if self.terms else file


@dataclass(frozen=True, slots=True)
class Counted:
    """A network and what it costs.

    Attributes:
        target: Which one.
        metrics: By context; None is unknown.
        cost: Layer by layer; None where only the totals are known.
        model: The network; None likewise.
    """

    target: Target
    metrics: Mapping[Context, Mapping[str, int | None]]
    cost: Cost | None = field(default=None, repr=False)
    model: Model | None = field(default=None, repr=False)


@dataclass(slots=True)
class Reads:
    """The files that a spec is made of, and those that it would have been made of, had they been there."""

    found: set[Path] = field(default_factory=set)
    absent: set[Path] = field(default_factory=set)


class _Traced(Files):
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


class Networks:
    """Builds and counts networks, and remembers them."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._specs: dict[Path, tuple[Spec, Reads]] = {}
        self._counted: dict[Target, Counted] = {}

    def spec(self, path: Path) -> Spec:
        """Return a linked and checked spec.

        Raises:
            CostcalcError: it cannot be read, or is wrong.
        """
        return self._linked(path)[0]

    def reads(self, path: Path) -> Reads:
        """Return what a spec is made of."""
        return self._linked(path)[1]

    def _linked(self, path: Path) -> tuple[Spec, Reads]:
        if path not in self._specs:
            traced = _Traced(self.files)
            spec = link(path, traced)
            check(spec)
            self._specs[path] = spec, traced.reads
        return self._specs[path]

    def is_library(self, path: Path) -> bool:
        """Tell whether a file has blocks for others, and no network."""
        document = self.files.read(path)
        return document.extends is None and "stages" not in document.fields and "blocks" in document.fields

    def expand(self, path: Path, terms: str) -> list[Target]:
        """Return the networks that a spec and terms name; `*` stands for any variant, and may find none."""
        if not terms:
            return [Target(path)]
        names = expand(self.spec(path), terms)
        return [Target(path, name) for name in names if "*" not in name]

    def count(self, target: Target, contexts: Iterable[Context]) -> Counted:
        """Return a network counted in some contexts, of which the first one is told layer by layer.

        Raises:
            CostcalcError: it cannot be built.
        """
        if target not in self._counted:
            spec = self.spec(target.path)
            model = build(spec, target.name, overrides_of(spec, target.terms))
            costs = {context: count_in(model.graph, context) for context in dict.fromkeys(contexts)}
            metrics = {context: values(cost) for context, cost in costs.items()}
            self._counted[target] = Counted(target, metrics, next(iter(costs.values())), model)
        return self._counted[target]
