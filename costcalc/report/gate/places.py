"""Where things are written: limits in files of budgets, rows in specs, and what stands there."""

from __future__ import annotations

import posixpath
from pathlib import PurePath

from costcalc.gate.result import LimitChange, Part, Place, Rule


def place_text(place: Place) -> str:
    """Return `net.yaml:31`."""
    return f"{place.file}:{place.line}"


def from_root(file: str, folder: str) -> str:
    """Return the path of a file of a folder from where the folder's own path starts.

    >>> from_root("nets/a.yaml", "ml"), from_root("../a.yaml", "ml"), from_root("nets/a.yaml", "")
    ('ml/nets/a.yaml', 'a.yaml', 'nets/a.yaml')
    """
    return posixpath.normpath(PurePath(folder, file).as_posix())


def rule_text(rule: Rule) -> str:
    """Return who set a limit, and where it is written."""
    return f'rule "{rule.name}" {place_text(rule.place)}' if rule.place else f"rule {rule.name}"


def part_remark(part: Part, file: str) -> str:
    """Return what a stage or a layer is and was, and its line, in short if it is in the network's file."""
    place = part.place
    if place is None:
        return _transition(part)
    name = PurePath(place.file)
    where = f"{name.name if place.file == file or name.is_absolute() else place.file}:{place.line}"
    return ", ".join(filter(None, (_transition(part), where)))


def _transition(part: Part) -> str:
    """Return `c = 96 -> 128`, `conv 3x3 -> conv 5x5`, or what there is of the two."""
    if not (part.before and part.now) or part.before == part.now:
        return part.now or part.before
    name, equals, value = part.now.partition(" = ")
    same = equals and part.before.startswith(name + equals) and "," not in part.before + part.now
    return f"{part.before} -> {value if same else part.now}"


def limit_text(change: LimitChange) -> str:
    """Return how a limit moved: `max.macs 300M -> 320M, loosened, rule "mobile" costcalc.toml:14`."""
    match change.before, change.after:
        case None, after:
            moved = f"{after}, new"
        case before, None:
            moved = f"{before}, removed"
        case before, after:
            moved = f"{before} -> {after}, {'loosened' if change.loosened else 'tightened'}"
    return f'{change.key} {moved}, rule "{change.rule}" {place_text(change.place)}'
