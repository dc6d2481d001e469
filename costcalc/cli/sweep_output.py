"""Where a sweep's result goes: one of any size is written in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from costcalc.cli.files import write_file, write_pieces
from costcalc.cli.output import Output
from costcalc.cli.streams import write
from costcalc.report.formats import render
from costcalc.report.sweep import context, sweep_json, sweep_table
from costcalc.sweeps.result import Result
from costcalc.sweeps.text import csv_lines


def emit(result: Result, output: Output, *notes: str) -> None:
    """Write the files, then standard output: a pipe that breaks must not cost a file.

    Raises:
        UsageError: E031, no such column; E033, a file cannot be written.
    """
    for format, path in output.files:
        if pieces := _pieces(result, format, notes):
            write_pieces(path, pieces)
        else:
            table = sweep_table(result, notes)
            write_file(path, render(table.select(output.columns) if output.columns else table, format))
    if pieces := _pieces(result, output.format, notes):
        for piece in pieces:
            write(piece.decode())
    else:
        replace(output, files=(), sort=None).emit(sweep_table(result, notes))


def _pieces(result: Result, format: str, notes: tuple[str, ...]) -> Iterator[bytes] | None:
    """Return a file in pieces, if it is one of a format of any size."""
    if format == "csv":
        return csv_lines(result, context(result))
    return map(str.encode, sweep_json(result, notes)) if format == "json" else None
