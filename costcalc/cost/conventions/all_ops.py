"""Every arithmetic operation of the network, as it runs at inference.

One FLOP is one addition, subtraction, multiplication, division, comparison or elementary function
(exp, tanh, erf, power) on one element. Copies, zeros and changes of sign are free, and so is what
happens once per channel instead of once per element. A batch norm is the scale and shift that is
left of it at inference. The definition is ours; no tool counts all of this.
"""

from __future__ import annotations

from costcalc.cost.call import Call
from costcalc.cost.convention import Convention, Rule
from costcalc.cost.conventions.rules import FLOPS_AND_BIAS, by_function, by_mode, per_output, table
from costcalc.graph import (
    Activation,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Add,
    AvgPool2d,
    BatchNorm,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
    MaxPool2d,
    Mul,
    PReLU,
    Scale,
    Upsample,
    elements,
)

PER_ELEMENT = {
    "relu": 1,  # max(x, 0)
    "relu6": 2,  # min(max(x, 0), 6)
    "leaky_relu": 2,  # max(x, a x)
    "elu": 3,  # a comparison, exp, - 1
    "sigmoid": 3,  # 1 / (1 + exp(-x))
    "hsigmoid": 4,  # relu6(x + 3) / 6
    "silu": 4,  # x sigmoid(x)
    "hswish": 5,  # x hsigmoid(x)
    "tanh": 1,
    "gelu": 5,  # x / 2 (1 + erf(x / sqrt 2))
    "softmax": 5,  # the maximum, subtract it, exp, the sum, divide by it
}


def _window(call: Call) -> int:
    return elements(call.op.kernel_size) * call.out_elements


def _cells(call: Call) -> int:
    """Return the elements of all cells of an adaptive pool: neighbours overlap if sizes do not divide."""
    (_, *sizes), (channels, *cells) = call.inputs[0], call.output
    height, width = (
        sum(-(-(cell + 1) * size // count) - cell * size // count for cell in range(count))
        for size, count in zip(sizes, cells, strict=True)
    )
    return channels * height * width


_NORM = Rule(
    "7 per element (sum, centre, square, sum, divide, scale, shift), 5 if not affine",
    lambda call: (7 if call.op.affine else 5) * call.out_elements,
)
_BETWEEN = Rule(
    "1 per output element and input after the first", lambda call: (len(call.inputs) - 1) * call.out_elements
)

ALL_OPS = Convention(
    name="all-ops",
    unit="FLOP",
    rules=table(
        FLOPS_AND_BIAS,
        {
            BatchNorm: per_output(2),
            GroupNorm: _NORM,
            LayerNorm: _NORM,
            LocalResponseNorm: Rule(
                "size + 4 per element (square, size - 1 sums, times alpha, plus k, power, divide)",
                lambda call: (call.op.size + 4) * call.out_elements,
            ),
            Activation: by_function(PER_ELEMENT),
            PReLU: per_output(2),
            Add: _BETWEEN,
            Mul: _BETWEEN,
            Scale: per_output(1),
            MaxPool2d: Rule("window - 1 per output element", lambda call: _window(call) - call.out_elements),
            AvgPool2d: Rule("window per output element (sums and a division)", _window),
            AdaptiveAvgPool2d: Rule("1 per element of each cell (sums and a division)", _cells),
            AdaptiveMaxPool2d: Rule(
                "1 per element of each cell but its first", lambda call: _cells(call) - call.out_elements
            ),
            Upsample: by_mode(0, 7),  # bilinear: four products, three sums
        },
    ),
    source="costcalc/cost/conventions/all_ops.py",
    version="1",
    description="Every addition, multiplication, comparison and function; 2 FLOPs per multiply-accumulate.",
)
