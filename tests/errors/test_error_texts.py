"""What a user reads: for every code something that gives it, and the whole text that appears.

`E311.yaml` is shown (a warning's file is linted) and must get exactly `E311.txt`. A command in `E311.argv`
takes the place of showing it; it may name `E311.toml` or `E311.json`. What cannot be checked in as
text is made below.

`pytest tests/errors --update-errors` writes what really appears.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from costcalc.cli import run
from costcalc.codes import CODES

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]

HEAD = "costcalc: 1\nname: net\ninput: [3, 32, 32]\ncolumns: [op, c]\nstages: [[conv, 8]]\n"
MADE: dict[str, bytes] = {
    "E102": HEAD.encode() + b"# " + b"a checkpoint, perhaps " * 50_000,
    "E103": HEAD.encode() + "title: Réseau\n".encode("latin-1"),
    "E109": HEAD.encode() + b"variants:\n" + b"".join(b"  v%d: {}\n" % i for i in range(60_000)),
    "E110": HEAD.encode() + b"title: " + b"word " * 1000 + b"\n",
}
"""Files that would be too large, or no text."""

NOT_HERE = {
    "E020": "depends on what is installed",
    "E021": "a warning of the cache, tested with it",
    "E022": "a warning of the cache, tested with it",
    "E023": "a failure of another tool",
    "E039": "a bug",
    "E101": "depends on who runs the tests: the superuser may read everything",
    "E504": "the command line refuses such a batch as E030; only Python gets this far",
    "E508": "takes a network too wide to order",
    "E808": "depends on what is installed",
    **dict.fromkeys(
        ("E810", "E811", "E812", "E813", "E822"), "takes a repository in trouble; tested with git"
    ),
    **dict.fromkeys(("E853", "E855", "E856", "E857"), "takes a server; tested with comments"),
    "E821": "a result is read by Python, and tested with it",
}
IN_A_REPOSITORY = ("E809",)
IN_CI = ("E819",)
IN_A_PROCESS = ("E003", "E030", "E107", "E311", "E505", "W401")
"""Also run as a shell runs them: there is no other way into the text."""


def command_of(code: str) -> list[str]:
    path = FOLDER / f"{code}.argv"
    if path.exists():
        return shlex.split(path.read_text("utf-8"))
    return ["lint" if code.startswith("W") else "show", f"{code}.yaml"]


def exit_code_of(code: str) -> int:
    return 0 if code.startswith("W") else 1 if code in ("E505", "E701") else 2


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with all files of this one."""
    for path in FOLDER.iterdir():
        if path.suffix in (".yaml", ".csv", ".argv", ".toml", ".json"):
            shutil.copy(path, tmp_path)
    for code, content in MADE.items():
        (tmp_path / f"{code}.yaml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_every_code_is_here_or_says_why_not() -> None:
    here = {path.stem for path in FOLDER.glob("*.txt")}
    assert here | NOT_HERE.keys() == set(CODES)
    assert not here & NOT_HERE.keys()


@pytest.mark.parametrize("code", [code for code in CODES if code not in NOT_HERE])
def test_what_appears(
    code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, update_errors: bool
) -> None:
    expected = FOLDER / f"{code}.txt"
    monkeypatch.setenv("CI", "true" if code in IN_CI else "")
    if code in IN_A_REPOSITORY:
        subprocess.run(["git", "init", "-q"], check=True)
    exit_code = run(command_of(code))
    appeared = capsys.readouterr().err
    assert f"[{code}]" in appeared
    assert exit_code == exit_code_of(code)
    if update_errors:
        expected.write_text(appeared, "utf-8")
    assert appeared == expected.read_text("utf-8")


@pytest.mark.parametrize("code", IN_A_PROCESS)
def test_what_appears_in_a_shell(code: str, folder: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "100"}
    process = subprocess.run(
        [sys.executable, "-m", "costcalc", *command_of(code)],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert process.stderr == (FOLDER / f"{code}.txt").read_text("utf-8")
    assert process.returncode == exit_code_of(code)
