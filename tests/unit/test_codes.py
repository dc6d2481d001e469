"""Every code is explained, with an example that really gives it and one that is right."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from costcalc.cli import run
from costcalc.codes import CODES
from costcalc.errors import CostcalcError
from costcalc.networks import load
from costcalc.spec.lint import lint

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[EW][0-9]{3}")
DEFAULTS = {
    "costcalc": "1",
    "name": "net",
    "input": "[3, 32, 32]",
    "columns": "[op, c]",
    "stages": "[[conv, 8]]",
}
"""What an example leaves out."""

WITHOUT_EXAMPLE = {
    "E020": "depends on what is installed",
    "E021": "a broken file in the cache",
    "E022": "a file system",
    "E023": "another tool's failure",
    "E033": "a file system",
    "E035": "needs a file that is there",
    "E039": "a bug",
    "E101": "a file system",
    "E102": "too large to print",
    "E103": "no text shows it",
    "E109": "too large to print",
    "E110": "too large to print",
    "E326": "said of a network that is written, not read",
    "E504": "the option refuses it first",
    "E505": "depends on the convention's rules",
    "E508": "depends on the network",
    "E509": "depends on the network",
    "E852": "takes two files of results",
    "E707": "needs a file that is there",
    "E708": "needs a file that is there",
    "E701": "a verdict, with which the command exits with 1",
    **dict.fromkeys(("E853", "E854", "E855", "E856", "E857"), "takes a file of a result, or a server"),
    "E605": "needs a file that is there",
    "E606": "needs files that are there",
    **dict.fromkeys(("E801", "E804", "E815", "E817", "E818", "E819", "E821"), "needs a file that is there"),
    "E808": "depends on what is installed",
    **dict.fromkeys(("E809", "E810", "E811", "E812", "E813", "E822"), "needs a repository"),
}


def raised() -> set[str]:
    """Return the codes that stand in the package, as strings of their own."""
    found = set()
    for path in (ROOT / "costcalc").rglob("*.py"):
        if path.parent.name == "codes":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    return found


def test_every_code_is_explained_and_every_explained_code_is_raised() -> None:
    assert raised() == set(CODES)


def test_what_has_no_example_says_why() -> None:
    assert {code for code, each in CODES.items() if not each.wrong} == set(WITHOUT_EXAMPLE)


@pytest.mark.parametrize("code", CODES)
def test_explanations_are_sentences(code: str) -> None:
    each = CODES[code]
    assert not each.title.endswith(".")
    assert each.why.endswith(".")
    assert bool(each.wrong) == bool(each.right)


@pytest.mark.parametrize("code", [code for code, each in CODES.items() if each.wrong])
def test_the_wrong_example_is_wrong_and_the_right_one_right(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def found(example: str) -> set[str]:
        if example.startswith("$ "):
            return codes_of_command(example, capsys)
        (tmp_path / "net.yaml").write_text(completed(example), "utf-8")
        return codes_of_lint() if code.startswith("W") else codes_of_loading()

    each = CODES[code]
    assert code in found(each.wrong)
    assert found(each.right) == set()


def completed(example: str) -> str:
    """Return the lines of an example behind those that it leaves out."""
    given = {line.partition(":")[0] for line in example.splitlines()}
    head = "".join(f"{key}: {value}\n" for key, value in DEFAULTS.items() if key not in given)
    return head + example + "\n" if not example.startswith("- ") else example


def codes_of_command(example: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    _, name, *arguments = shlex.split(example)
    assert name == "costcalc"
    code = run(arguments)
    found = set(re.findall(r"^error\[(\w+)\]", capsys.readouterr().err, re.MULTILINE))
    assert code == (2 if found else 0)
    return found


def codes_of_loading() -> set[str]:
    try:
        load("net.yaml")
    except CostcalcError as error:
        return {each.code for each in error.diagnostics}
    return set()


def codes_of_lint() -> set[str]:
    return {each.code for each in lint(["net.yaml"])}
