"""What verification says when something is wrong: of a tool, of a convention, of a printed figure."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from costcalc.api import count
from costcalc.cost import CONVENTIONS, Rule
from costcalc.graph import (
    Activation,
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Graph,
    GraphBuilder,
    Node,
    Upsample,
)
from costcalc.networks import load
from costcalc.report.verify import verify_table
from costcalc.verification.checks import Check, beginning, figure_check, first_difference, tool_check
from costcalc.verification.published import check_published
from costcalc.witness.ask import BUGS, Unavailable
from costcalc.witness.tools import TOOLS, Witnessed


def network() -> Graph:
    builder = GraphBuilder("net", (3, 8, 8))
    stem = builder.add(Conv2d(4, (3, 3), padding=(1, 1)), (0,), "stem.conv")
    x = builder.add(BatchNorm(), (stem,), "stem.bn")
    side = builder.add(Conv2d(2), (stem,), "side")
    x = builder.add(Activation("relu"), (x,), "stem.relu")
    return builder.build({"out": builder.add(Conv2d(8), (x,), "conv"), "side": side})


COST = count(network())


def witnessed(tool: str, total: int, by_node: dict[str, int] | None = None) -> Witnessed:
    return Witnessed(tool, "1.0", "2.0", CONVENTIONS[tool].unit, total, {}, by_node or {}, {})


def check(tool: str, answer: Witnessed | Unavailable, parting: Node | None = None) -> Check:
    return tool_check(COST, answer, tool, parting)


def test_what_is_equal_is_explained_in_terms() -> None:
    found = check("ptflops", witnessed("ptflops", COST.total("ptflops")))
    assert (found.verdict, found.fails) == ("equal", False)
    assert found.definition == "ptflops = paper + bn 2/elt 512 + relu 2/elt 512."
    assert "/issues/139" in found.notes[0]
    assert check("torch", witnessed("torch", COST.total("torch"))).definition == "torch = 2 x paper."


def test_what_differs_fails_and_says_where() -> None:
    parting = COST.rows[1].node
    found = check("fvcore", witnessed("fvcore", 1), parting)
    assert (found.verdict, found.fails, found.definition) == ("differs", True, "")
    assert found.notes == ("fvcore and its convention part at stem.bn (bn) of net.",)


def test_what_is_missing_is_unknown_but_an_unexpected_failure_fails() -> None:
    for installed, expected, verdict in [
        (False, False, "unknown"),
        (True, True, "unknown"),
        (True, False, "differs"),
    ]:
        found = check("thop", Unavailable("thop", "because", installed, expected))
        assert (found.theirs, found.verdict, found.fails) == (None, verdict, verdict == "differs")
        assert found.notes == ("thop fails: because." if installed else "thop: because.",)
    found = check("thop", Unavailable("thop", "because", installed=True), COST.rows[1].node)
    assert found.notes == ("thop fails at stem.bn (bn) of net: because.",)


def test_what_a_tool_counts_is_said_once_if_it_is_the_same_for_all_networks() -> None:
    plain = GraphBuilder("plain", (3, 8, 8))
    other = count(plain.build({"out": plain.add(Conv2d(4), (0,), "conv")}))
    checks = [
        tool_check(cost, witnessed(tool, cost.total(tool)), tool, None)
        for cost in (COST, other)
        for tool in ("fvcore", "torch")
    ]
    assert verify_table(checks).notes == (
        "net: fvcore = paper + bn 2/elt 512.",
        "plain: fvcore = paper.",
        "torch = 2 x paper.",
        "equal: 4.",
    )


def test_the_first_difference_is_found_with_and_without_counts_by_node() -> None:
    graph = network()
    ours = [row.count("fvcore") for row in COST.rows]
    by_node = {row.node.name: row.count("fvcore") or 0 for row in COST.rows} | {"side": 7}
    node = first_difference(graph, ours, witnessed("fvcore", 0, by_node), lambda part: pytest.fail("asked"))
    assert node.name == "side"

    for wrong in range(1, len(graph.nodes)):
        asked: list[int] = []

        def ask(part: Graph, wrong: int = wrong, asked: list[int] = asked) -> Witnessed | Unavailable:
            asked.append(len(part.nodes))
            if len(part.nodes) > wrong:
                return Unavailable("fvcore", "fails", installed=True)
            return witnessed("fvcore", count(part, "fvcore").macs)

        node = first_difference(graph, ours, ask(graph), ask)
        assert node is graph.nodes[wrong]
        assert len(asked) <= 4


def test_the_beginning_of_a_network_has_what_is_not_read_as_outputs() -> None:
    part = beginning(network(), 3)
    assert [node.name for node in part.nodes] == ["input", "stem.conv", "stem.bn", "side"]
    assert sorted(part.outputs.values()) == [2, 3]


def test_known_mistakes_name_tools_and_operators_that_there_are() -> None:
    assert {tool for bug in BUGS for tool in bug.tools} <= set(TOOLS) <= set(CONVENTIONS)
    ops = (ConvTranspose2d(4, groups=2), Upsample((2, 2)), Upsample((2, 1)), Activation("relu"))
    assert all(any(bug.concerns(op) for op in ops) for bug in BUGS)
    assert all(bug.issue.startswith("https://github.com/") for bug in BUGS if bug.issue)


SPEC = """costcalc: 1
name: tiny
input: [3, 8, 8]
columns: [op, c, k]
stages: [[conv, 4, 3]]
variants: {wide: {}}
published:
  base:
    - {macs: 6912, params: 108, top1: 70.6, source: Table 1}
    - {macs: 7k, source: a blog}
    - {macs: 9k, source: another, gap: counts biases}
    - {fvcore: 6.9k, gap: is there one}
  wide: {params: 109}
"""


def test_printed_figures_agree_or_have_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC)
    figures = check_published(load(str(path)).spec)
    assert [(each.model, each.metric, each.counted) for each in figures] == [
        ("tiny", "macs", 6912),
        ("tiny", "params", 108),
        ("tiny", "macs", 6912),
        ("tiny", "macs", 6912),
        ("tiny", "fvcore", 6912),
        ("tiny@wide", "params", 108),
    ]
    checks = [*map(figure_check, figures)]
    verdicts = ["equal", "equal", "equal", "gap", "closed", "differs"]
    assert [each.verdict for each in checks] == verdicts
    assert [each.fails for each in checks] == [verdict in ("closed", "differs") for verdict in verdicts]
    assert checks[3].source == "another; gap: counts biases"
    table = verify_table(checks)
    assert table.notes[-1] == "equal: 3, known gaps: 1, closed gaps: 1, different: 1."
    assert table.notes[0].startswith("tiny: fvcore 6.9k agrees, but has a gap (")
    assert "tiny.yaml:" in table.notes[1]


def test_an_operator_without_a_rule_leaves_the_check_open(monkeypatch: pytest.MonkeyPatch) -> None:
    convention = CONVENTIONS["thop"]
    rules = {**convention.rules, BatchNorm: Rule("unknown", lambda call: None)}
    partial = dataclasses.replace(convention, rules=rules)
    monkeypatch.setitem(CONVENTIONS, "thop", partial)
    cost = count(network())
    found = tool_check(cost, witnessed("thop", 99), "thop", None)
    assert (found.verdict, found.fails) == ("unknown", False)
    assert found.definition == "thop = paper + bn ?."
