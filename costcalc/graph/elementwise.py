"""Operators that treat every element alike: activations, sums, products, dropout."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.errors import OperatorError
from costcalc.graph.operator import Op, Shape, Weight, format_shape

ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "elu", "silu", "hswish",
    "sigmoid", "hsigmoid", "tanh", "gelu", "softmax",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Input(Op):
    """The network's input: no inputs of its own, one given shape."""

    kind = "input"

    shape: Shape

    def out_shape(self, *inputs: Shape) -> Shape:
        return self.shape


@dataclass(frozen=True, slots=True)
class Activation(Op):
    """An activation function by name (one of `ACTIVATIONS`); softmax runs over the channels."""

    kind = "act"

    function: str

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def label(self, *inputs: Shape) -> str:
        return self.function


@dataclass(frozen=True, slots=True)
class PReLU(Op):
    """Leaky rectifier with learned slopes, one per channel or one in all."""

    kind = "prelu"

    per_channel: bool = True

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("weight", (inputs[0][0] if self.per_channel else 1,)),)


class Add(Op):
    """Element-wise sum of two or more tensors of one shape (a residual connection)."""

    __slots__ = ()

    kind = "add"

    def out_shape(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        for other in inputs[1:]:
            if other != first:
                raise OperatorError(
                    "E313",
                    f"add: the branches have different shapes: {', '.join(map(format_shape, inputs))}",
                    "give both branches the same stride and output channels, or project the shortcut",
                )
        return first


class Mul(Op):
    """Element-wise product; a (C, 1, 1) or (1, H, W) tensor is broadcast over the other (a gate)."""

    __slots__ = ()

    kind = "mul"

    def out_shape(self, *inputs: Shape) -> Shape:
        ranks = {len(shape) for shape in inputs}
        if len(ranks) == 1:
            out = tuple(_broadcast(sizes) for sizes in zip(*inputs, strict=True))
            if all(size > 0 for size in out):
                return out
        raise OperatorError(
            "E313",
            f"mul: these shapes cannot be broadcast: {', '.join(map(format_shape, inputs))}",
            "a gate has the shape Cx1x1 of its channels, or 1xHxW of its positions",
        )


def _broadcast(sizes: tuple[int, ...]) -> int:
    """Return the common size, or 0 if there is none."""
    common = 1
    for size in sizes:
        if common == 1:
            common = size
        elif size != common and size != 1:
            return 0
    return common


@dataclass(frozen=True, slots=True)
class Scale(Op):
    """Multiplication by a constant (the residual scaling of Inception-ResNet). Nothing is learned."""

    kind = "scale"

    factor: float

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


@dataclass(frozen=True, slots=True)
class Dropout(Op):
    """Dropout: does nothing at inference, the only mode that is counted."""

    kind = "dropout"

    p: float = 0.5

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def is_view(self, *inputs: Shape) -> bool:
        return True
