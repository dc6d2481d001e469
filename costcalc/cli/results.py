"""Results that were written as JSON, read back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate.result import Result, from_json
from costcalc.report.gate.merge import merge_results

MOST_BYTES = 64 * 1024 * 1024
"""More than tens of thousands of networks; whatever is larger is something else."""

STDIN = "-"


def read_results(paths: Iterable[str]) -> Result:
    """Return what these files say together; `-` is standard input.

    Raises:
        CostcalcError: a file cannot be read or is no JSON (E851), is no result (E821), or does not go
            together with the others (E852). All files are read before anything is said.
    """
    results: list[tuple[str, Result]] = []
    wrong: list[Diagnostic] = []
    for path in dict.fromkeys(paths):
        try:
            name = "standard input" if path == STDIN else path
            results.append((name, from_json(_document(path, name), name)))
        except CostcalcError as error:
            wrong += error.diagnostics
    if wrong:
        raise CostcalcError(wrong)
    return merge_results(results)


def _document(path: str, name: str) -> object:
    try:
        return json.loads(_text(path, name))
    except OSError as error:
        raise _unreadable(name, (error.strerror or str(error)).lower()) from None
    except RecursionError:
        raise _unreadable(name, "it is nested too deeply") from None
    except ValueError as error:
        raise _unreadable(name, f"it is not JSON: {error}") from None


def _text(path: str, name: str) -> bytes:
    if path == STDIN:
        text = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with Path(path).open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise _unreadable(name, f"it is larger than {MOST_BYTES // 1024**2} MiB")
    return text


def _unreadable(name: str, problem: str) -> CostcalcError:
    help = "costcalc check -o json=result.json writes one"
    return CostcalcError(Diagnostic("E851", f"cannot read {name}: {problem}", help=help))
