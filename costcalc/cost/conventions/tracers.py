"""Counters that see the operators a network executes, wherever they were called from."""

from __future__ import annotations

from costcalc.cost.call import Call, partial_elements
from costcalc.cost.convention import Convention, Rule
from costcalc.cost.conventions.rules import (
    MAC_AND_BIAS,
    ONE_PER_MAC,
    TWO_PER_MAC,
    by_function,
    by_mode,
    if_affine,
    per_input,
    per_output,
    table,
)
from costcalc.graph import (
    Activation,
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm,
    ConvTranspose2d,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
    Mul,
    Scale,
    Upsample,
    elements,
)

FVCORE = Convention(
    name="fvcore",
    unit="MAC",
    rules=table(
        ONE_PER_MAC,
        {
            BatchNorm: if_affine(2, 1),
            GroupNorm: if_affine(5, 4),
            LayerNorm: if_affine(5, 4),
            AdaptiveAvgPool2d: per_input(1),
            Upsample: by_mode(1, 4),
        },
    ),
    source="fvcore/nn/jit_handles.py, flop_count.py",
    version="0.1.5.post20221221",
    description="What fvcore calls flops: multiply-accumulates, normalisation, global average pools.",
)

TORCH = Convention(
    name="torch",
    unit="FLOP",
    rules=table(TWO_PER_MAC, {}),
    source="torch/utils/flop_counter.py (FlopCounterMode)",
    version="2.13.0",
    description="What PyTorch's own FlopCounterMode counts: twice the multiply-accumulates.",
)

PTFLOPS_ATEN = Convention(
    name="ptflops-aten",
    unit="MAC",
    rules=table(MAC_AND_BIAS, {}),
    source="ptflops/aten_ops.py (backend aten)",
    version="0.7.5",
    description="What ptflops counts among aten operators: multiply-accumulates and biases.",
)


def _torchprofile_conv_transpose(call: Call) -> int:
    """It takes the input channels from the wrong end of the weight when they equal the output's."""
    op, in_channels = call.op, call.inputs[0][0]
    fan_in = op.out_channels // op.groups if op.out_channels == in_channels else in_channels
    return call.out_elements * fan_in * elements(op.kernel_size)


TORCHPROFILE = Convention(
    name="torchprofile",
    unit="MAC",
    rules=table(
        ONE_PER_MAC,
        {
            ConvTranspose2d: Rule(
                "kernel per output element and input channel (out / groups of them if in = out)",
                _torchprofile_conv_transpose,
            ),
            BatchNorm: if_affine(1, 0),
            GroupNorm: if_affine(1, 0),
            LayerNorm: if_affine(1, 0),
            LocalResponseNorm: per_output(3),
            Activation: by_function({"leaky_relu": 1}),
            Mul: Rule("1 per element of each product of two", lambda call: sum(partial_elements(call)[1:])),
            Scale: per_output(1),
            AvgPool2d: per_output(1),
            AdaptiveAvgPool2d: per_output(1),
            Upsample: by_mode(0, 4),
        },
    ),
    source="torchprofile/handlers.py",
    version="0.1.0",
    description="What torchprofile counts in a trace: multiply-accumulates, products, means, affine norms.",
)
