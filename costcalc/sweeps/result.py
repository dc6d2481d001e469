"""What a sweep found: arrays of exact counts, ready to be written as CSV or made a data frame."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from costcalc.cost import Basis, parse_basis
from costcalc.sweeps.axes import BASIS_AXES, Axis
from costcalc.sweeps.count import UNKNOWN, Columns
from costcalc.sweeps.definition import FVCORE, Definition, Plan, prepare
from costcalc.sweeps.parts import Part
from costcalc.sweeps.run import processes, run
from costcalc.sweeps.space import Space

if TYPE_CHECKING:
    from pandas import DataFrame

Values = str | int | float | Iterable[Any]

BLOCK: Final = 1 << 15
"""Designs that are written at a time."""

_RECORDS: Final = 1000
"""Designs that are made Python objects at a time."""


def sweep(
    references: str | Iterable[str],
    axes: Mapping[str, Values],
    *,
    metrics: Iterable[str] = (),
    convention: str = "paper",
    batch: int = 1,
    dtype: str = "fp32",
    weights_dtype: str | None = None,
    activations_dtype: str | None = None,
    fusion: str = "conv-bn-act",
    weights_in_ram: bool = False,
    executor: Executor | None = None,
    jobs: int = 1,
    journal: Path | None = None,
    **options: Any,
) -> Result:
    """Count networks at every combination of values.

    Args:
        references: Networks, as `costcalc.load` takes them, or several with `*`.
        axes: By parameter the values: as on the command line (`"0.25:1:0.05"`), or an iterable. A float
            stands for the decimal that it prints as. `batch`, `dtype` and `fusion` are axes, too.
        metrics: What to show: `macs`, `params`, `peak_memory`, ...; the usual ones unless given.
        convention: What counts, as for `costcalc.count`; several, behind commas, add a metric each.
        batch: Images per batch.
        dtype: The number format of weights and activations.
        weights_dtype: That of the weights alone.
        activations_dtype: That of the activations alone.
        fusion: What runs in one kernel.
        weights_in_ram: Whether peak memory includes the weights.
        executor: Who counts: any `concurrent.futures.Executor`, whose workers have costcalc and the specs.
        jobs: Without an executor, how many processes count.
        journal: A folder that keeps finished parts; what it has is not counted again.
        options: `variants`, `where`, `pareto`, `sort`, `top`, `sample`, `seed`, `table`, `with_fvcore`: see
            `Definition`.

    Raises:
        CostcalcError: whatever is wrong with the specs or the arguments; what is wrong with single designs
            is in the result.

    >>> frame = sweep("mobilenet", {"alpha": [0.5, 1], "batch": [1, 8]}, metrics=["macs"]).to_frame()
    >>> frame["macs"].tolist()
    [149497088, 1195976704, 568740352, 4549922816]
    """
    definition = Definition(
        (references,) if isinstance(references, str) else tuple(references),
        tuple((name, _text(values)) for name, values in axes.items()),
        metrics=tuple(metrics),
        basis=parse_basis(
            convention,
            batch,
            dtype,
            weights_dtype=weights_dtype,
            activations_dtype=activations_dtype,
            fusion=fusion,
            weights_in_ram=weights_in_ram,
        ),
        **options,
    )
    if executor is None and jobs > 1:
        with processes(jobs) as pool:
            return Result.of(run(definition, executor=pool, journal=journal))
    return Result.of(run(definition, executor=executor, journal=journal))


def _text(values: Values) -> str:
    if isinstance(values, str):
        return values
    if isinstance(values, Iterable):
        return ",".join(map(_text, values))
    return str(values).lower() if isinstance(values, bool) else str(values)


@dataclass(frozen=True, slots=True)
class Result:
    """The designs that a sweep kept, in order.

    Attributes:
        part: They, and how many designs were counted or refused.
        plan: What was asked.
    """

    part: Part
    plan: Plan

    @classmethod
    def of(cls, part: Part) -> Result:
        """Return what a sweep found."""
        return cls(part, prepare(part.definition))

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def definition(self) -> Definition:
        """The sweep."""
        return self.part.definition

    @property
    def columns(self) -> Columns:
        """The designs' counts."""
        return self.part.columns

    @property
    def space(self) -> Space:
        """The designs that were to choose from."""
        return self.plan.job.space

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What varies, beside the network."""
        return self.space.axes

    @property
    def shown(self) -> tuple[str, ...]:
        """The counts that were asked for."""
        return self.plan.shown

    @property
    def designs(self) -> int:
        """How many designs were counted or refused."""
        return self.part.stop - self.part.start

    @property
    def basis(self) -> Basis:
        """What the counts rest on, as far as no axis says."""
        return self.plan.job.basis

    @property
    def basis_axes(self) -> tuple[str, ...]:
        """The parts of the basis that vary."""
        return tuple([axis.name for axis in self.axes if axis.name in BASIS_AXES])

    @property
    def context(self) -> dict[str, object]:
        """What all counts rest on; what varies is in a column of its own."""
        varying = {*self.basis_axes}
        if "dtype" in varying:
            varying |= {"weights_dtype", "activations_dtype"}
        return {name: value for name, value in self.basis.record().items() if name not in varying}

    def unknown(self) -> dict[str, int]:
        """Return how many of the legal designs have no count, by the name of each such count."""
        legal = self.columns.legal
        numbers = {name: int((legal & (self.columns.metrics[name] == UNKNOWN)).sum()) for name in self.shown}
        return {name: number for name, number in numbers.items() if number}

    def fvcore_verdicts(self) -> tuple[int, int, int]:
        """Return for how many designs fvcore counts what its rules give, something else, and nothing."""
        columns = self.columns.take(self.columns.legal)
        counted = columns.metrics[FVCORE]
        known = counted != UNKNOWN
        same = int((counted * self._batches(columns.rows) == columns.metrics["macs_fvcore"])[known].sum())
        return same, int(known.sum()) - same, int((~known).sum())

    def _batches(self, rows: Any) -> Any:
        for place, axis in enumerate(self.axes, 1):
            if axis.name == "batch":
                return axis.whole[self.space.coordinates(rows)[place]]
        return self.basis.batch

    def names(self) -> list[str]:
        """Return the networks' names."""
        return [network.name for network in self.space.networks]

    def figures(self) -> dict[str, Any]:
        """Return the figures joined from a table, a number per design, NaN where there is none."""
        joined = self.plan.selection.joined
        if joined is None:
            return {}
        return {name: joined.column(name, self.columns.rows) for name in joined.figures}

    def reasons(self, start: int, stop: int) -> tuple[list[str], Any]:
        """Return why designs start..stop are not legal: the reasons, and which of them every design has.

        The first reason is "", for those that are legal.
        """
        refused = np.flatnonzero(self.columns.codes[start:stop])
        which = np.zeros(len(self.columns.codes[start:stop]), np.int32)
        reasons, of_refused = self.plan.job.reasons(self.columns.rows[start:stop][refused])
        which[refused] = of_refused + 1
        return ["", *reasons], which

    def records(self, start: int, stop: int) -> Iterator[dict[str, object]]:
        """Yield designs start..stop as rows of exact values; a count that is not known is None."""
        stop = min(stop, len(self))
        all_figures = self.figures()
        names, (reasons, which) = self.names(), self.reasons(start, stop)
        for first in range(start, stop, _RECORDS):
            block = slice(first, min(first + _RECORDS, stop))
            columns = self.columns.take(block)
            networks, *places = (each.tolist() for each in self.space.coordinates(columns.rows))
            counts = {name: columns.metrics[name].tolist() for name in self.shown}
            figures = {name: values[block].tolist() for name, values in all_figures.items()}
            for index, code in enumerate(columns.codes.tolist()):
                row: dict[str, object] = {"model": names[networks[index]]}
                for axis, place in zip(self.axes, places, strict=True):
                    row[axis.name] = axis.texts[place[index]]
                for name, values in counts.items():
                    row[name] = None if values[index] == UNKNOWN else values[index]
                for name, numbers in figures.items():
                    row[name] = None if numbers[index] != numbers[index] else numbers[index]
                row["error"] = columns.errors[code - 1] if code else ""
                row["reason"] = reasons[which[first - start + index]]
                yield row

    def to_frame(self) -> DataFrame:
        """Return a data frame with a row per design; pandas is imported here.

        Networks and codes are categories, values of axes numbers where all of an axis are, counts exact
        nullable integers. What the counts rest on is in `attrs`.
        """
        import pandas as pd

        columns = self.columns
        networks, *places = self.space.coordinates(columns.rows)
        frame: dict[str, Any] = {"model": pd.Categorical.from_codes(networks, pd.Index(self.names()))}
        for axis, place in zip(self.axes, places, strict=True):
            values = axis.whole if axis.whole is not None else axis.floats if axis.is_numeric else axis.texts
            frame[axis.name] = np.asarray(values)[place]
        for name in self.shown:
            counts = columns.metrics[name]
            frame[name] = pd.arrays.IntegerArray(counts.copy(), counts == UNKNOWN)
        frame |= self.figures()
        codes = columns.codes.astype(np.int64) - 1
        frame["error"] = pd.Categorical.from_codes(codes, pd.Index(columns.errors))
        reasons, which = self.reasons(0, len(self))
        frame["reason"] = np.array(reasons, dtype=object)[which]
        whole = pd.DataFrame(frame)
        whole.attrs |= self.context
        return whole


# ---- CSV: a million lines a second, made column by column ------------------------------------------------

_FOUR_DIGITS: Final = np.array([list(b"%04d" % number) for number in range(10_000)], np.uint8)


def csv_lines(result: Result) -> Iterator[bytes]:
    """Yield a CSV file in pieces: names, then a line per design; what the counts rest on is in every line."""
    names = [axis.name for axis in result.axes]
    figures = result.figures()
    yield _line(["model", *names, *result.shown, *figures, "error", "reason", *result.context])
    context = [str(value).lower() if isinstance(value, bool) else value for value in result.context.values()]
    ending = _line(["", *context])
    tables = [_labels(result.names()), *(_labels(axis.texts) for axis in result.axes)]
    codes = _labels(["", *result.columns.errors])
    reasons, which = result.reasons(0, len(result))
    texts = _labels(reasons)
    for start in range(0, len(result), BLOCK):
        block = slice(start, start + BLOCK)
        columns = result.columns.take(block)
        coordinates = result.space.coordinates(columns.rows)
        cells = [table[places] for table, places in zip(tables, coordinates, strict=True)]
        cells += [_digits(columns.metrics[name]) for name in result.shown]
        cells += [_labels(_decimals(values[block])) for values in figures.values()]
        cells += [codes[columns.codes], texts[which[block]]]
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
