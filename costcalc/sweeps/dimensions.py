"""What specs call the three dimensions that EfficientNet scales: depth, width and resolution."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from costcalc.spec.model import Spec
from costcalc.spec.resolve import RESOLUTION

DIMENSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"depth": "alpha", "width": "beta", "resolution": "gamma"}
)
"""And the symbols of their multipliers in EfficientNet (arXiv:1905.11946, eq. 3)."""


def multiplier(spec: Spec, dimension: str) -> str | None:
    """Return the parameter that scales a dimension of a spec; None if it has none.

    Any spec takes `resolution`, in pixels.
    """
    scaling = spec.scaling.get(dimension)
    if scaling is not None and scaling.factor.text in spec.params:
        return scaling.factor.text
    return RESOLUTION if dimension == RESOLUTION else None
