"""What every operator is: a frozen value that knows shapes, learned tensors and multiply-adds.

Shapes exclude the batch: `(C, H, W)` for images, `(F,)` for features. Formulas use only
`+ - * //` and comparisons, so that they run on ints and on integer arrays alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from costcalc.errors import OperatorError

Shape = tuple[int, ...]
Pair = tuple[int, int]


def elements(shape: Shape) -> int:
    """Return the number of elements of a tensor of this shape.

    >>> elements((64, 56, 56))
    200704
    """
    return math.prod(shape)


def format_shape(shape: Shape) -> str:
    """Return `64x56x56`."""
    return "x".join(map(str, shape))


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor that belongs to an operator: learned, or a buffer such as a running mean."""

    name: str
    shape: Shape

    @property
    def size(self) -> int:
        """Elements."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Op:
    """An operator: its arguments and nothing else. Every method takes the shapes of its inputs.

    A class that adds arguments is a dataclass again; one that adds none only says `__slots__ = ()`, since
    making a dataclass takes half a millisecond at every start.
    """

    kind: ClassVar[str]
    """The name in specs and tables, e.g. `conv`."""

    needs_contiguous: ClassVar[bool] = False
    """Whether it is a view of contiguous inputs alone, and copies others."""

    multiplies: ClassVar[bool] = False
    """Whether it multiplies what it reads with learned weights and sums: what papers count as a layer."""

    def out_shape(self, *inputs: Shape) -> Shape:
        """Return the shape of the output.

        Raises:
            OperatorError: the operator does not take these inputs (codes E31x).
        """
        raise NotImplementedError

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the learned tensors; `params` is the sum of their sizes."""
        return ()

    def buffers(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the tensors that are stored and read but not learned."""
        return ()

    def macs(self, *inputs: Shape) -> int:
        """Return multiply-accumulates for a batch of one: products that are summed, no bias."""
        return 0

    def is_view(self, *inputs: Shape) -> bool:
        """Tell whether the output shares the memory of the input: nothing is read, written or allocated."""
        return False

    def is_contiguous(self, *inputs: Shape) -> bool:
        """Tell whether a view of a contiguous input is contiguous, in a batch of one."""
        return True

    def label(self, *inputs: Shape) -> str:
        """Return the operator's type as a paper's table would name it, e.g. `conv dw 3x3`."""
        return self.kind


def image(kind: str, shape: Shape) -> tuple[int, int, int]:
    """Return `shape` as (C, H, W), or refuse it."""
    if len(shape) != 3:
        raise OperatorError(
            "E310",
            f"{kind} takes a CxHxW tensor; this one has shape {format_shape(shape)}",
            "put it before `flatten`",
        )
    return shape


def spatial(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Return how many windows fit in a padded line: floor((n + 2p - d(k - 1) - 1) / s) + 1.

    >>> spatial(224, 3, 2, 1, 1)
    112
    """
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def require_output(kind: str, size: Pair, out: Pair) -> None:
    """Refuse a window that does not fit even once."""
    if out[0] < 1 or out[1] < 1:
        raise OperatorError(
            "E312",
            f"{kind}: the window is larger than its padded input of {size[0]}x{size[1]}",
            "raise the resolution, or lower a stride or kernel before this layer",
        )


def nearest_multiples(width: int, divisor: int) -> str:
    """Return the multiples next to a width that is none: `32 or 36`.

    >>> nearest_multiples(34, 4), nearest_multiples(3, 8)
    ('32 or 36', '8')
    """
    below = width // divisor * divisor
    return f"{below} or {below + divisor}" if below else f"{divisor}"


def format_window(kernel: Pair) -> str:
    """Return `3x3`."""
    return f"{kernel[0]}x{kernel[1]}"
