"""What numbers rest on: every report carries it for machines and says it to people."""

from __future__ import annotations

from costcalc.cost.count import Cost


def context(cost: Cost) -> dict[str, object]:
    """Return the convention, batch, number formats and fusion of a cost."""
    return {
        "convention": cost.convention.name,
        "batch": cost.batch,
        "dtype": cost.precision.activations.name,
        "weights_dtype": cost.precision.weights.name,
        "fusion": cost.fusion,
    }


def context_note(cost: Cost) -> str:
    """Return the same as a footer line."""
    name = cost.convention.name
    flops = f", FLOPs by the {name} convention" if cost.convention.unit == "FLOP" else f" ({name} convention)"
    return f"1 MAC = 1 multiply-add{flops}; batch {cost.batch}, {cost.precision}, fusion {cost.fusion}."
