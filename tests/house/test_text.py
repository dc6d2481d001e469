"""What no file of the repository may contain."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUFFIXES = {".py", ".md", ".yaml", ".yml", ".toml", ".json", ".csv", ".sh", ""}
FILES = sorted(
    path
    for part in ("costcalc", "specs", "docs", "tests", ".ci", "README.md", "CHANGELOG.md", "pyproject.toml")
    for path in ((ROOT / part).rglob("*") if (ROOT / part).is_dir() else [ROOT / part])
    if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts
)
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
# /home/ada is nobody's: tests of paths may use her home.
ONE_MACHINE = re.compile(
    r"(?<![\w.~$}])/(home/(?!ada\b)|Users/(?!ada\b)|(root|tmp|work|opt|mnt|scratch)/)|\b[A-Z]:\\{1,2}\w"
)
# These need a reason; pytest itself asks for one of `skipif` with a plain condition.
MARKS = {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail", "pytest.skip", "pytest.xfail"}


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def unreasoned(tree: ast.Module) -> list[int]:
    """Return the lines that skip a test, or expect it to fail, and do not say why."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in MARKS:
            first_is_reason = ast.unparse(node.func) in {"pytest.skip", "pytest.xfail"} and node.args
            if not first_is_reason and not any(keyword.arg in {"reason", None} for keyword in node.keywords):
                lines.append(node.lineno)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in MARKS and id(node) not in called:
            lines.append(node.lineno)  # the bare decorator
    return sorted(lines)


def test_nothing_is_left_unfinished() -> None:
    assert lines_matching(UNFINISHED) == []


def test_nothing_is_true_on_one_machine_only() -> None:
    assert lines_matching(ONE_MACHINE) == []


@pytest.mark.parametrize("text", ["open('/ho" + "me/me/x')", "`/tm" + "p/x`", "C:" + "\\Users"])
def test_paths_of_one_machine_are_recognised(text: str) -> None:
    assert ONE_MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["https://github.com/home/x", "~/work/x", "network/x", "stage1/opt/x", "n/a"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert not ONE_MACHINE.search(text)


def test_no_test_is_skipped_without_a_reason() -> None:
    files = [path for path in FILES if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
    assert Path(__file__) in files
    found = {str(path.relative_to(ROOT)): unreasoned(ast.parse(path.read_text("utf-8"))) for path in files}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_skips_without_a_reason_are_recognised() -> None:
    source = """
@pytest.mark.skip
def a(): pytest.skip()
@pytest.mark.xfail(strict=True)
def b(): pytest.skip("no torch")
@pytest.mark.skip(reason="slow")
def c(): pass
"""
    assert unreasoned(ast.parse(source)) == [2, 3, 4]
