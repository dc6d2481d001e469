"""Figures from a CSV file, such as accuracies, put beside the designs that they belong to."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, UsageError
from costcalc.sweeps.space import Space

MODEL = "model"


@dataclass(frozen=True, slots=True)
class Joined:
    """Figures by design.

    Attributes:
        figures: By name, a number per line of the table.
        keys: For every line, the design that it is about, numbered within `dimensions`; rising.
        dimensions: Which of the networks (0) and axes (1, ...) tell the lines apart.
    """

    space: Space
    figures: dict[str, Any]
    keys: Any
    dimensions: tuple[int, ...]

    def column(self, name: str, rows: Any) -> Any:
        """Return a figure for every design; NaN where the table has none."""
        coordinates = self.space.coordinates(rows)
        shape = [self.space.shape[each] for each in self.dimensions]
        wanted = np.ravel_multi_index([coordinates[each] for each in self.dimensions], shape)
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, self.figures[name][places], np.nan)


def parse_table(text: str, space: Space) -> Joined:
    """Return the figures of a CSV file whose first line names `model`, or axes, or both.

    Raises:
        UsageError: E605, it names neither, holds something else than numbers, or no design of the space.
    """
    header, *lines = list(csv.reader(text.lstrip("\ufeff").splitlines())) or [[]]
    names = {MODEL: 0} | {axis.name: place for place, axis in enumerate(space.axes, 1)}
    dimensions = {names[name]: at for at, name in enumerate(header) if name in names}
    figures = {name: at for at, name in enumerate(header) if name not in names}
    if not dimensions or not figures:
        raise _wrong(f"the first line names no {' or '.join(names)}, or nothing beside it")
    known: dict[int, dict[Any, int]] = {0: {net.name: i for i, net in enumerate(space.networks)}}
    for place, axis in enumerate(space.axes, 1):
        known[place] = {
            float(v) if v is not None else t: i
            for i, (t, v) in enumerate(zip(axis.texts, axis.values, strict=True))
        }
    shape = [space.shape[each] for each in dimensions]
    found: dict[int, list[float]] = {}
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        try:
            keys = [_key(line[at], known[place]) for place, at in dimensions.items()]
            values = [float(line[at] or "nan") for at in figures.values()]
        except (ValueError, IndexError):
            raise _wrong(f"line {number} does not have a number in every column") from None
        places = [known[place].get(key) for place, key in zip(dimensions, keys, strict=True)]
        if None not in places:
            found[int(np.ravel_multi_index(places, shape))] = values  # type: ignore[arg-type]
    if not found:
        raise _wrong("no line is about a design of this sweep")
    order = sorted(found)
    columns = np.array([found[key] for key in order], dtype=np.float64).T
    return Joined(space, dict(zip(figures, columns, strict=True)), np.array(order), tuple(dimensions))


def _key(text: str, known: dict[Any, int]) -> Any:
    return text if text in known else float(text) if text.replace(".", "", 1).isdigit() else text


def _wrong(problem: str) -> UsageError:
    help = "for example `model,top1` and a line `mobilenet@a0.5,63.7` for each design"
    return UsageError(Diagnostic("E605", f"--metrics: {problem}", help=help))
