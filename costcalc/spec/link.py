"""One decoded file and those that it imports or extends, to one `Spec`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from costcalc.errors import Diagnostic, Location, ModelReferenceError, SpecError
from costcalc.spec.decode import Document
from costcalc.spec.files import Files
from costcalc.spec.model import Block, Spec
from costcalc.spec.terms import overrides_of
from costcalc.spec.usage import called_by

LONGEST_CHAIN = 16


def link(path: Path, files: Files) -> Spec:
    """Return the spec of a network, with imported blocks and everything that `extends` brings.

    Raises:
        SpecError: as `gather`, or it lacks a key that a network needs (E202).
    """
    spec = gather(path, files)
    missing = [key for key in ("input", "stages") if not getattr(spec, key)]
    if missing:
        source = files.read(path).source
        names = " and ".join(f"`{key}`" for key in missing)
        is_library = spec.blocks and len(missing) == 2
        help = (
            "this file brings blocks only: `import` it"
            if is_library
            else "add `input: [3, 224, 224]` and rows"
        )
        message = f"{spec.file} has no {names}"
        raise SpecError(Diagnostic("E202", message, source.location(source.root), help))
    return spec


def gather(path: Path, files: Files) -> Spec:
    """Return what a file says, be it a network or blocks alone, with all that it imports or extends.

    Raises:
        SpecError: a cycle or chain that is too long (E007), a missing import (E006).
    """
    document = files.read(path)
    fields = _Linker(files).fields(document, path, (path,))
    return Spec(**{"file": document.source.file, "input": (), "stages": (), "columns": (), **fields})


class _Linker:
    """Puts files together, each of them once however many others name it."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._linked: dict[Path, dict[str, Any]] = {}

    def fields(self, document: Document, path: Path, chain: tuple[Path, ...]) -> dict[str, Any]:
        """Return what a file and those that it builds on say, by key; `chain` led to it."""
        fields = dict(document.fields) if document.extends is None else self._extended(document, path, chain)
        own = document.fields.get("blocks", {})
        blocks = {name: block for name, block in fields.get("blocks", {}).items() if name not in own}
        for cell in document.imports:
            brought = self._target(cell.text, path, chain, cell.location()).get("blocks", {})
            blocks |= _no_clash(blocks, brought, cell.text, cell.location())
            _no_capture(own, brought, cell.text)
        return {**fields, "blocks": blocks | own}

    def _target(self, name: str, path: Path, chain: tuple[Path, ...], where: Location) -> dict[str, Any]:
        target = self._files.locate_import(name, path, where)
        _extend_chain(chain, target, where)
        if target not in self._linked:
            with _named_at(where):
                document = self._files.read(target)
            self._linked[target] = self.fields(document, target, (*chain, target))
        return self._linked[target]

    def _extended(self, document: Document, path: Path, chain: tuple[Path, ...]) -> dict[str, Any]:
        """Return the base's fields, each replaced whole by the one that this file states, but for blocks."""
        assert document.extends is not None
        where = document.extends.location()
        name, _, terms = document.extends.text.partition("@")
        base = dict(self._target(name, path, chain, where))
        base.pop("published", None)
        base.pop("budget", None)
        spec = Spec(file="", **{"columns": (), "input": (), "stages": (), **base})
        with _named_at(where):
            overrides = {**spec.overrides, **overrides_of(spec, terms)}
        blocks = base.get("blocks", {})
        return {**base, **document.fields, "blocks": blocks, "overrides": overrides}


@contextmanager
def _named_at(where: Location) -> Iterator[None]:
    """Raise what is wrong with a reference as an error of the file that makes it."""
    try:
        yield
    except ModelReferenceError as error:
        raise SpecError(replace(found, location=where) for found in error.diagnostics) from None


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
            Diagnostic("E209", f"`{name}` brings block `{twice[0]}`, which this file has already", where)
        )
    return new


def _no_capture(own: Mapping[str, Block], imported: Mapping[str, Block], name: str) -> None:
    """Refuse blocks that would change what imported ones mean, by taking the place of one that they call."""
    hidden = own.keys() & imported.keys()
    if not hidden:
        return
    others = [block for block in imported if block not in hidden]
    callers = {op.text: block for block in others for op in called_by(imported[block])}
    if taken := hidden & callers.keys():
        raise SpecError(
            Diagnostic(
                "E209",
                f"block `{block}` has the name of one that `{callers[block]}` of `{name}` calls",
                own[block].location,
                "give it another name",
            )
            for block in sorted(taken)
        )
