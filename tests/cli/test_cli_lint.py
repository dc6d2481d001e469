"""`costcalc lint`: what it says of a file, and the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.cli import run
from costcalc.spec.files import zoo_directory

GOOD = "costcalc: 1\nname: net\ninput: [3, 32, 32]\ncolumns: [op, c]\nstages: [[conv, 8]]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_without_problems_are_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "net.yaml").write_text(GOOD)
    assert run(["lint", "net.yaml"]) == 0
    assert capsys.readouterr() == ("1 file, no problems\n", "")
    assert run(["lint", "net.yaml", "mobilenet", "std", "--strict"]) == 0
    assert capsys.readouterr() == ("3 files, no problems\n", "")


def test_warnings_fail_on_demand_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "net.yaml").write_text(f"{GOOD}params: {{alpha: 1}}\n")
    for arguments, code in ((["net.yaml"], 0), (["--strict", "net.yaml"], 1)):
        assert run(["lint", *arguments]) == code
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("warning[W401]: nothing uses parameter `alpha`\n --> net.yaml:6:10\n")
        assert err.endswith("\n1 warning\n")


def test_errors_of_all_files_and_variants_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "net.yaml").write_text(f"{GOOD}params: {{g: 1}}\nvariants: {{a: {{g: 3}}, b: {{g: 5}}}}\n")
    (folder / "one.yaml").write_text(
        GOOD.replace("[conv, 8]", "{op: conv, c: 8, g: g, k: 3}, [conv, 15], {op: conv, c: 30, g: g}")
        + "params: {g: 1}\nvariants: {a: {g: 3}, b: {g: 7}}\n"
    )
    assert run(["lint", "net.yaml", "one.yaml", "nothing.yaml"]) == 2
    err = capsys.readouterr().err
    assert [line for line in err.splitlines() if line.startswith(("error", "warning"))] == [
        "warning[W401]: nothing uses parameter `g`",
        "error[E311]: `net@a`: conv1: conv: 3 -> 8 channels do not split into 3 groups: g = 3",
        "error[E311]: `net@b`: conv1: conv: 3 -> 8 channels do not split into 7 groups: g = 7",
        "error[E311]: `net@b`: conv3: conv: 15 -> 30 channels do not split into 7 groups: g = 7",
        "error[E003]: no file and no network of the zoo is named `nothing.yaml`",
    ]


def test_an_error_that_the_defaults_have_is_of_no_variant(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = GOOD.replace("[conv, 8]", "{op: conv, c: 8, g: g}, {op: conv, c: 9, k: 4}")
    variants = "variants: {a: {g: 3}, b: {g: 4}, c: {g: 4}, d: {g: 4}, e: {g: 4}}\n"
    (folder / "net.yaml").write_text(f"{wrong}params: {{g: 1}}\n{variants}")
    assert run(["lint", "net.yaml"]) == 2
    err = capsys.readouterr().err
    assert [line for line in err.splitlines() if line.startswith("error")] == [
        "error[E311]: `net@a`: conv1: conv: 3 -> 8 channels do not split into 3 groups: g = 3",
        "error[E311]: `net@b`, `net@c`, `net@d` and 1 more: conv1: conv: 3 -> 8 channels do not "
        "split into 4 groups: g = 4",
        "error[E317]: conv2: `pad: same` needs an odd kernel, not 4x4",
    ]


def test_without_a_file_it_says_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint"]) == 2
    assert "E030" in capsys.readouterr().err


def test_half_a_network_is_no_library(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "net.yaml").write_text(GOOD.replace("input: [3, 32, 32]\n", ""))
    assert run(["lint", "net.yaml"]) == 2
    assert "error[E202]: net.yaml has no `input`" in capsys.readouterr().err


def test_a_block_may_be_there_for_another_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "net.yaml").write_text(f"{GOOD}blocks: {{unit: {{body: [bn]}}}}\n")
    (folder / "user.yaml").write_text(GOOD.replace("[conv, 8]", "{op: unit}") + "import: [net]\n")
    assert run(["lint", "net.yaml"]) == 0
    assert "W402" in capsys.readouterr().err
    assert run(["lint", "net.yaml", "user.yaml"]) == 0
    assert capsys.readouterr() == ("2 files, no problems\n", "")


def test_what_ships_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    specs = [str(path) for path in sorted(zoo_directory().glob("*.yaml"))]
    assert run(["lint", "--strict", *specs]) == 0, capsys.readouterr().err
