"""One decoded file and those that it imports or extends, to one `Spec`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costcalc.errors import Diagnostic, Location, SpecError
from costcalc.spec.decode import Document
from costcalc.spec.files import Files
from costcalc.spec.model import Block, Spec
from costcalc.spec.terms import overrides_of

LONGEST_CHAIN = 16


def link(path: Path, files: Files) -> Spec:
    """Return the spec of a file, with imported blocks and everything that `extends` brings.

    Raises:
        SpecError: a cycle or chain that is too long (E007), a missing import (E006), a key that a
            network needs (E202).
    """
    document = files.read(path)
    fields = _fields(document, path, files, (path,))
    missing = [key for key in ("input", "stages") if key not in fields]
    if missing:
        where = document.source.location(document.source.root)
        names = " and ".join(f"`{key}`" for key in missing)
        help = (
            "this file brings blocks only: `import` it"
            if "blocks" in fields
            else "add `input: [3, 224, 224]` and rows"
        )
        raise SpecError(Diagnostic("E202", f"{document.source.file} has no {names}", where, help))
    fields.setdefault("columns", ())
    return Spec(file=document.source.file, **fields)


def _fields(document: Document, path: Path, files: Files, chain: tuple[Path, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(document.fields)
    blocks: dict[str, Block] = {}
    for cell in document.imports:
        target = files.locate_import(cell.text, path, cell.location())
        _extend_chain(chain, target, cell.location())
        imported = _fields(files.read(target), target, files, (*chain, target))
        blocks |= _no_clash(blocks, imported.get("blocks", {}), cell.text, cell.location())
    if document.extends is not None:
        fields = _extended(document, fields, path, files, chain)
    fields["blocks"] = blocks | fields.get("blocks", {})
    return fields


def _extended(
    document: Document, fields: dict[str, Any], path: Path, files: Files, chain: tuple[Path, ...]
) -> dict[str, Any]:
    """Return the base's fields, each replaced whole by the one that this file states."""
    assert document.extends is not None
    where = document.extends.location()
    name, _, terms = document.extends.text.partition("@")
    target = files.locate_import(name, path, where)
    _extend_chain(chain, target, where)
    base = _fields(files.read(target), target, files, (*chain, target))
    base.pop("published", None)
    spec = Spec(file="", **{"columns": (), "input": (), "stages": (), **base})
    overrides = {**spec.overrides, **overrides_of(spec, terms, where)}
    blocks = {**base.get("blocks", {}), **fields.get("blocks", {})}
    return {**base, **fields, "blocks": blocks, "overrides": overrides}


def _extend_chain(chain: tuple[Path, ...], target: Path, where: Location) -> None:
    if target in chain:
        ring = " -> ".join(path.name for path in (*chain, target))
        raise SpecError(Diagnostic("E007", f"these files import each other: {ring}", where))
    if len(chain) >= LONGEST_CHAIN:
        raise SpecError(
            Diagnostic("E007", f"more than {LONGEST_CHAIN} files import or extend one another", where)
        )


def _no_clash(
    have: Mapping[str, Block], new: Mapping[str, Block], name: str, where: Location
) -> Mapping[str, Block]:
    twice = [block for block in new if block in have and have[block] is not new[block]]
    if twice:
        raise SpecError(
            Diagnostic("E209", f"`{name}` brings block `{twice[0]}`, which an earlier import has", where)
        )
    return new
