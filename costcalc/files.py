"""Files written whole or not at all: the one way in which anything is written here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that nobody ever reads half of it.

    A regular file is written beside its place and then takes it, with the mode of the one that was there.
    Links, pipes and devices are written to as they are.

    Args:
        path: Where.
        write: Writes the content to an open file.

    Raises:
        OSError: it cannot be written; what was there before is there still, and no draft is left.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with path.open("wb") as file:
            write(file)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            write(file)
        if path.exists():
            draft.chmod(path.stat().st_mode)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
