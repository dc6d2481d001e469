"""One HTML page without scripts, that needs no network: for artifacts, mails and phones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from costcalc.report.blocks import (
    Amount,
    Block,
    Card,
    Code,
    Document,
    Inline,
    Items,
    Judgement,
    Label,
    Rows,
    Sign,
    Soft,
    Words,
    plain,
    table_rows,
)
from costcalc.report.diagnostics import printable
from costcalc.report.formats import Look, Printer
from costcalc.report.record import Table
from costcalc.version import __version__

_LONG: Final = 20
"""Rows from which on what can be folded is folded."""


def print_table(table: Table, look: Look) -> str:
    """Return a page with the table, the notes below."""
    notes = "".join(f"<p>{_text(note)}</p>" for note in table.notes)
    body = [_table(table_rows(table, raw=look.raw)), f"<footer>{notes}</footer>"]
    return _page(f"costcalc: {table.rows_name}", body)


def print_document(document: Document, look: Look) -> str:
    """Return the page."""
    label = f"{_inline(Label(document.verdict))} " if document.verdict else ""
    body = [
        f"<p class='soft'>costcalc {document.kind}</p>",
        f"<h1>{label}{_text(document.title)}</h1>",
        f"<p class='soft'>{_words(document.lead)}</p>" if document.lead else "",
        *map(_block, document.blocks),
        f"<footer>{_text(document.footer)} costcalc {__version__}</footer>",
    ]
    return _page(f"costcalc {document.kind}: {document.title}.", body)


def _page(title: str, body: Iterable[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n"
        + "\n".join(filter(None, body))
        + "\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _inline(inline: Inline) -> str:
    text = _text(plain(inline))
    match inline:
        case Code(strong=True):
            return f"<b><code>{text}</code></b>"
        case Code():
            return f"<code>{text}</code>"
        case Soft():
            return f"<span class='soft'>{text}</span>"
        case Label():
            return f"<b class='{inline.verdict}'>{text}</b>"
        case Sign():
            return f"<span class='soft sign'>{inline.status}</span>"
        case Amount(share=float() as share):
            less = " class='less'" if share < 0 else ""
            width = max(100 * abs(share), 1)
            return f"{text}<div class='share'><i{less} style='width:{width:.1f}%'></i></div>"
    return text


def _words(words: Words) -> str:
    return "".join(map(_inline, words))


def _block(block: Block) -> str:
    match block:
        case Items():
            title = f"<h2>{_text(block.title)}</h2>" if block.title else ""
            return title + "".join(f"<p>{_words(words)}</p>" for words in block.items)
        case Card():
            return f"<div class='card {block.verdict}'>{''.join(_card(block))}</div>"
        case Rows() if block.folded:
            state = "" if len(block.rows) > _LONG else " open"
            return f"<details{state}><summary>{_words(block.title)}</summary>{_rows(block)}</details>"
        case Rows():
            title = f"<h2>{_words(block.title)}</h2>" if block.title else ""
            return title + _rows(block)


def _card(card: Card) -> Iterator[str]:
    yield f"<h3>{_inline(Label(card.verdict))} {_inline(Code(card.name))} {_text(card.metric)}</h3>"
    for each in card.judgements:
        yield f"<p>{_text(each.text)} {_inline(Soft(each.rule))}</p>{_gauge(each)}"
    yield from (f"<p>{_words(words)}</p>" for words in card.remarks)
    if card.change:
        yield f"<p>{_text(card.change)}</p>"
    if card.parts:
        yield _rows(card.parts)


def _gauge(judgement: Judgement) -> str:
    """Draw the value against its limit, which is a line."""
    value, limit = judgement.value, judgement.limit
    if value is None or limit is None:
        return ""
    most = max(value, limit, 1)
    over = " class='over'" if value > limit else ""
    mark = min(100 * limit / most, 99.5)
    bar = f"<i{over} style='width:{100 * value / most:.2f}%'></i><u style='left:{mark:.2f}%'></u>"
    return f"<div class='limit'>{bar}</div>"


def _rows(rows: Rows) -> str:
    more = f"<p class='soft'>{_text(rows.more)}</p>" if rows.more else ""
    return _table(rows) + more


def _table(rows: Rows) -> str:
    head = "".join(
        f"<th{_class(letter)}>{_text(header)}</th>"
        for header, letter in zip(rows.headers, rows.align, strict=True)
    )
    body = "".join(_row(row, rows) for row in rows.rows)
    foot = f"<tfoot>{_row(rows.total, rows)}</tfoot>" if rows.total else ""
    return (
        f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>"
    )


def _row(row: Iterable[Inline], rows: Rows) -> str:
    cells = zip(row, rows.headers, rows.align, strict=True)
    return f"<tr>{''.join(_cell(*cell) for cell in cells)}</tr>"


def _cell(inline: Inline, header: str, letter: str) -> str:
    """Return a cell; a number says what it is where there is no head, and more to who points at it."""
    name = f" data-name='{_text(header)}'" if letter == "r" and header else ""
    words = f" title='{_text(inline.words)}'" if isinstance(inline, Amount) and inline.words else ""
    return f"<td{_class(letter)}{name}{words}>{_inline(inline)}</td>"


def _class(letter: str) -> str:
    return {"r": " class='number'", "p": " class='prose'"}.get(letter, "")


# One column, light or dark as the reader likes, and tables as cards on a phone.
_STYLE: Final = """
:root {
  color-scheme: light dark;
  --ink: #1c2024; --soft: #60646c; --paper: #fff; --card: #f7f7f8; --line: #e0e1e6;
  --fail: #ce2c31; --warn: #ab6400; --note: #0d74ce; --pass: #218358;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #edeef0; --soft: #b0b4ba; --paper: #111113; --card: #19191b; --line: #363a3f;
    --fail: #ff9592; --warn: #ffca16; --note: #70b8ff; --pass: #3dd68c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 64rem; padding: 1.25rem 1rem 3rem;
  background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
summary { cursor: pointer; margin: .5rem 0; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; font-size: .87rem; }
.soft, footer { color: var(--soft); }
.card {
  background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--line);
  border-radius: 6px; padding: .75rem 1rem; margin: .75rem 0;
}
.card.fail { border-left-color: var(--fail); }
.card.warn { border-left-color: var(--warn); }
.card.note { border-left-color: var(--note); }
b.fail { color: var(--fail); }
b.warn { color: var(--warn); }
b.note { color: var(--note); }
b.pass { color: var(--pass); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); }
td { vertical-align: top; }
th { color: var(--soft); font-weight: 500; border-top: 0; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
:is(th, td):last-child { padding-right: 0; }
tfoot td { font-weight: 600; border-top-width: 2px; }
td { white-space: pre; }
.prose { white-space: pre-line; }
.limit { position: relative; height: .6rem; border-radius: 3px; overflow: hidden; margin: .4rem 0; }
.limit { background: var(--line); }
.limit i { position: absolute; inset: 0 auto 0 0; background: var(--pass); }
.limit i.over { background: var(--fail); }
.limit u { position: absolute; inset: 0 auto; width: 2px; background: var(--ink); }
.share { min-width: 6rem; padding-top: .4rem; }
.share i { display: block; height: .45rem; border-radius: 2px; background: var(--fail); }
.share i.less { background: var(--pass); }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; border-top: 1px solid var(--line); padding: .4rem 0; }
  td { display: block; border: 0; padding: 0; }
  td:empty { display: none; }
  td, .number { white-space: pre-line; overflow-wrap: anywhere; }
  td:has(> .sign, > b[class]), td:has(> .sign, > b[class]) + td { display: inline; padding-right: .5rem; }
  td[data-name]::before { content: attr(data-name) ": "; color: var(--soft); }
  .number { text-align: left; }
}
"""

PRINTER: Final = Printer("html", ".html", table=print_table, document=print_document)
