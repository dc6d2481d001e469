"""git: the repository that specs are in, the commit that a change is compared with, and its files.

Specs as they were come straight from git's object store: no checkout, nothing written.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from costcalc.errors import CostcalcError, Diagnostic, ModelReferenceError
from costcalc.gate.result import Base
from costcalc.spec.decode import Document, decode
from costcalc.spec.files import Files, shown, zoo_directory
from costcalc.spec.source import parse
from costcalc.spec.text import MAX_BYTES

AUTO: Final = "auto"
# These tell hooks of one repository; which one is meant here follows from where the specs are.
_ABOUT_OTHERS: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")
_TARGETS: Final = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""What GitHub and GitLab call the branch that a change is to be merged into."""

_SUBMODULE: Final = "160000"
_LINK: Final = "120000"
_MOST_LINKS: Final = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a tree: git's mode and object name."""

    mode: str
    object: str


class Repository:
    """A git repository with a work tree.

    Attributes:
        top: The root of the work tree.
        is_shallow: Whether its history is cut off.
    """

    def __init__(self, folder: Path) -> None:
        """Find the repository that a folder is in.

        Raises:
            CostcalcError: git is missing (E808) or refuses (E811), or there is none (E807).
        """
        self._folder = folder
        code, out, err = self.ask("rev-parse", "--show-toplevel", "--is-shallow-repository")
        if code != 0:
            raise CostcalcError(_no_repository(folder, err))
        top, shallow = out.decode("utf-8", "surrogateescape").splitlines()[:2]
        self.top = Path(top)
        self.is_shallow = shallow == "true"
        self._folders: dict[Path, str | None] = {}

    def ask(self, *arguments: str) -> tuple[int, bytes, str]:
        """Run git; return its exit code, output, and messages."""
        try:
            process = subprocess.run(
                ["git", "-C", str(self._folder), *arguments],
                env=environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            help = "install it, or compare with a file: --against costcalc-baseline.json"
            raise CostcalcError(Diagnostic("E808", f"cannot run git: {error.strerror}", help=help)) from None
        return process.returncode, process.stdout, process.stderr.decode("utf-8", "replace").strip()

    def line(self, *arguments: str) -> str | None:
        """Run git; return the first line of its output, None if it fails or says nothing."""
        code, out, _ = self.ask(*arguments)
        lines = out.decode("utf-8", "replace").splitlines()
        return lines[0] if code == 0 and lines else None

    def commit(self, ref: str) -> str | None:
        """Return the commit that a ref names."""
        return self.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")

    def tree(self, commit: str) -> dict[str, Entry]:
        """Return all files of a commit by their paths.

        Raises:
            CostcalcError: git cannot read it (E813).
        """
        code, out, err = self.ask("ls-tree", "-r", "-z", "--full-tree", commit)
        if code != 0:
            raise CostcalcError(Diagnostic("E813", f"git cannot read {commit}: {err}"))
        entries = {}
        for line in out.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            about, _, path = line.partition("\t")
            mode, _, name = about.split(" ")
            entries[path] = Entry(mode, name)
        return entries

    def relative(self, path: Path) -> str | None:
        """Return a path as trees have it; None if it is outside."""
        folder = path.parent
        if folder not in self._folders:
            real, top = folder.resolve(), self.top.resolve()
            self._folders[folder] = real.relative_to(top).as_posix() if real.is_relative_to(top) else None
        inside = self._folders[folder]
        return None if inside is None else f"{inside}/{path.name}".removeprefix("./")


def environment() -> dict[str, str]:
    """Return what git is run in: it speaks English, asks nobody, and knows of no other repository."""
    kept = {key: value for key, value in os.environ.items() if key not in _ABOUT_OTHERS}
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def _no_repository(folder: Path, err: str) -> Diagnostic:
    if "dubious ownership" in err:
        message = f"git does not trust {_shown(folder)}: another user owns it"
        help = f"git config --global --add safe.directory {folder.resolve()}"
        return Diagnostic("E811", message, help=help)
    if "not a git repository" in err or "must be run in a work tree" in err:
        help = "compare with a file instead: --against costcalc-baseline.json"
        return Diagnostic("E807", f"{_shown(folder)} is in no git repository", help=help)
    return Diagnostic("E813", f"git fails: {err}")


def _shown(folder: Path) -> str:
    return "this folder" if shown(folder) == "." else shown(folder)


# ---- which commit ------------------------------------------------------------------------------


def find_base(repository: Repository, ref: str, *, exact: bool = False) -> Base:
    """Return the commit to compare with: where the branches parted, or the ref itself.

    Args:
        repository: Where to look.
        ref: A branch, tag or commit; `auto` is what the CI says, else the remote's default branch.
            A branch that is only there as `origin/REF` is found.
        exact: Whether to take the ref itself.

    Raises:
        CostcalcError: there is no such commit here (E809), or no common ancestor (E810).
    """
    names = _candidates(repository) if ref == AUTO else [ref, f"origin/{ref}"]
    found = next(((name, commit) for name in names if (commit := repository.commit(name))), None)
    if found is None:
        raise CostcalcError(_no_commit(repository, ref, names))
    name, commit = found
    if exact:
        return Base(name, commit)
    if repository.commit("HEAD") is None:
        raise CostcalcError(Diagnostic("E809", "this branch has no commit yet", help="make one first"))
    parted = repository.line("merge-base", commit, "HEAD")
    if parted is None:
        raise CostcalcError(_no_merge_base(repository, name))
    return Base(name, parted, is_merge_base=True)


def _candidates(repository: Repository) -> list[str]:
    targets = [os.environ[name] for name in _TARGETS if os.environ.get(name)]
    if targets:
        return [f"origin/{targets[0]}", targets[0]]
    default = repository.line("symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    return [*([default] if default else []), "origin/main", "origin/master", "main", "master"]


def _no_commit(repository: Repository, ref: str, names: list[str]) -> Diagnostic:
    wanted = names[0] if ref == AUTO else ref
    message = f"git has no commit called `{wanted}` here"
    if repository.is_shallow:
        return Diagnostic("E809", message, help=_deepen(wanted))
    if "/" in wanted and repository.line("remote"):
        remote, _, branch = wanted.partition("/")
        return Diagnostic("E809", message, help=f"git fetch {remote} {branch}")
    return Diagnostic(
        "E809", message, help="name a branch, a tag or a commit: `git branch -a` lists branches"
    )


def _no_merge_base(repository: Repository, name: str) -> Diagnostic:
    message = f"git finds no commit that HEAD and {name} have in common"
    if repository.is_shallow:
        return Diagnostic("E810", message, help=_deepen(name))
    return Diagnostic("E810", message, help=f"--against-exact compares with {name} itself")


def _deepen(name: str) -> str:
    """Return what brings a branch and the history of HEAD, which a clone of depth 1 both lacks."""
    branch = name.removeprefix("origin/")
    fetch = f"git fetch --deepen=50 origin {branch}:refs/remotes/origin/{branch}"
    return f"the clone is shallow: {fetch}, or set fetch-depth: 0"


# ---- the files of a commit ---------------------------------------------------------------------


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
    import hashlib  # which loads OpenSSL, and a check without a base asks for no name

    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()
