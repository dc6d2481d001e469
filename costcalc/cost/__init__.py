"""Graph to numbers: multiply-accumulates, parameters, memory."""

from costcalc.cost.convention import Convention, Rule
from costcalc.cost.conventions import CONVENTIONS, PAPER, parse_convention
from costcalc.cost.count import Cost, Group, NodeCost, count
from costcalc.cost.difference import Term, difference
from costcalc.cost.dtype import DTYPES, FP32, DType, Precision, parse_dtype, parse_precision
from costcalc.cost.fusion import FUSIONS, Fusion, parse_fusion
from costcalc.cost.peak import Peak

__all__ = [
    "CONVENTIONS",
    "DTYPES",
    "FP32",
    "FUSIONS",
    "PAPER",
    "Convention",
    "Cost",
    "DType",
    "Fusion",
    "Group",
    "NodeCost",
    "Peak",
    "Precision",
    "Rule",
    "Term",
    "count",
    "difference",
    "parse_convention",
    "parse_dtype",
    "parse_fusion",
    "parse_precision",
]
