"""Counters that hook module classes or patch functions, and miss what is called otherwise.

What they see depends on how a network is spelt in PyTorch. These tables are for the spelling of
`costcalc.witness.layers`: sums and products are the operators `+` and `*`, which nobody sees.
"""

from __future__ import annotations

from costcalc.cost.call import Call
from costcalc.cost.convention import Convention, Rule
from costcalc.cost.conventions.rules import (
    FLOPS_AND_BIAS,
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
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm,
    ConvTranspose2d,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    PReLU,
    Upsample,
    elements,
)


def _local_response_norm(call: Call) -> int:
    """Two products and a sum as tensor methods, and the input of an average pool, zeros included."""
    op: LocalResponseNorm = call.op
    return 4 * call.out_elements + (op.size - 1) * elements(call.output[1:])


_LOCAL_RESPONSE_NORM = Rule(
    "3 per element, 1 per element of its pool with size - 1 more channels", _local_response_norm
)


def _on_features(affine: int, plain: int) -> Rule:
    """Return the rule of a counter that knows `nn.LayerNorm`, but not a subclass for images."""
    known = if_affine(affine, plain)
    return Rule(
        f"{known.text}; 0 on images, where the module is a subclass",
        lambda call: known.count(call) if len(call.output) == 1 else 0,
    )


PTFLOPS = Convention(
    name="ptflops",
    unit="MAC",
    rules=table(
        MAC_AND_BIAS,
        {
            BatchNorm: if_affine(2, 1),
            GroupNorm: if_affine(2, 1),
            LayerNorm: _on_features(1, 1),
            LocalResponseNorm: _LOCAL_RESPONSE_NORM,
            # Two: the module is hooked, and the function that it calls is patched.
            Activation: by_function(
                {"relu": 2, "elu": 2, "gelu": 2, "relu6": 1, "leaky_relu": 1, "silu": 1, "softmax": 1}
            ),
            PReLU: per_output(2),
            MaxPool2d: per_input(2),
            AvgPool2d: per_input(2),
            AdaptiveAvgPool2d: per_input(2),
            AdaptiveMaxPool2d: per_input(2),
            Upsample: per_output(2),
        },
    ),
    source="ptflops/pytorch_ops.py (backend pytorch)",
    version="0.7.5",
    description="What ptflops counts among modules and functions; pools and ReLUs twice.",
)


def _thop_adaptive_pool(call: Call) -> int:
    """It divides sizes as floating-point numbers and truncates: sometimes one less than the sum."""
    (_, height, width), (_, rows, columns) = call.inputs[0], call.output
    if height % rows == 0 and width % columns == 0:  # exact in floating point, and for many designs at once
        return (height // rows * (width // columns) + 1) * call.out_elements
    down, across = int(height) / int(rows), int(width) / int(columns)
    return int((down * across + 1) * int(call.out_elements))


THOP = Convention(
    name="thop",
    unit="MAC",
    rules=table(
        ONE_PER_MAC,
        {
            ConvTranspose2d: Rule(
                "kernel * in channels / groups per output element: too much by the stride squared",
                lambda call: (
                    call.out_elements * (call.inputs[0][0] // call.op.groups) * elements(call.op.kernel_size)
                ),
            ),
            BatchNorm: if_affine(4, 2),
            LayerNorm: _on_features(4, 2),
            Activation: Rule(
                "softmax 3 per element less 1 per position; others 0",
                lambda call: (
                    3 * call.out_elements - call.out_elements // call.output[0]
                    if call.op.function == "softmax"
                    else 0
                ),
            ),
            PReLU: per_output(1),
            AvgPool2d: per_output(1),
            AdaptiveAvgPool2d: Rule("1 per input element, 1 per output element", _thop_adaptive_pool),
            Upsample: by_mode(1, 11),
        },
    ),
    source="thop/vision/basic_hooks.py, calc_func.py",
    version="0.1.1.post2209072238",
    description="What thop counts among modules: multiply-accumulates, batch norms, average pools.",
)

_PARAMETERS = Rule("its parameters, once per image", lambda call: call.weights)

TORCHINFO = Convention(
    name="torchinfo",
    unit="MAC",
    rules=table(
        MAC_AND_BIAS,
        {
            ConvTranspose2d: Rule(
                "its parameters per output position: too much by the stride squared",
                lambda call: call.weights * elements(call.output[1:]),
            ),
            BatchNorm: _PARAMETERS,
            GroupNorm: _PARAMETERS,
            LayerNorm: _PARAMETERS,
            PReLU: _PARAMETERS,
        },
    ),
    source="torchinfo/layer_info.py",
    version="1.8.0",
    description="What torchinfo calls mult-adds: parameters, times output positions in convolutions.",
)


def _calflops_conv_transpose(call: Call) -> int:
    """The groups divide the output channels twice."""
    op: ConvTranspose2d = call.op
    in_channels, height, width = call.inputs[0]
    fan_out = op.out_channels // op.groups // op.groups
    return height * width * in_channels * fan_out * elements(op.kernel_size)


def _calflops_conv_transpose_flops(call: Call) -> int:
    """The bias is added at the positions of a convolution that is not transposed."""
    op: ConvTranspose2d = call.op
    if not op.bias:
        return 2 * _calflops_conv_transpose(call)
    positions = [
        (size + 2 * padding - (dilation * (kernel - 1) + 1)) // stride + 1
        for size, kernel, stride, padding, dilation in zip(
            call.inputs[0][1:], op.kernel_size, op.stride, op.padding, op.dilation, strict=True
        )
    ]
    return 2 * _calflops_conv_transpose(call) + op.out_channels // op.groups * elements(tuple(positions))


def _calflops_upsample(factor: int) -> Rule:
    """It takes the scale to a power, which fails on a scale per axis, and then loses the result."""
    text = f"{factor} per input element" if factor else "0"
    return Rule(
        f"{text}; unknown if the scales differ, on which it fails",
        lambda call: factor * call.in_elements if call.op.scale[0] == call.op.scale[1] else None,
    )


CALFLOPS = Convention(
    name="calflops",
    unit="MAC",
    rules=table(
        ONE_PER_MAC,
        {
            ConvTranspose2d: Rule("1 per multiply-accumulate, / groups once more", _calflops_conv_transpose),
            Upsample: _calflops_upsample(0),
        },
    ),
    source="calflops/pytorch_ops.py (MACs)",
    version="0.3.2",
    description="What calflops calls MACs: multiply-accumulates.",
)

CALFLOPS_FLOPS = Convention(
    name="calflops-flops",
    unit="FLOP",
    rules=table(
        FLOPS_AND_BIAS,
        {
            ConvTranspose2d: Rule(
                "2 per multiply-accumulate, / groups once more; bias at a convolution's positions",
                _calflops_conv_transpose_flops,
            ),
            Linear: TWO_PER_MAC,
            BatchNorm: if_affine(2, 1),
            GroupNorm: if_affine(5, 4),
            LayerNorm: if_affine(5, 4),
            LocalResponseNorm: _LOCAL_RESPONSE_NORM,
            Activation: by_function(
                {"relu": 1, "leaky_relu": 1, "elu": 1, "silu": 1, "gelu": 1, "softmax": 1}
            ),
            PReLU: per_output(1),
            MaxPool2d: per_input(1),
            AvgPool2d: per_input(1),
            AdaptiveAvgPool2d: per_input(1),
            AdaptiveMaxPool2d: per_input(1),
            Upsample: _calflops_upsample(1),
        },
    ),
    source="calflops/pytorch_ops.py (FLOPs)",
    version="0.3.2",
    description="What calflops calls FLOPs: two per multiply-accumulate, norms, pools, some activations.",
)
