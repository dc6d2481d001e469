"""Decoding the table: `columns`, which names the cells, and the rows of `stages`."""

from __future__ import annotations

from costcalc.spec.model import RESERVED_COLUMNS, Row, Slot
from costcalc.spec.reader import Reader
from costcalc.spec.source import Mapping, Scalar, Sequence, Tree
from costcalc.spec.steps import operator, sources


def column_names(reader: Reader, tree: Tree) -> tuple[str, ...]:
    """Decode `columns`."""
    items = reader.items(tree, "`columns`", "columns: [op, c, n, s]")
    return reader.names(items, "a column")


def rows(reader: Reader, tree: Tree) -> tuple[Row, ...]:
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
    called = operator(reader, op)
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
        called,
        cells,
        arguments,
        () if come_from is None else sources(reader, come_from),
        None if name is None else reader.identifier(name, "the name of a row"),
        reader.source.location(tree),
    )


def _entries(reader: Reader, tree: Tree, columns: tuple[str, ...]) -> dict[str, Tree] | None:
    """Return the cells of a row by the names of their columns."""
    if isinstance(tree, Mapping):
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
