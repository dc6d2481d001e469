"""Every diagnostic that costcalc knows, by its code, which never changes its meaning.

E00x files and references, E02x and E03x the tool itself, E1xx text and expressions, E2xx structure,
E3xx meaning, W4xx lint, E5xx what commands are asked to count, E6xx sweeps, E7xx solving, scaling
and pictures, E8xx budgets (E85x comments).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from costcalc.codes.code import Code
from costcalc.codes.commands import COMMAND_CODES, FILE_CODES, TOOL_CODES
from costcalc.codes.comments import COMMENT_CODES
from costcalc.codes.gate import GATE_CODES
from costcalc.codes.solve import SOLVE_CODES
from costcalc.codes.specs import LINT_CODES, MEANING_CODES, NETWORK_CODES, STRUCTURE_CODES
from costcalc.codes.sweeps import SWEEP_CODES
from costcalc.codes.text import EXPRESSION_CODES, TEXT_CODES

__all__ = ["CODES", "Code"]

CODES: Final[Mapping[str, Code]] = MappingProxyType(
    FILE_CODES
    | TOOL_CODES
    | TEXT_CODES
    | EXPRESSION_CODES
    | STRUCTURE_CODES
    | MEANING_CODES
    | NETWORK_CODES
    | LINT_CODES
    | COMMAND_CODES
    | SWEEP_CODES
    | SOLVE_CODES
    | GATE_CODES
    | COMMENT_CODES
)
"""By code, in order."""
