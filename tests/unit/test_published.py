"""Printed figures: of a whole network or of parts of it, each with a reason of its own if it disagrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import SpecError
from costcalc.networks import load
from costcalc.spec.lint import lint
from costcalc.verification import check_published, figure_names

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


@pytest.mark.parametrize(
    ("figures", "counted"),
    [
        ("macs: 9040, depth: 3", [9040, 3]),
        ("memory_access: 7936, peak_memory_bytes: 3.0 KiB", [7936, 3072]),
        ("fvcore: 9552, flops_torch: 18080, macs_conv: 8960", [9552, 18080, 8960]),
    ],
)
def test_whatever_is_counted_can_be_printed(figures: str, counted: list[int], tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(f"{SPEC.partition('published')[0]}published: {{base: {{{figures}}}}}\n")
    found = check_published(load(str(path)).spec)
    assert [each.counted for each in found] == counted
    assert all(each.holds for each in found)


def test_a_part_has_no_figures_that_only_whole_networks_have(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC.replace("{macs: 6912, params: 108, of: conv1}", "{peak_memory: 1 KiB, of: conv1}"))
    figure = check_published(load(str(path)).spec)[0]
    assert figure.counted is None and not figure.holds


def test_figures_of_nothing_that_is_counted_are_refused_where_they_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC.replace("{params: 122, of", "{parms: 122, of"))
    with pytest.raises(SpecError) as caught:
        check_published(load(str(path)).spec)
    assert [(found.code, found.help) for found in caught.value.diagnostics] == [
        ("E325", "did you mean `params`?")
    ]
    assert [found.code for found in lint([str(path)], figures=figure_names())] == ["E325"]
