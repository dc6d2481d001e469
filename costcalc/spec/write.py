"""A resolved spec as a spec of its own: parameters are numbers, rows are scaled, imports are inside."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from costcalc.errors import Diagnostic, SpecError
from costcalc.graph import Shape
from costcalc.spec.build import Model, build
from costcalc.spec.calls import called_name
from costcalc.spec.check import check
from costcalc.spec.decode import VERSION, Document, decode
from costcalc.spec.evaluate import show_exactly
from costcalc.spec.files import Files
from costcalc.spec.link import link
from costcalc.spec.lower import RowShapes, row_shapes
from costcalc.spec.model import Block, Branch, Cell, Slot, Step
from costcalc.spec.resolve import Resolved, ResolvedRow
from costcalc.spec.source import parse
from costcalc.spec.usage import usage

Plain = str | None | Sequence["Plain"] | Mapping[str, "Plain"]
"""What a spec is made of: texts, empty values, lists, mappings."""

WIDTH: Final = 110
_UNQUOTED: Final = re.compile(r"-?[\w$.(][\w$.+*/ ()<>=!%-]*(?<! )", re.ASCII)
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})

FIRST_COLUMNS = ("name", "op", "n", "c", "s")
LAST_COLUMNS = ("from", "in", "out")

_DRAFT = Path("resolved.yaml")


class _Written(Files):
    """One file that is not on the disk yet."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, path: Path) -> Document:
        return decode(parse(self._text, path.name))


def write(model: Model) -> str:
    """Return the YAML of a spec without multipliers or variants that builds the same graph.

    Raises:
        SpecError: E326, it would build another one: a parameter has the name of an activation, say.
    """
    try:
        text = _used(model)
        again = build(link(_DRAFT, _Written(text)), model.name, {})
    except SpecError as error:
        reason = error.diagnostics[0].message
    else:
        reason = "it would be another network"
        if again.graph.digest() == model.graph.digest():
            return text
    message = f"`{model.name}` cannot be written with its parameters evaluated: {reason}"
    raise SpecError(Diagnostic("E326", message, None, "rename the parameter that a name is taken for"))


def _used(model: Model) -> str:
    """Return the text without the parameters, tables and blocks that scaled rows no longer use."""
    spec, shapes = model.spec, row_shapes(model.resolved)
    kept = frozenset({*spec.params, *spec.tables, *spec.blocks})
    while True:
        text = _text(model, shapes, kept)
        # As if all blocks were imported: those that nobody calls may be wrong.
        draft = replace(link(_DRAFT, _Written(text)), file="")
        blocks = check(draft)
        found = usage(draft, blocks)
        used = kept & (blocks | found.names | found.tables)
        if used == kept:
            return text
        kept = used  # a parameter that is gone may have been the last to name a block


def _text(model: Model, shapes: Iterable[RowShapes], used: Container[str]) -> str:
    resolved, spec = model.resolved, model.spec
    rows = [_row(resolved, row, shape) for row, shape in zip(resolved.rows, shapes, strict=True)]
    filled = columns(rows)
    document: dict[str, Plain] = {
        "costcalc": VERSION,
        "name": spec.name,
        "title": spec.title,
        "source": spec.source,
        "input": [str(size) for size in resolved.input_shape],
        "params": {key: _value(value) for key, value in resolved.scope.items() if key in used},
        "tables": {key: _table(table) for key, table in spec.tables.items() if key in used},
        "blocks": {key: _block(block) for key, block in spec.blocks.items() if key in used},
        "columns": filled,
    }
    text = [f"# {model.name}, resolved: the parameters are evaluated and the rows are scaled."]
    text += yaml_lines({key: value for key, value in document.items() if value})
    text += ["stages:", *(f"  - {_one_line([row.get(column) for column in filled])}" for row in rows)]
    if spec.heads:
        text += yaml_lines({"heads": {key: _branch(branch) for key, branch in spec.heads.items()}})
    return "\n".join(text) + "\n"


def row_values(resolved: Resolved, row: ResolvedRow) -> dict[str, Any]:
    """Return what a row says once it is scaled: its cells by column, without those left empty."""
    written = row.row
    values = {
        "name": row.stage,
        "op": called_name(written.op, resolved.scope, resolved.functions),
        "n": row.copies,
        **row.values,
    }
    if written.sources:
        values["from"] = tuple([cell.text for cell in written.sources])
    return values


def _row(resolved: Resolved, row: ResolvedRow, shapes: RowShapes) -> dict[str, Plain]:
    cells = {key: _value(value) for key, value in row_values(resolved, row).items()}
    if row.first:
        cells["name"] = None  # it goes on with the stage above
    return cells | {"in": _size(shapes.input), "out": _size(shapes.output)}


def columns(rows: Iterable[Iterable[str]]) -> list[str]:
    """Return the columns that any row fills: the arguments of blocks stand in the middle."""
    filled = dict.fromkeys(column for row in rows for column in row)
    first = [column for column in FIRST_COLUMNS if column in filled]
    last = [column for column in LAST_COLUMNS if column in filled]
    return [*first, *(column for column in filled if column not in (*first, *last)), *last]


def _size(shape: Shape) -> Plain:
    height, width = shape[1:] if len(shape) == 3 else (1, 1)
    return str(height) if height == width else [str(height), str(width)]


def _value(value: Any) -> Plain:
    return list(map(_value, value)) if isinstance(value, tuple) else show_exactly(value)


# ---- what stays as it is written ---------------------------------------------------------------


def _slot(slot: Slot | None) -> Plain:
    return None if slot is None else slot.text if isinstance(slot, Cell) else [cell.text for cell in slot]


def _table(table: Mapping[str, Cell]) -> Plain:
    return {entry: cell.text for entry, cell in table.items()}


def _block(block: Block) -> Plain:
    parts: dict[str, Plain] = {
        "params": {key: _slot(parameter.default) for key, parameter in block.parameters.items()},
        "inputs": block.inputs,
        "let": {key: cell.text for key, cell in block.let.items()},
    }
    return {key: part for key, part in parts.items() if part} | {"body": _branch(block.body)}


def _branch(branch: Branch) -> Plain:
    steps = [_step(step) for step in branch.steps]
    controls = _controls(branch)
    return {**controls, "do": steps} if controls else steps


def _step(step: Step) -> Plain:
    argument: Plain = _slot(step.positional)
    if step.branches is not None:
        argument = [_branch(branch) for branch in step.branches]
    elif step.arguments:
        argument = {key: _slot(slot) for key, slot in step.arguments.items()}
    controls = _controls(step)
    if step.labels:
        controls["as"] = step.labels[0] if len(step.labels) == 1 else step.labels
    if step.share:
        controls["share"] = step.share
    return {step.op.text: argument, **controls} if controls or argument is not None else step.op.text


def _controls(part: Step | Branch) -> dict[str, Plain]:
    controls: dict[str, Plain] = {}
    if part.when is not None:
        controls["when"] = part.when.text
    if part.sources:
        sources = [cell.text for cell in part.sources]
        controls["from"] = sources[0] if len(sources) == 1 else sources
    return controls


# ---- YAML: on one line where it fits, else a line for each part --------------------------------


def yaml_lines(value: Plain, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines of a list or mapping, a line or more for each part."""
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _part(f"{_scalar(key)}:", _one_line(inner), inner, width)
        case None | str():
            yield _one_line(value)
        case _:
            for item in value:
                yield from _part("-", _item(item), item, width)


def _one_line(value: Plain) -> str:
    """Return a value in flow style, such as `[conv, {c: 64, k: [1, 7]}]`."""
    match value:
        case None:
            return "~"
        case str():
            return _scalar(value)
        case Mapping():
            return (
                "{" + ", ".join(f"{_scalar(key)}: {_one_line(inner)}" for key, inner in value.items()) + "}"
            )
        case _:
            return "[" + ", ".join(map(_item, value)) + "]"


def _item(value: Plain) -> str:
    """Return an item of a list; a mapping of one entry needs no braces there."""
    text = _one_line(value)
    return text[1:-1] if isinstance(value, Mapping) and len(value) == 1 else text


def _part(start: str, whole: str, value: Plain, width: int) -> Iterator[str]:
    if not value or isinstance(value, str) or len(start) + 1 + len(whole) <= width:
        yield f"{start} {whole}"
        return
    below = [f"  {line}" for line in yaml_lines(value, width - 2)]
    if start == "-":  # the first line goes behind the dash
        yield f"-{below.pop(0)[1:]}"
    else:
        yield start
    yield from below


def _scalar(text: str) -> str:
    if _UNQUOTED.fullmatch(text) and text not in _NULLS:
        return text
    return "'" + text.replace("'", "''") + "'"
