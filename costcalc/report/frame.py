"""Costs as a pandas data frame, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from costcalc.cost import Cost
from costcalc.graph import format_shape

if TYPE_CHECKING:
    from pandas import DataFrame


def to_frame(costs: Mapping[str, Cost]) -> DataFrame:
    """Return one row per layer of every network, in execution order; pandas is imported here.

    Counts are exact nullable integers (`Int64`), `<NA>` where unknown. Totals are a `groupby` away:
    `to_frame(costs).groupby("model")["macs"].sum()`.
    """
    import pandas as pd

    frame = pd.DataFrame(
        [
            {
                "model": name,
                "stage": row.node.stage,
                "layer": row.node.name,
                "op": row.label,
                "output": format_shape(row.node.shape),
                "macs": row.macs,
                "flops": row.flops,
                "params": row.params,
                "buffers": row.buffers,
                "activations": row.activations,
                "read_bytes": row.read_bytes,
                "written_bytes": row.written_bytes,
                "memory_access": row.memory_access,
            }
            for name, cost in costs.items()
            for row in cost.rows
        ]
    )
    numbers = [
        column for column in frame.columns if column not in ("model", "stage", "layer", "op", "output")
    ]
    return frame.astype(dict.fromkeys(numbers, "Int64"))
