"""From rows and steps to nodes: what the language can say about a network's shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from costcalc.api import count
from costcalc.errors import Diagnostic, SpecError
from costcalc.graph import Add, Concat, Conv2d, Graph, Mul
from costcalc.networks import load
from costcalc.spec.advice import BY_INTENT, ELSEWHERE, IN_STD, PARAMETERS, advice
from costcalc.spec.files import Files, zoo_directory
from costcalc.spec.link import gather
from costcalc.spec.primitives import MERGES, PRIMITIVES

Net = Callable[..., Graph]
Refused = Callable[[str], Diagnostic]


@pytest.fixture
def net(tmp_path: Path) -> Net:
    """Return what builds a graph from the keys of a spec behind its name."""

    def build(text: str, terms: str = "") -> Graph:
        path = tmp_path / "net.yaml"
        path.write_text(f"costcalc: 1\nname: net\n{text}", "utf-8")
        return load(f"{path}{terms}").graph

    return build


@pytest.fixture
def refused(net: Net) -> Refused:
    def first(text: str) -> Diagnostic:
        with pytest.raises(SpecError) as caught:
            net(text)
        return caught.value.diagnostics[0]

    return first


def edges(graph: Graph) -> dict[str, list[str]]:
    return {node.name: [graph.nodes[index].name for index in node.inputs] for node in graph.nodes}


def shapes(graph: Graph) -> dict[str, tuple[int, ...]]:
    return {node.name: node.shape for node in graph.nodes}


# ---- rows --------------------------------------------------------------------------------------


def test_the_stride_belongs_to_the_first_copy(net: Net) -> None:
    graph = net("input: [3, 32, 32]\ncolumns: [op, c, n, s]\nstages: [[conv, 8, 3, 2]]")
    assert shapes(graph) == {
        "input": (3, 32, 32), "conv.0": (8, 16, 16), "conv.1": (8, 16, 16), "conv.2": (8, 16, 16),
    }  # fmt: skip


def test_a_row_without_a_name_goes_on_with_the_stage_above(net: Net) -> None:
    graph = net(
        "input: [3, 8, 8]\ncolumns: [name, op, c, n]\n"
        "stages: [[a, conv, 8, 0], [~, conv, 8, 2], [~, bn, ~, ~], [b, relu, ~, ~]]"
    )
    assert list(shapes(graph)) == ["input", "a.0", "a.1", "a.2", "b"]
    assert [node.stage for node in graph.nodes] == ["input", "a", "a", "a", "b"]


def test_rows_are_left_out_by_when_and_by_n(net: Net) -> None:
    text = (
        "input: [3, 8, 8]\nparams: {wide: false, n: 0}\ncolumns: [name, op, n, when]\n"
        "stages: [[a, bn, n, ~], [b, relu, ~, wide], [c, tanh, ~, not wide]]"
    )
    assert list(shapes(net(text))) == ["input", "c"]
    assert list(shapes(net(text, "@wide=true+n=2"))) == ["input", "a.0", "a.1", "b"]


def test_numbers_count_back_over_rows_and_their_copies(net: Net) -> None:
    graph = net(
        "input: [3, 8, 8]\ncolumns: [op, c, n, from]\nstages: [[conv, 3, ~, ~], [add, ~, 3, [-1, -2]]]"
    )
    assert edges(graph)["add.0"] == ["conv", "input"]
    assert edges(graph)["add.1"] == ["add.0", "conv"]
    assert edges(graph)["add.2"] == ["add.1", "add.0"]


def test_before_the_first_row_there_is_only_the_input(net: Net) -> None:
    graph = net("input: [3, 8, 8]\ncolumns: [op, from]\nstages: [[add, [-1, -2]]]")
    assert edges(graph)["add"] == ["input", "input"]


def test_rows_take_from_stages_by_name(net: Net) -> None:
    graph = net(
        "input: [3, 8, 8]\ncolumns: [name, op, c, from]\n"
        "stages: [[a, conv, 4, ~], [b, conv, 5, ~], [ab, concat, ~, [a, b, input]], [a2, bn, ~, a], "
        "[out, concat, ~, [ab, a2]]]"
    )
    assert edges(graph)["ab"] == ["a", "b", "input"]
    assert shapes(graph)["ab"] == (12, 8, 8)
    assert edges(graph)["a2"] == ["a"]


def test_fixed_widths_are_not_scaled(net: Net) -> None:
    graph = net(
        "input: [3, 8, 8]\nparams: {c: fixed(20)}\nscaling: {width: {factor: 2}}\n"
        "blocks: {both: {params: {c: ~}, body: [conv: c, conv: c + 1]}}\n"
        "columns: [op, c]\nstages: [[conv, 5], [conv, fixed(5)], [conv, c], [both, fixed(2*3)]]"
    )
    assert [shape[0] for shape in shapes(graph).values()] == [3, 10, 5, 20, 6, 7]


def test_sizes_in_the_table_are_checked_at_the_base_resolution_only(net: Net, refused: Refused) -> None:
    text = (
        "input: [3, 32, 32]\ncolumns: [op, c, s, in, out]\n"
        "stages: [[conv, 8, 2, 32, 16], [conv, 8, 2, 16, %s]]"
    )
    net(text % 8)
    net(text % 8, "@resolution=64")
    net(text % "[8, 8]")
    found = refused(text % 7)
    assert (found.code, found.message) == ("E304", "stage `conv2`: the table says output 7, computed 8")


# ---- steps -------------------------------------------------------------------------------------


def test_pairs_stand_wherever_a_size_may_differ_by_axis(net: Net) -> None:
    graph = net(
        "input: [3, 12, 12]\ncolumns: [op, c, k, s, pad, dilation]\nstages:\n"
        "  - [conv, 4, [1, 7], ~, ~, ~]\n"
        "  - [conv, 4, [7, 1], [2, 1], ~, ~]\n  - [conv, 4, 3, ~, [0, 1], [2, 1]]"
    )
    assert [node.op for node in graph.nodes[1:]] == [
        Conv2d(4, (1, 7), (1, 1), (0, 3)),
        Conv2d(4, (7, 1), (2, 1), (3, 0)),
        Conv2d(4, (3, 3), (1, 1), (0, 1), (2, 1)),
    ]
    assert [node.shape for node in graph.nodes[1:]] == [(4, 12, 12), (4, 6, 12), (4, 2, 12)]


def test_pooling_can_round_up(net: Net) -> None:
    text = "input: [3, 112, 112]\ncolumns: [op, k, s, pad, ceil_mode]\nstages: [[max_pool, 3, 2, 0, %s]]"
    assert net(text % "true").nodes[-1].shape == (3, 56, 56)
    assert net(text % "false").nodes[-1].shape == (3, 55, 55)


def test_transposed_convolutions_enlarge(net: Net) -> None:
    graph = net(
        "input: [8, 7, 7]\ncolumns: [op, c, k, s, pad, out_pad]\n"
        "stages: [[conv_transpose, 4, 4, 2, ~, ~], [conv_transpose, 4, 3, 2, 1, 1]]"
    )
    assert [node.shape for node in graph.nodes] == [(8, 7, 7), (4, 14, 14), (4, 28, 28)]
    assert count(graph).macs == 7 * 7 * 8 * 4 * 16 + 14 * 14 * 4 * 4 * 9


def test_an_output_padding_is_a_number(refused: Refused) -> None:
    found = refused("input: [8, 7, 7]\ncolumns: [op, c, k, out_pad]\nstages: [[conv_transpose, 4, 4, same]]")
    assert found.code == "E307"


UNIT = """
input: [8, 6, 6]
blocks:
  unit:
    body:
      - {split: c_in/4, as: [left, right]}
      - {conv: c_right, from: right, as: made}
      - {concat: ~, from: [left, made]}
columns: [op, n]
stages: [[unit, 2]]
"""


def test_split_gives_two_named_tensors(net: Net) -> None:
    graph = net(UNIT)
    assert shapes(graph)["unit.0.split"] == (2, 6, 6)
    assert shapes(graph)["unit.0.made"] == (6, 6, 6)
    assert edges(graph)["unit.0.concat"] == ["unit.0.split", "unit.0.made"]
    assert edges(graph)["unit.1.made"] == ["unit.1.split_2"]
    assert count(graph).macs == 2 * 6 * 6 * 36


PARTS = """
input: [8, 6, 6]
blocks:
  a: {body: [{split: WIDTHS, as: [x, y, z]}, {add: ~, from: [x, y], as: w}, {concat: ~, from: [w, z]}]}
columns: [op]
stages: [[a]]
"""


def test_split_gives_as_many_as_are_listed(net: Net) -> None:
    assert net(PARTS.replace("WIDTHS", "[c_in/4, c_in/4, c_in/2]")).nodes[-1].shape == (6, 6, 6)


@pytest.mark.parametrize(
    ("widths", "problem"),
    [("[2, 2, 3]", "2 + 2 + 3 are not all 8 channels"), ("8", "8 of 8 channels leave none behind")],
)
def test_parts_that_are_not_the_whole_are_refused(refused: Refused, widths: str, problem: str) -> None:
    found = refused(PARTS.replace("WIDTHS", widths))
    assert found.code == "E316"
    assert found.message.startswith(f"a.split: split: {problem}")


def test_several_tensors_go_on_to_a_step_that_takes_several(net: Net) -> None:
    graph = net("input: [8, 6, 6]\nblocks: {a: {body: [split: 4, add]}}\ncolumns: [op]\nstages: [[a]]")
    assert edges(graph)["a.add"] == ["a.split", "a.split_2"]
    heads = "heads: {both: {from: [x, y], do: [concat]}}"
    graph = net(f"input: [8, 6, 6]\ncolumns: [name, op]\nstages: [[x, bn], [y, bn]]\n{heads}")
    assert edges(graph)["both.concat"] == ["x", "y"]


def test_no_tensor_is_lost_without_a_word(refused: Refused) -> None:
    found = refused("input: [8, 6, 6]\nblocks: {a: {body: [split: 4, bn]}}\ncolumns: [op]\nstages: [[a]]")
    assert (found.code, found.message) == ("E309", "`bn` takes one tensor, not 2")
    found = refused("input: [8, 6, 6]\ncolumns: [op, c]\nstages: [[split, 4]]")
    assert (found.code, found.message) == ("E309", "`split` gives 2 tensors here; one is needed")
    found = refused(
        "input: [8, 6, 6]\ncolumns: [op]\nstages: [[bn]]\nheads: {a: {from: [input, bn], do: [relu]}}"
    )
    assert (found.code, found.message) == ("E309", "`relu` takes one tensor, not 2")


def test_copies_of_a_row_that_takes_from_a_stage_are_a_chain(net: Net) -> None:
    graph = net(
        "input: [3, 8, 8]\ncolumns: [name, op, c, n, from]\n"
        "stages: [[a, conv, 4, ~, ~], [b, conv, 4, ~, ~], [c, conv, 4, 3, a], [d, add, ~, 2, [b, c]]]"
    )
    assert [edges(graph)[f"c.{copy}"] for copy in range(3)] == [["a"], ["c.0"], ["c.1"]]
    assert edges(graph)["d.0"] == ["b", "c.2"]
    assert edges(graph)["d.1"] == ["d.0", "c.2"]
    assert graph.unread == ()


CELL = """
input: [4, 8, 8]
blocks:
  cell:
    params: {c: ~}
    inputs: [h, p]
    let: {ratio: h_p/h_h}
    body:
      - {conv: {c: c, s: ratio}, from: p, as: fitted}
      - {conv: {c: c_fitted + c_h}, from: h}
      - concat: [[], {from: fitted, do: [], when: ratio == 1}]
columns: [name, op, c, n, s, from]
stages: [[a, cell, 4, 3, ~, [-1, -2]], [b, conv, 4, ~, 2, ~], [c, cell, 4, ~, ~, [b, a]]]
"""


def test_blocks_have_several_inputs_and_know_their_sizes(net: Net) -> None:
    graph = net(CELL)
    assert edges(graph)["a.2.fitted"] == ["a.0.concat"]
    assert shapes(graph)["c.conv"] == (8, 4, 4)
    assert "c.concat" not in shapes(graph)  # one branch alone is itself
    assert [node.name for node in graph.unread] == ["c.fitted"]  # which the concat left out


def test_what_no_output_needs_is_left_out(net: Net) -> None:
    graph = net(
        "input: [3, 8, 8]\ncolumns: [name, op, c, from]\n"
        "stages: [[a, conv, 4, ~], [lost, conv, 5, a], [too, bn, ~, lost], [b, conv, 6, a]]"
    )
    assert [node.name for node in graph.nodes] == ["input", "a", "b"]
    assert [node.name for node in graph.unread] == ["lost", "too"]
    assert edges(graph)["b"] == ["a"]


def test_merges_take_branches_or_labels(net: Net) -> None:
    graph = net(
        "input: [4, 8, 8]\nblocks:\n  gate:\n    body:\n"
        "      - {mul: [[], [gap, sigmoid]], as: gated}\n"
        "      - {concat: [[], {from: in, do: []}, {when: 1 > 2, do: [bn]}], as: wide}\n"
        "      - {conv: 4, as: narrow}\n      - {add: ~, from: [in, gated, narrow]}\n"
        "columns: [op]\nstages: [[gate]]"
    )
    kinds = {node.name: type(node.op) for node in graph.nodes}
    assert kinds["gate.gated"] is Mul
    assert kinds["gate.wide"] is Concat
    assert kinds["gate.add"] is Add
    assert edges(graph)["gate.wide"] == ["gate.gated", "input"]
    assert edges(graph)["gate.add"] == ["input", "gate.gated", "gate.narrow"]


def test_a_parameter_passes_a_name(net: Net) -> None:
    text = (
        "input: [4, 8, 8]\nparams: {op: thin, f: relu}\n"
        "blocks:\n"
        "  thin: {body: [dwconv: ~, act: $f]}\n"
        "  wide: {body: [conv: {c: c_in, k: 3}]}\n"
        "  b: {body: [$op]}\n"
        "columns: [op]\nstages: [[$op], [b]]"
    )
    assert [node.op.kind for node in net(text).nodes[1:]] == ["conv", "act", "conv", "act"]
    assert [node.op.kind for node in net(text, "@op=wide").nodes[1:]] == ["conv", "conv"]


# ---- heads -------------------------------------------------------------------------------------


def test_heads_are_the_outputs(net: Net) -> None:
    text = (
        "input: [4, 8, 8]\nparams: {aux: true}\n"
        "columns: [name, op, c]\nstages: [[a, conv, 4], [b, conv, 8]]\n"
        "heads: {main: [gap, flatten], early: {from: a, when: aux, do: [gap]}, raw: []}"
    )
    outputs = net(text).outputs
    assert list(outputs) == ["main", "early", "raw"]
    assert [net(text).nodes[index].shape for index in outputs.values()] == [(8,), (4, 1, 1), (8, 8, 8)]
    assert list(net(text, "@aux=false").outputs) == ["main", "raw"]


def test_without_heads_the_last_row_is_the_output(net: Net) -> None:
    graph = net("input: [4, 8, 8]\ncolumns: [op]\nstages: [[bn], [relu]]")
    assert graph.outputs == {"out": 2}


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("stages: [[bn, 0]]", "every row is left out"),
        ("stages: [[bn, 1]]\nheads: {a: {when: 1 > 2, do: []}}", "every head is left out"),
    ],
)
def test_something_is_left_of_a_network(refused: Refused, rest: str, message: str) -> None:
    found = refused(f"input: [4, 8, 8]\ncolumns: [op, n]\n{rest}")
    assert (found.code, found.message) == ("E327", message)


# ---- what there is not -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("attention", "specs have no attention and no matrix products"),
        ("matmul", "specs have no attention and no matrix products"),
        ("LSTM", "specs have no recurrence"),
        ("while", "specs have no control flow that depends on data"),
        ("embedding", "specs have no tokens to look up"),
        ("BatchNorm2d", "it is called `bn`"),
        ("fully_connected", "it is called `linear`"),
        ("convv", "did you mean `conv`?"),
        ("squeeze_excite", "`import: [std]` brings it"),
    ],
)
def test_what_is_missing_is_explained(refused: Refused, name: str, help: str) -> None:
    for text in (
        f"columns: [op]\nstages: [[{name}]]",
        f"columns: [op]\nstages: [[bn]]\nheads: {{a: [{name}]}}",
    ):
        found = refused(f"input: [4, 8, 8]\n{text}")
        assert found.code == "E302"
        assert found.help
        assert found.help.startswith(help)


@pytest.mark.parametrize(
    ("step", "help"),
    [
        ("conv: {c: 4, stride: 2}", "it is called `s`"),
        ("conv: {filters: 4}", "it is called `c`"),
        ("max_pool: {kernel_size: 3}", "it is called `k`"),
        ("conv: {c: 4, padding: 1}", "it is called `pad`"),
        ("upsample: {scale_factor: 2}", "it is called `s`"),
        ("group_norm: {numgroups: 2}", "it is called `g`"),
        ("conv: {c: 4, dilatoin: 2}", "did you mean `dilation`?"),
        ("bn: {stride: 2}", None),
    ],
)
def test_parameters_of_other_tools_are_known(refused: Refused, step: str, help: str | None) -> None:
    found = refused(f"input: [4, 8, 8]\ncolumns: [op]\nstages: [[bn]]\nheads: {{a: [{step}]}}")
    assert (found.code, found.help) == ("E203", help)


def test_advice_is_about_what_is_not_there() -> None:
    known = {*PRIMITIVES, *MERGES}
    assert set(ELSEWHERE.values()) <= known
    assert not (set(ELSEWHERE) | set(BY_INTENT)) & known
    assert advice("conv") is None
    assert set(PARAMETERS.values()) <= {
        "act",
        *(name for each in PRIMITIVES.values() for name in each.arguments),
    }
    assert set(IN_STD) == set(gather(zoo_directory() / "std.yaml", Files()).blocks)
