"""Who counts the parts of a sweep: this process, several, or any executor; and what is kept on the way."""

from __future__ import annotations

import random
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, UsageError
from costcalc.sweeps.definition import Definition, prepare
from costcalc.sweeps.parts import Part, add, load, merge, save, total
from costcalc.sweeps.run import CHUNK, chunks, concatenate
from costcalc.sweeps.second import ask_fvcore

SAMPLED_CHUNK = 1 << 14
"""Designs of a sample that are counted at a time: they have no sides to multiply."""
PARTS = 32
"""Into how many parts a sweep falls when they are counted apart, if it is large enough."""
LEAST_CHUNK = 1 << 12
"""Designs of such a part: a fraction of a second, mostly spent on what all of them share."""
FVCORE_CHUNK = 32
"""Designs that fvcore counts in a few seconds."""
AHEAD = 64
"""Parts that are given to an executor before the first of them is done."""

Told = Callable[[int, int], None]
"""Is told how many designs are done, and of how many."""


def count_part(
    definition: Definition, digest: str, start: int, stop: int, tell: Callable[[int], None] | None = None
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
        columns = plan.job.designs(_sample(definition)[start:stop], tell or _heed)
    else:
        columns = plan.job.rows(start, stop, tell or _heed)
    numbers = np.bincount(columns.codes, minlength=len(columns.errors) + 1)[1:].tolist()
    refused = dict(zip(columns.errors, numbers, strict=True))
    kept = plan.selection.of_part().keep(columns)
    if definition.with_fvcore:
        kept = ask_fvcore(plan.job.space, kept)
    return Part(definition, plan.digest, start, stop, kept, refused)


@lru_cache(maxsize=1)
def _sample(definition: Definition) -> Any:
    """Return the designs of a sample in the order of the space; the space is never built."""
    size = prepare(definition).job.space.size
    if definition.sample >= size:
        return np.arange(size)
    return np.array(sorted(random.Random(definition.seed).sample(range(size), definition.sample)))


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """Yield an executor of so many processes, each with an interpreter of its own.

    An interrupt reaches all of them, but this one alone heeds it: the others are told to stop.
    """
    context = get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(jobs, context, initializer=_begin_worker, initargs=(stop,)) as pool:
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


def _heed(_: int) -> None:
    if _stop is not None and _stop.is_set():
        raise CancelledError


def run(
    definition: Definition,
    *,
    rows: tuple[int, int] | None = None,
    executor: Executor | None = None,
    journal: Path | None = None,
    chunk: int | None = None,
    tell: Told | None = None,
) -> Part:
    """Count a sweep, or a range of its designs, and put the parts together.

    Args:
        definition: The sweep.
        rows: The range; all designs unless given.
        executor: Who counts; this process unless given.
        journal: A folder that keeps every part as soon as it is counted. Parts that it has are not
            counted again.
        chunk: Designs per part.
        tell: Is told about progress.

    Raises:
        CostcalcError: what is wrong with the sweep; E606, the journal is another sweep's.
    """
    prepare.cache_clear()  # what the specs are now
    plan = prepare(definition)
    start, stop = rows or (0, total(definition))
    most = chunk or _chunk(definition, executor is not None or journal is not None)
    shape = (total(definition),) if definition.sample else plan.job.space.shape
    ranges = list(chunks(start, stop, shape, most))
    done = 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        if tell:
            tell(done, stop - start)

    parts = list(_parts(definition, ranges, plan.digest, executor, journal, progress))
    if rows is not None:
        return _joined(parts, definition, plan.digest, start, stop)
    return merge(parts or [count_part(definition, plan.digest, 0, 0)])


def _chunk(definition: Definition, apart: bool) -> int:
    """Return how many designs a part has. It does not depend on who counts: a journal serves anybody."""
    if definition.with_fvcore and not definition.top and not definition.pareto:
        return FVCORE_CHUNK
    most = SAMPLED_CHUNK if definition.sample else CHUNK
    return min(max(total(definition) // PARTS, LEAST_CHUNK), most) if apart else most


def _joined(parts: list[Part], definition: Definition, digest: str, start: int, stop: int) -> Part:
    """Return neighbouring parts as one."""
    plan = prepare(definition)
    columns = concatenate([part.columns for part in parts], plan.counts)
    refused: dict[str, int] = {}
    for part in parts:
        add(refused, part.refused)
    return Part(definition, digest, start, stop, plan.selection.of_part().keep(columns), refused)


def _parts(
    definition: Definition,
    ranges: list[tuple[int, int]],
    digest: str,
    executor: Executor | None,
    journal: Path | None,
    progress: Callable[[int], None],
) -> Iterator[Part]:
    """Yield the parts in order, from the journal where it has them."""
    if journal is not None:
        journal.mkdir(parents=True, exist_ok=True)

    def keep(part: Part) -> Part:
        if journal is not None:
            save(part, _file(journal, (part.start, part.stop)))
        return part

    def begin(each: tuple[int, int]) -> Part | Future[Part]:
        if kept := _kept(journal, each, digest):
            progress(each[1] - each[0])
            return kept
        if executor is None:
            return keep(count_part(definition, digest, *each, progress))
        future = executor.submit(count_part, definition, digest, *each)
        future.add_done_callback(finish)
        return future

    def finish(future: Future[Part]) -> None:
        """Keep a part when it is done, not when those before it are."""
        if future.cancelled() or future.exception():
            return
        try:
            part = keep(future.result())
            progress(part.stop - part.start)
        except OSError as error:  # an executor would swallow it
            trouble.append(error)

    def finished(part: Part | Future[Part]) -> Part:
        try:
            found = part.result() if isinstance(part, Future) else part
        except BrokenExecutor as error:
            help = "--resume FOLDER keeps what is counted; fewer --jobs need less memory"
            raise UsageError(Diagnostic("E607", f"a worker died: {error}", help=help)) from None
        if trouble:
            raise trouble[0]
        return found

    trouble: list[OSError] = []
    waiting: deque[Part | Future[Part]] = deque()
    try:
        for each in ranges:
            waiting.append(begin(each))
            if executor is None or len(waiting) > AHEAD:
                yield finished(waiting.popleft())
        while waiting:
            yield finished(waiting.popleft())
    except BaseException:
        for part in waiting:
            if isinstance(part, Future):
                part.cancel()
        raise


def _kept(journal: Path | None, rows: tuple[int, int], digest: str) -> Part | None:
    if journal is None or not _file(journal, rows).exists():
        return None
    part = load(_file(journal, rows))
    if part.digest != digest:
        help = "give another folder, or empty this one"
        raise UsageError(Diagnostic("E606", f"{journal} has parts of another sweep", help=help))
    return part


def _file(journal: Path, rows: tuple[int, int]) -> Path:
    return journal / f"{rows[0]:020}-{rows[1]:020}.part"
