"""Which networks are looked at: those that are named, else those that budgets are about."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from costcalc.errors import CostcalcError, Diagnostic, Location, did_you_mean
from costcalc.gate.budget import Budget
from costcalc.gate.networks import Networks, Target
from costcalc.gate.pattern import Pattern, spec_files
from costcalc.spec.files import shown
from costcalc.spec.terms import split


@contextlib.contextmanager
def collected(errors: list[Diagnostic]) -> Iterator[None]:
    """Keep the errors of a part of the work, so that the rest can be looked at too."""
    try:
        yield
    except CostcalcError as error:
        errors.extend(error.diagnostics)


def named(references: Iterable[str], networks: Networks, errors: list[Diagnostic]) -> list[Target]:
    """Return the networks that references name."""
    targets: dict[Target, None] = {}
    for reference in references:
        with collected(errors):
            name, terms = split(reference, networks.files)
            path = Path(os.path.normpath(networks.files.locate(name).absolute()))
            found = networks.expand(path, terms)
            if not found:  # let the terms be refused as anywhere else
                networks.count(Target(path, terms), ())
            targets |= dict.fromkeys(found)
    return list(targets)


def budgeted(
    budgets: Sequence[Budget], networks: Networks, errors: list[Diagnostic], *, allow_unmatched: bool
) -> list[Target]:
    """Return the networks that budgets are about; a pattern that finds none is an error (E804)."""
    targets: dict[Target, None] = {}
    for pattern in (pattern for budget in budgets for pattern in budget.match or ()):
        before = len(errors)
        found = _matching(pattern, networks, errors)
        if not found and len(errors) == before and not allow_unmatched:
            errors.append(_unmatched(pattern))
        targets |= dict.fromkeys(found)
    return list(targets)


def _matching(pattern: Pattern, networks: Networks, errors: list[Diagnostic]) -> list[Target]:
    targets: list[Target] = []
    for path in pattern.files():
        with collected(errors):
            if pattern.file is not None or not networks.is_library(path):
                targets += networks.expand(path, pattern.terms)
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


def every_spec(folder: Path, networks: Networks) -> list[Target]:
    """Return the networks of all specs below a folder, as they stand: files that begin like one."""
    targets = []
    for path in sorted(spec_files(folder)):
        if is_spec(path) and not networks.is_library(path):
            targets.append(Target(path))
    return targets


def is_spec(path: Path) -> bool:
    """Tell whether a YAML file says that it is a spec."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    return any(line.startswith(b"costcalc:") for line in start.splitlines())
