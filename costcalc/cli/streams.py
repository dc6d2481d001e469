"""Standard output and standard error: width, colour, encoding, and pipes that break."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from costcalc.errors import Diagnostic

_ASCII = str.maketrans({"✓": "ok", "≠": "!=", "─": "-", "≥": ">=", "×": "x", "−": "-"})
"""For terminals that cannot show the symbols. Not `?`, which means unknown."""


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody watches. A stream that was closed before we started is None."""
    return stream is not None and stream.isatty()


def terminal_width(stream: TextIO | None) -> int | None:
    """Return the width to fit a table into; None when nobody looks at a screen and nobody said."""
    if is_terminal(stream) or os.environ.get("COLUMNS"):
        import shutil  # which loads every kind of archive

        return shutil.get_terminal_size().columns
    return None


def wants_colour(stream: TextIO | None) -> bool:
    """Tell whether to use colours: NO_COLOR wins, then FORCE_COLOR, then whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def write(text: str) -> None:
    """Write a result to standard output.

    Raises:
        BrokenPipeError: nobody reads it.
        OSError: it cannot be written.
    """
    _write(sys.stdout, text)


def report(diagnostics: Sequence[Diagnostic]) -> None:
    """Write diagnostics to standard error, if there is any."""
    from costcalc.report.diagnostics import render_diagnostics

    width = terminal_width(sys.stderr) or 100
    with contextlib.suppress(OSError):
        _write(sys.stderr, render_diagnostics(diagnostics, width=width, colour=wants_colour(sys.stderr)))


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        text.encode(stream.encoding)
    except UnicodeEncodeError:
        text = text.translate(_ASCII)
        text = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
    stream.write(text)
    stream.flush()


def finish_output() -> None:
    """Flush standard output now: at interpreter exit a failure could only be printed, not handled."""
    if sys.stdout is not None:
        sys.stdout.flush()


def abandon_output() -> None:
    """Point standard output at nothing, so that the interpreter's own last flush succeeds."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
