"""Decoding the body of a block or head: steps, the branches of a merge, labels."""

from __future__ import annotations

from typing import Final

from costcalc.spec.model import Branch, Cell, Slot, Step
from costcalc.spec.primitives import MERGES
from costcalc.spec.reader import Reader, is_identifier
from costcalc.spec.source import Mapping, Scalar, Sequence, Tree

STEP_CONTROLS: Final = ("when", "as", "from", "share")
"""Keys of a step that call nothing."""
BRANCH_KEYS: Final = ("when", "from", "do")


def branch(reader: Reader, tree: Tree, what: str) -> Branch:
    """Decode a list of steps, or the long form `{when: .., from: .., do: [..]}`."""
    location = reader.source.location(tree)
    if isinstance(tree, Sequence):
        steps = [step(reader, item) for item in tree.items]
        return Branch(tuple([step for step in steps if step]), None, (), location)
    if not isinstance(tree, Mapping) or "do" not in tree.entries:
        advice = "write `[conv: {c: c}, bn, relu]`, or `[]` for none"
        reader.error("E210", tree, f"{what} must be a list of steps", advice)
        return Branch((), None, (), location)
    parts = dict(reader.known(tree.entries, what, BRANCH_KEYS))
    return Branch(
        _do(reader, parts["do"]),
        reader.cell(parts["when"], "`when`") if "when" in parts else None,
        sources(reader, parts["from"]) if "from" in parts else (),
        location,
    )


def _do(reader: Reader, tree: Tree) -> tuple[Step, ...]:
    if isinstance(tree, Sequence):
        return branch(reader, tree, "`do`").steps
    reader.error("E210", tree, "`do` must be a list of steps", "write `do: [conv: {c: c}, bn]`")
    return ()


def sources(reader: Reader, tree: Tree) -> tuple[Cell, ...]:
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


def step(reader: Reader, tree: Tree) -> Step | None:
    """Decode `bn`, `conv: 64` or `{conv: {c: 64}, when: .., as: .., from: .., share: ..}`."""
    if isinstance(tree, Scalar) and not tree.is_null:
        named = operator(reader, tree)
        return Step(named) if named else None
    if not isinstance(tree, Mapping):
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
    op = operator(reader, key)
    if op is None:
        return None
    arguments: dict[str, Slot] = {}
    positional: Slot | None = None
    branches: tuple[Branch, ...] | None = None
    if op.text in MERGES and not (isinstance(value, Scalar) and value.is_null):
        listed = reader.items(value, f"`{op.text}`", f"{op.text}: [[], [conv: {{c: c}}]]")
        branches = tuple([branch(reader, item, "a branch") for item in listed])
    elif isinstance(value, Mapping):
        arguments = reader.arguments(value.entries, f"`{op.text}`")
    else:
        positional = reader.slot(value, f"`{op.text}`")
    controls = {key: tree.entries[key][1] for key in STEP_CONTROLS if key in tree.entries}
    return Step(
        op,
        arguments,
        positional,
        branches,
        reader.cell(controls["when"], "`when`") if "when" in controls else None,
        _labels(reader, controls["as"]) if "as" in controls else (),
        sources(reader, controls["from"]) if "from" in controls else (),
        reader.identifier(controls["share"], "`share`") if "share" in controls else None,
    )


def operator(reader: Reader, tree: Scalar) -> Cell | None:
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
