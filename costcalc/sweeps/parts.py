"""Parts of a sweep: counted anywhere, kept in files, put together again."""

from __future__ import annotations

import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from costcalc.errors import Diagnostic, UsageError
from costcalc.sweeps.count import Columns, concatenate
from costcalc.sweeps.definition import Definition, prepare
from costcalc.version import __version__

FORMAT: Final = 2
_METRIC: Final = "metric_"


@dataclass(frozen=True, slots=True)
class Part:
    """What a sweep keeps of a range of designs.

    Attributes:
        definition: The sweep.
        digest: Of the sweep and its specs.
        start: The first design (of a sample, the first drawn).
        stop: The one after the last.
        columns: The designs kept.
        refused: How many designs were not legal, by code.
    """

    definition: Definition
    digest: str
    start: int
    stop: int
    columns: Columns
    refused: dict[str, int]


def total(definition: Definition) -> int:
    """Return how many designs a sweep counts."""
    size = prepare(definition).job.space.size
    return min(definition.sample, size) if definition.sample else size


def shard_rows(definition: Definition, number: int, of: int) -> tuple[int, int]:
    """Return the range of designs that is shard `number`, from 1, of so many."""
    designs = total(definition)
    return designs * (number - 1) // of, designs * number // of


def save(part: Part, path: Path) -> None:
    """Write a part to a file, whole or not at all."""
    about = {
        "format": FORMAT,
        "version": __version__,
        "definition": part.definition.to_json(),
        "digest": part.digest,
        "start": part.start,
        "stop": part.stop,
        "errors": part.columns.errors,
        "refused": part.refused,
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            np.savez(
                file,
                about=np.frombuffer(json.dumps(about).encode(), np.uint8),
                rows=part.columns.rows,
                codes=part.columns.codes,
                **{f"{_METRIC}{name}": values for name, values in part.columns.metrics.items()},
            )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path) -> Part:
    """Read a part. It is data, whoever wrote it: nothing in it is run, and it takes no more memory than disk.

    Raises:
        UsageError: E606, it is not a part, or another version wrote it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if any(each.compress_type != zipfile.ZIP_STORED for each in archive.infolist()):
                raise ValueError("it is compressed")
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(bytes(file["about"]))
            if (about["format"], about["version"]) != (FORMAT, __version__):
                theirs = f"costcalc {about['version']} (format {about['format']})"
                raise _wrong(f"{path} was written by {theirs}, this is {__version__} (format {FORMAT})")
            names = [name for name in file.files if name.startswith(_METRIC)]
            metrics = {name.removeprefix(_METRIC): file[name] for name in names}
            columns = Columns(file["rows"], metrics, file["codes"], about["errors"])
        _require_columns(columns)
        definition = Definition.from_json(about["definition"])
        return Part(definition, about["digest"], about["start"], about["stop"], columns, about["refused"])
    except UsageError:
        raise
    except Exception as error:  # whatever its readers say about a file that is not one
        raise _wrong(f"{path} is not a part of a sweep", str(error)) from None


def _require_columns(columns: Columns) -> None:
    for values in (columns.rows, columns.codes, *columns.metrics.values()):
        if values.shape != columns.rows.shape or values.ndim != 1 or values.dtype.kind != "i":
            raise ValueError("its columns are not whole numbers, as many in each")
    if len(columns) and not 0 <= columns.codes.min() <= columns.codes.max() <= len(columns.errors):
        raise ValueError("it has errors without a code")


def merge(parts: Sequence[Part]) -> Part:
    """Put all parts of a sweep together.

    Raises:
        UsageError: E606, they are not of one sweep, overlap, or leave something out.
    """
    if not parts:
        raise _wrong("there is nothing to merge")
    ordered = sorted(parts, key=lambda part: (part.start, part.stop))
    first = ordered[0]
    if any(part.digest != first.digest for part in ordered):
        raise _wrong("these are parts of different sweeps, or their specs differ")
    plan = prepare(first.definition)
    if plan.digest != first.digest:
        raise _wrong("the specs have changed since these parts were counted")
    expected = 0
    problems = []
    for part in [*ordered, None]:
        start = total(first.definition) if part is None else part.start
        if start > expected:
            problems.append(f"designs {expected + 1} to {start} are missing")
        elif start < expected and part is not None and part.stop > part.start:
            problems.append(f"designs {start + 1} to {min(expected, part.stop)} come twice")
        expected = max(expected, part.stop if part else 0)
    if problems:
        raise UsageError(Diagnostic("E606", problem) for problem in problems)
    whole = joined(ordered, first.definition, (0, expected))
    return replace(whole, columns=plan.selection.keep(whole.columns))


def joined(parts: Sequence[Part], definition: Definition, rows: tuple[int, int]) -> Part:
    """Return parts that are neighbours as one."""
    plan = prepare(definition)
    columns = concatenate([part.columns for part in parts], plan.counts)
    refused: Counter[str] = Counter()
    for part in parts:
        refused.update(part.refused)
    return Part(definition, plan.digest, *rows, plan.selection.of_part().keep(columns), dict(refused))


def load_all(paths: Iterable[Path]) -> list[Part]:
    """Read parts: the files given, and those in folders given.

    Raises:
        UsageError: E606, a file is missing, or is not a part.
    """
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise _wrong(f"there is no file or folder {path}")
        files += sorted(path.glob("*.part")) if path.is_dir() else [path]
    return [load(path) for path in files]


def _wrong(problem: str, help: str | None = None) -> UsageError:
    return UsageError(Diagnostic("E606", problem, help=help))
