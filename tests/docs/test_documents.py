"""The documentation is run: what it shows is what happens.

In README.md and docs/*.md, every ```console block is a session whose output must be what follows each `$`;
every ```python block runs, as a doctest if it has prompts; every ```yaml block that starts with `costcalc: 1`
loads. A block stands alone unless it continues another. In a console block `...`, standing free, elides:
alone on a line any lines, else part of one. Comments directly above a block direct it:

    <!-- file: tiny.yaml -->    the block is a file that all blocks of the document find in their folder
    <!-- exit: 1 -->            the exit code that every command of the block must exit with, instead of 0
    <!-- continues: yes -->     a console block goes on in the folder of the one before it
    <!-- needs: torch -->       skipped where the library is not installed
    <!-- not run: why -->       shown, not run

`pytest tests/docs --update-docs` writes what really happens into the documents.
"""

from __future__ import annotations

import difflib
import doctest
import importlib.util
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from costcalc import load

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
DIRECTIVES = {"file", "exit", "continues", "needs", "not run"}
FENCE = re.compile(
    r"(?P<above>(?:^<!-- [^\n]* -->\n\n?)*)"  # directives
    r"^(?P<ticks>```+)(?P<language>\w+)\n(?P<text>.*?)^(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)
ELISION = re.compile(r"(?<!\S)\.\.\.(?!\S)")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document, and where it is."""

    document: Path
    line: int
    language: str
    text: str
    directives: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Tell whether something is to happen: not for fragments of YAML, and other languages."""
        if self.language == "yaml":
            return self.text.startswith("costcalc: 1")
        return self.language in {"console", "python"}


def parse(document: Path, text: str) -> list[Block]:
    """Return the fenced blocks of a document."""
    blocks = []
    for match in FENCE.finditer(text):
        directives = dict(re.findall(r"^<!-- ([a-z ]+): (.*?) -->$", match["above"], re.MULTILINE))
        line = text.count("\n", 0, match.start("ticks")) + 1
        assert set(directives) <= DIRECTIVES, f"{document.name}:{line}: unknown directive in {directives}"
        blocks.append(Block(document, line, match["language"], match["text"], directives))
    return blocks


BLOCKS = [block for document in DOCUMENTS for block in parse(document, document.read_text("utf-8"))]


def in_sessions(blocks: list[Block]) -> list[tuple[Block, ...]]:
    """Return the blocks that are run, those together that share a folder."""
    sessions: list[tuple[Block, ...]] = []
    for block in blocks:
        if not block.is_run:
            continue
        if "continues" in block.directives:
            assert sessions and sessions[-1][-1].document == block.document, f"{block} continues nothing"
            sessions[-1] += (block,)
        else:
            sessions.append((block,))
    return sessions


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of a reader with 80 columns, to whom `costcalc` is this checkout's."""
    home = tmp_path_factory.mktemp("home")
    command = home / "bin" / "costcalc"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m costcalc "$@"\n')
    command.chmod(0o755)
    return {
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "COSTCALC_CACHE_DIR": str(home / "cache"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "COLUMNS": "80",
        "NO_COLOR": "1",
        **GIT,
    }


WHEN = "2026-01-01T12:00:00Z"
GIT = {
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "init.defaultBranch",
    "GIT_CONFIG_VALUE_0": "main",
    "GIT_CONFIG_KEY_1": "advice.detachedHead",
    "GIT_CONFIG_VALUE_1": "false",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"), ("DATE", WHEN))
    },
}
"""So that commits have the same names every time."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the reader's working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("session", in_sessions(BLOCKS), ids=lambda session: str(session[0]))
def test_session(
    session: tuple[Block, ...], environment: dict[str, str], folder: Path, update_docs: bool
) -> None:
    for other in BLOCKS:
        if other.document == session[0].document and "file" in other.directives:
            path = folder / other.directives["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(other.text, "utf-8")
    for block in session:
        run_block(block, environment, folder, update_docs)


def run_block(block: Block, environment: dict[str, str], folder: Path, update_docs: bool) -> None:
    if reason := block.directives.get("not run"):
        pytest.skip(f"shown, not run: {reason}")
    for library in block.directives.get("needs", "").split():
        if not importlib.util.find_spec(library):
            pytest.skip(f"needs {library}")
    if block.language == "console":
        happened = play(block.text, int(block.directives.get("exit", 0)), environment, folder)
    elif block.language == "python":
        happened = run_python(block)
    else:
        path = folder / block.directives.get("file", "spec.yaml")
        path.write_text(block.text, "utf-8")
        load(str(path))
        happened = block.text
    if not matches(block.text, happened):
        if update_docs:
            replace(block, happened)
        else:
            pytest.fail(
                f"{block} shows something else than what happens:\n{difference(block.text, happened)}"
            )


def play(session: str, exit_code: int, environment: Mapping[str, str], folder: Path) -> str:
    """Run the commands of a console session, and return the session as it really went."""
    happened = ""
    commands = re.findall(r"^\$ ((?:.*\\\n)*.*)\n", session, re.MULTILINE)
    assert commands, "a console block starts its commands with `$ `"
    for command in commands:
        process = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert process.returncode == exit_code, (
            f"`{command}` left with {process.returncode}:\n{process.stdout}"
        )
        output = "".join(f"{line.rstrip()}\n" for line in process.stdout.splitlines())
        happened += f"$ {command}\n{output}"
    return happened


class _Doctests(doctest.DocTestRunner):
    """Runs examples, and keeps what they really gave where that is not what they show."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=doctest.ELLIPSIS)
        self.given: list[tuple[doctest.Example, str]] = []

    def report_failure(self, out: object, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self.given.append((example, got))

    def report_unexpected_exception(
        self, out: object, test: object, example: doctest.Example, exc_info: object
    ) -> None:
        raise AssertionError(f"line {example.lineno + 1} raises {exc_info}")


def run_python(block: Block) -> str:
    """Run Python code, and return it with what its examples really gave."""
    if ">>> " not in block.text:
        exec(compile(block.text, str(block), "exec"), {"__name__": "__main__"})
        return block.text
    runner = _Doctests()
    with redirect_stdout(io.StringIO()):
        runner.run(doctest.DocTestParser().get_doctest(block.text, {}, str(block), None, 0))
    lines = block.text.splitlines()
    for example, got in reversed(runner.given):
        start = example.lineno + example.source.count("\n")
        lines[start : start + example.want.count("\n")] = re.sub(
            r"^$", "<BLANKLINE>", got.rstrip("\n"), flags=re.M
        ).split("\n")
    return "".join(f"{line}\n" for line in lines)


def matches(shown: str, happened: str) -> bool:
    """Tell whether text is what is shown, where `...` standing free stands for anything."""
    pattern = ""
    for line in shown.splitlines():
        pattern += r"(?:.*\n)*" if line == "..." else ".*".join(map(re.escape, ELISION.split(line))) + r"\n"
    return re.fullmatch(pattern, happened) is not None


def difference(shown: str, happened: str) -> str:
    """Return what to change."""
    return "\n".join(
        difflib.unified_diff(shown.splitlines(), happened.splitlines(), "shown", "happened", lineterm="")
    )


def replace(block: Block, text: str) -> None:
    """Write another text into a block of its document."""
    document = block.document.read_text("utf-8")
    fence = f"```{block.language}\n"
    assert f"{fence}{block.text}```" in document
    block.document.write_text(document.replace(f"{fence}{block.text}```", f"{fence}{text}```"), "utf-8")


def test_blocks_and_their_directives_are_found() -> None:
    text = "# A\n\n<!-- file: a.yaml -->\n\n<!-- exit: 1 -->\n```yaml\nx: 1\n```\n\n```console\n$ a\nb\n```\n"
    text += "\n<!-- needs: c -->\n```console\n$ c\n```\n"  # a second comment must not swallow what is between
    first, second, third = parse(Path("a.md"), text)
    assert third.directives == {"needs": "c"}
    assert (first.line, first.language, first.text) == (6, "yaml", "x: 1\n")
    assert first.directives == {"file": "a.yaml", "exit": "1"}
    assert (second.line, second.language, second.text, second.directives) == (10, "console", "$ a\nb\n", {})


def test_blocks_that_continue_share_a_session() -> None:
    text = "```console\n$ a\n```\n<!-- continues: yes -->\n```console\n$ b\n```\n```console\n$ c\n```\n"
    first, second, third = parse(Path("a.md"), text)
    assert in_sessions([first, second, third]) == [(first, second), (third,)]
    with pytest.raises(AssertionError, match="continues nothing"):
        in_sessions([second])


def test_a_misspelt_directive_is_refused() -> None:
    with pytest.raises(AssertionError, match="unknown directive"):
        parse(Path("a.md"), "<!-- need: torch -->\n```console\n$ a\n```\n")


@pytest.mark.parametrize(
    ("shown", "happened", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\n", False),
        ("in ... s\n", "in 0.2 s\n", True),
        ("in ... s\n", "in 0.2 s or so\n", False),
        ("MODEL...\n", "MODEL\n", False),
    ],
)
def test_what_is_elided_matches(shown: str, happened: str, same: bool) -> None:
    assert matches(shown, happened) is same


def test_sessions_are_played(environment: dict[str, str], folder: Path) -> None:
    assert play("$ echo a; \\\n  echo b >&2\nold\n$ printf ''\n", 0, environment, folder) == (
        "$ echo a; \\\n  echo b >&2\na\nb\n$ printf ''\n"
    )
    with pytest.raises(AssertionError, match="left with 3"):
        play("$ exit 3\n", 0, environment, folder)


def test_examples_are_corrected() -> None:
    block = Block(Path("a.md"), 1, "python", ">>> 1 + 1\n3\n>>> x = 1\n>>> print('a\\n\\nb')\n>>> x\n1\n", {})
    assert (
        run_python(block) == ">>> 1 + 1\n2\n>>> x = 1\n>>> print('a\\n\\nb')\na\n<BLANKLINE>\nb\n>>> x\n1\n"
    )
