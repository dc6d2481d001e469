"""What a neural-network architecture costs, before anyone trains it.

>>> import costcalc
>>> model = costcalc.load("mobilenet@a0.5")
>>> costcalc.count(model.graph).macs
149497088
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from costcalc.version import __version__

if TYPE_CHECKING:
    from costcalc.cost import CONVENTIONS, Cost, count, difference, parse_precision
    from costcalc.cost.fits import fit
    from costcalc.cost.formula import formulas
    from costcalc.errors import CostcalcError, SpecError
    from costcalc.gate.api import assert_cost, check, diff
    from costcalc.gate.published import check_published
    from costcalc.graph import Graph
    from costcalc.report.checks import verify
    from costcalc.report.frame import to_frame
    from costcalc.spec import Model, load, load_all
    from costcalc.sweeps import sweep
    from costcalc.sweeps.scaling import scale
    from costcalc.sweeps.solving import solve
    from costcalc.witness.build import build_module

# A name is imported when it is first used, so that `import costcalc` costs nothing.
_HOMES = {
    "CONVENTIONS": "costcalc.cost",
    "Cost": "costcalc.cost",
    "CostcalcError": "costcalc.errors",
    "Graph": "costcalc.graph",
    "Model": "costcalc.spec",
    "SpecError": "costcalc.errors",
    "assert_cost": "costcalc.gate.api",
    "build_module": "costcalc.witness.build",
    "check": "costcalc.gate.api",
    "check_published": "costcalc.gate.published",
    "count": "costcalc.cost",
    "diff": "costcalc.gate.api",
    "difference": "costcalc.cost",
    "fit": "costcalc.cost.fits",
    "formulas": "costcalc.cost.formula",
    "load": "costcalc.spec",
    "load_all": "costcalc.spec",
    "parse_precision": "costcalc.cost",
    "scale": "costcalc.sweeps.scaling",
    "solve": "costcalc.sweeps.solving",
    "sweep": "costcalc.sweeps",
    "to_frame": "costcalc.report.frame",
    "verify": "costcalc.report.checks",
}

__all__ = [
    "CONVENTIONS",
    "Cost",
    "CostcalcError",
    "Graph",
    "Model",
    "SpecError",
    "__version__",
    "assert_cost",
    "build_module",
    "check",
    "check_published",
    "count",
    "diff",
    "difference",
    "fit",
    "formulas",
    "load",
    "load_all",
    "parse_precision",
    "scale",
    "solve",
    "sweep",
    "to_frame",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'costcalc' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
