"""Between structure and computing: do all names in a spec mean something, at any of its variants?

Nothing is evaluated, so everything is found at once, in blocks and variants that nobody asked for
too. It runs once for every spec that is loaded; what depends on numbers is left to `resolve` and
`lower`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from itertools import islice

from costcalc.errors import CostcalcError, Diagnostic, SpecError, did_you_mean
from costcalc.spec.bodies import Bodies, calls, no_hidden, no_rings
from costcalc.spec.calls import row_call
from costcalc.spec.expression import FUNCTIONS
from costcalc.spec.model import METRICS, Branch, Cell, Spec, slot_location
from costcalc.spec.names import CHOICES, RESERVED, SIZES, Names, TooManyErrorsError
from costcalc.spec.primitives import PRIMITIVES
from costcalc.spec.resolve import RESOLUTION, stage_names
from costcalc.spec.terms import overrides_of


def check(spec: Spec) -> frozenset[str]:
    """Check the names in a linked spec; return the blocks that it can call.

    Raises:
        SpecError: with all that mean nothing, in the order of the file (E124, E125, E203, E209,
            E301 to E303, E307, E308, E322 to E325).
    """
    names = Names(spec)
    reached: frozenset[str] = frozenset()
    with suppress(TooManyErrorsError):
        reached = _check(spec, names)
    if names.errors:
        raise SpecError(sorted(dict.fromkeys(names.errors), key=lambda found: _place(found, spec.file)))
    return reached


def _check(spec: Spec, names: Names) -> frozenset[str]:
    bodies = Bodies(names, spec.blocks)
    _parameters(spec, names)
    _tables_and_scaling(spec, names)
    _variants(spec, names)
    stages = _rows(spec, names, bodies)
    _heads(spec, names, bodies, stages)
    _published(spec, names, {*stages, *spec.heads})
    no_rings(names, spec.blocks)
    no_hidden(names, spec.blocks)
    reached = _reached(spec, names, bodies)
    for name, block in spec.blocks.items():
        if name not in reached and block.location.file == spec.file:
            bodies.block(block, spec.params)
    return reached


def _place(found: Diagnostic, file: str) -> tuple[bool, str, int, int]:
    place = found.location
    return (place.file != file, place.file, place.line, place.column) if place else (False, "", 0, 0)


def _parameters(spec: Spec, names: Names) -> None:
    scope: set[str] = set()
    for name, parameter in spec.params.items():
        if name in RESERVED or name in FUNCTIONS or name in CHOICES:
            help = "it is a rounding function" if name in FUNCTIONS else "operators take a word of this name"
            names.note("E324", f"`{name}` is reserved", parameter.location, RESERVED.get(name, help))
        if parameter.default is not None:
            names.value(parameter.default, scope)
        scope.add(name)
    for cell in spec.input:
        names.number(cell, scope, "a size of `input`")


def _tables_and_scaling(spec: Spec, names: Names) -> None:
    for name, table in spec.tables.items():
        for cell in table.values():
            if name in FUNCTIONS:
                names.note("E324", f"table `{name}` has the name of a function", cell.location())
                break
            names.number(cell, (), f"an entry of table `{name}`")
    for what, scaling in spec.scaling.items():
        names.number(scaling.factor, spec.params, f"the factor of `{what}`")
        if scaling.round is not None:
            names.number(scaling.round, {*spec.params, "x"}, f"the `round` of `{what}`")


def _variants(spec: Spec, names: Names) -> None:
    """Check that variants set parameters, each to a value made of those above it."""
    order = {name: position for position, name in enumerate(spec.params)}
    for variant, settings in spec.variants.items():
        for name, slot in settings.items():
            if name in order:
                names.value(slot, _Above(order, name))
            elif name == RESOLUTION:
                names.value(slot, order)
            else:
                known = [*order, RESOLUTION]
                help = did_you_mean(name, known) or f"parameters: {', '.join(known)}"
                message = f"variant `{variant}` sets `{name}`, which is no parameter"
                names.note("E203", message, slot_location(slot), help)


class _Above(Collection[str]):
    """The parameters above one: those that its value may use."""

    def __init__(self, order: Mapping[str, int], name: str) -> None:
        self._order, self._limit = order, order[name]

    def __contains__(self, name: object) -> bool:
        return self._order.get(str(name), self._limit) < self._limit

    def __iter__(self) -> Iterator[str]:
        return islice(self._order, self._limit)

    def __len__(self) -> int:
        return self._limit


def _rows(spec: Spec, names: Names, bodies: Bodies) -> set[str]:
    """Check the rows in order; return the names that a `from` can use."""
    stages = {"input"}
    taken = {"input"}
    current = None
    for row, stage in zip(spec.stages, stage_names(spec, {}), strict=True):
        if row.name is not None:
            current = row.name
            if current in taken:
                help = "leave the name of a continued stage empty (`~`)"
                names.note("E209", f"stage `{current}` stands twice", row.location, help)
            taken.add(current)
        for key, slot in row.cells.items():
            if key not in ("c", "s") or row.op.text not in PRIMITIVES:  # a primitive's are checked as its own
                names.number(slot, spec.params, f"`{key}`")
        _stages(row.sources, spec, names, stages)
        if row.op.passes:
            names.passed(row.op, spec.params)
            for slot in row.arguments.values():
                names.value(slot, spec.params)
        else:
            try:
                bodies.call(row_call(row, row.op.text, spec.blocks), spec.params)
            except SpecError as error:
                names.refused(error)
        if stage == current or not row.op.passes:  # else it is named for what the variant calls
            stages.add(stage)
    return stages


def _stages(sources: tuple[Cell, ...], spec: Spec, names: Names, stages: Collection[str]) -> None:
    """Check what the `from` of a row or head names: stages, or counts back over the rows."""
    for cell in sources:
        if not cell.is_name:
            names.number(cell, spec.params, "`from`")
        elif cell.text not in stages:
            help = did_you_mean(cell.text, stages) or "name a stage above this row"
            names.note("E308", f"`from`: no stage `{cell.text}` so far", cell.location(), help)


def _heads(spec: Spec, names: Names, bodies: Bodies, stages: set[str]) -> None:
    for name, branch in spec.heads.items():
        assert branch.location is not None
        if name in stages:
            help = "give the head a name of its own"
            names.note("E323", f"head `{name}` has the name of a stage", branch.location, help)
        _stages(branch.sources, spec, names, stages)
        body = Branch(branch.steps, branch.when)
        bodies.branch(body, {*spec.params, *SIZES, "i"}, set(stages))


def _published(spec: Spec, names: Names, parts: Collection[str]) -> None:
    """Check that printed figures belong to variants and parts that there are, and are of a known kind."""
    for variant in dict.fromkeys(each.variant for each in spec.published):
        if variant != "base":
            try:
                overrides_of(spec, variant)
            except CostcalcError as error:
                where = next(each.location for each in spec.published if each.variant == variant)
                for found in error.diagnostics:
                    names.note("E325", f"`published`: {found.message}", where, found.help)
    for each in spec.published:
        for metric in each.figures:
            if metric not in METRICS:
                help = did_you_mean(metric, METRICS) or f"figures: {', '.join(METRICS)}"
                message = f"`published` of `{each.variant}`: nothing is called `{metric}`"
                names.note("E325", message, each.location, help)
        for part in each.of:
            if part not in parts:
                help = did_you_mean(part, parts) or "name a stage or a head"
                message = f"`published` of `{each.variant}`: no stage or head is called `{part}`"
                names.note("E325", message, each.location, help)


def _reached(spec: Spec, names: Names, bodies: Bodies) -> frozenset[str]:
    """Check the blocks that rows, heads and parameters call, directly or through others."""
    waiting = [row.op.text for row in spec.stages]
    waiting += [op.text for head in spec.heads.values() for op in calls(head)]
    waiting += names.called
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in reached or name not in spec.blocks:
            continue
        reached.add(name)
        block = spec.blocks[name]
        bodies.block(block, spec.params)
        waiting += [op.text for op in calls(block.body)]
        waiting += names.called - reached
    return frozenset(reached)
