"""A comment on a pull request: its text, how it is found again, and when it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from costcalc.gate.result import Result
from costcalc.report.formats.markdown import sections
from costcalc.report.gate.document import result_document
from costcalc.report.gate.summary import moved

MOST_BYTES: Final = 60_000
"""GitHub takes 65,536 characters, and counts some of them in ways of its own."""

OnlyOn = Literal["change", "breach", "always"]
Behavior = Literal["update", "new", "delete-and-new"]

_TAG: Final = re.compile(r"<!-- costcalc comment id=(?P<id>[\w.-]{1,64}) run=(?P<run>\d{1,20}) -->")
_CUT: Final = "*Some of the report is left out here, as it is too long for a comment.*"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that is there.

    Attributes:
        number: How the site calls it.
        run: The run that wrote it.
        text: What it says, without the tag.
    """

    number: int
    run: int
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do.

    Attributes:
        action: What becomes of the comment, in a word for people.
        edit: The number of the comment to write over.
        create: Whether to post a new one.
        delete: Those to delete after that.
    """

    action: Literal["created", "updated", "replaced", "unchanged", "outdated", "not needed"]
    edit: int | None = None
    create: bool = False
    delete: tuple[int, ...] = ()


def tagged(text: str, id: str, run: int) -> str:
    """Return the body of a comment: the text under a tag that readers do not see."""
    return f"<!-- costcalc comment id={id} run={run} -->\n{text}"


def find_comments(bodies: Sequence[tuple[int, str]], id: str) -> list[Comment]:
    """Return those that have this tag, in the order given, of numbers and bodies."""
    found = []
    for number, body in bodies:
        tag, _, text = body.replace("\r\n", "\n").partition("\n")
        match = _TAG.fullmatch(tag.strip())
        if match and match["id"] == id:
            found.append(Comment(number, int(match["run"]), text))
    return found


def comment_text(result: Result, *, top: int = 5, most_bytes: int = MOST_BYTES) -> str:
    """Return the result as Markdown of at most so many bytes: what matters most comes first and stays."""
    *parts, last = sections(result_document(result, top=top))
    whole = "\n\n".join((*parts, last)) + "\n"
    if len(whole.encode()) <= most_bytes:
        return whole
    room = most_bytes - len(f"\n\n{_CUT}\n\n{last}\n".encode())
    kept: list[str] = []
    for part in parts:
        section = _shortened(part, room)
        if section:
            kept.append(section)
            room -= len(f"{section}\n\n".encode())
    return "\n\n".join((*kept, _CUT, last)) + "\n"


def _shortened(section: str, room: int) -> str:
    """Return a section, the first rows of a table, or nothing, whatever fits."""
    if len(section.encode()) + 2 <= room:
        return section
    if not section.startswith("|"):
        return ""
    kept = []
    for line in section.splitlines():
        room -= len(line.encode()) + 1
        if room < 2:
            break
        kept.append(line)
    return "\n".join(kept) if len(kept) > 2 else ""


def is_wanted(result: Result, only_on: OnlyOn) -> bool:
    """Tell whether a result is worth a comment where there is none yet."""
    if only_on == "always" or result.verdict == "fail":
        return True
    return only_on == "change" and bool(moved(result) or result.limit_changes)


def plan(existing: Sequence[Comment], text: str, run: int, behavior: Behavior, *, wanted: bool) -> Plan:
    """Return what to do about the comments that are there.

    One that is there is always brought up to date, so that it never tells of a breach that is mended.
    An older run, which may finish late, writes over nothing; and nothing is written twice.
    """
    if not existing:
        return Plan("created", create=True) if wanted else Plan("not needed")
    latest, earlier = existing[-1], tuple(comment.number for comment in existing[:-1])
    if any(comment.run > run for comment in existing):
        return Plan("outdated")
    if latest.text.strip() == text.strip():
        return Plan("unchanged", delete=earlier if behavior == "delete-and-new" else ())
    if behavior == "new":
        return Plan("created", create=True)
    if behavior == "delete-and-new":
        return Plan("replaced", create=True, delete=(*earlier, latest.number))
    return Plan("updated", edit=latest.number)
