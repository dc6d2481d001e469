"""One line on standard error for work that takes long enough to wonder about."""

from __future__ import annotations

import contextlib
import sys
import threading
from types import TracebackType
from typing import Self

from costcalc.cli.streams import is_terminal, terminal_width

_PATIENCE = 0.5  # seconds before the line appears


class Progress:
    """A line that says what is being done, while it is done. Only a terminal sees it."""

    def __init__(self) -> None:
        self._text = ""
        self._visible = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(_PATIENCE, self._appear)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if is_terminal(sys.stderr):
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._visible:
                self._print("")
            self._visible = False

    def update(self, text: str) -> None:
        """Say what is being done from now on."""
        with self._lock:
            self._text = text
            if self._visible:
                self._print(text)

    def _appear(self) -> None:
        with self._lock:
            self._visible = True
            self._print(self._text)

    @staticmethod
    def _print(text: str) -> None:
        room = (terminal_width(sys.stderr) or 80) - 1  # a line that wraps could not be wiped
        with contextlib.suppress(OSError):
            print(f"\r\x1b[2K{text[:room]}", end="", file=sys.stderr, flush=True)
