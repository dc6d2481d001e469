"""Markdown, with the HTML that GitHub and GitLab let through: what matters most first, the rest folded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from costcalc.report.blocks import (
    Amount,
    Code,
    Document,
    Inline,
    Items,
    Label,
    Rows,
    Sign,
    Soft,
    Words,
    plain,
    table_rows,
    without_cards,
)
from costcalc.report.formats import Look, Printer
from costcalc.report.record import Table
from costcalc.version import __version__

_ICONS: Final = {"pass": "✅", "note": "✅", "warn": "⚠️", "fail": "❌"}
_SPECIAL: Final = re.compile(r"([\\`{}\[\]#|~]|(?<![^\W_])_|_(?![^\W_])|(?<! )\*|\*(?! ))")  # but a_b, a * b
_RULES: Final = {"l": ":--", "p": ":--", "r": "--:"}


def print_table(table: Table, look: Look) -> str:
    """Return a table of every column, the total in bold, the notes below."""
    notes = (f"\n{escape(note)}" for note in table.notes)
    return "\n".join((_rows(table_rows(table, raw=look.raw)), *notes)) + "\n"


def print_document(document: Document, look: Look) -> str:
    """Return all sections."""
    return "\n\n".join(sections(document)) + "\n"


def sections(document: Document) -> list[str]:
    """Return the parts of a document, the most important first; the last says what the numbers rest on."""
    icon = f"{_ICONS[document.verdict]} " if document.verdict else ""
    return [
        f"### {icon}costcalc: {escape(document.title)}",
        *([_words(document.lead)] if document.lead else []),
        *(
            _items(block) if isinstance(block, Items) else _table(block)
            for block in without_cards(document.blocks)
        ),
        f"<sub>{escape(document.footer)} costcalc {__version__}</sub>",
    ]


def escape(text: str, newline: str = " ") -> str:
    """Return text that Markdown shows as it is, on one line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return newline.join(_SPECIAL.sub(r"\\\1", text).splitlines())


def _inline(inline: Inline, newline: str = " ") -> str:
    match inline:
        case Code():  # in a table a bar must not end the cell
            text = " ".join(inline.text.split()).replace("`", "'").replace("|", "\\|")
            return f"`{text}`" if text else ""
        case Sign():
            return _inline(Code(plain(inline)))
        case Label():
            return f"{_ICONS[inline.verdict]} {plain(inline)}"
        case str() | Soft() | Amount():
            return escape(plain(inline), newline)


def _words(words: Words) -> str:
    return "".join(map(_inline, words))


def _items(items: Items) -> str:
    lines = [f"- {_words(words)}" for words in items.items]
    return "\n".join((f"**{escape(items.title)}**", "", *lines) if items.title else lines)


def _table(rows: Rows) -> str:
    more = f"\n\n{escape(rows.more)}" if rows.more else ""
    table = _rows(rows) + more
    if rows.folded:
        title = "".join(_html(each) for each in rows.title)
        return f"<details>\n<summary>{title}</summary>\n\n{table}\n\n</details>"
    return f"**{_words(rows.title)}**\n\n{table}" if rows.title else table


def _html(inline: Inline) -> str:
    """Return what stands in a summary, where Markdown's own marks are not read."""
    text = escape(plain(inline))
    return f"<code>{text}</code>" if isinstance(inline, Code) else text


def _rows(rows: Rows) -> str:
    """Return a table; line breaks within a cell stay."""
    cells = [[_inline(cell, "<br>") for cell in row] for row in rows.rows]
    total = [] if rows.total is None else [[_bold(_inline(cell, "<br>")) for cell in rows.total]]
    titles, rules = [escape(header) for header in rows.headers], [_RULES[letter] for letter in rows.align]
    return "\n".join(map(_line, (titles, rules, *cells, *total)))


def _bold(cell: str) -> str:
    return f"**{cell}**" if cell else ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


PRINTER: Final = Printer("markdown", ".md", table=print_table, document=print_document)
