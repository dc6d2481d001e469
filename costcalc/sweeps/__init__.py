"""Whole design spaces: axes to grids of counts, budgets to designs.

>>> from costcalc.sweeps import sweep
>>> len(sweep("mobilenet", {"alpha": "0.25:1:0.05", "resolution": "96:224:32"}))
80
"""

from costcalc.sweeps.api import sweep
from costcalc.sweeps.result import Result

__all__ = ["Result", "sweep"]
