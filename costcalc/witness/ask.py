"""Asking other people's counters, which may be missing, noisy, or fail, and the mistakes that are known.

The conventions count as the tools do, mistakes included. So a tool that fails or multiplies too often is
told apart from one that merely has another definition. Importing this module loads none of the tools.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from costcalc.graph import (
    Activation,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    ConvTranspose2d,
    Graph,
    MaxPool2d,
    Op,
    PReLU,
    Upsample,
)
from costcalc.witness.tools import Witnessed, missing_packages


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why a tool has no count of a graph.

    Attributes:
        tool: Its name.
        reason: What is missing, or went wrong.
        installed: Whether it is there, and failed.
        expected: Whether it fails by a mistake that is known (`BUGS`).
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
            from costcalc.witness.counters import COUNTERS

            return COUNTERS[tool](graph)
    except Exception as error:  # another's tool may raise anything; the others are asked all the same
        words = str(error).strip().partition("\n")[0]
        reason = f"{type(error).__name__}{': ' if words else ''}{words}"
        expected = any(bug.fatal for bug in known_bugs(tool, graph))
        return Unavailable(tool, reason, installed=True, expected=expected)


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


# ---- known mistakes: reported, not bent to fit --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake of a tool.

    Attributes:
        tools: Who makes it, by the names of `TOOLS`.
        text: What goes wrong.
        issue: Where it was reported: an address, or "" if it was not.
        concerns: Whether an operator is one that it goes wrong on.
        fatal: Whether there is no number at all.
    """

    tools: tuple[str, ...]
    text: str
    issue: str
    concerns: Callable[[Op], bool]
    fatal: bool = False


def _is(*kinds: type[Op]) -> Callable[[Op], bool]:
    return lambda op: isinstance(op, kinds)


def _is_patched_too(op: Op) -> bool:
    pools = (MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, AdaptiveMaxPool2d)
    if isinstance(op, Activation):
        return op.function in ("relu", "elu", "gelu")
    return isinstance(op, (*pools, PReLU, Upsample))


BUGS = (
    Bug(
        ("ptflops",),
        "counts some modules twice: by a hook, and as the patched function that they call",
        "https://github.com/sovrasov/flops-counter.pytorch/issues/139",
        _is_patched_too,
    ),
    Bug(
        ("thop",),
        "multiplies transposed convolutions at output positions",
        "https://github.com/Lyken17/pytorch-OpCounter/issues/93",
        _is(ConvTranspose2d),
    ),
    Bug(
        ("torchinfo", "torchprofile"),
        "multiplies transposed convolutions at output positions",
        "",
        _is(ConvTranspose2d),
    ),
    Bug(
        ("calflops", "calflops-flops"),
        "divides transposed convolutions by their groups twice",
        "https://github.com/deepspeedai/DeepSpeed/pull/8323",
        lambda op: isinstance(op, ConvTranspose2d) and op.groups > 1,
    ),
    Bug(
        ("calflops-flops",),
        "loses the scale of an upsampling",
        "https://github.com/MrYxJ/calculate-flops.pytorch/issues/22",
        lambda op: isinstance(op, Upsample) and op.scale[0] == op.scale[1],
    ),
    Bug(
        ("calflops", "calflops-flops"),
        "fails on an upsampling with a scale per axis",
        "https://github.com/deepspeedai/DeepSpeed/issues/4504",
        lambda op: isinstance(op, Upsample) and op.scale[0] != op.scale[1],
        fatal=True,
    ),
)


def known_bugs(tool: str, graph: Graph) -> tuple[Bug, ...]:
    """Return the mistakes that a tool makes on a graph."""
    return tuple(
        bug for bug in BUGS if tool in bug.tools and any(bug.concerns(node.op) for node in graph.nodes)
    )
