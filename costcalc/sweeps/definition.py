"""What a sweep is, in words: enough for another process, or another day, to do the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from costcalc.cost import DTYPES, Basis, find_metric, parse_basis, parse_convention
from costcalc.errors import Diagnostic, UsageError
from costcalc.networks import Door
from costcalc.spec.decode import Document
from costcalc.spec.files import Files
from costcalc.sweeps.axes import parse_axis
from costcalc.sweeps.count import DEFAULT, Job, countable, countable_metric
from costcalc.sweeps.select import Selection, parse_selection
from costcalc.sweeps.space import Space, open_space
from costcalc.witness.tools import require

FVCORE: Final = "fvcore"
"""The column of what fvcore counts."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A sweep as it was asked for.

    Attributes:
        references: Networks, as `costcalc.load` takes them; several with `*`.
        axes: Name and values of every axis, as `parse_axis` takes them.
        variants: Terms that every reference is combined with; `*` matches.
        metrics: The metrics to show, by any of their names, `all` for every one; those of `DEFAULT` and those
            that the selection reads unless given. Columns that are always there may be among them.
        where: A condition on metrics and axes; "" for none.
        pareto: Names to minimise, or with `:max` to maximise; the designs that none beats are kept.
        sort: A name to order by, with `,desc` the largest first; "" for the order of the space.
        top: How many designs to keep; 0 for all.
        sample: How many designs to draw; 0 for all.
        seed: What to draw them by.
        table: A CSV file's text, with more figures per design.
        basis: How to count, as far as no axis says; its further conventions add a metric each.
        with_fvcore: Whether fvcore, too, counts the designs that are kept.
    """

    references: tuple[str, ...]
    axes: tuple[tuple[str, str], ...] = ()
    variants: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    where: str = ""
    pareto: str = ""
    sort: str = ""
    top: int = 0
    sample: int = 0
    seed: int = 0
    table: str = ""
    basis: Basis = Basis()  # noqa: RUF009  frozen
    with_fvcore: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can write it."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {
            "basis": self.basis.record()
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Definition:
        """Return the definition of which `to_json` and JSON made a record of lists."""
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
        }
        axes = tuple((name, text) for name, text in plain["axes"])
        return cls(**plain | {"axes": axes, "basis": parse_basis(**plain["basis"])})


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep ready to run.

    Attributes:
        job: What to count.
        selection: What to keep.
        shown: The counts that were asked for, in order.
        digest: A hash of the definition and of every spec file that it reads.
    """

    job: Job
    selection: Selection
    shown: tuple[str, ...]
    digest: str

    @property
    def counts(self) -> tuple[str, ...]:
        """All counts that parts have: some may be there for the selection only."""
        return tuple(dict.fromkeys((*self.job.metrics, *self.shown)))


class _Recorder(Files):
    """Reads files and remembers what was in them."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def read(self, path: Path) -> Document:
        document = super().read(path)
        self.texts[path.name] = document.source.text
        return document


@lru_cache(maxsize=8)
def prepare(definition: Definition) -> Plan:
    """Read the specs of a sweep and check what it asks for.

    Raises:
        CostcalcError: whatever is wrong with it.
    """
    files = _Recorder()
    axes = [parse_axis(name, text) for name, text in definition.axes]
    space = open_space(definition.references, axes, definition.variants, Door(files))
    if "dtype" in dict(definition.axes) and {definition.basis.weights, definition.basis.activations} != {
        DTYPES["fp32"]
    }:
        message = "`dtype` varies the formats of weights and activations, which are given, too"
        raise UsageError(Diagnostic("E602", message, help="give all formats in one list"))
    selection = parse_selection(
        space,
        where=definition.where,
        pareto=definition.pareto,
        sort=definition.sort,
        top=definition.top,
        table=definition.table,
    )
    if definition.with_fvcore:
        require("fvcore", "torch")
    shown = _shown(definition, space, selection)
    counted = [name for name in dict.fromkeys((*shown, *selection.metrics)) if name != FVCORE]
    basis = replace(definition.basis, conventions=definition.basis.conventions[:1])
    content = repr((definition, sorted(files.texts.items())))
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Plan(Job(space, tuple(counted), basis), selection, shown, digest)


def _shown(definition: Definition, space: Space, selection: Selection) -> tuple[str, ...]:
    """Return the names of the counts to show."""
    always = {"model", "error", "reason", *(axis.name for axis in space.axes), *selection.figures}
    names = [*DEFAULT, *selection.metrics]
    if definition.metrics:
        names = []
        for asked in definition.metrics:
            if asked == "all":
                names += [name for name in countable() if _is_core(name) and name not in always]
            elif asked not in always and not (definition.with_fvcore and asked == FVCORE):
                names.append(countable_metric(asked).name)
    first, *others = definition.basis.conventions
    if first.unit == "FLOP":  # `macs` do not show it
        others.insert(0, first)
    names += [convention.key for convention in others]
    if definition.with_fvcore:
        names += [parse_convention("fvcore").key, FVCORE]
    return tuple(dict.fromkeys(names))


def _is_core(name: str) -> bool:
    found = find_metric(name)
    return found is not None and found.convention is None
