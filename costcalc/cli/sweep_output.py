"""Where a sweep's result goes: one of any size is written in pieces, and nobody is shown a million rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from costcalc.cli.files import write_pieces
from costcalc.cli.output import Output
from costcalc.cli.streams import report, write
from costcalc.errors import Diagnostic, MissingExtraError
from costcalc.report.formats import render
from costcalc.report.sweep import sweep_json, sweep_table

if TYPE_CHECKING:
    from costcalc.sweeps.result import Result


def check_output(output: Output) -> None:
    """Make sure that the files can be written, before anything is counted.

    Raises:
        MissingExtraError: E020, a Parquet file is wanted and pyarrow is not installed.
    """
    if any(format == "parquet" for format, _ in output.files) and not find_spec("pyarrow"):
        help = 'pip install "costcalc[parquet]"'
        raise MissingExtraError(Diagnostic("E020", "pyarrow is not installed", help=help))


def emit(result: Result, output: Output, *notes: str) -> None:
    """Write the files, then standard output: a pipe that breaks must not cost a file.

    Raises:
        UsageError: E033, a file cannot be written.
    """
    for format, path in output.files:
        write_pieces(path, _pieces(result, format, notes, raw=output.raw))
    if output.format in ("csv", "json"):
        for piece in _pieces(result, output.format, notes, raw=output.raw):
            write(piece.decode())
        return
    whole = next((path for format, path in output.files if format in ("csv", "json", "parquet")), None)
    table = sweep_table(result, notes, elsewhere=str(whole) if whole else None)
    replace(output, files=(), sort=None, columns=()).emit(table)


def _pieces(result: Result, format: str, notes: tuple[str, ...], *, raw: bool) -> Iterable[bytes]:
    match format:
        case "csv":
            from costcalc.sweeps.result import csv_lines

            return csv_lines(result)
        case "json":
            return map(str.encode, sweep_json(result, notes))
        case "parquet":
            return [_parquet(result)]
    return [render(sweep_table(result, notes), format, raw=raw).encode()]


def _parquet(result: Result) -> bytes:
    from io import BytesIO

    file = BytesIO()
    result.to_frame().to_parquet(file, engine="pyarrow", index=False)
    return file.getvalue()


def verdict(result: Result) -> int:
    """Return the exit code when counts must be known: 1 if some are not, after saying which."""
    unknown = result.unknown()
    if not unknown:
        return 0
    report([Diagnostic("E505", f"{name} is unknown for {n:,} designs") for name, n in unknown.items()])
    return 1
