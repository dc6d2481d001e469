"""`share`: steps with one set of weights, counted once, which takes steps that are alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.api import count
from costcalc.errors import SpecError
from costcalc.graph import Graph
from costcalc.networks import load

SPEC = """\
costcalc: 1
name: net
input: [3, 32, 32]
blocks:
  head: {params: {c: ~, s: 1}, body: [{conv: {c: c, k: 3, s: s}}, bn, relu]}
columns: [name, op, c, s]
stages:
  - [p1, conv, 8, 1]
  - [p2, conv, 8, 2]
  - [p3, conv, 16, 2]
heads:
"""


def graph(folder: Path, heads: str) -> Graph:
    path = folder / "net.yaml"
    path.write_text(SPEC + heads, "utf-8")
    return load(str(path)).graph


def test_shared_weights_are_counted_once(tmp_path: Path) -> None:
    heads = "  a: {from: p1, do: [{head: 8, share: h}]}\n  b: {from: p2, do: [{head: 8, share: %s}]}\n"
    shared, apart = graph(tmp_path, heads % "h"), graph(tmp_path, heads % "other")
    assert count(shared).macs == count(apart).macs
    assert count(apart).params - count(shared).params == 3 * 3 * 8 * 8 + 2 * 8
    owners = {node.name: node.shares for node in shared.nodes if node.shares}
    assert owners == {"b.head.conv": "a.head.conv", "b.head.bn": "a.head.bn"}


@pytest.mark.parametrize(
    ("source", "step", "reason"),
    [
        ("p1", "head: 8", "is conv 3x3 of 8x8x3x3; here it is conv 3x3 of 8x16x3x3"),
        ("p1", "head: 4", "is conv 3x3 of 4x8x3x3; here it is conv 3x3 of 8x16x3x3"),
        ("p3", "head: {c: 8, s: 2}", "has another stride, padding or grouping"),
    ],
)
def test_unlike_steps_share_nothing(tmp_path: Path, source: str, step: str, reason: str) -> None:
    first = f"  a: {{from: {source}, do: [{{{step}, share: h}}]}}\n"
    text = first + "  b: {from: p3, do: [{head: 8, share: h}]}\n"
    with pytest.raises(SpecError) as caught:
        graph(tmp_path, text)
    found = caught.value.diagnostics[0]
    assert found.code == "E318"
    assert f"`a.head.conv`, made at line 12, {reason} (in the row at line 13)" in found.message
    assert found.location and found.location.line == 5


def test_branches_share_nothing(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="E318"):
        graph(tmp_path, "  a: [{add: [[bn], [bn]], share: h}]\n")


TWICE = """\
costcalc: 1
name: net
input: [8, 32, 32]
blocks:
  twice: {params: {k: 3}, body: [{conv: {c: 8, k: k}, share: w}, relu, {conv: {c: 8, k: k}, share: w}]}
  outer: {body: [{twice: ~, share: w}, {twice: ~, share: w}, twice]}
  other: {body: [{conv: {c: 8, k: 1}, share: w}]}
columns: [op, n]
stages:
"""


def owners(folder: Path, rows: str) -> dict[str, str | None]:
    path = folder / "net.yaml"
    path.write_text(TWICE + rows, "utf-8")
    nodes = load(str(path)).graph.nodes
    return {node.name: node.shares for node in nodes if node.op.kind == "conv"}


def test_every_call_of_a_block_has_weights_of_its_own(tmp_path: Path) -> None:
    assert owners(tmp_path, "  - [twice, 2]\n") == {
        "twice.0.conv": None,
        "twice.0.conv_2": "twice.0.conv",
        "twice.1.conv": None,
        "twice.1.conv_2": "twice.1.conv",
    }


def test_a_label_means_nothing_to_another_block(tmp_path: Path) -> None:
    assert owners(tmp_path, "  - [twice, 1]\n  - [other, 1]\n") == {
        "twice.conv": None,
        "twice.conv_2": "twice.conv",
        "other.conv": None,
    }


def test_a_block_that_is_shared_shares_what_it_shares_within(tmp_path: Path) -> None:
    assert owners(tmp_path, "  - [outer, 1]\n") == {
        "outer.twice.conv": None,
        "outer.twice.conv_2": "outer.twice.conv",
        "outer.twice_2.conv": "outer.twice.conv",
        "outer.twice_2.conv_2": "outer.twice.conv",
        "outer.twice_3.conv": None,
        "outer.twice_3.conv_2": "outer.twice_3.conv",
    }


def test_heads_have_their_labels_in_common_and_blocks_none_of_them(tmp_path: Path) -> None:
    heads = "  - [twice, 1]\nheads:\n  a: [twice, {other: ~, share: w}]\n  b: [{other: ~, share: w}]\n"
    assert owners(tmp_path, heads) == {
        "twice.conv": None,
        "twice.conv_2": "twice.conv",
        "a.twice.conv": None,
        "a.twice.conv_2": "a.twice.conv",
        "a.other.conv": None,
        "b.other.conv": "a.other.conv",
    }


def test_a_label_that_looks_like_a_numbered_step_is_no_other_step(tmp_path: Path) -> None:
    alike = "  alike: {body: [{conv: 8, as: conv_2}, conv: 8, conv: 8]}\n"
    path = tmp_path / "net.yaml"
    heads = "  - [conv, 1]\nheads: {a: [{alike: ~, share: w}]}\n"
    path.write_text(
        TWICE.replace("columns:", alike + "columns:").replace("[op, n]", "[op, c]") + heads, "utf-8"
    )
    nodes = load(str(path)).graph.nodes
    assert [node.shares for node in nodes] == [None] * len(nodes)
