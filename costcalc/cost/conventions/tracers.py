"""Counters that see the operators a network executes, wherever they were called from."""

from __future__ import annotations

from costcalc.cost.call import Call
from costcalc.cost.convention import Convention, Rule
from costcalc.cost.conventions.papers import MACS_ONLY
from costcalc.graph import (
    AdaptiveAvgPool2d,
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    GroupNorm,
    LayerNorm,
    Linear,
    Upsample,
)


def _fvcore_batch_norm(call: Call) -> int:
    return (2 if call.op.affine else 1) * call.out_elements


def _fvcore_norm(call: Call) -> int:
    return (5 if call.op.affine else 4) * call.out_elements


def _fvcore_upsample(call: Call) -> int:
    return (4 if call.op.mode == "bilinear" else 1) * call.out_elements


_FVCORE_NORM = Rule("5 per element, 4 if not affine", _fvcore_norm)

FVCORE = Convention(
    name="fvcore",
    unit="MAC",
    rules={
        **MACS_ONLY,
        BatchNorm: Rule("2 per element, 1 if not affine", _fvcore_batch_norm),
        GroupNorm: _FVCORE_NORM,
        LayerNorm: _FVCORE_NORM,
        AdaptiveAvgPool2d: Rule("1 per input element", lambda call: call.in_elements),
        Upsample: Rule("1 per output element, 4 if bilinear", _fvcore_upsample),
    },
    source="fvcore/nn/jit_handles.py, flop_count.py",
    version="0.1.5.post20221221",
    description="What fvcore calls flops: multiply-accumulates, norms, and average pools as modules.",
)

_TWO_PER_MAC = Rule("2 per multiply-accumulate, no bias", lambda call: 2 * call.macs)

TORCH = Convention(
    name="torch",
    unit="FLOP",
    rules={
        **{op: Rule("0: not registered", rule.count) for op, rule in MACS_ONLY.items()},
        Conv2d: _TWO_PER_MAC,
        ConvTranspose2d: _TWO_PER_MAC,
        Linear: _TWO_PER_MAC,
    },
    source="torch/utils/flop_counter.py (FlopCounterMode)",
    version="2.13.0",
    description="What PyTorch's own FlopCounterMode counts: twice the multiply-accumulates.",
)
