"""All that can be said against spec files: errors at every variant, and what looks like a slip."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from costcalc.errors import CostcalcError, Diagnostic, Location, SpecError, said_once
from costcalc.graph import Graph
from costcalc.spec.check import check
from costcalc.spec.files import Files
from costcalc.spec.link import gather, link
from costcalc.spec.lower import lower
from costcalc.spec.model import Slot, Spec, slot_location
from costcalc.spec.resolve import Resolved, resolve
from costcalc.spec.usage import Usage, usage


def lint(
    names: Iterable[str], files: Files | None = None, *, figures: Collection[str] = ()
) -> list[Diagnostic]:
    """Return the errors of files and of all their variants, and warnings, in the order of each file.

    Args:
        names: Paths, or names of shipped specs. A block may be there for another one of them to call.
        files: Where files are read; the disk and the shipped zoo unless given.
        figures: What printed figures can be called; anything, unless given.
    """
    files = files or Files()
    found: dict[str, list[Diagnostic]] = {}
    called: set[Location] = set()
    for name in names:
        try:
            spec, reached, found[name] = _linted(name, files, figures)
        except CostcalcError as error:
            found[name] = list(error.diagnostics)
        else:
            called |= {spec.blocks[block].location for block in reached}
    every = [each for of_one in found.values() for each in sorted(of_one, key=_place)]
    return [each for each in dict.fromkeys(every) if each.code != "W402" or each.location not in called]


def _linted(
    name: str, files: Files, figures: Collection[str]
) -> tuple[Spec, frozenset[str], list[Diagnostic]]:
    path = files.locate(name)
    spec = gather(path, files)
    if spec.input or spec.stages:
        spec = link(path, files)  # which refuses half a network
    reached = check(spec, figures)
    used = usage(spec, reached)
    found = [*_unused(spec, reached, used), *_unused_imports(path, files, reached, used)]
    if spec.stages:
        found += _networks(spec)
    return spec, reached, found


def _warning(code: str, message: str, where: Location | None, help: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, where, help, "warning")


def _place(found: Diagnostic) -> tuple[str, int, int]:
    where = found.location
    return (where.file, where.line, where.column) if where else ("", 0, 0)


def _unused(spec: Spec, reached: frozenset[str], used: Usage) -> Iterator[Diagnostic]:
    for name, parameter in spec.params.items():
        if name not in used.names and parameter.location.file == spec.file:
            yield _warning("W401", f"nothing uses parameter `{name}`", parameter.location)
    for name, block in spec.blocks.items():
        if spec.stages and name not in reached and block.location.file == spec.file:
            yield _warning("W402", f"nothing calls block `{name}`", block.location)
    for name, table in spec.tables.items():
        where = next((cell.location() for cell in table.values()), None)
        if name not in used.tables and (where is None or where.file == spec.file):
            yield _warning("W403", f"nothing calls table `{name}`", where)


def _unused_imports(path: Path, files: Files, reached: frozenset[str], used: Usage) -> Iterator[Diagnostic]:
    for cell in files.read(path).imports:
        brought = gather(files.locate_import(cell.text, path, cell.location()), files).blocks
        if not brought.keys() & (reached | used.blocks):
            message = f"nothing calls a block of `{cell.text}`"
            yield _warning("W404", message, cell.location(), f"it has {', '.join(brought) or 'none'}")


# ---- variants ----------------------------------------------------------------------------------


def _networks(spec: Spec) -> Iterator[Diagnostic]:
    """Build the network and each variant of it; yield their errors, and what none of them has."""
    built: dict[str, Resolved] = {}
    graphs: list[Graph] = []
    errors: dict[str, Sequence[Diagnostic]] = {}
    for variant, overrides in {"": {}, **spec.variants}.items():
        if all(_has_value(spec, name, overrides) for name in spec.params):
            try:
                built[variant] = resolve(spec, overrides)
                graphs.append(lower(built[variant], variant or spec.name))
            except SpecError as error:
                errors[f"`{spec.name}@{variant}`" if variant else ""] = error.diagnostics
    if errors:
        base = frozenset(errors.pop("", ()))  # the variants that have these as well go without saying
        others = {name: [each for each in found if each not in base] for name, found in errors.items()}
        yield from (*base, *said_once(others, len(spec.variants) + 1))
        return
    if not built:
        lacking = next(each for each in spec.params.values() if each.default is None)
        help = "give it a default, or a variant that sets it"
        yield _warning("W407", f"nothing was built: `{lacking.name}` has no value", lacking.location, help)
        return
    yield from _idle_variants(spec, built)
    yield from _idle_rows(spec, built)
    yield from _unread(graphs)


def _unread(graphs: Sequence[Graph]) -> Iterator[Diagnostic]:
    """Yield the places of which no network runs anything."""
    run = {node.origin for graph in graphs for node in graph.nodes}
    for node in {node.origin: node for graph in graphs for node in graph.unread}.values():
        if node.origin not in run:
            help = "let something read it, or take it out"
            yield _warning("W409", f"no output needs `{node.name}`: it is not counted", node.origin, help)


def _has_value(spec: Spec, name: str, overrides: Mapping[str, Slot]) -> bool:
    return spec.params[name].default is not None or name in overrides or name in spec.overrides


def _idle_variants(spec: Spec, built: Mapping[str, Resolved]) -> Iterator[Diagnostic]:
    """Yield the variants that set defaults only, unless they name a point among others.

    `a1: {alpha: 1}` is such a point if another variant sets alpha too; `{}` says that it is the default.
    """
    settings: dict[str, set[str]] = {}
    for overrides in spec.variants.values():
        for name, slot in overrides.items():
            settings.setdefault(name, set()).add(_text(slot))
    for variant, overrides in spec.variants.items():
        if "" not in built or variant not in built:
            continue
        base, this = built[""], built[variant]
        same = base.scope == this.scope and base.input_shape == this.input_shape
        among_others = any(len(settings[name]) > 1 for name in overrides)
        if same and overrides and not among_others:
            where = slot_location(next(iter(overrides.values())))
            yield _warning("W405", f"variant `{variant}` changes nothing", where)


def _text(slot: Slot) -> str:
    return " ".join(cell.text for cell in slot) if isinstance(slot, tuple) else slot.text


def _idle_rows(spec: Spec, built: Mapping[str, Resolved]) -> Iterator[Diagnostic]:
    present = {id(row.row) for resolved in built.values() for row in resolved.rows}
    own = [row for row in spec.stages if row.location.file == spec.file]
    for row in own:
        if id(row) not in present:
            yield _warning("W406", "no variant has this row", row.location, "look at its `when` and `n`")
    asserting = [row for row in own if "in" in row.cells or "out" in row.cells]
    if asserting and not any(resolved.at_base_resolution for resolved in built.values()):
        message = "this size is never checked: no variant has the resolution of `input`"
        yield _warning("W408", message, asserting[0].location)
