"""A resolved spec is a spec of its own, and the same network."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import SpecError
from costcalc.networks import load, load_all
from costcalc.spec import Model
from costcalc.spec.files import zoo_names
from costcalc.spec.source import parse
from costcalc.spec.text import Mapping, Scalar, Sequence, Tree
from costcalc.spec.write import Plain, write, yaml_lines

NETWORKS = [name for name in zoo_names() if name != "std"]


def written(model: Model, folder: Path) -> Model:
    """Return the model that a resolved spec, saved in another folder, describes."""
    path = folder / "written.yaml"
    path.write_text(write(model), "utf-8")
    return load(str(path))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_resolved_network_is_the_same_network(name: str, tmp_path: Path) -> None:
    *_, last = load_all(f"{name}@*")
    for model in (load(name), last):
        again = written(model, tmp_path)
        assert again.graph.digest() == model.graph.digest()
        assert [node.name for node in again.graph.nodes] == [node.name for node in model.graph.nodes]
        assert not again.spec.scaling
        assert write(again).partition("\n")[2] == write(model).partition("\n")[2]  # but for who it is


SPEC = """
costcalc: 1
name: small
input: [3, 32, 32]
params: {f: relu6, half: 0.5, wide: false, k: [1, 3]}
scaling:
  width: {factor: half, round: floor(x)}
  depth: {factor: 3}
  resolution: {factor: 2}
tables: {kernel_of: {1: 3, 2: 5}}
blocks:
  unused: {body: [bn]}
  plain: {params: {c: ~}, body: [conv: c]}
  gated:
    params: {c: ~, k: 3, s: 1, f: none, path: plain}
    let: {twice: "2 * max(c, 4)"}
    body:
      - {$path: {c: twice}, when: twice > c, as: x}
      - {add: [[], {when: not wide, from: x, do: [conv: twice, identity]}], as: y}
      - conv: {c: c, k: k, s: s}
      - act: $f
  twins: {body: [{conv: c_in, share: w}, {conv: c_in, share: w}]}
  both: {inputs: [l, r], body: [add: [{from: l, do: []}, {from: r, do: []}]]}
columns: [name, op, c, n, s, k, f, from, when]
stages:
  - [stem, conv, 8, ~, 2, $k, ~, ~, ~]
  - [gone, bn, ~, 0, ~, ~, ~, ~, ~]
  - [~, gated, 16, 1, ~, 3, $f, ~, ~]
  - [~, gated, fixed(8), 1, 2, kernel_of(2), tanh, ~, ~]
  - [skip, bn, ~, ~, ~, ~, ~, -2, wide]
  - [twice, twins, ~, ~, ~, ~, ~, ~, ~]
  - [sum, both, ~, ~, ~, ~, ~, [-1, -1], ~]
heads: {a: [gap, flatten], b: {from: stem, when: not wide, do: [gap]}}
variants: {wide: {wide: true}}
"""


def small(folder: Path, reference: str = "", text: str = SPEC) -> Model:
    path = folder / "small.yaml"
    path.write_text(text, "utf-8")
    return load(f"{path}{reference}")


def test_everything_that_a_spec_can_say_is_written(tmp_path: Path) -> None:
    model = small(tmp_path)
    again = written(model, tmp_path)
    assert again.graph.digest() == model.graph.digest()
    assert [node.name for node in again.graph.nodes] == [node.name for node in model.graph.nodes]


def test_rows_are_scaled_and_their_sizes_are_asserted(tmp_path: Path) -> None:
    text = write(small(tmp_path))
    assert "input: [3, 64, 64]\n" in text
    assert "params: {wide: false}\n" in text  # the blocks still ask for it
    assert "columns: [name, op, n, c, s, k, f, from, in, out]\n" in text
    rows = text.partition("stages:\n")[2].partition("heads:")[0].splitlines()
    assert rows == [
        "  - [stem, conv, 1, 4, 2, [1, 3], ~, ~, 64, 32]",
        "  - [gone, gated, 3, 8, ~, 3, relu6, ~, 32, 32]",
        "  - [~, gated, 3, 8, 2, 5, tanh, ~, 32, 16]",
        "  - [twice, twins, 1, ~, ~, ~, ~, ~, 16, 16]",
        "  - [sum, both, 1, ~, ~, ~, ~, [-1, -1], 16, 16]",
    ]
    assert "scaling" not in text
    assert "variants" not in text
    assert "unused" not in text


TAKEN = """\
costcalc: 1
name: taken
input: [3, 32, 32]
params: {block: unit, unit: OTHER}
blocks:
  unit: {body: [bn, relu]}
  ends: {params: {c: ~, last: ~}, body: [conv: c, $last]}
columns: [op, c, last]
stages: [[ends, 8, $block]]
"""


@pytest.mark.parametrize(
    ("other", "reason"), [("3", "names no operator"), ("sigmoid", "it would be another network")]
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, other: str, reason: str) -> None:
    model = small(tmp_path, text=TAKEN.replace("OTHER", other))
    with pytest.raises(SpecError, match=f"E326 .*cannot be written.*{reason}"):
        write(model)


@pytest.mark.parametrize(
    "text",
    ["a", "3", "~", "", "null", "-1", "-", "a, b", "a: b", "# a", "*a", "'a'", "c != 1", "a ", "ü"],
)
def test_texts_are_read_back(text: str) -> None:
    value: Plain = {
        "key": [text, [text, None], {"a": text, "b": {}}, {"c": [text * 60] * 3}],
        "other": [],
    }

    def plain(tree: Tree) -> Plain:
        match tree:
            case Scalar():
                return None if tree.is_null else tree.value
            case Sequence():
                return [plain(item) for item in tree.items]
            case Mapping():
                return {key: plain(inner) for key, (_, inner) in tree.entries.items()}

    for width in (40, 10_000):
        assert plain(parse("\n".join(yaml_lines(value, width)), "a.yaml").root) == value
