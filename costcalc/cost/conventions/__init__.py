"""The conventions that ship: definitions of papers, and the tables of other people's counters."""

from __future__ import annotations

from costcalc.cost.convention import CONVENTIONS, parse_convention, register_convention
from costcalc.cost.conventions.all_ops import ALL_OPS
from costcalc.cost.conventions.hooks import CALFLOPS, CALFLOPS_FLOPS, PTFLOPS, THOP, TORCHINFO
from costcalc.cost.conventions.papers import MACS_CONV, PAPER, PYCLS
from costcalc.cost.conventions.tracers import FVCORE, PTFLOPS_ATEN, TORCH, TORCHPROFILE

for _each in (
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
):
    register_convention(_each)

__all__ = ["CONVENTIONS", "PAPER", "parse_convention", "register_convention"]
