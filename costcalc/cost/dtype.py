"""Number formats: how many bytes an element of a weight or of an activation takes."""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.errors import Diagnostic, UsageError, did_you_mean


@dataclass(frozen=True, slots=True)
class DType:
    """A number format and its size in bytes."""

    name: str
    bytes: int

    @property
    def bias_bytes(self) -> int:
        """Bytes of a bias beside weights of this format: int32 beside 8-bit integers, as runtimes have it."""
        return 4 if self.name in ("int8", "uint8") else self.bytes

    def bytes_of(self, parameters: int, biases: int) -> int:
        """Return the bytes of so many stored elements, of which some are biases."""
        return (parameters - biases) * self.bytes + biases * self.bias_bytes

    def __str__(self) -> str:
        return self.name


DTYPES = {
    dtype.name: dtype
    for dtype in (
        DType("fp64", 8),
        DType("fp32", 4),
        DType("fp16", 2),
        DType("bf16", 2),
        DType("fp8", 1),
        DType("int32", 4),
        DType("int16", 2),
        DType("int8", 1),
        DType("uint8", 1),
    )
}


def parse_dtype(text: str) -> DType:
    """Return the format of this name.

    Raises:
        UsageError: no such format (E501).

    >>> parse_dtype("bf16").bytes
    2
    """
    dtype = DTYPES.get(text.strip().lower())
    if dtype is None:
        known = f"known: {', '.join(DTYPES)}"
        help_ = did_you_mean(text.strip().lower(), DTYPES) or known
        raise UsageError(Diagnostic("E501", f"`{text}` is not a number format", help=help_))
    return dtype
