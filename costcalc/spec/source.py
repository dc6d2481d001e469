"""YAML text to a located tree: the only module that knows YAML, and the first line of defence.

Specs come from strangers. The tree is built from the parser's event stream on a stack of our
own (composing recursively overflows C's stack at 30,000 brackets), and what a spec never needs is
refused: anchors and aliases, which expand without bound, tags, merge keys, a second document.
Duplicate keys, of which YAML readers usually keep the last, are errors.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeGuard

import yaml

from costcalc.errors import Diagnostic, SpecError
from costcalc.spec.text import (
    FORBIDDEN,
    MAX_BYTES,
    TO_END_OF_LINE,
    Mapping,
    Scalar,
    Sequence,
    Source,
    Text,
    Tree,
    decode,
    no_control,
)

__all__ = ["Mapping", "Scalar", "Sequence", "Source", "Tree", "parse", "read"]

MAX_DEPTH: Final = 50
MAX_VALUES: Final = 20_000
MAX_SCALAR: Final = 4096
MAX_DIAGNOSTICS: Final = 20

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Only its parser is used; the C one, twenty times as fast, when PyYAML was built with it."""

_KEY: Final = re.compile(r"[\w$][\w.+\-=/@*]*")

_Extent = tuple[int, int, int]
"""Line, column and end column, as in `Scalar`."""


def read(path: Path, file: str | None = None) -> Source:
    """Return the parsed file at `path`, called `file` in messages.

    Raises:
        SpecError: E101 and what `parse` raises.
    """
    name = str(path) if file is None else file
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        start = Text(name, "").place(1, 1)
        raise SpecError(Diagnostic("E101", f"cannot read `{name}`: {reason}", start)) from None
    return parse(content, name)


def parse(text: str | bytes, file: str) -> Source:
    """Return the tree that `text` spells; `file` is what messages call it.

    Raises:
        SpecError: E102 to E118, the first `MAX_DIAGNOSTICS` of them.
    """
    source = Text(file, decode(text, file))
    builder = _Builder(source)
    loader = _LOADER(source.text)
    try:
        for event in iter(loader.get_event, None):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        builder.diagnostics.append(_explained(source, error))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        builder.diagnostics.append(Diagnostic("E105", f"this is not YAML: {error}", source.place(1, 1)))
    except _Stop:
        pass
    finally:
        loader.dispose()
    if not isinstance(builder.root, Mapping) and not builder.diagnostics:
        message = (
            "the spec is empty" if builder.root is None else "a spec must be a mapping of keys to values"
        )
        builder.diagnostics.append(
            Diagnostic("E118", message, source.place(1, 1), "begin with `costcalc: 1`")
        )
    if builder.diagnostics or not isinstance(builder.root, Mapping):
        raise SpecError(builder.diagnostics)
    return Source(file, source.text, builder.root)


def _explained(text: Text, error: yaml.MarkedYAMLError) -> Diagnostic:
    """Return the parser's complaint in our words."""
    stop: Any = error.problem_mark
    start: Any = error.context_mark or stop
    rest = text.lines[stop.line][stop.column :] if stop.line < len(text.lines) else ""
    later_line = stop.line > start.line
    complaint = _complaint(error.problem or "", error.context or "", rest, later_line=later_line)
    mark = start if complaint.at_start else stop
    place = text.place(mark.line + 1, mark.column + 1, mark.column + 2)
    return Diagnostic(complaint.code, complaint.message, place, complaint.help)


class _Stop(Exception):
    """A limit that ends the reading; its diagnostic has been noted."""


class _Open:
    """A sequence or mapping whose end has not been read. Only a mapping has `entries`.

    `is_cut` while a comma in an unquoted expression has turned the rest of it into keys.
    """

    __slots__ = ("entries", "flow", "is_cut", "items", "key", "start")

    def __init__(self, event: Any) -> None:
        self.start = event.start_mark
        self.flow = bool(event.flow_style)
        self.items: list[Tree] = []
        self.entries: dict[str, tuple[Scalar, Tree]] | None = None
        self.key: Tree | None = None
        self.is_cut = False
        if isinstance(event, yaml.MappingStartEvent):
            self.entries = {}


class _Builder:
    """Builds the tree from parser events, and notes what a spec may not contain."""

    def __init__(self, text: Text) -> None:
        self.root: Tree | None = None
        self.diagnostics: list[Diagnostic] = []
        self._text = text
        self._open: list[_Open] = []
        self._values = 0

    def take(self, event: Any) -> None:
        """Add one parser event."""
        kind = type(event)  # compared, not matched: there are thousands
        if kind is yaml.ScalarEvent:
            self._add_scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._check_properties(event)
            if len(self._open) == MAX_DEPTH:
                self._stop(_TOO_DEEP.code, _TOO_DEEP.message, event, _TOO_DEEP.help)
            self._open.append(_Open(event))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._add(_closed(self._open.pop(), event.end_mark))
        elif kind is yaml.AliasEvent:
            advice = "write the value again, or give it a name in `params`"
            self._note("E111", "specs have no aliases", event, advice)
            self._add(Scalar("", True, *_extent(event)))
        elif kind is yaml.DocumentStartEvent and self.root is not None:
            self._stop("E114", "a second document begins here", event, "give it a file of its own")

    def _add(self, value: Tree) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            self._stop("E109", f"this file has more than {MAX_VALUES} values", value)
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        if parent.entries is None:
            parent.items.append(value)
        elif parent.key is None:
            parent.key = value
        else:
            key, parent.key = parent.key, None
            if parent.is_cut and isinstance(key, Scalar):
                parent.is_cut = ")" not in key.value
            elif self._accepts(key, parent.entries):
                parent.entries[key.value] = (key, value)

    def _add_scalar(self, event: Any) -> None:
        if event.anchor or event.tag:
            self._check_properties(event)
        value, style = event.value, event.style
        scalar = Scalar(value, not style, *_between(event.start_mark, event.end_mark))
        if len(value) > MAX_SCALAR:
            self._note("E110", f"this text is longer than {MAX_SCALAR} characters", scalar)
        if style == '"' and (found := FORBIDDEN.search(value)):
            self._note("E104", no_control(found[0]), scalar, "remove the escape")
        self._add(scalar)
        if not style and "(" in value:
            self._check_comma(scalar)

    def _check_comma(self, scalar: Scalar) -> None:
        if self._open and self._open[-1].flow and scalar.value.count("(") > scalar.value.count(")"):
            shown = _short(scalar.value)
            advice = f'quote the whole expression: `"{shown}, ..."`'
            self._note("E117", f"a comma cuts off `{shown}`", scalar, advice)
            self._open[-1].is_cut = True

    def _check_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._note(
                "E111", f"specs have no anchors, such as `&{_short(event.anchor)}`", event, "delete it"
            )
        if event.tag is not None:
            self._note("E112", f"specs have no tags, such as `{_short(event.tag)}`", event, "delete it")

    def _accepts(self, key: Tree, entries: dict[str, tuple[Scalar, Tree]]) -> TypeGuard[Scalar]:
        """Return whether `key` can be entered; note why not."""
        if not isinstance(key, Scalar):
            self._note("E116", "a key must be a name, not a list or mapping", key)
        elif key.plain and key.value == "<<":
            self._note("E113", "specs have no merge keys", key, "write the entries again, or use `extends`")
        elif key.value in entries:
            first = entries[key.value][0].line
            self._note(
                "E115", f"duplicate key `{_short(key.value)}`, first on line {first}", key, "delete one"
            )
        elif not _KEY.fullmatch(key.value) or not unicodedata.is_normalized("NFKC", key.value):
            self._note("E116", f"`{_short(key.value)}` is not a name", key, _key_advice(key))
        else:
            return True
        return False

    def _note(self, code: str, message: str, where: Any, help: str | None = None) -> None:
        """Keep a diagnostic about a parser event or a value."""
        extent = (where.line, where.column, where.end_column) if isinstance(where, Tree) else _extent(where)
        self.diagnostics.append(Diagnostic(code, message, self._text.place(*extent), help))
        if len(self.diagnostics) == MAX_DIAGNOSTICS:
            raise _Stop

    def _stop(self, code: str, message: str, where: Any, help: str | None = None) -> NoReturn:
        self._note(code, message, where, help)
        raise _Stop


def _closed(opened: _Open, end: Any) -> Sequence | Mapping:
    extent = _between(opened.start, end)
    if opened.entries is None:
        return Sequence(tuple(opened.items), *extent, opened.flow)
    return Mapping(opened.entries, *extent)


def _extent(event: Any) -> _Extent:
    return _between(event.start_mark, event.end_mark)


def _between(start: Any, end: Any) -> _Extent:
    """Return line, column and end column, from 1, of what stands between two marks."""
    line: int = start.line
    return line + 1, start.column + 1, end.column + 1 if end.line == line else TO_END_OF_LINE


def _short(text: str) -> str:
    """Return text as a message shows it: on one line, and not all of it."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:37]}..."


def _key_advice(key: Scalar) -> str:
    normal = unicodedata.normalize("NFKC", key.value)
    if _KEY.fullmatch(normal):
        return f"write `{_short(normal)}`"
    name, colon, value = key.value.partition(":")
    if colon and _KEY.fullmatch(name):
        return f"put a space after the colon: `{_short(name)}: {_short(value)}`"
    return "a name is made of letters, digits and any of `_ . + - = / @ *`"


# ---- complaints of the YAML parser, in words that say what to change ----------------------------
#
# The C and the Python parser word their complaints differently; fragments of both are known here.


@dataclass(frozen=True, slots=True)
class _Complaint:
    """A diagnostic without its place. `at_start` blames where the broken construct begins."""

    code: str
    message: str
    help: str | None = None
    at_start: bool = False


_TOO_DEEP: Final = _Complaint("E108", f"this nests deeper than {MAX_DEPTH}", "name parts under `blocks`")
"""Newer versions of libyaml count as well, and up to 1,000: they may find it before we do."""

_QUOTE: Final = "put text that begins so in quotes"
_ALIGN: Final = (
    "indent the entries of a list or mapping alike; quote text that goes on after a quote or bracket"
)

_BY_CONTEXT: Final = {
    "alias": _Complaint("E111", "`*` begins an alias, and specs have none", _QUOTE),
    "anchor": _Complaint("E111", "`&` begins an anchor, and specs have none", _QUOTE),
    "a tag": _Complaint("E112", "`!` begins a tag, and specs have none", _QUOTE),
    "directive": _Complaint("E105", "specs have no directives", "delete the line that begins with `%`"),
}
_BY_SIGN: Final = {
    "\t": _Complaint("E106", "a tab indents this line", "indent with spaces"),
    "@": _Complaint("E105", "text cannot begin with `@`", _QUOTE),
    "`": _Complaint("E105", "text cannot begin with a backquote", _QUOTE),
    "%": _Complaint("E105", "text cannot begin with `%`", _QUOTE),
    "]": _Complaint("E107", "this `]` closes nothing", "delete it, or add the `[` that it closes"),
    "}": _Complaint("E107", "this `}` closes nothing", "delete it, or add the `{` that it closes"),
}
_UNEXPECTED: Final = ("cannot start any token", "node content", "expected key", "block end", "document start")
"""The complaints about which the sign says more."""
_BY_PROBLEM: Final = {
    "maximum nesting": _TOO_DEEP,
    "tab character": _BY_SIGN["\t"],
    "unexpected end of stream": _Complaint("E107", "this quote is never closed", None, at_start=True),
    "could not find expected ':'": _Complaint("E105", "this has no `:`", "write `key: value`", at_start=True),
    "mapping values are not allowed": _Complaint(
        "E105", "a `:` cannot stand here", "quote text that contains `: `, or correct the indentation"
    ),
    "sequence entries are not allowed": _Complaint(
        "E105", "a `-` cannot stand here", "begin the list on a line of its own"
    ),
    "node content": _Complaint("E105", "there is no value before this", "write `~` for an empty cell"),
    "escape": _Complaint(
        "E105", "this escape does not exist", "in double quotes `\\` begins an escape; single quotes keep it"
    ),
    "comment or line break": _Complaint("E105", "text after `|` or `>` begins on the next line"),
    "indentation indicator": _Complaint("E105", "text after `|` or `>` begins on the next line"),
    "expected key": _Complaint("E105", "this does not line up with the lines around it", _ALIGN),
    "block end": _Complaint("E105", "this does not line up with the lines around it", _ALIGN),
    "'-' indicator": _Complaint("E105", "this does not line up with the lines around it", _ALIGN),
    "document start": _Complaint("E105", "this does not belong to the mapping above", _ALIGN),
    "tag handle": _BY_CONTEXT["a tag"],
    "incompatible YAML": _BY_CONTEXT["directive"],
}


def _complaint(problem: str, context: str, rest: str, *, later_line: bool) -> _Complaint:
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
    return _Complaint("E105", f"this is not YAML: {problem}")


def _bracket(rest: str, later_line: bool) -> _Complaint:
    """Return the words for a list or mapping in brackets that goes on with neither `,` nor its end."""
    sign = rest[:1]
    if sign in ("", ":") and (later_line or not sign):
        return _Complaint(
            "E107", "this bracket is never closed", "or a comma is missing behind it", at_start=True
        )
    if sign in ("]", "}"):
        return _Complaint(
            "E107", f"this `{sign}` does not close the bracket that is open", "close that one first"
        )
    if sign in ("[", "{"):
        return _Complaint(
            "E105", f"a `{sign}` cannot stand within text", "quote it; a table is called: `width_of(g)`"
        )
    return _Complaint("E105", "a comma or a closing bracket is missing before this")
