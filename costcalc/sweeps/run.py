"""Who counts the parts of a sweep: this process, several, or any executor; and what is kept on the way."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final

import numpy as np

from costcalc.errors import Diagnostic, MissingExtraError, UsageError
from costcalc.sweeps.count import CHUNK, UNKNOWN, Columns, Progress, chunks
from costcalc.sweeps.definition import FVCORE, Definition, prepare
from costcalc.sweeps.parts import Part, joined, load, merge, save, total
from costcalc.sweeps.space import Space
from costcalc.units import format_bytes
from costcalc.witness.cache import fvcore_counts

SAMPLED_CHUNK: Final = 1 << 14
"""Designs of a sample that are counted at a time: they have no sides to multiply."""
PARTS: Final = 32
"""Into how many parts a sweep falls when they are counted apart, if it is large enough."""
LEAST_CHUNK: Final = 1 << 12
"""Designs of such a part: a fraction of a second, mostly spent on what all of them share."""
FVCORE_CHUNK: Final = 32
"""Designs that fvcore counts in a few seconds."""
AHEAD: Final = 64
"""Parts that are given to an executor, or are done, before the first of them is taken."""

MOST_DESIGNS: Final = 10**12
"""Designs that are counted: a day or two."""

_PATIENCE = "10s"  # with a Dask scheduler that does not answer

Rows = tuple[int, int]
"""A range of designs: the first, and the one after the last."""


def run(
    definition: Definition,
    *,
    rows: Rows | None = None,
    executor: Executor | None = None,
    journal: Path | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
) -> Part:
    """Count a sweep, or a range of its designs, and put the parts together.

    Args:
        definition: The sweep.
        rows: The range; all designs unless given.
        executor: Who counts; this process unless given.
        journal: A folder that keeps every part as soon as it is counted. Parts that it has are not
            counted again.
        chunk: Designs per part.
        progress: Is told how many more designs are counted.

    Raises:
        CostcalcError: what is wrong with the sweep; E606, the journal is another's; E607, a worker died.
    """
    prepare.cache_clear()  # what the specs are now
    plan = prepare(definition)
    start, stop = rows or (0, total(definition))
    _require_possible(definition, stop - start)
    most = chunk or _chunk(definition, executor is not None or journal is not None)
    shape = (total(definition),) if definition.sample else plan.job.space.shape
    ranges = list(chunks(start, stop, shape, most))
    if journal is not None:
        journal.mkdir(parents=True, exist_ok=True)
    work = _Work(definition, plan.digest, journal, progress or _ignore)
    parts = list(work.one_by_one(ranges) if executor is None else work.by(executor, ranges))
    if rows is not None:
        return joined(parts, definition, rows)
    return merge(parts or [count_part(definition, plan.digest, 0, 0)])


def _require_possible(definition: Definition, designs: int) -> None:
    """Refuse a sweep that nobody could wait for, or whose result no memory holds, before it begins.

    Raises:
        UsageError: E604.
    """
    plan = prepare(definition)
    keeps_all = not (definition.where or definition.pareto or definition.top)
    needed = designs * 8 * (2 + len(plan.counts)) if keeps_all else 0
    if designs > MOST_DESIGNS:
        message = f"{designs:,} designs are more than anybody can wait for"
    elif needed > (memory := _memory()):
        message = (
            f"{designs:,} designs need {format_bytes(needed)} of memory, and there are {format_bytes(memory)}"
        )
    else:
        return
    help = "draw some with --sample N, choose with --where, --pareto or --top, or count a part with --shard"
    raise UsageError(Diagnostic("E604", message, help=help))


def _memory() -> int:
    """Return the bytes of memory of this machine; more than any has where nobody knows."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2**62


def _chunk(definition: Definition, apart: bool) -> int:
    """Return how many designs a part has. It does not depend on who counts: a journal serves anybody."""
    if definition.with_fvcore and not definition.top and not definition.pareto:
        return FVCORE_CHUNK
    most = SAMPLED_CHUNK if definition.sample else CHUNK
    return min(max(total(definition) // PARTS, LEAST_CHUNK), most) if apart else most


@dataclass(frozen=True, slots=True)
class _Work:
    """The parts of a sweep that are to be counted, or are in a journal already."""

    definition: Definition
    digest: str
    journal: Path | None
    progress: Progress

    def one_by_one(self, ranges: list[Rows]) -> Iterator[Part]:
        """Yield the parts, counted in this process."""
        for rows in ranges:
            part = self._kept(rows)
            if part is None:
                part = count_part(self.definition, self.digest, *rows, self.progress)
                self._keep(part)
            yield part

    def by(self, executor: Executor, ranges: list[Rows]) -> Iterator[Part]:
        """Yield the parts in order, counted by an executor; each is kept when it is done."""
        ahead = iter(ranges)
        running: dict[Future[Part], Rows] = {}
        done: dict[Rows, Part] = {}
        try:
            for rows in ranges:
                while rows not in done:
                    for each in islice(ahead, AHEAD - len(running) - len(done)):
                        if kept := self._kept(each):
                            done[each] = kept
                        else:
                            running[executor.submit(count_part, self.definition, self.digest, *each)] = each
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        part = _result(future)
                        self._keep(part)
                        self.progress(part.stop - part.start)
                        done[running.pop(future)] = part
                yield done.pop(rows)
        finally:
            for future in running:
                future.cancel()

    def _keep(self, part: Part) -> None:
        if self.journal is not None:
            with ThreadPoolExecutor(1) as thread:  # where no interrupt leaves half a file
                thread.submit(save, part, self._file((part.start, part.stop))).result()

    def _kept(self, rows: Rows) -> Part | None:
        if self.journal is None or not self._file(rows).exists():
            return None
        part = load(self._file(rows))
        if part.digest != self.digest:
            help = "give another folder, or empty this one"
            raise UsageError(Diagnostic("E606", f"{self.journal} has parts of another sweep", help=help))
        self.progress(part.stop - part.start)
        return part

    def _file(self, rows: Rows) -> Path:
        assert self.journal is not None
        return self.journal / f"{rows[0]:020}-{rows[1]:020}.part"


def _result(future: Future[Part]) -> Part:
    try:
        return future.result()
    except BrokenExecutor as error:
        help = "--resume FOLDER keeps what is counted; fewer --jobs need less memory"
        raise UsageError(Diagnostic("E607", f"a worker died: {error}", help=help)) from None


def _ignore(_: int) -> None:
    pass


# ---- one part, wherever it is counted --------------------------------------------------------------------


def count_part(
    definition: Definition, digest: str, start: int, stop: int, progress: Progress | None = None
) -> Part:
    """Count a range of a sweep's designs. What an executor runs: it needs the specs, and the arguments.

    Raises:
        UsageError: E606, the specs are not those of whoever asks.
    """
    plan = prepare(definition)
    if plan.digest != digest:  # a worker lives long, and specs change
        prepare.cache_clear()
        plan = prepare(definition)
    if plan.digest != digest:
        raise UsageError(Diagnostic("E606", "this worker has other specs than whoever asks it"))
    if definition.sample:
        columns = plan.job.designs(_sample(definition)[start:stop], progress or _stop_if_told)
    else:
        columns = plan.job.rows(start, stop, progress or _stop_if_told)
    numbers = np.bincount(columns.codes, minlength=len(columns.errors) + 1)[1:].tolist()
    refused = dict(zip(columns.errors, numbers, strict=True))
    kept = plan.selection.of_part().keep(columns)
    if definition.with_fvcore:
        kept = _with_fvcore(plan.job.space, kept)
    return Part(definition, plan.digest, start, stop, kept, refused)


@lru_cache(maxsize=1)
def _sample(definition: Definition) -> Any:
    """Return the designs of a sample in the order of the space; the space is never built."""
    size = prepare(definition).job.space.size
    if definition.sample >= size:
        return np.arange(size)
    return np.array(sorted(random.Random(definition.seed).sample(range(size), definition.sample)))


def _with_fvcore(space: Space, columns: Columns) -> Columns:
    """Return designs with fvcore's count of each for a batch of one; `UNKNOWN` where it fails.

    It counts one design at a time, each as a PyTorch module of its own. What it counted before, for whatever
    sweep, comes from the user's cache.
    """
    legal = np.flatnonzero(columns.legal)
    graphs = [space.design(row).graph for row in columns.rows[legal].tolist()]
    counts: Any = np.full(len(columns), UNKNOWN, np.int64)
    for place, found in zip(legal.tolist(), fvcore_counts(graphs), strict=True):
        if found:
            counts[place] = found.total
    return Columns(columns.rows, {**columns.metrics, FVCORE: counts}, columns.codes, columns.errors)


# ---- executors -------------------------------------------------------------------------------------------


class _Pool(ProcessPoolExecutor):
    """Starts its processes deaf to interrupts: one that comes while they import ends in no traceback."""

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        if not hasattr(signal, "pthread_sigmask"):
            return super().submit(*arguments, **named)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(*arguments, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """Yield an executor of so many processes, each with an interpreter of its own.

    An interrupt reaches all of them, but this one alone heeds it: the others are told to stop.
    """
    context = get_context("spawn")
    stop = context.Event()
    with _Pool(jobs, context, initializer=_begin_worker, initargs=(stop,)) as pool:
        try:
            yield pool
        except BaseException:
            stop.set()
            raise


_stop: Event | None = None
"""Of a worker: whether its work is of no use any more."""


def _begin_worker(stop: Event) -> None:
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop_if_told(_: int) -> None:
    if _stop is not None and _stop.is_set():
        raise CancelledError


@contextmanager
def dask(url: str) -> Iterator[Executor]:
    """Yield the executor of a Dask cluster, `dask://HOST:PORT`. Its workers need costcalc and the spec files.

    Raises:
        UsageError: E607, it is not the address of an executor, or nobody answers there.
        MissingExtraError: E020, Dask is not installed.
    """
    scheme, _, address = url.partition("://")
    if scheme != "dask" or not address:
        help = "for example: --executor dask://localhost:8786"
        raise UsageError(Diagnostic("E607", f"`{url}` is not an executor", help=help))
    try:
        from distributed import Client
    except ImportError:
        help = "pip install 'costcalc[dask]'"
        raise MissingExtraError(Diagnostic("E020", "Dask is not installed", help=help)) from None
    try:
        client = Client(f"tcp://{address}", timeout=_PATIENCE)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UsageError(Diagnostic("E607", f"no Dask scheduler answers at {address}: {error}")) from None
    with client:
        yield client.get_executor()  # type: ignore[no-untyped-call]
