"""The second counter: fvcore, which counts one design at a time, each as a PyTorch module of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from costcalc.sweeps.run import UNKNOWN, Columns
from costcalc.sweeps.space import Space
from costcalc.witness.cache import fvcore_counts
from costcalc.witness.tools import require

FVCORE = "fvcore"
"""The column of its counts."""


def require_fvcore() -> None:
    """Make sure that fvcore can be asked.

    Raises:
        MissingExtraError: E020, it is not installed.
    """
    require("fvcore", "torch")


def ask_fvcore(space: Space, columns: Columns) -> Columns:
    """Return designs with fvcore's count of each for a batch of one; `UNKNOWN` where it fails.

    What it counted before, for whatever sweep, comes from the user's cache.
    """
    legal = np.flatnonzero(columns.codes == 0)
    graphs = [space.design(row).graph for row in columns.rows[legal].tolist()]
    counts: Any = np.full(len(columns), UNKNOWN, np.int64)
    for place, found in zip(legal.tolist(), fvcore_counts(graphs), strict=True):
        if found:
            counts[place] = found.total
    return Columns(columns.rows, {**columns.metrics, FVCORE: counts}, columns.codes, columns.errors)
