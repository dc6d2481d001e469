"""What a report says: one list of blocks, the most important first, which each format prints in its own way.

Whoever makes a `Document` decides what is said, in which words and in which order. A printer decides how each
kind of block looks, and where the reader starts: a page at its top, a terminal at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from costcalc.report.record import Record, Table, cell_text

if TYPE_CHECKING:  # their names alone
    from costcalc.gate.result import Status, Verdict

# ---- what stands within a line or a cell ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Code:
    """A name or a command: to be copied, never to be broken. A strong one stands out among its like."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Soft:
    """What matters less than what it stands beside."""

    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A verdict."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Sign:
    """What became of something."""

    status: Status


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity, or how it changed.

    Attributes:
        text: What a cell says, under the header of its column: `312.4M (+4.1%)`.
        words: What a line says, which has no header: `+12.4M MACs (+4.1%, 300M -> 312.4M)`; None for the
            same, empty for nothing.
        share: How large it is beside the largest of its column, from -1 to 1, to be drawn as a bar.
    """

    text: str
    words: str | None = None
    share: float | None = None


Inline = str | Code | Soft | Label | Sign | Amount
Words = tuple[Inline, ...]

LABELS: dict[Verdict, str] = {"pass": "PASS", "note": "NOTE", "warn": "WARN", "fail": "FAIL"}
SIGNS: dict[Status, str] = {"added": "+", "removed": "-", "renamed": ">", "changed": "~", "unchanged": "="}


def plain(inline: Inline) -> str:
    """Return the bare text."""
    match inline:
        case str():
            return inline
        case Label(verdict):
            return LABELS[verdict]
        case Sign(status):
            return SIGNS[status]
    return inline.text


def plain_text(words: Iterable[Inline]) -> str:
    """Return the bare text of several."""
    return "".join(map(plain, words))


# ---- blocks --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Items:
    """A list under a title, or without one."""

    title: str
    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of things that are said, which may be lines where there is no room for a table.

    Attributes:
        headers: What stands over the columns.
        rows: A cell for every column.
        align: A letter for every column: `l` and `r` for where it lines up, `p` for prose that may be broken.
        total: A last row that sums up the others.
        title: What it is about. A name (`Code`) is always printed; of a mere text, formats that fold nothing
            do without.
        folded: Whether it is there for those who ask for it, where a format can fold.
        most: How many rows are printed where it cannot; None for all.
        more: What is left out, in words.
        further: How to call the rows above `most`.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]
    align: str
    total: tuple[Inline, ...] | None = None
    title: Words = ()
    folded: bool = False
    most: int | None = None
    more: str = ""
    further: str = "more"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One limit: what was found, in words, whose limit it is, and the two numbers to be drawn."""

    verdict: Verdict
    text: str
    rule: str
    value: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """All that is to be said about one metric of one network that is not as it should be.

    Attributes:
        verdict: The worst of its judgements.
        name: The network.
        metric: As a sentence says it.
        judgements: One per limit.
        change: How the metric moved.
        parts: The stages and layers to blame.
        remarks: What the rules say, and what can be done.
    """

    verdict: Verdict
    name: str
    metric: str
    judgements: tuple[Judgement, ...]
    change: str = ""
    parts: Rows | None = None
    remarks: tuple[Words, ...] = ()


Block = Items | Rows | Card


@dataclass(frozen=True, slots=True)
class Document:
    """A report.

    Attributes:
        kind: What it is: `check`, `diff`.
        title: The sentence that says it all, without its full stop.
        verdict: The worst verdict; None where nothing is judged.
        lead: What a reader has to know first.
        blocks: The most important first.
        footer: What all numbers rest on.
    """

    kind: str
    title: str
    verdict: Verdict | None
    lead: Words
    blocks: tuple[Block, ...]
    footer: str


def judgement_rows(judged: Iterable[tuple[str, Judgement]]) -> tuple[tuple[Inline, ...], ...]:
    """Return a row per network and judgement, for the columns of `JUDGEMENTS`."""
    return tuple((Label(each.verdict), Code(name), each.text, Soft(each.rule)) for name, each in judged)


JUDGEMENTS = ("", "network", "", "rule")
"""The headers of such rows."""

JUDGEMENTS_ALIGN = "llpp"


def without_cards(blocks: Iterable[Block]) -> list[Items | Rows]:
    """Return the blocks for a format that draws no cards.

    The judgements of cards that follow each other make one table. What the cards remark becomes a list, in
    which nothing is said twice, and the parts of each card become a table.
    """
    simple: list[Items | Rows] = []
    for are_cards, run in groupby(blocks, key=lambda block: isinstance(block, Card)):
        if are_cards:
            simple += _merged([block for block in run if isinstance(block, Card)])
        else:
            simple += [block for block in run if not isinstance(block, Card)]
    return simple


def _merged(cards: Sequence[Card]) -> list[Items | Rows]:
    judged = judgement_rows((card.name, each) for card in cards for each in card.judgements)
    remarks = tuple(dict.fromkeys(words for card in cards for words in card.remarks))
    merged: list[Items | Rows] = [Rows(JUDGEMENTS, judged, JUDGEMENTS_ALIGN)]
    if remarks:
        merged.append(Items("", remarks))
    for card in cards:
        if card.parts:
            change = f", {card.change}" if card.change else ""
            title = (Code(card.name), f" {card.metric}{change}")
            merged.append(replace(card.parts, title=title))
    return merged


def table_rows(table: Table, *, raw: bool = False) -> Rows:
    """Return a table of exact values as people read it: every column, four significant digits."""

    def cells(row: Record) -> tuple[str, ...]:
        return tuple(cell_text(column, row[column.name], raw=raw) for column in table.columns)

    return Rows(
        tuple(column.header for column in table.columns),
        tuple(map(cells, table.rows)),
        "".join(
            "p" if column.kind == "prose" else "l" if column.is_text else "r" for column in table.columns
        ),
        total=None if table.total is None else cells(table.total),
    )
