"""What a sweep found: columns of exact counts, ready to be written or made a data frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from costcalc.sweeps.axes import Axis
from costcalc.sweeps.definition import Definition, Plan, prepare
from costcalc.sweeps.parts import Part
from costcalc.sweeps.run import UNKNOWN, Columns
from costcalc.sweeps.second import FVCORE

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class Result:
    """The designs that a sweep kept, in order.

    Attributes:
        part: They, and how many designs were counted or refused.
        plan: What was asked.
    """

    part: Part
    plan: Plan

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
    def axes(self) -> tuple[Axis, ...]:
        """What varies, beside the network."""
        return self.plan.job.space.axes

    @property
    def shown(self) -> tuple[str, ...]:
        """The counts that were asked for."""
        return self.plan.shown

    @property
    def designs(self) -> int:
        """How many designs were counted or refused."""
        return self.part.stop - self.part.start

    @property
    def context(self) -> dict[str, object]:
        """What the counts rest on."""
        asked = self.definition
        return {
            "convention": asked.convention.partition(",")[0],
            "batch": asked.batch,
            "dtype": asked.activations,
            "weights_dtype": asked.weights,
            "fusion": asked.fusion,
        }

    def unknown(self) -> dict[str, int]:
        """Return how many of the legal designs have no count, by the name of each such count."""
        legal = self.columns.codes == 0
        numbers = {name: int((legal & (self.columns.metrics[name] == UNKNOWN)).sum()) for name in self.shown}
        return {name: number for name, number in numbers.items() if number}

    def fvcore_verdicts(self) -> tuple[int, int, int]:
        """Return for how many designs fvcore counts what its rules give, something else, and nothing."""
        columns = self.columns.take(self.columns.codes == 0)
        counted = columns.metrics[FVCORE]
        known = counted != UNKNOWN
        same = int((counted * self.definition.batch == columns.metrics["macs_fvcore"])[known].sum())
        return same, int(known.sum()) - same, int((~known).sum())

    def names(self) -> list[str]:
        """Return the networks' names."""
        return [network.name for network in self.plan.job.space.networks]

    def figures(self) -> dict[str, Any]:
        """Return the figures joined from a table, a number per design, NaN where there is none."""
        joined = self.plan.selection.joined
        if joined is None:
            return {}
        return {name: joined.column(name, self.columns.rows) for name in joined.figures}

    def reasons(self, places: Any) -> list[str]:
        """Return why designs are not legal, "" for those that are, by their places in the result."""
        messages = [""] * len(places)
        wrong = np.flatnonzero(self.columns.codes[places])
        if len(wrong):
            found = self.plan.job.reasons(self.columns.rows[places][wrong])
            for place, message in zip(wrong.tolist(), found, strict=True):
                messages[place] = message
        return messages

    def records(self, start: int, stop: int) -> Iterator[dict[str, object]]:
        """Yield designs start..stop as rows of exact values; a count that is not known is None."""
        columns = self.columns.take(slice(start, stop))
        networks, *places = (each.tolist() for each in self.plan.job.space.coordinates(columns.rows))
        counts = {name: columns.metrics[name].tolist() for name in self.shown}
        figures = {name: values[start:stop].tolist() for name, values in self.figures().items()}
        names, reasons = self.names(), self.reasons(np.arange(start, start + len(columns)))
        for index, code in enumerate(columns.codes.tolist()):
            row: dict[str, object] = {"model": names[networks[index]]}
            for axis, place in zip(self.axes, places, strict=True):
                row[axis.name] = axis.texts[place[index]]
            for name, values in counts.items():
                row[name] = None if values[index] == UNKNOWN else values[index]
            for name, numbers in figures.items():
                row[name] = None if numbers[index] != numbers[index] else numbers[index]
            row["error"] = columns.errors[code - 1] if code else ""
            row["reason"] = reasons[index]
            yield row

    def to_frame(self) -> DataFrame:
        """Return a data frame with a row per design; pandas is imported here.

        Networks and codes are categories, values of axes numbers where all of an axis are, counts exact
        nullable integers. What the counts rest on is in `attrs`.
        """
        import pandas as pd

        columns = self.columns
        networks, *places = self.plan.job.space.coordinates(columns.rows)
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
        frame["reason"] = self.reasons(np.arange(len(columns)))
        whole = pd.DataFrame(frame)
        whole.attrs |= self.context
        return whole


def result(part: Part) -> Result:
    """Return what a sweep found."""
    return Result(part, prepare(part.definition))
