"""Structure: from located text to a `Document`, with every structural error at once (E2xx).

From the whole to its parts: the keys of a file, the rows of its table, the steps in the bodies of blocks
and heads. `reader` decodes the values that all of them are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from costcalc.spec.model import (
    RESERVED_COLUMNS,
    Block,
    Branch,
    Cell,
    Parameter,
    Published,
    Row,
    Scaling,
    Slot,
    Step,
    Written,
)
from costcalc.spec.primitives import MERGES
from costcalc.spec.reader import Reader, is_identifier
from costcalc.spec.source import Mapping as MappingTree
from costcalc.spec.source import Scalar, Sequence, Source, Tree

VERSION: Final = "1"
SCALED: Final = ("width", "depth", "resolution")
SCALING_KEYS: Final = ("factor", "round")
BLOCK_KEYS: Final = ("params", "inputs", "let", "body")
VARIANT: Final = r"[A-Za-z0-9_][A-Za-z0-9_.\-]*"
_VARIANT: Final = re.compile(VARIANT)
STEP_CONTROLS: Final = ("when", "as", "from", "share")
"""Keys of a step that call nothing."""
BRANCH_KEYS: Final = ("when", "from", "do")


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
        name=name,
        parameters=_parameters(reader, parts["params"], f"`params` of {what}") if "params" in parts else {},
        inputs=reader.names(inputs, "an input"),
        let=_let(reader, parts["let"]) if "let" in parts else {},
        body=_branch(reader, parts["body"], "a body") if "body" in parts else Branch(()),
        location=reader.source.location(key),
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
        name: _branch(reader, value, f"head `{name}`")
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


# ---- the table ---------------------------------------------------------------------------------


def _column_names(reader: Reader, tree: Tree) -> tuple[str, ...]:
    """Decode `columns`."""
    items = reader.items(tree, "`columns`", "columns: [op, c, n, s]")
    return reader.names(items, "a column")


def _rows(reader: Reader, tree: Tree) -> tuple[Row, ...]:
    """Decode `stages`."""
    columns = _columns_as_written(reader)
    items = reader.items(tree, "`stages`", "stages: [[conv, 32], [gap, ~]]")
    if isinstance(tree, Sequence) and not items:
        reader.error("E207", tree, "`stages` has no rows")
    found = [_row(reader, item, columns) for item in items]
    return tuple([row for row in found if row])


def _columns_as_written(reader: Reader) -> tuple[str, ...]:
    """Return the names in `columns`, wrong ones too: `column_names` has them reported."""
    if "columns" not in reader.source.root.entries:
        return ()
    _, tree = reader.source.root.entries["columns"]
    items = tree.items if isinstance(tree, Sequence) else ()
    return tuple([item.value if isinstance(item, Scalar) else "" for item in items])


def _row(reader: Reader, tree: Tree, columns: tuple[str, ...]) -> Row | None:
    entries = _entries(reader, tree, columns)
    if entries is None:
        return None
    op = entries.pop("op", None)
    if not isinstance(op, Scalar) or op.is_null:
        reader.error("E202", tree, "a row needs an `op`: a primitive or a block")
        return None
    called = _operator(reader, op)
    name, come_from = (_given(entries.pop(key, None)) for key in ("name", "from"))
    cells: dict[str, Slot] = {}
    arguments: dict[str, Slot] = {}
    for key, value in entries.items():
        slot = reader.slot(value, f"column `{key}`")
        if slot is not None:
            (cells if key in RESERVED_COLUMNS else arguments)[key] = slot
    if called is None:
        return None
    return Row(
        op=called,
        cells=cells,
        arguments=arguments,
        sources=() if come_from is None else _sources(reader, come_from),
        name=None if name is None else reader.identifier(name, "the name of a row"),
        location=reader.source.location(tree),
    )


def _entries(reader: Reader, tree: Tree, columns: tuple[str, ...]) -> dict[str, Tree] | None:
    """Return the cells of a row by the names of their columns."""
    if isinstance(tree, MappingTree):
        named = tree.entries.items()
        return {key: value for key, (scalar, value) in named if reader.identifier(scalar, "a key")}
    if not isinstance(tree, Sequence):
        message = "a row of `stages` must be a list of cells or a mapping"
        reader.error("E204", tree, message, "write `[conv, 32, 2]`")
    elif not columns:
        message = "rows need `columns`, which names their cells"
        reader.error("E202", tree, message, "add `columns: [op, c, n, s]`")
    elif len(tree.items) != len(columns):
        message = f"this row has {len(tree.items)} cells; `columns` names {len(columns)}"
        advice = f"the columns are {', '.join(columns)}; write `~` for an empty cell"
        reader.error("E205", tree, message, advice)
    else:
        return dict(zip(columns, tree.items, strict=True))
    return None


def _given(tree: Tree | None) -> Tree | None:
    return None if isinstance(tree, Scalar) and tree.is_null else tree


# ---- steps -------------------------------------------------------------------------------------


def _branch(reader: Reader, tree: Tree, what: str) -> Branch:
    """Decode a list of steps, or the long form `{when: .., from: .., do: [..]}`."""
    location = reader.source.location(tree)
    if isinstance(tree, Sequence):
        steps = [_step(reader, item) for item in tree.items]
        return Branch(tuple([step for step in steps if step]), location=location)
    if not isinstance(tree, MappingTree) or "do" not in tree.entries:
        advice = "write `[conv: {c: c}, bn, relu]`, or `[]` for none"
        reader.error("E210", tree, f"{what} must be a list of steps", advice)
        return Branch((), location=location)
    parts = dict(reader.known(tree.entries, what, BRANCH_KEYS))
    return Branch(
        _do(reader, parts["do"]),
        reader.cell(parts["when"], "`when`") if "when" in parts else None,
        _sources(reader, parts["from"]) if "from" in parts else (),
        location,
    )


def _do(reader: Reader, tree: Tree) -> tuple[Step, ...]:
    if isinstance(tree, Sequence):
        return _branch(reader, tree, "`do`").steps
    reader.error("E210", tree, "`do` must be a list of steps", "write `do: [conv: {c: c}, bn]`")
    return ()


def _sources(reader: Reader, tree: Tree) -> tuple[Cell, ...]:
    """Decode a `from`: one label or stage, or a list of them; `~` gives none."""
    if isinstance(tree, Sequence) and tree.items:
        cells = [_label(reader, item) or reader.given(item, "a part of `from`") for item in tree.items]
        return tuple([cell for cell in cells if cell])
    found = _label(reader, tree) or reader.slot(tree, "`from`")
    return (found,) if isinstance(found, Cell) else ()


def _label(reader: Reader, tree: Tree) -> Cell | None:
    """Decode a label; it may be a word that expressions do not have, as `in`, a block's input, is."""
    if isinstance(tree, Scalar) and not tree.is_null and is_identifier(tree.value):
        return Cell(tree.value, None, tree, reader.source)
    return None


def _step(reader: Reader, tree: Tree) -> Step | None:
    """Decode `bn`, `conv: 64` or `{conv: {c: 64}, when: .., as: .., from: .., share: ..}`."""
    if isinstance(tree, Scalar) and not tree.is_null:
        named = _operator(reader, tree)
        return Step(named) if named else None
    if not isinstance(tree, MappingTree):
        advice = "write `bn` or `conv: {c: 64, k: 3}`"
        reader.error("E210", tree, "a step must be a name or `{name: arguments}`", advice)
        return None
    calls = [key for key in tree.entries if key not in STEP_CONTROLS]
    if len(calls) != 1:
        named_calls = f"it names {', '.join(f'`{call}`' for call in calls)}" if calls else "it names none"
        message = f"a step calls one operator or block; {named_calls}"
        reader.error("E210", tree, message, "make one list item of each")
        return None
    key, value = tree.entries[calls[0]]
    op = _operator(reader, key)
    if op is None:
        return None
    arguments, positional, branches = _called_with(reader, op, value)
    controls = {key: tree.entries[key][1] for key in STEP_CONTROLS if key in tree.entries}
    return Step(
        op,
        arguments=arguments,
        positional=positional,
        branches=branches,
        when=reader.cell(controls["when"], "`when`") if "when" in controls else None,
        labels=_labels(reader, controls["as"]) if "as" in controls else (),
        sources=_sources(reader, controls["from"]) if "from" in controls else (),
        share=reader.identifier(controls["share"], "`share`") if "share" in controls else None,
    )


def _called_with(
    reader: Reader, op: Cell, tree: Tree
) -> tuple[Mapping[str, Slot], Slot | None, tuple[Branch, ...] | None]:
    """Decode what a step gives to what it calls: arguments by name, or one alone, or branches to merge."""
    if op.text in MERGES and not (isinstance(tree, Scalar) and tree.is_null):
        listed = reader.items(tree, f"`{op.text}`", f"{op.text}: [[], [conv: {{c: c}}]]")
        return {}, None, tuple([_branch(reader, item, "a branch") for item in listed])
    if isinstance(tree, MappingTree):
        return reader.arguments(tree.entries, f"`{op.text}`"), None, None
    return {}, reader.slot(tree, f"`{op.text}`"), None


def _operator(reader: Reader, tree: Scalar) -> Cell | None:
    """Decode the name of a primitive or block, or `$p`, the name that a parameter holds."""
    name = tree.value.removeprefix("$")
    bare = Scalar(name, tree.plain, tree.line, tree.column, tree.end_column)
    if reader.identifier(bare, "an operator or block"):
        return Cell(tree.value, None, tree, reader.source)
    return None


def _labels(reader: Reader, tree: Tree) -> tuple[str, ...]:
    if isinstance(tree, Sequence) and not tree.items:
        reader.error("E207", tree, "`as` is an empty list")
    return reader.names(tree.items if isinstance(tree, Sequence) else (tree,), "a label")


# ---- the keys ----------------------------------------------------------------------------------

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
    "columns": _column_names,
    "stages": _rows,
    "heads": _heads,
    "variants": _variants,
    "published": _published,
    "budget": _budget,
}
"""The keys of a file, and what decodes the value of each."""

REQUIRED_KEYS: Final = {"costcalc": "costcalc: 1", "name": "name: my_net"}
"""And how to write those that every file has."""
