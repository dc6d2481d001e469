"""Sweeps from Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from costcalc.sweeps.definition import Definition
from costcalc.sweeps.result import Result, result
from costcalc.sweeps.workers import processes, run

Values = str | int | float | Iterable[Any]


def sweep(
    references: str | Iterable[str],
    axes: Mapping[str, Values],
    *,
    metrics: Iterable[str] = (),
    executor: Executor | None = None,
    jobs: int = 1,
    journal: Path | None = None,
    **options: Any,
) -> Result:
    """Count networks at every combination of values.

    Args:
        references: Networks, as `costcalc.load` takes them, or several with `*`.
        axes: By parameter the values: as on the command line (`"0.25:1:0.05"`), or an iterable. A float
            stands for the decimal that it prints as.
        metrics: What to show: `macs`, `params`, `peak_memory`, ...; the usual ones unless given.
        executor: Who counts: any `concurrent.futures.Executor`, whose workers have costcalc and the specs.
        jobs: Without an executor, how many processes count.
        journal: A folder that keeps finished parts; what it has is not counted again.
        options: `variants`, `where`, `pareto`, `sort`, `top`, `sample`, `seed`, `table`, `convention`,
            `batch`, `weights`, `activations`, `fusion`, `weights_in_ram`, `with_fvcore`: see `Definition`.

    Raises:
        CostcalcError: whatever is wrong with the specs or the arguments; what is wrong with single designs
            is in the result.

    >>> frame = sweep("mobilenet", {"alpha": [0.5, 1]}, metrics=["macs"]).to_frame()
    >>> frame["macs"].tolist()
    [149497088, 568740352]
    """
    definition = Definition(
        (references,) if isinstance(references, str) else tuple(references),
        tuple((name, _text(values)) for name, values in axes.items()),
        metrics=tuple(metrics),
        **options,
    )
    if executor is None and jobs > 1:
        with processes(jobs) as pool:
            return result(run(definition, executor=pool, journal=journal))
    return result(run(definition, executor=executor, journal=journal))


def _text(values: Values) -> str:
    if isinstance(values, str):
        return values
    if isinstance(values, Iterable):
        return ",".join(map(_text, values))
    return str(values).lower() if isinstance(values, bool) else str(values)
