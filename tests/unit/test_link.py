"""`import` and `extends`: what a file takes from another means there what it meant in the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import Diagnostic, SpecError
from costcalc.networks import load

LIBRARY = """\
costcalc: 1
name: library
blocks:
  unit: {params: {c: ~}, body: [conv: c, finish]}
  finish: {body: [bn, relu]}
  spare: {body: [gap]}
  chooses: {params: {c: ~, last: finish}, body: [conv: c, $last]}
  quiet: {params: {c: ~, finish: 3}, body: [conv: {c: c, k: finish}]}
"""
NET = "costcalc: 1\nname: net\ninput: [3, 32, 32]\ncolumns: [op, c]\nimport: [library]\n"


def steps(folder: Path, text: str, **others: str) -> list[str]:
    """Return the primitives that a spec beside `library.yaml` and the other files comes to."""
    for name, other in {"library": LIBRARY, **others, "net": text}.items():
        (folder / f"{name}.yaml").write_text(other, "utf-8")
    return [node.name.rpartition(".")[2] for node in load(str(folder / "net.yaml")).graph.nodes[1:]]


def refused(folder: Path, text: str, **others: str) -> list[Diagnostic]:
    with pytest.raises(SpecError) as caught:
        steps(folder, text, **others)
    return list(caught.value.diagnostics)


def test_an_imported_block_brings_what_it_calls(tmp_path: Path) -> None:
    assert steps(tmp_path, NET + "stages: [[unit, 8]]\n") == ["conv", "bn", "relu"]


def test_a_block_of_the_file_hides_an_imported_one(tmp_path: Path) -> None:
    own = "blocks: {spare: {body: [relu]}}\nstages: [[unit, 8], {op: spare}]\n"
    assert steps(tmp_path, NET + own) == ["conv", "bn", "relu", "relu"]


@pytest.mark.parametrize("caller", ["unit", "chooses"])
def test_no_block_takes_the_place_of_one_that_an_imported_block_calls(tmp_path: Path, caller: str) -> None:
    library = "\n".join(line for line in LIBRARY.splitlines() if not line.startswith("  ") or caller in line)
    library += "\n  finish: {body: [bn, relu]}\n"
    (found,) = refused(
        tmp_path, NET + f"blocks: {{finish: {{body: []}}}}\nstages: [[{caller}, 8]]\n", library=library
    )
    assert found.code == "E209"
    assert found.message == f"block `finish` has the name of one that `{caller}` of `library` calls"
    assert found.location and (found.location.line, found.location.source_line[9:15]) == (6, "finish")


def test_a_parameter_of_an_imported_block_is_no_call(tmp_path: Path) -> None:
    library = LIBRARY.replace("finish]}\n", "bn]}\n", 1).replace("last: finish", "last: bn")
    own = "blocks: {finish: {body: [relu]}}\nstages: [[quiet, 8], {op: finish}]\n"
    assert steps(tmp_path, NET + own, library=library) == ["conv", "relu"]


def test_two_imports_cannot_bring_blocks_of_one_name(tmp_path: Path) -> None:
    text = NET.replace("[library]", "[library, other]") + "stages: [[unit, 8]]\n"
    (found,) = refused(tmp_path, text, other=LIBRARY.replace("name: library", "name: other"))
    assert found.code == "E209"
    assert "block `unit`" in found.message


def test_one_block_that_comes_by_two_ways_is_one(tmp_path: Path) -> None:
    text = NET.replace("[library]", "[library, other]") + "stages: [[unit, 8], {op: more}]\n"
    other = "costcalc: 1\nname: other\nimport: [library]\nblocks: {more: {body: [finish]}}\n"
    assert steps(tmp_path, text, other=other) == ["conv", "bn", "relu", "bn", "relu"]


BASE = NET + "params: {c: 8}\nstages: [[unit, c]]\nvariants: {wide: {c: 16}}\npublished: {wide: {macs: 1}}\n"


def test_extends_takes_everything_at_a_variant(tmp_path: Path) -> None:
    text = "costcalc: 1\nname: net\nextends: base@wide\nheads: {out: [gap]}\n"
    assert steps(tmp_path, text, base=BASE) == ["conv", "bn", "relu", "gap"]
    model = load(str(tmp_path / "net.yaml"))
    assert model.graph.nodes[1].shape == (16, 32, 32)
    assert not model.spec.published


def test_a_block_takes_the_place_of_the_extended_specs_own_everywhere(tmp_path: Path) -> None:
    text = "costcalc: 1\nname: net\nextends: base\nblocks: {finish: {body: [sigmoid]}}\n"
    assert steps(tmp_path, text, base=BASE) == ["conv", "sigmoid"]


def test_a_reference_in_a_file_is_blamed_where_it_stands(tmp_path: Path) -> None:
    text = "costcalc: 1\nname: net\nextends: base@narrow+c=1e99\n"
    unknown, too_large = refused(tmp_path, text, base=BASE)
    assert [unknown.code, too_large.code] == ["E004", "E128"]
    for found in (unknown, too_large):
        assert found.location and (found.location.line, found.location.column) == (3, 10)


def test_an_import_that_is_a_folder_is_blamed_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (found,) = refused(tmp_path, NET.replace("library", "folder") + "stages: [[conv, 8]]\n")
    assert found.code == "E002"
    assert found.location and found.location.line == 5


def test_an_import_cannot_bring_another_block_of_a_name_that_the_extended_spec_has(tmp_path: Path) -> None:
    text = "costcalc: 1\nname: net\nextends: base\nimport: [other]\n"
    other = LIBRARY.replace("name: library", "name: other")
    found = refused(tmp_path, text, base=BASE, other=other)
    assert [each.code for each in found] == ["E209"]
    assert found[0].message == "`other` brings block `unit`, which this file has already"
    assert steps(tmp_path, text.replace("[other]", "[library]"), base=BASE) == ["conv", "bn", "relu"]
