"""Results as CSV: a million lines a second, made column by column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any, Final

import numpy as np

from costcalc.sweeps.result import Result
from costcalc.sweeps.run import UNKNOWN

BLOCK: Final = 1 << 15
"""Lines that are made at a time."""

_FOUR_DIGITS: Final = np.array([list(b"%04d" % number) for number in range(10_000)], np.uint8)


def csv_lines(result: Result) -> Iterator[bytes]:
    """Yield a CSV file in pieces: names, then a line per design; what the counts rest on is in every line."""
    names = [axis.name for axis in result.axes]
    figures = result.figures()
    yield _line(["model", *names, *result.shown, *figures, "error", "reason", *result.context])
    ending = _line(["", *result.context.values()])
    tables = [_labels(result.names()), *(_labels(axis.texts) for axis in result.axes)]
    codes = _labels(["", *result.columns.errors])
    for start in range(0, len(result), BLOCK):
        columns = result.columns.take(slice(start, start + BLOCK))
        coordinates = result.plan.job.space.coordinates(columns.rows)
        cells = [table[places] for table, places in zip(tables, coordinates, strict=True)]
        cells += [_digits(columns.metrics[name]) for name in result.shown]
        cells += [_labels(_decimals(values[start : start + BLOCK])) for values in figures.values()]
        cells.append(codes[columns.codes])
        cells.append(_labels(result.reasons(np.arange(start, start + len(columns)))))
        yield _joined(cells, ending)


def _line(values: Sequence[object]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def _labels(texts: Sequence[str]) -> Any:
    """Return texts as the bytes of CSV cells, one per line, filled up with zeros."""
    cells = [_line([text, ""])[:-2] if text else b"" for text in texts]
    array = np.array(cells, dtype=np.bytes_)
    return array.view(np.uint8).reshape(len(cells), -1)


def _decimals(values: Any) -> list[str]:
    return ["" if value != value else repr(value) for value in values.tolist()]


def _digits(values: Any) -> Any:
    """Return whole numbers, none negative, as digits behind zeros; the unknown is zeros alone."""
    known = values != UNKNOWN
    rest = np.where(known, values, 0)
    width = len(str(int(rest.max(initial=0))))
    groups = -(-width // 4)
    digits = np.empty((len(rest), 4 * groups), np.uint8)
    length = np.ones(len(rest), np.int8)
    for group in reversed(range(groups)):
        higher = rest // 10_000
        digits[:, 4 * group : 4 * group + 4] = _FOUR_DIGITS[rest - higher * 10_000]
        rest = higher
    for power in range(1, width):
        length += values >= 10**power
    length[~known] = 0
    digits[np.arange(4 * groups) < 4 * groups - length[:, None]] = 0
    return digits


def _joined(cells: Sequence[Any], ending: bytes) -> bytes:
    """Put commas between cells and the ending behind, and take out the zeros that filled up."""
    lines = len(cells[0])
    comma = np.full((lines, 1), ord(","), np.uint8)
    parts = [part for cell in cells for part in (cell, comma)][:-1]
    parts.append(np.broadcast_to(np.frombuffer(ending, np.uint8), (lines, len(ending))))
    flat = np.concatenate(parts, axis=1).ravel()
    return bytes(flat[flat != 0])
