"""Specs as they were at a commit, straight from git's object store: no checkout, nothing written."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from costcalc.errors import CostcalcError, Diagnostic, ModelReferenceError
from costcalc.gate.git import Entry, Repository, environment
from costcalc.spec.decode import Document, decode
from costcalc.spec.files import Files, shown, zoo_directory
from costcalc.spec.source import parse
from costcalc.spec.text import MAX_BYTES

_SUBMODULE: Final = "160000"
_LINK: Final = "120000"
_MOST_LINKS: Final = 8


class Blobs:
    """Reads objects through one `git cat-file --batch`, started by the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str) -> bytes:
        """Return the content of an object, of one that is too large to be a spec only the beginning.

        Raises:
            OSError: git does not have it.
        """
        if self._process is None:
            self._process = subprocess.Popen(
                ["git", "-C", str(self._folder), "cat-file", "--batch"],
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            weakref.finalize(self, _let_go, self._process)
        ask, answer = self._process.stdin, self._process.stdout
        assert ask is not None and answer is not None
        ask.write(f"{name}\n".encode())
        ask.flush()
        header = answer.readline().split()
        if len(header) != 3:
            raise OSError(f"git has no object {name}")
        size = int(header[2])
        content = answer.read(min(size, MAX_BYTES + 1))
        rest = size - len(content) + 1  # and the end of the line
        while rest > 0:
            rest -= len(answer.read(min(rest, MAX_BYTES))) or rest
        return content


def _let_go(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError), process:
        pass  # which closes its input, upon which it ends


class GitFiles(Files):
    """The files of a commit. What is outside its repository, such as the shipped zoo, is today's."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self.repository = repository
        self.commit = commit
        self.tree: Mapping[str, Entry] = repository.tree(commit)
        self.submodules = [path for path, entry in self.tree.items() if entry.mode == _SUBMODULE]
        self._blobs = Blobs(repository.top)
        self._decoded: dict[Path, Document] = {}
        zoo = repository.relative(zoo_directory())
        is_ours = zoo is not None and any(path.startswith(f"{zoo}/") for path in self.tree)
        self._zoo = None if is_ours else zoo_directory()

    def inside(self, path: Path) -> str | None:
        """Return the path of a file as trees have it; None if it is not the repository's.

        Raises:
            CostcalcError: it belongs to a submodule (E812).
        """
        if self._zoo is not None and path.parent == self._zoo:
            return None
        name = self.repository.relative(path)
        for submodule in self.submodules:
            if name is not None and name.startswith(f"{submodule}/"):
                message = f"{shown(path)} is in the submodule {submodule}, whose history is its own"
                raise CostcalcError(Diagnostic("E812", message, help=f"run costcalc in {submodule}"))
        return name

    def is_foreign(self, path: Path) -> bool:
        """Tell whether a file is neither in the repository nor shipped."""
        return self.inside(path) is None and path.parent != zoo_directory()

    def entry(self, path: Path) -> Entry | None:
        """Return the object that a file was, behind any links; None if there was none."""
        name = self.inside(path)
        for _ in range(_MOST_LINKS):
            found = self.tree.get(name or "")
            if found is None or found.mode != _LINK:
                return found
            target = self._blobs.read(found.object).decode("utf-8", "surrogateescape")
            name = os.path.normpath(Path(name or "").parent / target)
        return None

    def read_bytes(self, path: Path) -> bytes:
        """Return the content of a file.

        Raises:
            OSError: there was none.
        """
        if self.inside(path) is None:
            return path.read_bytes()
        entry = self.entry(path)
        if entry is None:
            raise FileNotFoundError(2, f"no such file at {self.commit[:7]}")
        return self._blobs.read(entry.object)

    def exists(self, path: Path) -> bool:
        if self.inside(path) is None:
            return super().exists(path)
        return self.entry(path) is not None

    def read(self, path: Path) -> Document:
        if self.inside(path) is None:
            return super().read(path)
        if path not in self._decoded:
            try:
                content = self.read_bytes(path)
            except OSError as error:
                message = f"cannot read {shown(path)} at {self.commit[:7]}: {error.strerror or error}"
                raise ModelReferenceError(Diagnostic("E001", message)) from None
            self._decoded[path] = decode(parse(content, shown(path)))
        return self._decoded[path]

    def has(self, path: Path, content: bytes) -> bool:
        """Tell whether a file was the same then, byte for byte."""
        entry = self.entry(path)
        return entry is not None and entry.object == object_name(content, entry.object)


def object_name(content: bytes, like: str) -> str:
    """Return what git calls a file of this content, in the kind of hash that another name has."""
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()
