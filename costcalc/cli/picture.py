"""Picture files: checked before anything is counted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.cli.files import write_pieces
from costcalc.errors import Diagnostic, MissingExtraError, UsageError, did_you_mean

if TYPE_CHECKING:
    from costcalc.sweeps.result import Result

FORMATS = ("svg", "png")


def picture_format(path: Path) -> str:
    """Return the format that a file's name asks for.

    Raises:
        UsageError: E032, it asks for another one, or the folder is not there.
        MissingExtraError: E020, matplotlib is not installed.
    """
    format = path.suffix.removeprefix(".").lower()
    if format not in FORMATS:
        help = did_you_mean(format, FORMATS) or f"for example: {path.stem or 'result'}.svg"
        raise UsageError(Diagnostic("E032", f"{path}: pictures are SVG or PNG", help=help))
    if not path.parent.is_dir():
        help = f"make it first: mkdir -p {path.parent}"
        raise UsageError(Diagnostic("E032", f"{path}: there is no folder {path.parent}", help=help))
    if not find_spec("matplotlib"):
        help = 'pip install "costcalc[plot]"'
        raise MissingExtraError(Diagnostic("E020", "matplotlib is not installed", help=help))
    return format


def draw_result(result: Result, path: Path) -> None:
    """Draw a sweep's result as `plot sweep` does when nobody says what.

    Raises:
        UsageError: E707 or E708, there is nothing to draw; E033, the file cannot be written.
    """
    from costcalc.report.plot.points import of_result
    from costcalc.report.plot.sweep import draw

    write_pieces(path, [draw(of_result(result), format=picture_format(path))])
