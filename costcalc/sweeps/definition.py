"""What a sweep is, in words: enough for another process, or another day, to do the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from costcalc.cost.convention import Convention
from costcalc.cost.conventions import parse_convention
from costcalc.cost.dtype import parse_precision
from costcalc.cost.fusion import parse_fusion
from costcalc.spec.decode import Document
from costcalc.spec.files import Files
from costcalc.sweeps.axes import parse_axis
from costcalc.sweeps.metrics import CORE, DEFAULT, Counting, metric, metric_of
from costcalc.sweeps.run import Job
from costcalc.sweeps.second import FVCORE, require_fvcore
from costcalc.sweeps.select import Selection, parse_selection
from costcalc.sweeps.space import Space, space


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
        convention: What decides `macs` and `flops`; further ones, behind commas, add a metric each.
        batch: Images per batch.
        weights: The number format of weights.
        activations: The number format of activations.
        fusion: What runs in one kernel.
        weights_in_ram: Whether peak memory includes the weights.
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
    convention: str = "paper"
    batch: int = 1
    weights: str = "fp32"
    activations: str = "fp32"
    fusion: str = "conv-bn-act"
    weights_in_ram: bool = False
    with_fvcore: bool = False


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
    designs = space(definition.references, axes, definition.variants, files)
    selection = parse_selection(
        designs,
        where=definition.where,
        pareto=definition.pareto,
        sort=definition.sort,
        top=definition.top,
        table=definition.table,
    )
    first, *others = [parse_convention(name.strip()) for name in definition.convention.split(",")]
    if first.unit == "FLOP":  # `macs` do not show it
        others.insert(0, first)
    shown = _shown(definition, designs, selection, others)
    counted = [name for name in dict.fromkeys((*shown, *selection.metrics)) if name != FVCORE]
    job = Job(designs, tuple(counted), _counting(definition, first))
    content = repr((definition, sorted(files.texts.items())))
    return Plan(job, selection, shown, hashlib.sha256(content.encode()).hexdigest())


def _shown(
    definition: Definition, designs: Space, selection: Selection, others: list[Convention]
) -> tuple[str, ...]:
    """Return the names of the counts to show."""
    always = {"model", "error", "reason", *(axis.name for axis in designs.axes), *selection.figures}
    names = [*DEFAULT, *selection.metrics]
    if definition.metrics:
        always |= {FVCORE} if definition.with_fvcore else set()
        asked = [name for name in definition.metrics if name not in always]
        names = [each for name in asked for each in (CORE if name == "all" else [metric(name).name])]
    names += [metric_of(convention).name for convention in others]
    if definition.with_fvcore:
        require_fvcore()
        names += [metric_of(parse_convention("fvcore")).name, FVCORE]
    return tuple(dict.fromkeys(names))


def _counting(definition: Definition, convention: Convention) -> Counting:
    return Counting(
        convention,
        definition.batch,
        parse_precision(weights=definition.weights, activations=definition.activations),
        parse_fusion(definition.fusion),
        definition.weights_in_ram,
    )


def from_json(fields: Mapping[str, Any]) -> Definition:
    """Return the definition that `dataclasses.asdict` and JSON made lists of."""
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Definition(**plain | {"axes": tuple((name, text) for name, text in plain["axes"])})
