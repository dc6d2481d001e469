"""Files to write: checked before anything is counted, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.files import write_whole
from costcalc.report.formats import FORMATS

File = tuple[str, Path]
"""A format and the path to write it to."""


def parse_files(
    texts: Iterable[str], formats: Collection[str] = FORMATS, shared: Collection[Path] = ()
) -> tuple[File, ...]:
    """Return the format, one of `formats`, and the path of every `FORMAT=PATH`.

    Args:
        texts: What was written.
        formats: What may be asked for.
        shared: Paths that several may write to.

    Raises:
        UsageError: E032, with everything that is wrong with any of them.
    """
    files: list[File] = []
    wrong: list[Diagnostic] = []
    for text in texts:
        format, _, name = text.partition("=")
        path = Path(name)
        problem = _problem(format, path, formats, taken=[other for _, other in files if other not in shared])
        if problem:
            message, advice = problem
            wrong.append(Diagnostic("E032", f"-o {text}: {message}", help=advice))
        files.append((format, path))
    if wrong:
        raise UsageError(wrong)
    return tuple(files)


def _problem(
    format: str, path: Path, formats: Collection[str], taken: list[Path]
) -> tuple[str, str | None] | None:
    if not path.name:
        return "it takes FORMAT=PATH", "for example: -o csv=costs.csv"
    if format not in formats:
        return f"`{format}` is not a format", one_of(format, formats)
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
