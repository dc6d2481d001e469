"""Files to write: checked before anything is counted, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.files import write_whole
from costcalc.report.formats import What, find_printer, formats

File = tuple[str, Path]
"""A format and the path to write it to."""

STDOUT: Final = Path("-")
"""The path of standard output, which several formats may share."""


def parse_files(texts: Iterable[str], what: What, more: Collection[str] = ()) -> tuple[File, ...]:
    """Return the format and the path of every `FORMAT=PATH`.

    Args:
        texts: What was written.
        what: What is to be written.
        more: Formats besides those that can print it.

    Raises:
        UsageError: E032, with everything that is wrong with any of them.
    """
    files: list[File] = []
    wrong: list[Diagnostic] = []
    for text in texts:
        format, _, name = text.partition("=")
        path = Path(name)
        known = bool(format in more or find_printer(format, what))
        taken = [other for _, other in files if other != STDOUT]
        problem = _problem(format, path, taken)
        if path.name and not known:
            problem = f"`{format}` is not a format", one_of(format, (*formats(what), *more))
        if problem:
            message, advice = problem
            wrong.append(Diagnostic("E032", f"-o {text}: {message}", help=advice))
        files.append((format, path))
    if wrong:
        raise UsageError(wrong)
    return tuple(files)


def _problem(format: str, path: Path, taken: list[Path]) -> tuple[str, str | None] | None:
    if not path.name:
        return "it takes FORMAT=PATH", "for example: -o csv=costs.csv"
    if path.is_dir():
        return f"{path} is a folder", f"for example: -o {format}={path / 'costs'}"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}", f"make it first: mkdir -p {path.parent}"
    if path in taken:
        return "another -o writes the same file", None
    return None


def write_file(path: Path, text: str) -> None:
    """Write a text to a file, as `write_pieces` does."""
    write_pieces(path, [text.encode()])


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all; links, pipes and devices are written to as they are.

    Raises:
        UsageError: E033, it cannot be written.
    """
    try:
        write_whole(path, lambda file: file.writelines(pieces))
    except OSError as error:
        raise UsageError(Diagnostic("E033", f"cannot write {path}: {error.strerror}")) from error
