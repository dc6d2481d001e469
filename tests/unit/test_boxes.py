"""A space is counted in few boxes: formulas that compare what need not be compared would cut it to pieces."""

from __future__ import annotations

from typing import Any

import pytest

from costcalc.sweeps import sweep
from costcalc.sweeps.count import measure

SPACES = {
    "widths and sizes": ("mobilenet", {"alpha": "0.001:1:0.001", "resolution": "32:1031"}, 2),
    "widths and multiples of the size": ("mobilenet", {"alpha": "0.001:1:0.001", "rho": "0.001:1:0.001"}, 2),
    "a table of groups": (
        "shufflenet",
        {"g": "1,2,3,4,8", "scale": "0.1:2:0.1", "resolution": "32:132"},
        15,
    ),
    "repeats": ("efficientnet", {"w": "0.1:2:0.1", "d": "0.5,1,1.4", "resolution": "33:132"}, 6),
}


@pytest.mark.parametrize("name", SPACES)
def test_few_boxes_make_a_space(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, axes, most = SPACES[name]
    boxes: list[tuple[int, ...]] = []

    def measured(cost: Any, metrics: Any, shape: tuple[int, ...]) -> dict[str, Any]:
        boxes.append(shape)
        return measure(cost, metrics, shape)

    monkeypatch.setattr("costcalc.sweeps.count.measure", measured)
    sweep(network, axes)
    assert 0 < len(boxes) <= most
