"""git: the repository that specs are in, and the commit that a change is compared with."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate.result import Base
from costcalc.spec.files import shown

AUTO: Final = "auto"
# Hooks are told of one repository by these; which one is meant here follows from where the specs are.
_ABOUT_OTHERS: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")
_TARGETS: Final = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""What GitHub and GitLab call the branch that a change is to be merged into."""


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
    """Return what git is run in: it speaks English, asks nobody, and hears of no other repository."""
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
