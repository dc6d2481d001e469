"""Asking other people's counters, which may be missing, noisy, or fail. Importing this loads none of them."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from costcalc.graph import Graph
from costcalc.witness.bugs import known_bugs
from costcalc.witness.versions import installed_version
from costcalc.witness.witnessed import Witnessed

TOOLS: Mapping[str, str] = {
    "fvcore": "fvcore",
    "torch": "torch",
    "ptflops": "ptflops",
    "ptflops-aten": "ptflops",
    "thop": "thop",
    "torchinfo": "torchinfo",
    "calflops": "calflops",
    "calflops-flops": "calflops",
    "torchprofile": "torchprofile",
}
"""The package that has each tool. Its name is that of the convention that describes what it counts."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why a tool has no count of a graph.

    Attributes:
        tool: Its name.
        reason: What is missing, or went wrong.
        installed: Whether it is there, and failed.
        expected: Whether it fails by a mistake that is known (`bugs.py`).
    """

    tool: str
    reason: str
    installed: bool
    expected: bool = False


def ask(tool: str, graph: Graph) -> Witnessed | Unavailable:
    """Return a tool's count of a graph for a batch of one, or why there is none; never raises."""
    missing = missing_packages(tool)
    if missing:
        return Unavailable(tool, f"not installed: pip install {' '.join(missing)}", installed=False)
    try:
        with _silence():
            from costcalc.witness.peers import COUNTERS

            return COUNTERS[tool](graph)
    except Exception as error:  # another's tool may raise anything; the others are asked all the same
        words = str(error).strip().partition("\n")[0]
        reason = f"{type(error).__name__}{': ' if words else ''}{words}"
        expected = any(bug.fatal for bug in known_bugs(tool, graph))
        return Unavailable(tool, reason, installed=True, expected=expected)


def missing_packages(tool: str) -> list[str]:
    """Return the packages that a tool needs and that are not installed."""
    return [package for package in dict.fromkeys(("torch", TOOLS[tool])) if not installed_version(package)]


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep what tools print and warn about, such as their own deprecations, from the reader."""
    nowhere = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        warnings.simplefilter("ignore")
        yield
