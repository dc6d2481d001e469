"""Ours against theirs: other counters, what PyTorch really moves, and what papers print."""

from costcalc.verification.checks import Check, figure_check, verify
from costcalc.verification.published import BASE, Figure, check_published, figure_names

__all__ = ["BASE", "Check", "Figure", "check_published", "figure_check", "figure_names", "verify"]
