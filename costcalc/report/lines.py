"""A document as lines for a terminal or a log, which people read from its end: what matters most is last."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from costcalc.report.blocks import (
    LABELS,
    Amount,
    Block,
    Card,
    Code,
    Document,
    Inline,
    Items,
    Label,
    Rows,
    Sign,
    Words,
    plain,
    plain_text,
)
from costcalc.report.diagnostics import printable
from costcalc.report.formats import Look

_BELOW: Final = 5
"""What explains a verdict stands below it, under the name behind the label."""

_NARROWEST: Final = 30
_COLOURS: Final = {
    "FAIL": "1;31",
    "WARN": "1;33",
    "NOTE": "1;36",
    "PASS": "1;32",
    "+": "32",
    "-": "31",
    "~": "33",
    ">": "36",
    "=": "0",
}
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:[KMGT]i)?B\b)")
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def print_document(document: Document, look: Look) -> str:
    """Return the lines."""
    blocks = [[*_block(block)] for block in reversed(document.blocks)]
    lead = [_Line(plain_text(document.lead))] if document.lead else []
    last = [*lead, _Line(document.footer), _Line(f"{document.title}.")]
    drawn = [[line.drawn(look.width, look.colour) for line in block] for block in (*blocks, last) if block]
    return "\n".join(_apart(drawn))


def _apart(blocks: list[list[str]]) -> Iterator[str]:
    """Yield the lines of blocks with an empty one between those of several lines."""
    before: list[str] = []
    for block in blocks:
        if before and (len(block) > 1 or len(before) > 1):
            yield ""
        yield from block
        before = block
    yield ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that may have to be broken: how far it is indented, a label or sign, and the text."""

    text: str
    mark: str = ""
    indent: int = 0

    def drawn(self, width: int | None, colour: bool) -> str:
        """Return the line, broken if it is too wide: at double blanks if that helps, else between words."""
        start = " " * self.indent + (f"{self.mark} " if self.mark else "")
        below = " " * (len(start) if self.mark else self.indent + 2)
        lines = [start]
        for phrase in printable(self.text.replace("\n", " ")).split("  "):
            gap = "" if lines[-1].isspace() or lines[-1] in ("", start) else "  "
            if width is None or len(lines[-1]) + len(gap) + len(phrase) <= width:
                lines[-1] += gap + phrase
            elif len(below) + len(phrase) <= width:
                lines.append(below + phrase)
            else:
                lines[-1:] = _wrapped(lines[-1] + gap + phrase, width, below)
        text = "\n".join(line.rstrip() for line in lines)
        if colour and self.mark:
            return text.replace(self.mark, f"\x1b[{_COLOURS[self.mark]}m{self.mark}\x1b[0m", 1)
        return text


def _wrapped(text: str, width: int, below: str) -> list[str]:
    """Break a line between words, of which an amount with its unit is one, and a long name too."""
    lines = textwrap.wrap(
        _UNIT.sub(_NO_BREAK, text),
        max(width, _NARROWEST),
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_NO_BREAK, " ") for line in lines]


def _block(block: Block) -> Iterator[_Line]:
    match block:
        case Items():
            yield _Line(f"{block.title}:")
            yield from (_Line(_phrases(words), indent=2) for words in block.items)
        case Rows():
            yield from _rows(block)
        case Card():
            yield from _card(block)


def _phrases(words: Words) -> str:
    """Return words; a command is a phrase of its own, so that a line is broken before it and not within."""
    return "".join(
        f" {plain(each)}" if isinstance(each, Code) and " " in each.text and index else plain(each)
        for index, each in enumerate(words)
    )


def _card(card: Card) -> Iterator[_Line]:
    for each in card.judgements:
        yield _Line(f"{card.name}  {each.text}  {each.rule}", LABELS[each.verdict])
    if card.change:
        yield _Line(card.change, indent=_BELOW)
    if card.parts:
        yield from _rows(card.parts, _BELOW)
    yield from (_Line(_phrases(words), indent=_BELOW) for words in card.remarks)


def _rows(rows: Rows, indent: int = 0) -> Iterator[_Line]:
    if any(isinstance(each, Code) for each in rows.title):
        yield _Line(plain_text(rows.title), indent=indent)
        indent += 2
    shown = rows.rows if rows.most is None else rows.rows[: rows.most]
    for row in shown:
        yield from _row(row, indent)
    if shown and len(shown) < len(rows.rows):
        more = f"and {len(rows.rows) - len(shown):,} {rows.further}; --top 0 shows all"
        yield _Line(more, indent=indent + _BELOW)
    if rows.more:
        yield _Line(rows.more, indent=indent)


def _row(row: tuple[Inline, ...], indent: int) -> Iterator[_Line]:
    """Yield a row as phrases behind its mark; of several amounts the further ones stand below the first."""
    mark = next((cell for cell in row if isinstance(cell, Label | Sign)), None)
    amounts = [cell for cell in row if isinstance(cell, Amount)]
    name, *phrases = (plain(cell) for cell in row if not isinstance(cell, Label | Sign | Amount))
    said = [text for cell in amounts if (text := cell.text if cell.words is None else cell.words)]
    if not said and isinstance(mark, Sign):
        said = [mark.status]
    yield _Line("  ".join(filter(None, (name, *said[:1], *phrases))), plain(mark) if mark else "", indent)
    below = indent + len(name) + (4 if mark else 2)
    yield from (_Line(text, indent=below) for text in said[1:])
