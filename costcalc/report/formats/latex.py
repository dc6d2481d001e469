r"""LaTeX for papers: tables with the rules of booktabs, which is all that the preamble needs.

Every character that LaTeX would read as a command is escaped. A cell of several lines is broken as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from costcalc.report.blocks import (
    Code,
    Document,
    Inline,
    Items,
    Label,
    Rows,
    Words,
    plain,
    table_rows,
    without_cards,
)
from costcalc.report.diagnostics import printable
from costcalc.report.formats import Look, Printer
from costcalc.report.record import Table
from costcalc.version import __version__

_NEEDS: Final = "% Needs \\usepackage{booktabs}"
_PROSE: Final = 0.6  # of the width of a line, for all columns of prose together

_BREAK: Final = r" \\ "
_SPECIAL: Final = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\symbol{34}",
        "`": r"\symbol{96}",
        "-": "{-}",  # two of them would become a dash
        "−": "$-$",
        "×": r"$\times$",
        "·": r"$\cdot$",
        "≠": r"$\neq$",
        "≥": r"$\geq$",
        "≤": r"$\leq$",
        "→": r"$\to$",
        "✓": r"$\surd$",
        "…": r"\ldots{}",
    }
)
_SINGLE: Final = re.compile(r"(?<!\{-\})\{-\}(?!\{-\})")


def print_table(table: Table, look: Look) -> str:
    """Return a table of every column, the total under a rule of its own, the notes below as text."""
    notes = (f"\n\\par\\noindent {escape(note)}" for note in table.notes)
    return "\n".join((_NEEDS, _tabular(table_rows(table, raw=look.raw)), *notes)) + "\n"


def print_document(document: Document, look: Look) -> str:
    """Return a section."""
    verdict = f"{_inline(Label(document.verdict))}: " if document.verdict else ""
    parts = [
        f"{_NEEDS}\n\\section*{{{verdict}{escape(document.title)}}}",
        *([_words(document.lead)] if document.lead else []),
        *map(_block, without_cards(document.blocks)),
        f"\\par\\noindent {escape(document.footer)} costcalc {__version__}",
    ]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Return text that LaTeX prints as it is.

    >>> print(escape("50% of g_1 --max"))
    50\% of g\_1 {-}{-}max
    """
    return _SINGLE.sub("-", printable(text).translate(_SPECIAL))


def _inline(inline: Inline) -> str:
    text = escape(plain(inline))
    match inline:
        case Code():
            return f"\\texttt{{{text}}}"
        case Label():
            return f"\\textbf{{{text}}}"
    return text


def _words(words: Words) -> str:
    return "".join(map(_inline, words))


def _block(block: Items | Rows) -> str:
    if isinstance(block, Rows):
        more = f"\n\n{escape(block.more)}" if block.more else ""
        return f"{_title(block.title)}{_tabular(block)}{more}"
    items = "\n".join(f"  \\item {_after_break(_words(words))}" for words in block.items)
    return f"{_title((block.title,))}\\begin{{itemize}}\n{items}\n\\end{{itemize}}"


def _title(words: Words) -> str:
    title = _words(words)
    return f"\\paragraph{{{title}}}\\mbox{{}}\\\\\n" if title else ""


def _tabular(rows: Rows) -> str:
    prose = rows.align.count("p")
    width = f"p{{{_PROSE / prose:.2f}\\linewidth}}" if prose else ""
    lines = [
        f"\\begin{{tabular}}{{{rows.align.replace('p', width)}}}",
        "\\toprule",
        _row(rows.headers, rows.align),
        "\\midrule",
        *(_row(row, rows.align) for row in rows.rows),
        *(("\\midrule", _row(rows.total, rows.align)) if rows.total else ()),
        "\\bottomrule",
        "\\end{tabular}",
    ]
    return "\n".join(lines)


def _row(row: Iterable[Inline], align: str) -> str:
    cells = " & ".join(_cell(cell, letter) for cell, letter in zip(row, align, strict=True))
    return f"{_after_break(cells)} \\\\"


def _cell(inline: Inline, letter: str) -> str:
    """Return a cell; lines that are indented stay so."""
    if not isinstance(inline, str):
        return _inline(inline)
    lines = [_after_break(_indented(line)) for line in inline.split("\n")]
    if len(lines) == 1:
        return _indented(inline)
    if letter == "p":
        return r" \newline ".join(lines)
    return rf"\shortstack[{letter}]{{{_BREAK.join(lines)}}}"


def _after_break(text: str) -> str:
    """Return text that a line break before it does not take for its own argument."""
    return f"{{}}{text}" if text.startswith(("[", "*")) else text


def _indented(line: str) -> str:
    return f"{'~' * (len(line) - len(line.lstrip()))}{escape(line.lstrip())}"


PRINTER: Final = Printer("latex", ".tex", table=print_table, document=print_document)
