"""The words that the tables of this package are written in."""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.cost.call import Call
from costcalc.cost.convention import Rule, Rules, zeros
from costcalc.graph import (
    ACTIVATIONS,
    PRODUCTS,
    Activation,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Add,
    AvgPool2d,
    BatchNorm,
    ChannelShuffle,
    Concat,
    Dropout,
    Flatten,
    GroupNorm,
    Input,
    LayerNorm,
    LocalResponseNorm,
    MaxPool2d,
    Mul,
    Pad,
    PReLU,
    Scale,
    Slice,
    Upsample,
)


def per_output(factor: int) -> Rule:
    """Return `factor` per element of the output."""
    return Rule(f"{factor} per output element", lambda call: factor * call.out_elements)


def per_input(factor: int) -> Rule:
    """Return `factor` per element of the input."""
    return Rule(f"{factor} per input element", lambda call: factor * call.in_elements)


def if_affine(affine: int, plain: int) -> Rule:
    """Return so much per element of a normalisation with learned scale and shift, or without."""

    def count(call: Call) -> int:
        return (affine if call.op.affine else plain) * call.out_elements

    words = f"{affine} per element"
    return Rule(words if affine == plain else f"{words}, {plain} if not affine", count)


def by_function(factors: Mapping[str, int]) -> Rule:
    """Return so much per element of an activation, by its function; other functions count nothing."""
    words = ", ".join(f"{function} {factor}" for function, factor in factors.items())
    others = "; others 0" if len(factors) < len(ACTIVATIONS) else ""
    return Rule(
        f"per element: {words}{others}",
        lambda call: factors.get(call.op.function, 0) * call.out_elements,
    )


def by_mode(nearest: int, bilinear: int) -> Rule:
    """Return so much per output element of an upsampling, by its interpolation."""

    def count(call: Call) -> int:
        return (bilinear if call.op.mode == "bilinear" else nearest) * call.out_elements

    return Rule(f"{nearest} per output element, {bilinear} if bilinear", count)


def bias(call: Call) -> int:
    """Return one addition per element of the output, if there is a bias."""
    return call.out_elements if call.op.bias else 0


ONE_PER_MAC = Rule("1 per multiply-accumulate, no bias", lambda call: call.macs)
TWO_PER_MAC = Rule("2 per multiply-accumulate, no bias", lambda call: 2 * call.macs)
MAC_AND_BIAS = Rule(
    "1 per multiply-accumulate, 1 per output element for a bias", lambda call: call.macs + bias(call)
)
FLOPS_AND_BIAS = Rule(
    "2 per multiply-accumulate, 1 per output element for a bias", lambda call: 2 * call.macs + bias(call)
)

NO_ARITHMETIC = zeros("0: no arithmetic", Input, Flatten, Dropout, Slice, ChannelShuffle, Concat, Pad)
"""No counter counts operators that only move elements."""

NO_MACS = zeros(
    "0: no multiply-accumulate",
    BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm, Activation, PReLU, Add, Mul, Scale,
    MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, AdaptiveMaxPool2d, Upsample,
)  # fmt: skip
"""A little arithmetic per element, which most counters leave out in part."""


def table(multiplying: Rule, rules: Rules) -> Rules:
    """Return a whole table.

    Args:
        multiplying: The rule of convolutions and fully connected layers.
        rules: Exceptions, and the rules of other operators; what is not named counts nothing.
    """
    return {
        **dict.fromkeys(PRODUCTS, multiplying),
        **NO_MACS,
        **NO_ARITHMETIC,
        **rules,
    }
