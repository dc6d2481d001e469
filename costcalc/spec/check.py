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
from costcalc.spec.calls import BoundCall, bind_row, bind_step
from costcalc.spec.explain import head_is_stage, no_label, no_stage
from costcalc.spec.expression import FUNCTIONS
from costcalc.spec.model import Block, Branch, Cell, Spec, Step, slot_location
from costcalc.spec.names import RESERVED, RESERVED_IN_BLOCKS, SIZES, Names, TooManyErrorsError
from costcalc.spec.primitives import CHOICES, MERGES, PRIMITIVES, Primitive
from costcalc.spec.resolve import RESOLUTION, stage_names
from costcalc.spec.scope import size_names
from costcalc.spec.terms import overrides_of
from costcalc.spec.usage import called


def check(spec: Spec, figures: Collection[str] = ()) -> frozenset[str]:
    """Check the names in a linked spec; return the blocks that it can call.

    Args:
        spec: A linked spec.
        figures: What printed figures can be called; anything, unless given.

    Raises:
        SpecError: with all that mean nothing, in the order of the file (E124, E125, E203, E209,
            E301 to E303, E307, E308, E322 to E325).
    """
    names = Names(spec)
    reached: frozenset[str] = frozenset()
    with suppress(TooManyErrorsError):
        reached = _check(spec, names, figures)
    if names.errors:
        raise SpecError(sorted(dict.fromkeys(names.errors), key=lambda found: _place(found, spec.file)))
    return reached


def _check(spec: Spec, names: Names, figures: Collection[str]) -> frozenset[str]:
    bodies = _Bodies(names, spec.blocks)
    _parameters(spec, names)
    _tables_and_scaling(spec, names)
    _variants(spec, names)
    stages = _rows(spec, names, bodies)
    _heads(spec, names, bodies, stages)
    _published(spec, names, {*stages, *spec.heads})
    if figures:
        for error in unknown_figures(spec, figures):
            names.keep(error)
    _no_rings(names, spec.blocks)
    _no_hidden(names, spec.blocks)
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


def _rows(spec: Spec, names: Names, bodies: _Bodies) -> set[str]:
    """Check the rows in order; return the names that a `from` can use."""
    stages = {"input"}
    taken = {"input"}
    current = None
    for row, stage in zip(spec.stages, stage_names(spec, {}), strict=True):
        if row.name is not None:
            current = row.name
            if current in taken:
                help = "leave the name of a continued stage empty (`~`)"
                names.note("E209", f"stage `{current}` is named twice", row.location, help)
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
                bodies.call(bind_row(row, row.op.text, spec.blocks), spec.params)
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
            names.keep(no_stage(cell, stages))


def _heads(spec: Spec, names: Names, bodies: _Bodies, stages: set[str]) -> None:
    for name, branch in spec.heads.items():
        assert branch.location is not None
        if name in stages:
            names.keep(head_is_stage(name, branch.location))
        _stages(branch.sources, spec, names, stages)
        body = Branch(branch.steps, branch.when)
        bodies.branch(body, {*spec.params, *SIZES, "i"}, set(stages))


def _published(spec: Spec, names: Names, parts: Collection[str]) -> None:
    """Check that printed figures belong to variants and parts that there are."""
    for variant in dict.fromkeys(each.variant for each in spec.published):
        if variant != "base":
            try:
                overrides_of(spec, variant)
            except CostcalcError as error:
                where = next(each.location for each in spec.published if each.variant == variant)
                for found in error.diagnostics:
                    names.note("E325", f"`published`: {found.message}", where, found.help)
    for each in spec.published:
        for part in each.of:
            if part not in parts:
                help = did_you_mean(part, parts) or "name a stage or a head"
                message = f"`published` of `{each.variant}`: no stage or head is called `{part}`"
                names.note("E325", message, each.location, help)


def unknown_figures(spec: Spec, known: Collection[str]) -> list[Diagnostic]:
    """Return an error for every printed figure that is called something else (E325)."""
    return [
        Diagnostic(
            "E325",
            f"`published` of `{each.variant}`: nothing is called `{figure}`",
            each.location,
            did_you_mean(figure, known) or f"figures: {', '.join(known)}",
        )
        for each in spec.published
        for figure in each.figures
        if figure not in known
    ]


def _reached(spec: Spec, names: Names, bodies: _Bodies) -> frozenset[str]:
    """Check the blocks that rows, heads and parameters call, directly or through others."""
    waiting = [row.op.text for row in spec.stages]
    waiting += [op.text for head in spec.heads.values() for op in called(head)]
    waiting += names.called
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in reached or name not in spec.blocks:
            continue
        reached.add(name)
        block = spec.blocks[name]
        bodies.block(block, spec.params)
        waiting += [op.text for op in called(block.body)]
        waiting += names.called - reached
    return frozenset(reached)


# ---- blocks and heads --------------------------------------------------------------------------


class _Bodies:
    """Checks what steps say; each block once, however often it is called."""

    def __init__(self, names: Names, blocks: Mapping[str, Block]) -> None:
        self._names = names
        self._blocks = blocks

    def block(self, block: Block, params: Collection[str]) -> None:
        """Check a block, which sees the parameters of the spec, its own, and its inputs' sizes."""
        scope = {*params, *SIZES, "i"}
        for label in block.inputs:
            scope.update(size_names(label))
        for name, parameter in block.parameters.items():
            if name in RESERVED_IN_BLOCKS:
                self._names.note("E324", f"`{name}` is reserved", parameter.location, RESERVED[name])
            if parameter.default is not None:
                self._names.value(parameter.default, scope)
            scope.add(name)
        for name, cell in block.let.items():
            if name in RESERVED_IN_BLOCKS:
                self._names.note("E324", f"`{name}` is reserved", cell.location(), RESERVED[name])
            self._names.value(cell, scope)
            scope.add(name)
        self.branch(block.body, scope, {"in", *block.inputs})

    def branch(self, branch: Branch, scope: set[str], labels: set[str]) -> None:
        """Check steps in order; labels that they define are known to those behind them."""
        if branch.when is not None:
            self._names.number(branch.when, scope, "`when`")
        self.sources(branch.sources, labels)
        for step in branch.steps:
            self._step(step, scope, labels)

    def sources(self, sources: tuple[Cell, ...], labels: Collection[str]) -> None:
        """Check the labels that a `from` names."""
        for cell in sources:
            if cell.text not in labels:
                self._names.keep(no_label(cell, labels))

    def call(self, call: BoundCall, scope: Collection[str]) -> None:
        """Check the arguments of a call, and that none is missing."""
        for name, slot in call.slots.items():
            if isinstance(call.callee, Primitive):
                argument = call.callee.arguments[name]
                self._names.argument(slot, scope, argument, f"{call.name}: {name}")
            else:
                self._names.value(slot, scope)
        for name in call.lacking:
            self._names.keep(call.lacks(name))

    def _step(self, step: Step, scope: set[str], labels: set[str]) -> None:
        if step.when is not None:
            self._names.number(step.when, scope, "`when`")
        self.sources(step.sources, labels)
        if step.branches is not None:
            if step.share:
                help = "make a block of the branches, and call that with `share`"
                message = f"`{step.op.text}` has no weights to share"
                self._names.note("E318", message, step.op.location(), help)
            for branch in step.branches:
                self.branch(branch, scope, labels)
        elif step.op.passes:
            self._names.passed(step.op, scope)
            for slot in (*step.arguments.values(), *((step.positional,) if step.positional else ())):
                self._names.value(slot, scope)
        else:
            try:
                self.call(bind_step(step, step.op.text, self._blocks), scope)
            except SpecError as error:
                self._names.refused(error)
        for label in step.labels:
            labels.add(label)
            scope.update(size_names(label))


def _no_rings(names: Names, blocks: Mapping[str, Block]) -> None:
    """Note every block that calls itself, directly or through others."""
    state: dict[str, bool] = {}  # False while a block is open, True when it is done
    for start in blocks:
        if start in state:
            continue
        path = [start]
        waiting = [called(blocks[start].body)]
        state[start] = False
        while waiting:
            op = next(waiting[-1], None)
            if op is None:
                waiting.pop()
                state[path.pop()] = True
            elif op.text in blocks and op.text not in state:
                path.append(op.text)
                waiting.append(called(blocks[op.text].body))
                state[op.text] = False
            elif state.get(op.text) is False:
                ring = " -> ".join([*path[path.index(op.text) :], op.text])
                help = "networks are finite: a block cannot call itself, whatever the conditions"
                names.note("E322", f"block `{op.text}` calls itself: {ring}", op.location(), help)


def _no_hidden(names: Names, blocks: Mapping[str, Block]) -> None:
    """Note every block that would hide a primitive."""
    for name, block in blocks.items():
        if name in PRIMITIVES or name in MERGES:
            help = "choose a name that no primitive has"
            names.note("E324", f"block `{name}` has the name of a primitive", block.location, help)
