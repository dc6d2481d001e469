"""Graph to numbers: multiply-accumulates, parameters, memory."""

from costcalc.cost.convention import Convention, Rule
from costcalc.cost.conventions import CONVENTIONS, PAPER, parse_convention, register_convention
from costcalc.cost.count import (
    BASIS_KEYS,
    ORDERS,
    AtLeast,
    Basis,
    Cost,
    Group,
    NodeCost,
    format_dtypes,
    parse_basis,
    partial_sum,
)
from costcalc.cost.difference import Term, difference
from costcalc.cost.dtype import DTYPES, DType, parse_dtype
from costcalc.cost.execution import Execution
from costcalc.cost.fusion import FUSIONS, Fusion, parse_fusion
from costcalc.cost.metrics import METRICS, Metric, all_metrics, find_metric, metric, metric_names
from costcalc.cost.peak import Peak

__all__ = [
    "BASIS_KEYS",
    "CONVENTIONS",
    "DTYPES",
    "FUSIONS",
    "METRICS",
    "ORDERS",
    "PAPER",
    "AtLeast",
    "Basis",
    "Convention",
    "Cost",
    "DType",
    "Execution",
    "Fusion",
    "Group",
    "Metric",
    "NodeCost",
    "Peak",
    "Rule",
    "Term",
    "all_metrics",
    "difference",
    "find_metric",
    "format_dtypes",
    "metric",
    "metric_names",
    "parse_basis",
    "parse_convention",
    "parse_dtype",
    "parse_fusion",
    "partial_sum",
    "register_convention",
]
