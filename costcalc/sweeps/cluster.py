"""Executors elsewhere: a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from costcalc.errors import Diagnostic, MissingExtraError, UsageError

_PATIENCE = "10s"


@contextmanager
def connect(url: str) -> Iterator[Executor]:
    """Yield the executor of a cluster, `dask://HOST:PORT`. Its workers need costcalc and the spec files.

    Raises:
        UsageError: E607, no such executor, or nobody answers there.
        MissingExtraError: E020, Dask is not installed.
    """
    scheme, _, address = url.partition("://")
    if scheme != "dask" or not address:
        help = "for example: --executor dask://localhost:8786"
        raise UsageError(Diagnostic("E607", f"`{url}` is no executor", help=help))
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
