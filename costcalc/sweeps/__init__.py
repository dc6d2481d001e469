"""Whole design spaces: axes to arrays of counts, budgets to designs.

    axes -> space -> batch -> count -> select -> parts -> result
    grid      the numbers that stand for many designs at once
    where     conditions over columns, in the language of expressions
    definition, run     a sweep in words, and who counts its parts
    trace -> intervals -> solve  the largest design within budgets
    compound  EfficientNet's scaling of depth, width and resolution together

>>> from costcalc.sweeps import sweep
>>> len(sweep("mobilenet", {"alpha": "0.25:1:0.05", "resolution": "96:224:32"}))
80
"""

from costcalc.sweeps.result import Result, sweep

__all__ = ["Result", "sweep"]
