"""Which networks are looked at: those that are named, that patterns match, or all that are found.

A pattern is a glob over the paths of specs, and one over their variants.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from costcalc.errors import CostcalcError, Diagnostic, Location, did_you_mean
from costcalc.gate.networks import Networks
from costcalc.gate.result import Place
from costcalc.networks import Reference
from costcalc.spec.files import SUFFIXES, shown, zoo_directory, zoo_names

_WILD: Final = re.compile(r"[*?\[]")
_SKIPPED: Final = ("node_modules", "__pycache__")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`GLOB` for networks as their specs stand, `GLOB@TERMS` for what variants make of them.

    Attributes:
        text: As written.
        glob: What the paths of specs must match.
        root: The folder below which they all are.
        file: The one spec that it names; None if it is a glob, of which a match may be no network.
        terms: What must stand behind the `@` of a reference, `*` for anything; empty is nothing.
        place: Where it is written.
    """

    text: str
    glob: re.Pattern[str]
    root: Path
    file: Path | None
    terms: str
    place: Place | None = None

    def matches_file(self, path: Path) -> bool:
        """Tell whether a spec is meant, by its absolute path."""
        return self.glob.fullmatch(path.as_posix()) is not None

    def matches(self, path: Path, terms: str) -> bool:
        """Tell whether a network is meant."""
        return self.matches_file(path) and fnmatchcase(terms, self.terms)

    def files(self) -> list[Path]:
        """Return the specs on disk that match, in order; links to folders are not followed."""
        if self.file is not None:
            return [self.file] if self.file.is_file() else []
        return sorted(path for path in spec_files(self.root) if self.matches_file(path))


def parse_pattern(text: str, folder: Path, place: Place | None = None) -> Pattern:
    """Return a pattern whose paths start at a folder; a name that is no file there is a shipped spec's."""
    file, at, terms = text.rpartition("@")
    if not at or "/" in terms:
        file, terms = text, ""
    stem = file.removesuffix(".yaml")
    path = Path(os.path.normpath(folder / file))
    if "/" not in file and stem in zoo_names() and not path.is_file():
        path = zoo_directory() / f"{stem}.yaml"
    elif wild := next((index for index, part in enumerate(path.parts) if _WILD.search(part)), 0):
        glob = re.compile(_regex(path.as_posix()))
        return Pattern(text, glob, Path(*path.parts[:wild]), None, terms, place)
    return Pattern(text, re.compile(re.escape(path.as_posix())), path.parent, path, terms, place)


def exactly(path: Path) -> Pattern:
    """Return the pattern of one spec, as it stands."""
    return Pattern(shown(path), re.compile(re.escape(path.as_posix())), path.parent, path, "")


def spec_files(root: Path) -> Iterator[Path]:
    """Yield all YAML files below a folder, but none in hidden folders."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
        for name in names:
            if name.endswith(SUFFIXES):
                yield Path(folder, name)


def _regex(glob: str) -> str:
    r"""Translate a glob: `*` and `?` stay within a folder, `**` goes through any number of them.

    >>> _regex("/a/**/b*.yaml")
    '/a/(?:[^/]+/)*b[^/]*\\.yaml'
    """
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\])", glob)
    return "".join(map(_piece, pieces))


def _piece(piece: str) -> str:
    match piece:
        case "**/":
            return "(?:[^/]+/)*"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        inside = piece[1:-1].replace("\\", r"\\")
        return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
    return re.escape(piece)


# ---- networks ----------------------------------------------------------------------------------


@contextlib.contextmanager
def collected(errors: list[Diagnostic]) -> Iterator[None]:
    """Keep the errors of a part of the work, so that the rest can be looked at too."""
    try:
        yield
    except CostcalcError as error:
        errors.extend(error.diagnostics)


def named(texts: Iterable[str], networks: Networks, errors: list[Diagnostic]) -> list[Reference]:
    """Return the networks that texts name, each once."""
    found: dict[Reference, None] = {}
    for text in texts:
        with collected(errors):
            found |= dict.fromkeys(networks.references(text))
    return list(found)


def matched(
    patterns: Iterable[Pattern], networks: Networks, errors: list[Diagnostic], *, allow_unmatched: bool
) -> list[Reference]:
    """Return the networks that patterns match; one that matches none is an error (E804)."""
    targets: dict[Reference, None] = {}
    for pattern in patterns:
        before = len(errors)
        found = _matching(pattern, networks, errors)
        if not found and len(errors) == before and not allow_unmatched:
            errors.append(_unmatched(pattern))
        targets |= dict.fromkeys(found)
    return list(targets)


def _matching(pattern: Pattern, networks: Networks, errors: list[Diagnostic]) -> list[Reference]:
    targets: list[Reference] = []
    for path in pattern.files():
        with collected(errors):
            if pattern.file is not None or not networks.is_library(path):
                targets += networks.matching(path, pattern.terms)
    return targets


def _unmatched(pattern: Pattern) -> Diagnostic:
    names = sorted(shown(path) for path in spec_files(pattern.root))
    help = did_you_mean(pattern.text, names) or "`--allow-unmatched` lets it pass"
    return Diagnostic("E804", f"no network matches `{pattern.text}`", _quoted(pattern), help)


def _quoted(pattern: Pattern) -> Location | None:
    place = pattern.place
    if place is None:
        return None
    line = ""
    with contextlib.suppress(OSError, IndexError):
        line = Path(place.file).read_text("utf-8").splitlines()[place.line - 1]
    return Location(place.file, place.line, place.column, place.column + len(pattern.text) + 2, line)


def every_spec(folder: Path, networks: Networks) -> list[Reference]:
    """Return the networks of all specs below a folder, as they stand: files that begin like one."""
    targets = []
    for path in sorted(spec_files(folder)):
        if is_spec(path) and not networks.is_library(path):
            targets.append(Reference(path))
    return targets


def is_spec(path: Path) -> bool:
    """Tell whether a YAML file says that it is a spec."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    return any(line.startswith(b"costcalc:") for line in start.splitlines())
