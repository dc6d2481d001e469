"""Work that a spec asks for is bounded, and what is refused is refused where it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from costcalc.errors import Diagnostic, ModelReferenceError, SpecError, did_you_mean
from costcalc.graph import Activation, GraphBuilder
from costcalc.networks import load, load_all

HEADER = "costcalc: 1\nname: net\ninput: [3, 8, 8]\n"
NET = f"{HEADER}columns: [op, c]\nstages: [[conv, 8]]\n"

Refused = Callable[..., tuple[Diagnostic, ...]]


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    def found(text: str, terms: str = "") -> tuple[Diagnostic, ...]:
        (tmp_path / "net.yaml").write_text(text)
        with pytest.raises((SpecError, ModelReferenceError)) as caught:
            load_all(f"{tmp_path / 'net.yaml'}{terms}")
        return caught.value.diagnostics

    return found


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [each.code for each in found]


def test_errors_of_a_file_end_at_a_hundred(refused: Refused) -> None:
    assert codes(refused(NET + "".join(f"k{i}: 1\n" for i in range(150)))) == ["E201"] * 100


def test_a_list_of_values_is_short(refused: Refused) -> None:
    [found] = refused(NET + f"params: {{k: [{', '.join('1' * 17)}]}}\n")
    assert (found.code, found.message) == (
        "E204",
        "parameter `k` has 17 values; a list has 16 at most",
    )


def test_blocks_of_nothing_are_work_too(refused: Refused) -> None:
    rows = "".join("  - [unit, 1000]\n" for _ in range(101))
    text = f"{HEADER}blocks: {{unit: {{body: []}}}}\ncolumns: [op, n]\nstages:\n{rows}"
    assert codes(refused(text)) == ["E321"]


def test_branches_nest_as_blocks_do(refused: Refused) -> None:
    body = f"{'add: [[' * 14}NEXT{'], []]' * 14}"
    blocks = [f"b{i}: {{body: [{body.replace('NEXT', f'b{i + 1}')}]}}" for i in range(31)]
    text = f"{HEADER}blocks: {{{', '.join(blocks)}, b31: {{body: [bn]}}}}\ncolumns: [op]\nstages: [[b0]]\n"
    assert codes(refused(text)) == ["E322"]


def test_no_tensor_is_larger_than_any_size_may_be(refused: Refused) -> None:
    text = f"{HEADER}blocks: {{unit: {{body: [upsample: 10000, upsample: 20000]}}}}\n"
    [found] = refused(f"{text}columns: [op]\nstages: [[unit]]\n")
    assert found.code == "E306"
    assert found.location is not None
    assert "3x1600000000x1600000000" in found.message


def test_variants_are_counted_before_they_are_listed(refused: Refused) -> None:
    variants = "".join(f"  v{i}: {{}}\n" for i in range(200))
    [found] = refused(f"{NET}variants:\n{variants}", "@*+*+*+*")
    assert found.code == "E005"
    assert "1600000000 models" in found.message


def test_a_wrong_term_is_the_reference_s_fault_not_the_spec_s(tmp_path: Path) -> None:
    variants = "".join(f"  v{i}: {{}}\n" for i in range(50))
    (tmp_path / "net.yaml").write_text(f"{NET}variants:\n{variants}")
    with pytest.raises(ModelReferenceError) as caught:
        load(f"{tmp_path / 'net.yaml'}@qqq")
    [found] = caught.value.diagnostics
    assert found.code == "E004"
    assert found.help is not None
    assert found.help.endswith("v11, ...")


def test_an_import_stays_in_its_folder(tmp_path: Path, refused: Refused) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("secret: [")
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "a.yaml").symlink_to(outside)
    (folder / "net.yaml").write_text(f"{NET}import: [a]\n")
    with pytest.raises(SpecError, match="E008 `a` leaves the folder"):
        load(str(folder / "net.yaml"))
    assert codes(refused(NET + 'import: ["."]\n')) == ["E008"]
    assert codes(refused(NET + f"import: [{'x' * 4000}]\n")) == ["E006"]


def test_imports_of_one_file_are_linked_once(tmp_path: Path) -> None:
    for i in range(14):
        (tmp_path / f"f{i}.yaml").write_text(f"{NET}import: [f{i + 1}, f{i + 1}]\n")
    (tmp_path / "f14.yaml").write_text(f"{NET}blocks: {{unit: {{body: [bn]}}}}\n")
    assert "unit" in load(str(tmp_path / "f0.yaml")).spec.blocks


@pytest.mark.parametrize("name", ["x" * 5000, "folder/" + "x" * 5000, "a\0b/c", "a\0b"])
def test_a_name_that_no_file_can_have(name: str) -> None:
    with pytest.raises(ModelReferenceError):
        load(name)


def test_names_that_others_would_get_are_stepped_over() -> None:
    builder = GraphBuilder("net", (3, 8, 8))
    for i in range(2000):
        builder.add(Activation("relu"), (0,), "a" + "_2" * i)
    builder.add(Activation("relu"), (0,), "a")
    assert len({node.name for node in builder.nodes}) == 2002


def test_long_words_get_no_suggestion() -> None:
    assert did_you_mean("x" * 65, ["x" * 64]) is None
    assert did_you_mean("x" * 64, ["x" * 65]) is None


@pytest.mark.parametrize(
    ("width", "scaling", "code", "message"),
    [
        ("0", "{factor: 2}", "E320", "conv: width: 0 * 2 = 0 is less than 1"),
        ("-8", "{factor: 2}", "E320", "conv: width: -8 * 2 = -16 is less than 1"),
        ("8", "{factor: fixed(4)}", "E307", "factor = fixed(4) is not a number"),
        ("8", "{factor: true}", "E307", "factor = true is not a number"),
        ("8", "{factor: 2, round: fixed(x)}", "E307", "conv: width: round = fixed(16) is not a number"),
        ("8", "{factor: 2, round: x > 3}", "E307", "conv: width: round = true is not a number"),
        ("true", "{factor: 2}", "E307", "conv: width = true is not a number"),
    ],
)
def test_what_cannot_be_scaled(refused: Refused, width: str, scaling: str, code: str, message: str) -> None:
    text = f"{HEADER}scaling: {{width: {scaling}}}\ncolumns: [op, c]\nstages: [[conv, {width}]]\n"
    [found] = refused(text)
    assert (found.code, found.message) == (code, message)
    assert found.location is not None
    assert "multiplier" not in (found.help or "")
