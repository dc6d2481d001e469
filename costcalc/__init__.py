"""What a neural-network architecture costs, before anyone trains it.

>>> import costcalc
>>> costcalc.count("mobilenet@a0.5").macs
149497088
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from costcalc.version import __version__

if TYPE_CHECKING:
    from costcalc.api import count
    from costcalc.cost import (
        CONVENTIONS,
        METRICS,
        Basis,
        Convention,
        Cost,
        Rule,
        difference,
        parse_basis,
        register_convention,
    )
    from costcalc.cost.fits import fit
    from costcalc.cost.formula import formulas
    from costcalc.errors import CostcalcError, SpecError
    from costcalc.gate.api import assert_cost, check, diff
    from costcalc.graph import Graph
    from costcalc.networks import Network, load, load_all
    from costcalc.report.frame import to_frame
    from costcalc.spec import Model
    from costcalc.spec.primitives import register_primitive
    from costcalc.sweeps import sweep
    from costcalc.sweeps.compound import scale
    from costcalc.sweeps.solve import solve
    from costcalc.verification import check_published, verify
    from costcalc.witness.build import build_module
    from costcalc.witness.layers import register_layer

# A name is imported when it is first used, so that `import costcalc` costs nothing.
_HOMES = {
    "Basis": "costcalc.cost",
    "CONVENTIONS": "costcalc.cost",
    "Convention": "costcalc.cost",
    "METRICS": "costcalc.cost",
    "Network": "costcalc.networks",
    "Rule": "costcalc.cost",
    "register_convention": "costcalc.cost",
    "Cost": "costcalc.cost",
    "CostcalcError": "costcalc.errors",
    "Graph": "costcalc.graph",
    "Model": "costcalc.spec",
    "SpecError": "costcalc.errors",
    "assert_cost": "costcalc.gate.api",
    "build_module": "costcalc.witness.build",
    "check": "costcalc.gate.api",
    "check_published": "costcalc.verification",
    "count": "costcalc.api",
    "diff": "costcalc.gate.api",
    "difference": "costcalc.cost",
    "fit": "costcalc.cost.fits",
    "formulas": "costcalc.cost.formula",
    "load": "costcalc.networks",
    "load_all": "costcalc.networks",
    "parse_basis": "costcalc.cost",
    "register_layer": "costcalc.witness.layers",
    "register_primitive": "costcalc.spec.primitives",
    "scale": "costcalc.sweeps.compound",
    "solve": "costcalc.sweeps.solve",
    "sweep": "costcalc.sweeps",
    "to_frame": "costcalc.report.frame",
    "verify": "costcalc.verification",
}

__all__ = [
    "CONVENTIONS",
    "METRICS",
    "Basis",
    "Convention",
    "Cost",
    "CostcalcError",
    "Graph",
    "Model",
    "Network",
    "Rule",
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
    "parse_basis",
    "register_convention",
    "register_layer",
    "register_primitive",
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
