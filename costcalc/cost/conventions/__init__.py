"""The conventions that ship: definitions of papers, and the tables of other people's counters."""

from __future__ import annotations

from costcalc.cost.convention import Convention
from costcalc.cost.conventions.all_ops import ALL_OPS
from costcalc.cost.conventions.hooks import CALFLOPS, CALFLOPS_FLOPS, PTFLOPS, THOP, TORCHINFO
from costcalc.cost.conventions.papers import MACS_CONV, PAPER, PYCLS
from costcalc.cost.conventions.tracers import FVCORE, PTFLOPS_ATEN, TORCH, TORCHPROFILE
from costcalc.errors import Diagnostic, UsageError, did_you_mean

CONVENTIONS = {
    convention.name: convention
    for convention in (
        PAPER,
        MACS_CONV,
        FVCORE,
        TORCH,
        PTFLOPS,
        PTFLOPS_ATEN,
        THOP,
        TORCHINFO,
        CALFLOPS,
        CALFLOPS_FLOPS,
        TORCHPROFILE,
        PYCLS,
        ALL_OPS,
    )
}


def parse_convention(text: str) -> Convention:
    """Return the convention of this name.

    Raises:
        UsageError: no such convention (E502).
    """
    if text not in CONVENTIONS:
        help_ = did_you_mean(text, CONVENTIONS) or f"known: {', '.join(CONVENTIONS)}"
        raise UsageError(Diagnostic("E502", f"`{text}` is not a convention", help=help_))
    return CONVENTIONS[text]


def register_convention(convention: Convention) -> None:
    """Let a convention of your own be chosen, compared and budgeted by its name.

    A rule for an operator of your own goes straight into a convention that is there:
    `CONVENTIONS["paper"].rules[MyOp] = Rule("2 per output element", lambda call: 2 * call.out_elements)`.

    Raises:
        ValueError: there is one of that name.
    """
    if convention.name in CONVENTIONS:
        raise ValueError(f"there is a convention `{convention.name}` already")
    CONVENTIONS[convention.name] = convention


__all__ = ["CONVENTIONS", "PAPER", "parse_convention", "register_convention"]
