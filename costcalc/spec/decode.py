"""Structure: from located text to a `Document`, with every structural error at once (E2xx).

This module knows the file's top-level keys; `rows` knows the table, `steps` the bodies of blocks
and heads, and `reader` the values that all of them are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from costcalc.spec.model import Block, Branch, Cell, Parameter, Published, Scaling, Slot, Written
from costcalc.spec.reader import Reader
from costcalc.spec.rows import column_names, rows
from costcalc.spec.source import Mapping as MappingTree
from costcalc.spec.source import Scalar, Sequence, Source, Tree
from costcalc.spec.steps import branch

VERSION: Final = "1"
SCALED: Final = ("width", "depth", "resolution")
SCALING_KEYS: Final = ("factor", "round")
BLOCK_KEYS: Final = ("params", "inputs", "let", "body")
VARIANT: Final = r"[A-Za-z0-9_][A-Za-z0-9_.\-]*"
_VARIANT: Final = re.compile(VARIANT)


@dataclass(frozen=True, slots=True)
class Document:
    """One decoded file: the fields of a `Spec` that it states, and the files that it builds on."""

    source: Source
    imports: tuple[Cell, ...]
    extends: Cell | None
    fields: Mapping[str, Any]


def decode(source: Source) -> Document:
    """Decode a parsed file.

    Raises:
        SpecError: with all structural errors (E2xx) and malformed expressions.
    """
    reader = Reader(source)
    read = {key: KEYS[key](reader, tree) for key, tree in reader.known(source.root.entries, "a spec", KEYS)}
    fields = {key: value for key, value in read.items() if value is not None}
    for key, example in REQUIRED_KEYS.items():
        if key not in source.root.entries:
            reader.error("E202", source.root, f"a spec needs the key `{key}`", f"add `{example}`")
    reader.finish()
    fields.pop("costcalc")
    return Document(source, fields.pop("import", ()), fields.pop("extends", None), fields)


def _version(reader: Reader, tree: Tree) -> str | None:
    if isinstance(tree, Scalar) and tree.value == VERSION:
        return VERSION
    reader.error("E211", tree, "this is not a version of the spec language", "write `costcalc: 1`")
    return None


def _imports(reader: Reader, tree: Tree) -> tuple[Cell, ...]:
    found = [
        _reference(reader, item, "an import") for item in reader.items(tree, "`import`", "import: [std]")
    ]
    return tuple([cell for cell in found if cell is not None])


def _reference(reader: Reader, tree: Tree, what: str) -> Cell | None:
    if isinstance(tree, Scalar) and tree.value and not tree.is_null:
        return Cell(tree.value, None, tree, reader.source)
    reader.error("E204", tree, f"{what} must be the name of a spec", "for example `std` or `shufflenet@g3`")
    return None


def _input(reader: Reader, tree: Tree) -> tuple[Cell, ...] | None:
    items = reader.items(tree, "`input`", "input: [3, 224, 224]")
    if isinstance(tree, Sequence) and len(items) != 3:
        reader.error("E204", tree, "`input` has three sizes: channels, height, width")
        return None
    cells = [reader.given(item, "a size of `input`") for item in items]
    return tuple([cell for cell in cells if cell is not None])


def _parameters(reader: Reader, tree: Tree, what: str) -> dict[str, Parameter]:
    found = {}
    for key, (scalar, value) in reader.mapping(tree, what, "{c: ~, k: 3}").items():
        if reader.identifier(scalar, "a parameter"):
            default = reader.slot(value, f"parameter `{key}`")
            found[key] = Parameter(key, default, reader.source.location(scalar))
    return found


def _tables(reader: Reader, tree: Tree) -> dict[str, dict[str, Cell]]:
    found = {}
    for name, (scalar, value) in reader.mapping(tree, "`tables`", "{width_of: {1: 144}}").items():
        if not reader.identifier(scalar, "a table"):
            continue
        what = f"table `{name}`"
        entries = reader.mapping(value, what, "{1: 144, 2: 200}")
        cells = {key: reader.given(entry, f"`{key}` of {what}") for key, (_, entry) in entries.items()}
        found[name] = {key: cell for key, cell in cells.items() if cell is not None}
    return found


def _scaling(reader: Reader, tree: Tree) -> dict[str, Scaling]:
    found = {}
    entries = reader.mapping(tree, "`scaling`", "{width: {factor: alpha, round: floor(x)}}")
    for name, value in reader.known(entries, "`scaling`", SCALED):
        what = f"`{name}`"
        parts = dict(reader.known(reader.mapping(value, what, "{factor: alpha}"), what, SCALING_KEYS))
        factor = reader.given(parts["factor"], f"`factor` of {what}") if "factor" in parts else None
        rounding = reader.cell(parts["round"], f"`round` of {what}") if "round" in parts else None
        if factor:
            found[name] = Scaling(factor, rounding, reader.source.location(value))
        elif "factor" not in parts:
            advice = "write `{factor: alpha, round: floor(x)}`"
            reader.error("E202", value, f"{what} needs a `factor`", advice)
    return found


def _blocks(reader: Reader, tree: Tree) -> dict[str, Block]:
    entries = reader.mapping(tree, "`blocks`", "{unit: {params: {c: ~}, body: []}}")
    return {
        name: _block(reader, name, key, value)
        for name, (key, value) in entries.items()
        if reader.identifier(key, "a block")
    }


def _block(reader: Reader, name: str, key: Scalar, tree: Tree) -> Block:
    what = f"block `{name}`"
    parts = dict(
        reader.known(reader.mapping(tree, what, "{params: {c: ~}, body: [conv: c]}"), what, BLOCK_KEYS)
    )
    inputs = reader.items(parts["inputs"], "`inputs`", "inputs: [h, p]") if "inputs" in parts else ()
    if "body" not in parts and isinstance(tree, MappingTree):
        reader.error("E202", key, f"{what} needs a `body`", "write `body: [conv: {c: c}, bn, relu]`")
    return Block(
        name,
        _parameters(reader, parts["params"], f"`params` of {what}") if "params" in parts else {},
        reader.names(inputs, "an input"),
        _let(reader, parts["let"]) if "let" in parts else {},
        branch(reader, parts["body"], "a body") if "body" in parts else Branch(()),
        reader.source.location(key),
    )


def _let(reader: Reader, tree: Tree) -> dict[str, Cell]:
    found = {}
    for name, (scalar, value) in reader.mapping(tree, "`let`", "{mid: c/4}").items():
        cell = reader.given(value, f"`{name}`") if reader.identifier(scalar, "a local name") else None
        if cell is not None:
            found[name] = cell
    return found


def _heads(reader: Reader, tree: Tree) -> dict[str, Branch]:
    entries = reader.mapping(tree, "`heads`", "{logits: [flatten, linear: 1000]}")
    return {
        name: branch(reader, value, f"head `{name}`")
        for name, (key, value) in entries.items()
        if reader.identifier(key, "a head")
    }


def _variants(reader: Reader, tree: Tree) -> dict[str, dict[str, Slot]]:
    found = {}
    for name, (scalar, value) in reader.mapping(tree, "`variants`", "{x2: {scale: 2}}").items():
        what = f"variant `{name}`"
        if _VARIANT.fullmatch(name):
            found[name] = reader.arguments(reader.mapping(value, what, "{scale: 2}"), what)
        else:
            reader.error("E208", scalar, "a variant must be a name of letters, digits, `_`, `.` and `-`")
    return found


def _published(reader: Reader, tree: Tree) -> tuple[Published, ...]:
    found = []
    for variant, (_, value) in reader.mapping(tree, "`published`", "{base: {macs: 569M}}").items():
        sources = value.items if isinstance(value, Sequence) else (value,)
        found += [_figures(reader, variant, entry) for entry in sources]
    return tuple(found)


def _figures(reader: Reader, variant: str, tree: Tree) -> Published:
    written = reader.mapping(tree, f"figures of `{variant}`", "{macs: 569M, params: 4.2M}")
    entries = {key: value for key, (_, value) in written.items()}
    gap, of = entries.pop("gap", None), entries.pop("of", None)
    figures = _texts(reader, entries)
    source = figures.pop("source", None)
    parts = of.items if isinstance(of, Sequence) else (of,) if of else ()
    return Published(
        variant=variant,
        figures=figures,
        gaps=_gaps(reader, figures, gap) if gap else {},
        source=source,
        of=reader.names(parts, "what `of` names"),
        location=reader.source.location(tree),
    )


def _gaps(reader: Reader, figures: Mapping[str, str], tree: Tree) -> dict[str, str]:
    """Decode a `gap`: the reason of all figures, or reasons by figure."""
    if not isinstance(tree, MappingTree):
        reason = reader.text(tree, "`gap`")
        return dict.fromkeys(figures, reason) if reason else {}
    return _texts(reader, dict(reader.known(tree.entries, "`gap`", figures)))


def _texts(reader: Reader, entries: Mapping[str, Tree]) -> dict[str, str]:
    return {key: text for key, value in entries.items() if (text := reader.text(value, f"`{key}`"))}


def _budget(reader: Reader, tree: Tree) -> Written | None:
    if isinstance(tree, MappingTree):
        return Written(tree, reader.source)
    reader.mapping(tree, "`budget`", "{max: {macs: 300M}}")
    return None


KEYS: Final[Mapping[str, Callable[[Reader, Tree], Any]]] = {
    "costcalc": _version,
    "name": lambda reader, tree: reader.identifier(tree, "`name`"),
    "title": lambda reader, tree: reader.text(tree, "`title`"),
    "source": lambda reader, tree: reader.text(tree, "`source`"),
    "year": lambda reader, tree: reader.integer(tree, "`year`"),
    "family": lambda reader, tree: reader.text(tree, "`family`"),
    "import": _imports,
    "extends": lambda reader, tree: _reference(reader, tree, "`extends`"),
    "input": _input,
    "params": lambda reader, tree: _parameters(reader, tree, "`params`"),
    "tables": _tables,
    "scaling": _scaling,
    "blocks": _blocks,
    "columns": column_names,
    "stages": rows,
    "heads": _heads,
    "variants": _variants,
    "published": _published,
    "budget": _budget,
}
"""The keys of a file, and what decodes the value of each."""

REQUIRED_KEYS: Final = {"costcalc": "costcalc: 1", "name": "name: my_net"}
"""And how to write those that every file has."""
