"""Diagnostics as compilers print them: what is wrong, where, the line with a caret, what would help."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from costcalc.errors import Diagnostic, Location

_MIN_WIDTH = 40  # a source line is never clipped to less
_CLIPPED = "..."
_COLOURS = {"error": "1;31", "warning": "1;33", "frame": "1;34", "help": "1;36", "message": "1"}

_Paint = Callable[[str, str], str]


def render_diagnostics(diagnostics: Sequence[Diagnostic], *, width: int = 100, colour: bool = False) -> str:
    """Return one block per diagnostic and a last line that counts them.

    Args:
        diagnostics: In the order to print them.
        width: Of the terminal. Source lines that are longer are clipped around the caret;
            messages never are.
        colour: Whether to use ANSI colours.
    """
    paint: _Paint = _ansi if colour else lambda _, text: text
    blocks = [_block(diagnostic, max(width, _MIN_WIDTH), paint) for diagnostic in diagnostics]
    return "\n".join((*blocks, f"{_count(diagnostics)}\n"))


def _ansi(role: str, text: str) -> str:
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m"


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counts = [(severities.count(kind), kind) for kind in ("error", "warning") if kind in severities]
    return ", ".join(f"{number} {kind}{'s' if number != 1 else ''}" for number, kind in counts)


def _block(diagnostic: Diagnostic, width: int, paint: _Paint) -> str:
    severity = diagnostic.severity
    head = paint(severity, f"{severity}[{diagnostic.code}]")
    lines = [head + paint("message", f": {printable(diagnostic.message)}")]
    if diagnostic.location:
        lines += _excerpt(diagnostic.location, width, lambda text: paint(severity, text), paint)
    if diagnostic.help:
        lines.append(f"{paint('help', 'help')}: {printable(diagnostic.help)}")
    return "".join(f"{line}\n" for line in lines)


def _excerpt(location: Location, width: int, caret: Callable[[str], str], paint: _Paint) -> list[str]:
    number = str(location.line)
    margin = " " * len(number)
    place = f"{margin}{paint('frame', '-->')} {printable(str(location))}"
    if not location.source_line.strip():
        return [place]
    text, start, length = _clip(location, width - len(number) - 3)
    bar = paint("frame", "|")
    return [
        place,
        f"{margin} {bar}",
        f"{paint('frame', number)} {bar} {text}".rstrip(),
        f"{margin} {bar} {' ' * start}{caret('^' * length)}",
    ]


def _clip(location: Location, room: int) -> tuple[str, int, int]:
    """Return the source line cut to `room` terminal cells, and where its carets start and how many."""
    characters = [*map(_visible, location.source_line)]
    first = min(max(location.column - 1, 0), len(characters))
    last = min(max(location.end_column - 1, first + 1), len(characters) + 1)
    low, high = 0, len(characters)
    if _cells(characters) > room:
        # The caret a third of the way in: what comes before it explains it better than what follows.
        low = first
        while low > 0 and _cells(characters[low - 1 : first]) <= room // 3:
            low -= 1
        before = _CLIPPED if low else ""
        high = low
        while high < len(characters) and _cells(characters[low : high + 1]) <= room - 2 * len(_CLIPPED):
            high += 1
    else:
        before = ""
    after = _CLIPPED if high < len(characters) else ""
    start = len(before) + _cells(characters[low:first])
    length = _cells(characters[first : min(last, high)]) or 1
    return before + "".join(characters[low:high]) + after, start, length


def _visible(character: str) -> str:
    """Return a stand-in of known width for what would move the cursor or drive the terminal."""
    if character == "\t":
        return "    "
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return a text that cannot drive a terminal."""
    return "".join(_visible(character) if character != "\n" else "\n" for character in text)


def _cells(characters: Sequence[str]) -> int:
    return sum(_width(character) for text in characters for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
