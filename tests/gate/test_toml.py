"""Every value that `tomllib` reads has a place, and its text stands there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.errors import CostcalcError
from costcalc.gate.located import Path
from costcalc.gate.toml import TomlDocument, parse

TEXT = '''\
# a budget
extend = "base.toml"  # the team's

[[budget]]
name = 'mobile'
match = [
  "a.yaml",  # one
  'b.yaml',
]
max = {macs = "300M", params = 5_500_000}

[[budget]]
max_increase.macs = {pct = 2, abs = "50k"}
"quoted key".b = """
two
""\\"lines"""
date = 1979-05-27 07:32:00  # with a space
[budget.sub]
z = [[1, 2], [{a = 1}]]
[tool."x.y".z]
empty = {}
none = []
'''


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from leaves(item, (*path, key))


def check(document: TomlDocument) -> None:
    for path, value in leaves(document.data):
        is_implied = isinstance(value, dict | list) and path not in document.spans
        if is_implied:  # [a.b.c] makes a and a.b, and nothing stands for them
            continue
        span = document.spans[path]
        written = document.text[span.start : span.end]
        if not isinstance(value, dict | list):
            assert tomllib.loads(f"v = {written}")["v"] == value


def test_places() -> None:
    document = parse(TEXT.encode(), "costcalc.toml")
    check(document)
    assert str(document.key(("budget", 0, "max"))) == "costcalc.toml:10:1"
    assert str(document.value(("budget", 0, "max", "params"))) == "costcalc.toml:10:32"
    assert document.value(("budget", 0, "max", "params")).source_line == TEXT.splitlines()[9]
    assert str(document.value(("budget", 0, "match", 1))) == "costcalc.toml:8:3"
    assert document.key(("budget", 1)).line == 12
    assert document.value(("budget", 1, "sub", "z", 1, 0, "a")).line == 19


def test_windows_line_ends_are_kept() -> None:
    document = parse(TEXT.replace("\n", "\r\n").encode(), "costcalc.toml")
    check(document)
    span = document.spans["budget", 0, "max", "macs"]
    assert document.edited([(span.start, span.end, '"1M"')]) == TEXT.replace("\n", "\r\n").replace(
        '"300M"', '"1M"'
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = \n", "t.toml:1:5"),
        ("a = 1\na = 2\n", "t.toml:2:6"),
        ("a = [1,", "t.toml:1:8"),
        ("[a", "t.toml:1:3"),
    ],
)
def test_what_is_no_toml_is_shown(text: str, place: str) -> None:
    with pytest.raises(CostcalcError, match="this is not TOML") as caught:
        parse(text.encode(), "t.toml")
    assert str(caught.value.diagnostics[0].location) == place


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(CostcalcError, match="not UTF-8"):
        parse(b"a = '\xff'", "t.toml")


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8)
SCALARS = st.one_of(
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def inline(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case list():
            return f"[{', '.join(map(inline, value))}]"
        case dict():
            return "{" + ", ".join(f"{quoted(key)} = {inline(item)}" for key, item in value.items()) + "}"
    return str(value)


@given(
    st.dictionaries(KEYS, VALUES, max_size=4), st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=3)
)
def test_any_document_has_its_places(top: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    lines = [f"{quoted(key)} = {inline(value)} # x = [" for key, value in top.items() if key != "t"]
    for table in tables:
        lines += ["[[ t ]] # ]"] + [f"  {quoted(key)}= {inline(value)}" for key, value in table.items()]
    text = "\n".join(lines)
    document = parse(text.encode(), "t.toml")
    assert {
        path for path, value in leaves(document.data) if not isinstance(value, list) or path != ("t",)
    } == set(document.spans)
    check(document)
