"""Printed figures: of a whole network or of parts of it, each with a reason of its own if it disagrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import SpecError
from costcalc.gate.published import check_published
from costcalc.networks import load

SPEC = """costcalc: 1
name: tiny
input: [3, 8, 8]
columns: [name, op, c, k]
stages: [[conv1, conv, 4, 3], [conv2, conv, 8, 1]]
heads: {logits: [gap, flatten, linear: 10]}
published:
  base:
    - {macs: 6912, params: 108, of: conv1}
    - {macs: 2048, params: 41, of: [conv2], gap: {params: counts the biases}}
    - {params: 122, of: [conv2, logits]}
    - {macs: 9040, params: 231, top1: 12.5, gap: {params: is there one}}
"""


def test_figures_of_parts_and_reasons_by_figure(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC)
    figures = check_published(load(str(path)).spec)
    assert [(each.of, each.metric, each.counted, each.gap, each.holds) for each in figures] == [
        (("conv1",), "macs", 6912, None, True),
        (("conv1",), "params", 108, None, True),
        (("conv2",), "macs", 2048, None, True),
        (("conv2",), "params", 32, "counts the biases", True),
        (("conv2", "logits"), "params", 122, None, True),
        ((), "macs", 9040, None, True),
        ((), "params", 230, "is there one", True),
    ]


def test_a_gap_that_has_closed_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC.replace("params: 231", "params: 230"))
    assert [each.metric for each in check_published(load(str(path)).spec) if not each.holds] == ["params"]


@pytest.mark.parametrize(
    ("gap", "code"),
    [("{prams: why}", "E201"), ("{top5: why}", "E201"), ("[why]", "E204"), ("{macs: [why]}", "E204")],
)
def test_reasons_are_of_figures_that_are_there(gap: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC.replace("{params: is there one}", gap))
    with pytest.raises(SpecError) as caught:
        load(str(path))
    assert [found.code for found in caught.value.diagnostics] == [code]
