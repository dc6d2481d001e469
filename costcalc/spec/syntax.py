"""What a YAML parser complains about, in words that say what to change.

The C and the Python parser word their complaints differently; fragments of both are known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Complaint:
    """A diagnostic without its place. `at_start` blames where the broken construct begins."""

    code: str
    message: str
    help: str | None = None
    at_start: bool = False


MAX_DEPTH: Final = 50
TOO_DEEP: Final = Complaint("E108", f"this nests deeper than {MAX_DEPTH}", "name parts under `blocks`")
"""Newer versions of libyaml count as well, and up to 1,000: they may find it before we do."""

_QUOTE: Final = "put text that begins so in quotes"
_ALIGN: Final = (
    "indent the entries of a list or mapping alike; quote text that goes on after a quote or bracket"
)

_BY_CONTEXT: Final = {
    "alias": Complaint("E111", "`*` begins an alias, and specs have none", _QUOTE),
    "anchor": Complaint("E111", "`&` begins an anchor, and specs have none", _QUOTE),
    "a tag": Complaint("E112", "`!` begins a tag, and specs have none", _QUOTE),
    "directive": Complaint("E105", "specs have no directives", "delete the line that begins with `%`"),
}
_BY_SIGN: Final = {
    "\t": Complaint("E106", "a tab indents this line", "indent with spaces"),
    "@": Complaint("E105", "text cannot begin with `@`", _QUOTE),
    "`": Complaint("E105", "text cannot begin with a backquote", _QUOTE),
    "%": Complaint("E105", "text cannot begin with `%`", _QUOTE),
    "]": Complaint("E107", "this `]` closes nothing", "delete it, or add the `[` that it closes"),
    "}": Complaint("E107", "this `}` closes nothing", "delete it, or add the `{` that it closes"),
}
_UNEXPECTED: Final = ("cannot start any token", "node content", "expected key", "block end", "document start")
"""The complaints about which the sign says more."""
_BY_PROBLEM: Final = {
    "maximum nesting": TOO_DEEP,
    "tab character": _BY_SIGN["\t"],
    "unexpected end of stream": Complaint("E107", "this quote is never closed", None, at_start=True),
    "could not find expected ':'": Complaint("E105", "this has no `:`", "write `key: value`", at_start=True),
    "mapping values are not allowed": Complaint(
        "E105", "a `:` cannot stand here", "quote text that contains `: `, or correct the indentation"
    ),
    "sequence entries are not allowed": Complaint(
        "E105", "a `-` cannot stand here", "begin the list on a line of its own"
    ),
    "node content": Complaint("E105", "there is no value before this", "write `~` for an empty cell"),
    "escape": Complaint(
        "E105", "this escape does not exist", "in double quotes `\\` begins an escape; single quotes keep it"
    ),
    "comment or line break": Complaint("E105", "text after `|` or `>` begins on the next line"),
    "indentation indicator": Complaint("E105", "text after `|` or `>` begins on the next line"),
    "expected key": Complaint("E105", "this does not line up with the lines around it", _ALIGN),
    "block end": Complaint("E105", "this does not line up with the lines around it", _ALIGN),
    "'-' indicator": Complaint("E105", "this does not line up with the lines around it", _ALIGN),
    "document start": Complaint("E105", "this does not belong to the mapping above", _ALIGN),
    "tag handle": _BY_CONTEXT["a tag"],
    "incompatible YAML": _BY_CONTEXT["directive"],
}


def explain(problem: str, context: str, rest: str, *, later_line: bool) -> Complaint:
    """Return our words for a parser's complaint.

    Args:
        problem: What the parser did not like.
        context: What it was reading, such as "while parsing a flow mapping".
        rest: The line from where it stopped.
        later_line: Whether it stopped on a later line than what it was reading began on.
    """
    if "',' or" in problem:
        return _bracket(rest, later_line)
    for fragment, complaint in _BY_CONTEXT.items():
        if fragment in context:
            return complaint
    sign = rest[:1]
    if sign in _BY_SIGN and any(fragment in problem for fragment in _UNEXPECTED):
        return _BY_SIGN[sign]
    for fragment, complaint in _BY_PROBLEM.items():
        if fragment in problem:
            return complaint
    return Complaint("E105", f"this is not YAML: {problem}")


def _bracket(rest: str, later_line: bool) -> Complaint:
    """Return the words for a list or mapping in brackets that goes on with neither `,` nor its end."""
    sign = rest[:1]
    if sign in ("", ":") and (later_line or not sign):
        return Complaint(
            "E107", "this bracket is never closed", "or a comma is missing behind it", at_start=True
        )
    if sign in ("]", "}"):
        return Complaint(
            "E107", f"this `{sign}` does not close the bracket that is open", "close that one first"
        )
    if sign in ("[", "{"):
        return Complaint(
            "E105", f"a `{sign}` cannot stand within text", "quote it; a table is called: `width_of(g)`"
        )
    return Complaint("E105", "a comma or a closing bracket is missing before this")
