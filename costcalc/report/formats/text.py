"""Text for a terminal or a log: a table is as wide as its content or its terminal, and never truncated."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Final

from costcalc.report.formats import Look, Printer
from costcalc.report.record import Column, Record, Table, cell_text

if TYPE_CHECKING:
    from rich.text import Text

    from costcalc.report.blocks import Document

_LINES: Final = "    \n    \n ── \n    \n    \n ── \n    \n    \n"
"""The box: no frame, a rule under the header and one over the total."""

_GAP: Final = 2  # blanks between two columns: one of padding, one of the box
_UNLIMITED: Final = 100_000
_NARROWEST: Final = 30  # that prose is broken to
_STYLES: Final = {"✓": "green", "≠": "bold red", "?": "yellow"}


def print_table(table: Table, look: Look) -> str:
    """Return the table.

    Without a width it is sized to its content. In a terminal columns of low priority leave until the rest
    fits, and the last line says which.
    """
    from rich.box import Box  # rich costs 20 ms
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    width, raw = look.width, look.raw
    shown, room = (table.columns, None) if width is None else _fitting(table, width, raw)
    drawn = RichTable(
        box=Box(_LINES),
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        show_footer=table.total is not None,
    )
    for column in shown:
        drawn.add_column(
            column.header,
            _text(column, table.total, raw) if table.total is not None else "",
            justify="left" if column.is_text else "right",
            no_wrap=column.kind != "prose",
        )
    for row in table.rows:
        drawn.add_row(*[_text(column, row, raw) for column in shown])
    console = Console(
        file=StringIO(),
        width=_UNLIMITED,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        legacy_windows=False,
        highlight=False,
        emoji=False,
        markup=False,
        _environ={},
    )
    left_out = [column.name for column in table.columns if column not in shown]
    notes = list(table.notes)
    if left_out:
        notes.append(f"Left out to fit {width} columns: {', '.join(left_out)} (--columns all).")
    has_prose = any(column.kind == "prose" for column in shown)
    with console.capture() as captured:
        console.print(drawn, width=room if has_prose else None)
        if notes:
            console.print()
        for note in notes:
            console.print(Text(note, style="dim"), width=width, soft_wrap=width is None)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _text(column: Column, row: Record, raw: bool) -> Text:
    from rich.text import Text

    text = cell_text(column, row[column.name], raw=raw)
    return Text(text, style=_STYLES.get(text, ""))


def _fitting(table: Table, width: int, raw: bool) -> tuple[tuple[Column, ...], int]:
    """Return the columns that fit, and the room for them: those of priority 0 stay even if they need more."""
    from rich.cells import cell_len

    rows = table.rows if table.total is None else (*table.rows, table.total)
    sizes = {
        column: max(
            cell_len(text)
            for text in (column.header, *(cell_text(column, row[column.name], raw=raw) for row in rows))
        )
        for column in table.columns
    }
    sizes |= {column: min(size, _NARROWEST) for column, size in sizes.items() if column.kind == "prose"}
    while (needed := sum(sizes.values()) + _GAP * (len(sizes) - 1)) > width:
        least = max(column.priority for column in sizes)
        if least == 0:
            break
        sizes = {column: size for column, size in sizes.items() if column.priority < least}
    return tuple(sizes), max(needed, width)


def _print_document(document: Document, look: Look) -> str:
    from costcalc.report.lines import print_document  # what no table needs

    return print_document(document, look)


PRINTER: Final = Printer("text", ".txt", table=print_table, document=_print_document, aliases=("table",))
