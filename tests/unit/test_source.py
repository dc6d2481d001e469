"""YAML text becomes a located tree, or located errors in words that say what to change."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from costcalc.codes.text import TEXT_CODES
from costcalc.errors import Diagnostic, SpecError
from costcalc.spec import source
from costcalc.spec.source import Mapping, Scalar, Sequence, Source, Tree, parse, read

C_PARSER = getattr(yaml, "CSafeLoader", None)


@pytest.fixture(params=["c", "python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML has two parsers. Machines without a compiled one must read, and refuse, the same."""
    loader = C_PARSER if request.param == "c" else yaml.SafeLoader
    if loader is None:
        pytest.skip("PyYAML was built without its C parser")
    monkeypatch.setattr(source, "_LOADER", loader)


def refused(text: str | bytes) -> list[Diagnostic]:
    with pytest.raises(SpecError) as caught:
        parse(text, "my.yaml")
    return list(caught.value.diagnostics)


def value(tree: Tree) -> object:
    """What a tree says, without its places."""
    match tree:
        case Scalar():
            return tree.value
        case Sequence():
            return [value(item) for item in tree.items]
        case Mapping():
            assert all(name == key.value for name, (key, _) in tree.entries.items())
            return {name: value(entry) for name, (_, entry) in tree.entries.items()}


def only(found: Source, key: str) -> Tree:
    return found.root.entries[key][1]


@pytest.mark.usefixtures("either_parser")
class TestTree:
    def test_nesting_and_order(self) -> None:
        text = "b: [1, {x: 2}, [conv: 3, bn]]\na:\n  - one\n  -\n    k: v\n"
        expected = {"b": ["1", {"x": "2"}, [{"conv": "3"}, "bn"]], "a": ["one", {"k": "v"}]}
        found = parse(text, "my.yaml")
        assert value(found.root) == expected
        assert list(found.root.entries) == ["b", "a"]

    @pytest.mark.parametrize("written", ["no", "on", "y", "010", "0x1f", "4e9", "1e-3", "1_000", "true"])
    def test_keys_and_values_stay_what_was_written(self, written: str) -> None:
        assert value(parse(f"a: {written}\n{written}: 1", "f").root) == {"a": written, written: "1"}

    @pytest.mark.parametrize("written", ["1:30", "2024-01-01", "12:30:45", ".5", ".inf", "+1", "0b1", "a,b"])
    def test_values_stay_what_was_written(self, written: str) -> None:
        assert value(parse(f"a: {written}", "f").root) == {"a": written}

    @pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL"])
    def test_an_empty_cell_is_null(self, written: str) -> None:
        scalar = only(parse(f"a: {written}", "f"), "a")
        assert isinstance(scalar, Scalar)
        assert scalar.is_null

    @pytest.mark.parametrize("written", ["''", '"~"', "'null'", "nil", "0", "no", "None"])
    def test_anything_else_is_not_null(self, written: str) -> None:
        scalar = only(parse(f"a: {written}", "f"), "a")
        assert isinstance(scalar, Scalar)
        assert not scalar.is_null

    @pytest.mark.parametrize(
        ("written", "read_as"),
        [("|\n  x\n  y\n", "x\ny\n"), (">-\n  x\n  y\n", "x y"), ("x\n  y\n", "x y"), ('"x\n\n  y"', "x\ny")],
    )
    def test_text_over_several_lines(self, written: str, read_as: str) -> None:
        found = parse(f"a: {written}", "f")
        scalar = only(found, "a")
        assert value(scalar) == read_as
        location = found.location(scalar)
        assert (location.line, location.column) == (1, 4)
        assert location.end_column == len(location.source_line) + 1

    def test_line_ends_and_byte_order_mark_do_not_matter(self) -> None:
        plain = parse("a: 1\nb: [2,\n  3]\n", "f")
        for other in ("\ufeffa: 1\r\nb: [2,\r\n  3]\r\n", "a: 1\rb: [2,\r  3]\r"):
            for found in (parse(other, "f"), parse(other.encode(), "f")):
                assert value(found.root) == value(plain.root)
                assert found.location(only(found, "b")) == plain.location(only(plain, "b"))

    def test_keys_that_specs_use(self) -> None:
        keys = ["x0.25", "g8+x0.5", "alpha=0.5", "18", "1", "no", "net-v1", "a/b.yaml", "a@*", "α", "$block"]
        assert list(parse("".join(f"{key}: 1\n" for key in keys), "f").root.entries) == keys

    def test_a_json_file_is_a_spec_too(self) -> None:
        assert value(parse('{"a": [1, "two"],\n "b": {}}', "f").root) == {"a": ["1", "two"], "b": {}}

    def test_directives_and_document_marks_may_stand(self) -> None:
        assert value(parse("%YAML 1.1\n---\na: 1\n...\n", "f").root) == {"a": "1"}


@pytest.mark.usefixtures("either_parser")
class TestPlaces:
    TEXT = "name: net\nstages:\n  - [conv, 2, 'max(8, 16)']\n  - {op: é, c: \"a\\tb + c\"}\n"

    def place(self, pick: Callable[[Source], Tree], *part: int) -> tuple[int, str]:
        """The line, and the characters that a caret line would mark."""
        found = parse(self.TEXT, "f")
        location = found.location(pick(found), *part)
        assert location.file == "f"
        assert location.source_line == self.TEXT.splitlines()[location.line - 1]
        return location.line, location.source_line[location.column - 1 : location.end_column - 1]

    @staticmethod
    def cell(row: int, column: int) -> Callable[[Source], Tree]:
        def pick(found: Source) -> Tree:
            stages = only(found, "stages")
            assert isinstance(stages, Sequence)
            match stages.items[row]:
                case Sequence(items=items):
                    return items[column]
                case Mapping(entries=entries):
                    return [entry for _, entry in entries.values()][column]
            raise AssertionError

        return pick

    @staticmethod
    def row(found: Source) -> Tree:
        stages = only(found, "stages")
        assert isinstance(stages, Sequence)
        return stages.items[0]

    def test_of_scalars_keys_and_collections(self) -> None:
        assert self.place(lambda found: found.root) == (1, "name: net")
        assert self.place(lambda found: found.root.entries["name"][0]) == (1, "name")
        assert self.place(lambda found: only(found, "name")) == (1, "net")
        assert self.place(self.row) == (3, "[conv, 2, 'max(8, 16)']")
        assert self.place(self.cell(0, 2)) == (3, "'max(8, 16)'")
        assert self.place(self.cell(1, 0)) == (4, "é")

    def test_of_a_part_of_a_scalar(self) -> None:
        assert self.place(self.cell(0, 0), 1, 3) == (3, "on")
        assert self.place(self.cell(0, 2), 7, 9) == (3, "16")

    def test_of_a_part_hidden_by_escapes_is_the_whole(self) -> None:
        assert self.place(self.cell(1, 1), 6, 7) == (4, '"a\\tb + c"')

    def test_is_never_empty(self) -> None:
        found = parse("a:\nb: 1", "f")
        assert found.location(only(found, "a")).end_column > found.location(only(found, "a")).column


# text, and where each error stands: code, line, column
REFUSED: list[tuple[str, list[tuple[str, int, int]]]] = [
    ("a: \x1b[31m", [("E104", 1, 4)]),
    ("a: 1\nb: \u202e1", [("E104", 2, 4)]),
    ("a: \x00", [("E104", 1, 4)]),
    ("a: b\x85c", [("E104", 1, 5)]),
    ("a: \ud800", [("E104", 1, 4)]),
    ("a: 1\na\ufeff: 2", [("E104", 2, 2)]),
    *((f"a: {sign}", [("E104", 1, 4)]) for sign in "\x0b\x7f\x9b\u2028\u2029\u2066\u2069\udfff\ufffe\uffff"),
    ('a: "\\e[31m"', [("E104", 1, 4)]),
    ("a: b: c", [("E105", 1, 5)]),
    ("a: 1\n  b: 2", [("E105", 2, 4)]),
    ("a: 1\nb\n", [("E105", 2, 1)]),
    ("a:\n  b: 1\n c: 2", [("E105", 3, 2)]),
    ("- 1\nb: 2", [("E105", 2, 1)]),
    ("a: - 1", [("E105", 1, 4)]),
    ("a: 'x' y", [("E105", 1, 8)]),
    ("a: @x", [("E105", 1, 4)]),
    ("a: `x`", [("E105", 1, 4)]),
    ("a: [,]", [("E105", 1, 5)]),
    ("a: [t[g], 3]", [("E105", 1, 6)]),
    ("a: {b: 1 c: 2}", [("E105", 1, 11)]),
    ("a: |x\n  b", [("E105", 1, 5)]),
    ("%YAML 9.9\n---\na: 1", [("E105", 1, 1)]),
    ("a:\n\tb: 1", [("E106", 2, 1)]),
    ("\ta: 1", [("E106", 1, 1)]),
    ("a: 1\n\tb: 2", [("E106", 2, 1)]),
    ("a: [1, 2\nb: 3\n", [("E107", 1, 4)]),
    ("a: {b: 1\nc: 2\n", [("E107", 1, 4)]),
    ("a: [1, 2", [("E107", 1, 4)]),
    ("a: 'abc\nb: 2", [("E107", 1, 4)]),
    ("a: {b: [1, 2}", [("E107", 1, 13)]),
    ("a: ]", [("E107", 1, 4)]),
    ("a: [b]]", [("E107", 1, 7)]),
    ("[" * 51, [("E108", 1, 51)]),
    ("- " * 51, [("E108", 1, 101)]),
    ("a: " + "x" * 4097, [("E110", 1, 4)]),
    ("a: &here 1\nb: *here", [("E111", 1, 4), ("E111", 2, 4)]),
    ("a: &a [*a]", [("E111", 1, 4), ("E111", 1, 8)]),
    ("a: *\n", [("E111", 1, 5)]),
    ("*a : 1", [("E111", 1, 1), ("E116", 1, 1)]),
    ("a: !!python/object/apply:os.system [ls]", [("E112", 1, 4)]),
    ("a: !!int 3\nb: ! x", [("E112", 1, 4), ("E112", 2, 4)]),
    ("a: !b!c d", [("E112", 1, 4)]),
    ("a: {<<: {b: 1}}", [("E113", 1, 5)]),
    ("a: 1\n---\nb: 2", [("E114", 2, 1)]),
    ("a: 1\nb: {c: 1, c: 2}\na: 3\na: 4", [("E115", 2, 11), ("E115", 3, 1), ("E115", 4, 1)]),
    ("18: 1\n'18': 2", [("E115", 2, 1)]),
    ("a b: 1", [("E116", 1, 1)]),
    ("{k:3}", [("E116", 1, 2)]),
    ("? [a]\n: 1", [("E116", 1, 3)]),
    ("? {a: 1}\n: 1", [("E116", 1, 3)]),
    ("~: 1", [("E116", 1, 1)]),
    ("{: 1}", [("E105", 1, 2)]),
    ("'': 1", [("E116", 1, 1)]),
    ("ﬁ: 1", [("E116", 1, 1)]),
    ("{c: max(8, 16)}", [("E117", 1, 5)]),
    ("a: [1, max(8, 16), 3]", [("E117", 1, 8)]),
    ("a: {c: max(8, c, d), c: 3}", [("E117", 1, 8), ("E115", 1, 22)]),
    ("", [("E118", 1, 1)]),
    ("# nothing\n", [("E118", 1, 1)]),
    ("~", [("E118", 1, 1)]),
    ("- 1", [("E118", 1, 1)]),
    ("text", [("E118", 1, 1)]),
]


@pytest.mark.usefixtures("either_parser")
class TestRefusals:
    @pytest.mark.parametrize(("text", "expected"), REFUSED, ids=lambda case: repr(case)[:40])
    def test_code_and_place(self, text: str, expected: list[tuple[str, int, int]]) -> None:
        found = refused(text)
        assert [
            (each.code, each.location.line, each.location.column) if each.location else None for each in found
        ] == expected

    @pytest.mark.parametrize(("text", "expected"), REFUSED, ids=lambda case: repr(case)[:40])
    def test_is_in_our_words_and_quotes_the_line(self, text: str, expected: object) -> None:
        for each in refused(text):
            assert each.code in TEXT_CODES
            assert len(each.message) < 120
            assert "this is not YAML:" not in each.message
            assert each.location is not None
            lines = text.split("\n")
            assert each.code == "E104" or each.location.source_line == lines[each.location.line - 1]

    def test_duplicates_name_both_places(self) -> None:
        [found] = refused("conv: 1\nbn: 2\nconv: 3")
        assert found.message == "duplicate key `conv`, first on line 1"

    @pytest.mark.parametrize(
        ("text", "help"),
        [
            ("{c: max(8, 16)}", 'quote the whole expression: `"max(8, ..."`'),
            ("{k:3}", "put a space after the colon: `k: 3`"),
            ("ﬁ: 1", "write `fi`"),
            ("a:\n\tb: 1", "indent with spaces"),
        ],
    )
    def test_help_shows_what_to_write(self, text: str, help: str) -> None:
        assert refused(text)[0].help == help

    def test_at_most_twenty_at_once(self) -> None:
        assert len(refused("a: 1\n" * 1000)) == source.MAX_DIAGNOSTICS

    def test_every_code_is_tested(self) -> None:
        elsewhere = {"E101", "E102", "E103", "E109"}
        assert {code for _, expected in REFUSED for code, _, _ in expected} | elsewhere == set(TEXT_CODES)


def test_depth_at_the_limit_is_read() -> None:
    depth = source.MAX_DEPTH - 1
    assert parse("a: " + "[" * depth + "]" * depth, "f")


class TestBytes:
    @pytest.mark.parametrize("content", [b"\xff\xfea\x00:\x00", b"\x80", b"a: \xc3", b"\x89PNG\r\n\x1a\n"])
    def test_no_text(self, content: bytes) -> None:
        assert [each.code for each in refused(content)] == ["E103"]

    def test_binary_that_happens_to_be_utf8(self) -> None:
        assert [each.code for each in refused(b"PK\x03\x04")] == ["E104"]


class TestFiles:
    def test_read(self, tmp_path: Path) -> None:
        path = tmp_path / "net.yaml"
        path.write_bytes("a: é\r\n".encode())
        assert value(read(path).root) == {"a": "é"}
        assert read(path).file == str(path)
        assert read(path, "net").file == "net"

    @pytest.mark.parametrize("name", ["missing.yaml", ".", "no\0name", "x" * 5000])
    def test_a_file_that_cannot_be_read(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(SpecError, match="cannot read `net`") as caught:
            read(tmp_path / name, "net")
        assert [each.code for each in caught.value.diagnostics] == ["E101"]

    def test_a_device_that_never_ends(self) -> None:
        if not Path("/dev/zero").exists():
            pytest.skip("no such device here")
        with pytest.raises(SpecError, match="E102"):
            read(Path("/dev/zero"))


HOSTILE: dict[str, tuple[str, str]] = {
    "brackets": ("[" * 60_000, "E108"),
    "braces": ("{a: " * 60_000, "E108"),
    "dashes": ("- " * 60_000, "E108"),
    "question marks": ("? " * 60_000, "E108"),
    "ten megabytes": ("a: b\n" * 2_000_000, "E102"),
    "aliases": ("a: &a [x]\nb: [" + "*a," * 300_000 + "]", "E111"),
    "anchors": ("a: [" + "&a a," * 190_000 + "]", "E111"),
    "billion laughs": ("a: &a [x, x]\n" + "".join(f"k{i}: &b{i} [*a, *a]\n" for i in range(9)), "E111"),
    "values": ("a: [" + "b," * 400_000 + "]", "E109"),
    "keys": ("".join(f"k{i}: 1\n" for i in range(80_000)), "E109"),
    "duplicates": ("k: 1\n" * 190_000, "E115"),
    "one long word": ("a: " + "b" * 900_000, "E110"),
    "many words": ("a: " + "b " * 450_000, "E110"),
    "long lines": ("a: |\n" + "  xxxxxxxx\n" * 80_000, "E110"),
    "an open quote": ('a: "' + "b c " * 200_000, "E107"),
    "a long key": ("? " + "b" * 900_000 + "\n: 1\n", "E110"),
    "a long tag": ("a: !" + "%41" * 300_000 + " b", "E112"),
    "a huge version": ("%YAML 1." + "9" * 9000 + "\n---\na: 1", "E105"),
    "staircase": ("".join(" " * i + "a:\n" for i in range(1300)), "E108"),
}  # fmt: skip


@pytest.mark.skipif(C_PARSER is None, reason="the Python parser is twenty times slower")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_within_a_second_and_200_megabytes(name: str) -> None:
    text, code = HOSTILE[name]
    begin = time.process_time()
    found = refused(text)
    assert time.process_time() - begin < 1
    assert found[0].code == code
    tracemalloc.start()
    refused(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200e6
