"""Diagnostics as text: the caret stands under what is wrong, whatever is in the line."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from costcalc.errors import Diagnostic, Location
from costcalc.report.diagnostics import render_diagnostics


def at(line: str, part: str, number: int = 12) -> Location:
    start = line.index(part)
    return Location("net.yaml", number, start + 1, start + len(part) + 1, line)


def marked(text: str) -> str:
    """Return the part of the source line that is above the carets, by terminal cells."""
    source, caret = (line.partition("| ")[2] for line in text.splitlines()[3:5])
    start, end = len(caret) - len(caret.lstrip()), len(caret)
    return "".join(c for i, c in enumerate(source) if start <= cell_len(source[:i]) < end)


def test_a_block() -> None:
    line = "  - {c: 240, g: 7}"
    found = Diagnostic("E311", "240 channels do not split into 7 groups", at(line, "7"), "legal: 6 or 8")
    assert render_diagnostics([found]) == (
        "error[E311]: 240 channels do not split into 7 groups\n"
        "  --> net.yaml:12:17\n"
        "   |\n"
        "12 |   - {c: 240, g: 7}\n"
        "   |                 ^\n"
        "help: legal: 6 or 8\n"
        "\n"
        "1 error\n"
    )


def test_without_a_place_there_is_no_excerpt() -> None:
    found = Diagnostic("E003", "no such network", help="did you mean `mobilenet`?", severity="warning")
    assert render_diagnostics([found]) == (
        "warning[E003]: no such network\nhelp: did you mean `mobilenet`?\n\n1 warning\n"
    )


def test_without_a_source_line_only_the_place() -> None:
    found = Diagnostic("E101", "empty", Location("net.yaml", 1, 1, 1))
    assert render_diagnostics([found]) == "error[E101]: empty\n --> net.yaml:1:1\n\n1 error\n"


def test_the_last_line_counts() -> None:
    error, warning = Diagnostic("E1", "a"), Diagnostic("E2", "b", severity="warning")
    assert render_diagnostics([error, warning, error]).splitlines()[-1] == "2 errors, 1 warning"


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("模型: {宽度: 1.0, strde: 2}", "strde"),
        ("  模型: {宽度: 1.0}", "宽度"),
        ("\tkey: {a: b}", "a: b"),
        ("cafe\u0301: wrong", "wrong"),
        ("x " * 250 + "HERE" + " y" * 300, "HERE"),
        ("網" * 250 + "HERE" + "路" * 300, "HERE"),
        ("HERE" + " y" * 300, "HERE"),
        ("x " * 300 + "HERE", "HERE"),
    ],
)
def test_the_caret_is_under_the_part(line: str, part: str) -> None:
    text = render_diagnostics([Diagnostic("E201", "wrong", at(line, part))], width=80)
    assert marked(text) == part
    assert max(cell_len(line) for line in text.splitlines()) <= 80


def test_a_part_that_is_too_long_is_marked_as_far_as_it_is_shown() -> None:
    line = "key: " + "H" * 500
    text = render_diagnostics([Diagnostic("E201", "wrong", at(line, "H" * 500))], width=80)
    assert set(marked(text)) == {"H"}
    assert text.splitlines()[3].endswith("H...")
    assert max(map(len, text.splitlines())) <= 80


def test_a_place_behind_the_end_of_the_line_has_a_caret_there() -> None:
    found = Diagnostic("E201", "a value is missing", Location("net.yaml", 3, 6, 6, "key: "))
    assert render_diagnostics([found]).splitlines()[3:5] == ["3 | key:", "  |      ^"]


def test_a_file_cannot_drive_the_terminal() -> None:
    line = "\x1b[2Jkey\x07: 1"
    found = Diagnostic("E201", "unknown key \x1b[2J", at(line, "key"), "or \x9b31m")
    text = render_diagnostics([found])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert marked(text) == "key"


def test_colours_change_nothing_but_colours() -> None:
    found = Diagnostic("E311", "wrong", at("a: b", "b"), "right")
    coloured = render_diagnostics([found], colour=True)
    assert coloured != render_diagnostics([found])
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_diagnostics([found])
