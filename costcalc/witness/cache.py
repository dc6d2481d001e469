"""fvcore's counts, kept in the user's cache folder: a count that is there costs no torch, no second.

One small JSON file per count, addressed by all that decides it: the graph, the versions of
fvcore and torch, and the source of this package, so that no changed spelling of an operator can
leave a stale number behind. A network with operators that are not of this package, whose spelling
may change as well, is counted every time. A cache that cannot be read or written is a warning, never
a failure.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from costcalc.errors import Diagnostic
from costcalc.graph import Graph
from costcalc.witness.tools import Witnessed, require

Progress = Callable[[int, int, Graph], None]
Warn = Callable[[Diagnostic], None]


def fvcore_counts(
    graphs: Sequence[Graph], progress: Progress | None = None, warn: Warn | None = None
) -> Iterator[Witnessed | None]:
    """Yield fvcore's count of each graph: from the cache if it is there, else counted and kept.

    Args:
        graphs: What to count; equal networks are counted once.
        progress: Called as `progress(done, missing, graph)` before each graph that the cache
            does not hold, because counting it takes seconds.
        warn: Called with a Diagnostic when the cache is of no use (E021 unreadable entry, E022
            not writable) or fvcore fails (E023), in which case None is yielded.

    Raises:
        MissingExtraError: torch or fvcore is not installed (E020); raised by the call itself.
    """
    versions = require("fvcore", "torch")
    return _counts(
        graphs, versions, progress or (lambda done, missing, graph: None), warn or (lambda _: None)
    )


def cache_folder() -> Path:
    """Return where counts are kept: COSTCALC_CACHE_DIR, or the platform's place for caches.

    Raises:
        RuntimeError: the user has no home folder.
    """
    environ = os.environ
    if chosen := environ.get("COSTCALC_CACHE_DIR"):
        return Path(chosen)
    if (xdg := environ.get("XDG_CACHE_HOME")) and Path(xdg).is_absolute():
        return Path(xdg, "costcalc")
    if sys.platform == "win32" and (local := environ.get("LOCALAPPDATA")):
        return Path(local, "costcalc", "Cache")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "costcalc"


def _counts(
    graphs: Sequence[Graph], versions: tuple[str, ...], progress: Progress, warn: Warn
) -> Iterator[Witnessed | None]:
    cache = _Cache(versions, warn)
    keys = [cache.key(graph) for graph in graphs]
    known = {key: cache.read(key, graph) for key, graph in dict(zip(keys, graphs, strict=True)).items()}
    missing = {key for key, found in known.items() if found is None}
    total = len(missing)
    for key, graph in zip(keys, graphs, strict=True):
        if key in missing:
            progress(total - len(missing), total, graph)
            missing.remove(key)
            counted = known[key] = _fvcore_count(graph, warn)
            if counted:
                cache.write(key, graph, counted)
        found = known[key]
        yield found and _renamed(found, graph)


def _fvcore_count(graph: Graph, warn: Warn) -> Witnessed | None:
    try:
        from costcalc.witness.counters import fvcore_count

        return fvcore_count(graph)
    except Exception as error:  # whatever goes wrong in another's tool, our own count still stands
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        warn(Diagnostic("E023", f"fvcore cannot count {graph.name}: {reason}", severity="warning"))
        return None


def _renamed(witnessed: Witnessed, graph: Graph) -> Witnessed:
    """Give counts by node the names of `graph`, an equal network that may call its nodes differently."""
    names = [node.name for node in graph.nodes[1:]]
    return dataclasses.replace(witnessed, by_node=dict(zip(names, witnessed.by_node.values(), strict=True)))


class _Cache:
    """Counts by key in a folder of small files. After trouble, reported once, the cache is left alone."""

    def __init__(self, versions: tuple[str, ...], warn: Warn) -> None:
        self._warn = warn
        self._folder: Path | None = None
        sources = sorted(Path(__file__).parent.glob("*.py"))
        self._salt = repr((versions, [source.read_bytes() for source in sources])).encode()
        try:
            self._folder = cache_folder()
        except RuntimeError as error:
            self._give_up(error)

    def key(self, graph: Graph) -> str:
        return hashlib.sha256(self._salt + graph.digest().encode()).hexdigest()

    def read(self, key: str, graph: Graph) -> Witnessed | None:
        if self._folder is None or not _is_ours(graph):
            return None
        path = self._path(self._folder, key)
        try:
            return _renamed(_decode(path.read_bytes()), graph)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._give_up(error)
        except (ValueError, TypeError, AttributeError, RecursionError):
            message = f"a damaged entry of the cache is replaced: {path}"
            self._warn(Diagnostic("E021", message, severity="warning"))
        return None

    def write(self, key: str, graph: Graph, witnessed: Witnessed) -> None:
        if self._folder is None or not _is_ours(graph):
            return
        import tempfile

        path = self._path(self._folder, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Renaming is atomic: another process sees the whole file or none.
            with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False) as file:
                json.dump(dataclasses.asdict(witnessed), file)
            Path(file.name).replace(path)
        except OSError as error:
            self._give_up(error)

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / "fvcore" / key[:2] / f"{key[2:]}.json"

    def _give_up(self, error: Exception) -> None:
        self._folder = None
        message = f"fvcore's counts cannot be kept: {error}"
        help_ = "set COSTCALC_CACHE_DIR to a folder that you can write"
        self._warn(Diagnostic("E022", message, help=help_, severity="warning"))


def _is_ours(graph: Graph) -> bool:
    """Tell whether all operators are of this package, whose source the keys depend on."""
    return all(type(node.op).__module__.startswith("costcalc.") for node in graph.nodes)


def _decode(text: bytes) -> Witnessed:
    """Return what `write` wrote.

    Raises:
        ValueError, TypeError, AttributeError, RecursionError: it is not that.
    """
    witnessed = Witnessed(**json.loads(text))
    for counts in (witnessed.by_operator, witnessed.by_node):
        if any(type(n) is not int for n in counts.values()) or sum(counts.values()) != witnessed.total:
            raise ValueError("the parts are not integers that sum to the total")
    return witnessed
