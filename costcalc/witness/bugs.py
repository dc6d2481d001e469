"""Mistakes of other counters that their users have met: reported, not bent to fit.

The conventions count as the tools do, mistakes included. So a tool that fails or multiplies too
often is told apart from one that merely has another definition.
"""

from __future__ import annotations

from collections.abc import Callable
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


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake of a tool.

    Attributes:
        tools: Who makes it, by the names of `tools.TOOLS`.
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
