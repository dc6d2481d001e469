"""Specs that mean harm are refused within a second and 200 megabytes, with the place that is to blame.

Each family of cases is loaded in a process of its own, so that a crash, a hang or a gigabyte of memory
fails a test and not the run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="limits of processes are a matter of POSIX")

SECONDS = 1.0
"""Of processor time; what the machine does besides is not the spec's fault."""
MEGABYTES = 200
ADDRESS_SPACE = 2 << 30
PATIENCE = 60
"""Seconds of processor time until a family of cases counts as hanging."""

RUNNER = """
import json, re, sys, time
from pathlib import Path
from costcalc.errors import ModelReferenceError, SpecError
from costcalc.networks import load

for line in sys.stdin:
    begin = time.process_time()
    try:
        found = {"kind": "graph", "nodes": len(load(json.loads(line)).graph.nodes)}
    except (SpecError, ModelReferenceError) as error:
        found = {
            "kind": type(error).__name__,
            "codes": [each.code for each in error.diagnostics],
            "located": all(each.location and each.location.line >= 1 for each in error.diagnostics),
            "longest": max(len(str(each)) for each in error.diagnostics),
        }
    except BaseException as error:
        found = {"kind": type(error).__name__, "says": str(error)[:200]}
    found["seconds"] = time.process_time() - begin
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
    found["megabytes"] = int(peak[1]) / 1000 if peak else 0
    print(json.dumps(found), flush=True)
"""

HEADER = "costcalc: 1\nname: net\ninput: [3, 32, 32]\n"
ROW = "columns: [op, c]\nstages: [[conv, 8]]\n"
LINES = HEADER + ROW

Content = str | bytes | Callable[[Path], str]
"""What the file contains, or what writes files into a folder and returns the reference to load."""


def rows(*cells: str, columns: str = "op, c", keys: str = "") -> str:
    return f"{HEADER}{keys}columns: [{columns}]\nstages:\n" + "".join(f"  - [{row}]\n" for row in cells)


def value(text: str) -> str:
    """The value of a parameter that the only layer is as wide as."""
    return f"{HEADER}params: {{w: {json.dumps(text)}}}\ncolumns: [op, c]\nstages: [[conv, w]]\n"


def row_of(arguments: str) -> str:
    """One layer with arguments that no network has."""
    return rows("unit", columns="op", keys=f"blocks: {{unit: {{body: [{arguments}]}}}}\n")


def nested(calls: int, levels: int, leaf: str = "bn", repeats: str = "1") -> str:
    """Block `b0` calls `b1` so often, that `b2`, and so on."""
    blocks = "".join(f"  b{i}: {{body: [{', '.join([f'b{i + 1}'] * calls)}]}}\n" for i in range(levels))
    return rows(f"b0, {repeats}", columns="op, n", keys=f"blocks:\n{blocks}  b{levels}: {{body: [{leaf}]}}\n")


def deep_merges(levels: int, merges: int) -> str:
    """Blocks that call the next one inside of merges."""
    around = "add: [[" * merges, "], []]" * merges
    blocks = "".join(f"  b{i}: {{body: [{around[0]}b{i + 1}{around[1]}]}}\n" for i in range(levels))
    return rows("b0", columns="op", keys=f"blocks:\n{blocks}  b{levels}: {{body: [bn]}}\n")


def labels(levels: int, count: int) -> str:
    """Nodes whose names are those that others would get, deep inside of blocks."""
    taken = ", ".join(f"{{bn: ~, as: c{'_2' * i}}}" for i in range(count)) + ", {bn: ~, as: c}"
    return nested(1, levels, taken)


def many(line: str, count: int) -> str:
    return "".join(line.format(i=i) for i in range(count))


def chain(key: str, length: int, last: str, often: int = 1) -> Callable[[Path], str]:
    """Files each of which imports or extends the next one; the last one has `last`."""

    def write(folder: Path) -> str:
        for i in range(length):
            target = f"[{', '.join([f'f{i + 1}'] * often)}]" if key == "import" else f"f{i + 1}"
            (folder / f"f{i}.yaml").write_text(f"{LINES}{key}: {target}\n")
        (folder / f"f{length}.yaml").write_text(f"{LINES}{last}")
        return str(folder / "f0.yaml")

    return write


def importing(
    name: str, place: Callable[[Path], object] = lambda folder: None, line: str = ""
) -> Callable[[Path], str]:
    """A file that imports `name`, with something else in its folder."""

    def write(folder: Path) -> str:
        place(folder)
        (folder / "net.yaml").write_text(f"{LINES}{line or f'import: [{json.dumps(name)}]'}\n")
        return str(folder / "net.yaml")

    return write


def outside(folder: Path) -> Path:
    """Make a file next to the folder, not in it."""
    path = folder.with_name(f"{folder.name}-secret.yaml")
    path.write_text("secret: [\n")
    return path


def no_file(name: str, make: Callable[[Path], object]) -> Callable[[Path], str]:
    """A reference to what is no regular file."""

    def write(folder: Path) -> str:
        make(folder / name)
        return str(folder / name)

    return write


def as_terms(content: str, terms: str) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        (folder / "net.yaml").write_text(content)
        return f"{folder / 'net.yaml'}@{terms}"

    return write


DEEP_IF = "1 if s == 1 else " * 200 + "2"
LAUGHS = "a: &a [x, x]\n" + many("k{i}: &b{i} [*a, *a]\n", 9)
VARIANTS = "params: {w: 8}\nvariants:\n" + many("  v{i}: {{}}\n", 9_900)
BOMB = "blocks: {unit: {body: []}}\n"

CASES: dict[str, dict[str, tuple[Content, str]]] = {
    "yaml": {
        "60 kB of brackets": (LINES + "heads: " + "[" * 60_000, "E108"),
        "60 kB of braces": (LINES + "heads: " + "{a: " * 15_000, "E108"),
        "60 kB of dashes": (LINES + "heads:\n  " + "- " * 30_000, "E108"),
        "balanced brackets": (LINES + "heads: {a: " + "[" * 30_000 + "]" * 30_000 + "}", "E108"),
        "alias bomb": (LINES + LAUGHS, "E111"),
        "anchor in itself": (LINES + "heads: &a {x: [*a]}\n", "E111"),
        "merge of itself": (LINES + "heads: &a\n  <<: *a\n", "E111"),
        "python object": (LINES + 'title: !!python/object/apply:os.system ["false"]\n', "E112"),
        "10 MB of keys": (LINES + "a: b\n" * 2_000_000, "E102"),
        "10 MB of one text": (LINES + "title: " + "x" * 10_000_000, "E102"),
        "10 MB of comment": (LINES + "#" * 10_000_000, "E102"),
        "1 MB of values": (LINES + "heads: {a: [" + "b," * 450_000 + "]}", "E109"),
        "60,000 unknown keys": (LINES + many("k{i}: 1\n", 60_000), "E109"),
        "9,000 unknown keys": (LINES + many("k{i}: 1\n", 9_000), "E201"),
        "a second document": (LINES + "---\n" + LINES, "E114"),
    },
    "bytes": {
        "random": (os.urandom(4096), "E103"),
        "zeros": (bytes(4096), "E104"),
        "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "E103"),
        "an archive": (b"PK\x03\x04" + bytes(64), "E104"),
        "UTF-16": (LINES.encode("utf-16"), "E103"),
        "latin-1": (LINES.encode() + "title: é\n".encode("latin-1"), "E103"),
        "cut in a character": (LINES.encode() + b"title: \xe2\x82", "E103"),
        "escapes of a terminal": (LINES + "title: \x1b[2J\n", "E104"),
        "text from right to left": (LINES + "title: \u202eabc\n", "E104"),
        "two byte order marks": ("\ufeff\ufeff" + LINES, "E104"),
        "nothing": (b"", "E118"),
        "byte order mark": (b"\xef\xbb\xbf" + LINES.encode(), "graph"),
        "CRLF": (LINES.replace("\n", "\r\n").encode(), "graph"),
        "CR": (LINES.replace("\n", "\r").encode(), "graph"),
        "unicode text": (LINES + "title: ネットワーク 🦊 ḗ\n", "graph"),
        "unicode file": (
            lambda folder: str((folder / "сеть.yaml").write_text(LINES) and folder / "сеть.yaml"),
            "graph",
        ),
        "unicode parameter": (LINES + "params: {größe: 1}\n", "E208"),
        "unicode variant": (LINES + "variants: {ω: {}}\n", "E208"),
        "unicode block": (LINES + "blocks: {卷积: {body: [bn]}}\n", "E208"),
        "a letter that looks like another": (rows("соnv, 8"), "E208"),
    },
    "numbers": {
        "n: 1e9": (rows("conv, 8, 1e9", columns="op, c, n"), "E306"),
        "n: 0 - 1": (rows("conv, 8, 0 - 1", columns="op, c, n"), "E306"),
        "9**9**9": (value("9**9**9"), "E128"),
        "towers": (value("2**" * 60 + "2"), "E123"),
        "squares of squares": (
            f"{HEADER}params:\n  w0: 9\n"
            + "".join(f"  w{i + 1}: w{i}*w{i}\n" for i in range(500))
            + "columns: [op, c]\nstages: [[conv, w500]]\n",
            "E128",
        ),
        "denominators": (value("1/7**60" + "/7**60" * 20), "E128"),
        "a million digits": (value("9" * 900_000), "E110"),
        "4,000 digits": (value("9" * 4000), "E120"),
        "200 digits": (value("9" * 200), "E128"),
        "a million and more digits": (value("9" * 1_000_000), "E102"),
        "exponent of a decimal": (value("1e999999999"), "E126"),
        "exponent below zero": (value("1e-999999999"), "E126"),
        "infinity": (value("1e308*10"), "E128"),
        "not a number": (value("nan"), "E124"),
        "divided by zero": (value("8/0"), "E129"),
        "root of a negative": (value("(0-2)**0.5"), "E128"),
        "deep if": (value(DEEP_IF.replace("s == 1", "1 == 2")), "E120"),
        "deeper if": (value("1 if 1 else " * 16 + "2"), "graph"),
        "parentheses": (value("(" * 200 + "1" + ")" * 200), "E12"),
        "minus signs": (value("-" * 150 + "1"), "E123"),
        "not": (value("not " * 49 + "1"), "E123"),
        "more of them": (value("-" * 4000 + "1"), "E120"),
        "python": (value("__import__('os').system('false')"), "E121"),
        "attributes": (value("w.__class__"), "E121"),
        "input": (LINES.replace("[3, 32, 32]", "[1e9, 1e9, 1e9]"), "graph"),
        "input beyond": (LINES.replace("[3, 32, 32]", "[3, 1e10, 1e10]"), "E306"),
    },
    "layers": {
        "channels": (row_of("conv: {c: 1e12}"), "E306"),
        "a billion channels": (row_of("conv: {c: 1e9, k: 3}"), "graph"),
        "kernel": (row_of("conv: {c: 8, k: 1e8, pad: 0}"), "E312"),
        "even kernel": (row_of("conv: {c: 8, k: 1e9}"), "E3"),
        "padding": (row_of("conv: {c: 8, k: 3, pad: 1e30}"), "E306"),
        "padding and kernel": (row_of("conv: {c: 8, k: 1e9, pad: 1e9, s: 1e9}"), "graph"),
        "stride": (row_of("conv: {c: 8, k: 3, s: 1e30}"), "E306"),
        "dilation": (row_of("conv: {c: 8, k: 3, pad: 0, dilation: 1e9}"), "E312"),
        "groups": (row_of("conv: {c: 8, g: 1e9}"), "E311"),
        "shuffle": (row_of("shuffle: 1e9"), "E31"),
        "split": (row_of("split: {n: 1e9}"), "E"),
        "pool": (row_of("max_pool: {k: 1e9}"), "E"),
        "upsample": (row_of(", ".join(["upsample: 1e9"] * 50)), "E306"),
        "concat": (row_of(", ".join(["concat: [[], [], [], [], [], [], [], [], [], []]"] * 300)), "E306"),
        "linear": (row_of("flatten, linear: 1e9"), "graph"),
    },
    "repeats": {
        "exponential blocks": (nested(10, 20), "E321"),
        "exponential blocks of nothing": (nested(10, 20, "{bn: ~, when: false}"), "E321"),
        "exponential blocks in rows": (nested(10, 5, repeats="1000"), "E321"),
        "deep blocks": (nested(1, 60), "E322"),
        "a block that calls itself": (
            rows("a", columns="op", keys="blocks: {a: {body: [{a: ~, when: false}]}}\n"),
            "E322",
        ),
        "a ring of blocks": (
            rows("a", columns="op", keys="blocks: {a: {body: [b]}, b: {body: [c]}, c: {body: [a]}}\n"),
            "E322",
        ),
        "rows of nothing": (rows(*["unit, 1000"] * 5000, columns="op, n", keys=BOMB), "E321"),
        "blocks of nothing in a deep merge": (nested(1, 25, "add: [[" * 6 + "bn" + "], []]" * 6), "graph"),
        "blocks of merges of blocks": (deep_merges(31, 14), "E322"),
        "nothing but labels": (labels(30, 900), "graph"),
        "20,000 rows": (rows(*["conv, 8"] * 20_000), "E109"),
        "6,000 rows": (rows(*["conv, 8"] * 6_000), "graph"),
        "repeated rows": (rows(*["conv, 8, 1000"] * 30, columns="op, c, n"), "E321"),
        "long let": (
            rows(
                *["unit, 1000"] * 99,
                columns="op, n",
                keys="blocks:\n  unit:\n    let:\n" + many("      l{i}: 1+1\n", 4000) + "    body: [bn]\n",
            ),
            "E321",
        ),
        "long parameters": (
            rows(
                *["unit, 1000"] * 99,
                columns="op, n",
                keys="blocks:\n  unit:\n    params:\n" + many("      p{i}: 1+1\n", 4000) + "    body: [bn]\n",
            ),
            "E321",
        ),
        "many sources": (
            rows(
                "unit, 1000",
                columns="op, n",
                keys=f"blocks: {{unit: {{body: [{{concat: ~, from: [{', '.join(['in'] * 15_000)}]}}]}}}}\n",
            ),
            "E",
        ),
        "many labels": (
            row_of(", ".join(f"{{bn: ~, as: c{'_2' * i}}}" for i in range(970)) + ", {bn: ~, as: c}"),
            "graph",
        ),
        "wide merges": (
            row_of("add: [" + "[]," * 15_000 + "]," + "add: [[], []]"),
            "graph",
        ),
        "wide repeated merges": (
            rows(
                "unit, 1000",
                columns="op, n",
                keys="blocks: {unit: {body: [add: [" + "[]," * 15_000 + "]]}}\n",
            ),
            "E321",
        ),
        "50,000 variants": (LINES + "variants:\n" + many("  v{i}: {{}}\n", 50_000), "E109"),
        "9,900 variants": (LINES + VARIANTS, "graph"),
        "all of 9,900 variants": (as_terms(LINES + VARIANTS, "*"), "E005"),
        "all pairs of 9,900 variants": (as_terms(LINES + VARIANTS, "*+*+*"), "E005"),
        "a variant that is not": (as_terms(LINES + VARIANTS, "nope"), "E004"),
        "many unknown names": (rows(*[f"nope{i}, x{i}" for i in range(6_000)]), "E302"),
        "9,000 parameters": (
            f"{LINES}params:\n  p0: 1\n" + "".join(f"  p{i + 1}: p{i}+1\n" for i in range(9_000)),
            "graph",
        ),
        "parameters by blocks": (
            LINES
            + "params:\n"
            + many("  p{i}: 1\n", 5000)
            + "blocks:\n"
            + many("  b{i}: {{body: [bn]}}\n", 1990),
            "graph",
        ),
        "parameters by rows": (
            rows(*["unit, 1000"] * 99, columns="op, n", keys=BOMB + "params:\n" + many("  p{i}: 1\n", 9000)),
            "E321",
        ),
        "heads by stages": (
            rows(*["bn"] * 4000, columns="op", keys="heads:\n" + many("  h{i}: [bn]\n", 3900)),
            "graph",
        ),
        "wrong sizes": (rows(*["conv, 8, 7, 2"] * 3900, columns="op, c, out, s"), "E304"),
        "long names": (
            LINES
            + "params: {"
            + ", ".join(f"{'x' * 3900}{i}: {'x' * 3900}{i + 1000}" for i in range(120))
            + "}\n",
            "E1",
        ),
        "long lists": (row_of("conv: {c: 8, k: [" + "1, " * 9000 + "]}"), "E204"),
    },
    "imports": {
        "itself": (chain("import", 0, "import: [f0]\n"), "E007"),
        "ring of imports": (chain("import", 3, "import: [f0]\n"), "E007"),
        "ring of extends": (chain("extends", 3, "extends: f0\n"), "E007"),
        "chain of imports": (chain("import", 40, ""), "E007"),
        "chain of extends": (chain("extends", 40, ""), "E007"),
        "exponential imports": (chain("import", 14, "", often=10), "graph"),
        "10,000 imports": (LINES + f"import: [{', '.join(['std'] * 10_000)}]\n", "graph"),
        "absolute": (importing("/etc/passwd"), "E008"),
        "above": (importing("../../../../etc/passwd"), "E008"),
        "above from below": (importing("a/../../etc/passwd"), "E008"),
        "of a drive": (importing("D:std"), "E008"),
        "an address": (importing("https://example.org/std"), "E008"),
        "a NUL": (LINES + 'import: ["a\\0b"]\n', "E104"),
        "long": (importing("x" * 4000), "E006"),
        "deep": (importing("x/" * 2000), "E006"),
        "a dot": (importing("."), "E008"),
        "a file that is not": (importing("nothing"), "E006"),
        "link out of the folder": (
            importing("a", lambda folder: (folder / "a.yaml").symlink_to(outside(folder))),
            "E008",
        ),
        "folder that is a link out": (
            importing(
                "d/a",
                lambda folder: (folder / "d").symlink_to(outside(folder).with_suffix("").parent),
            ),
            "E006",
        ),
        "link to itself": (importing("a", lambda folder: (folder / "a.yaml").symlink_to("a.yaml")), "E006"),
        "pipe": (importing("a", lambda folder: os.mkfifo(folder / "a.yaml")), "E009"),
        "device": (importing("a", lambda folder: (folder / "a.yaml").symlink_to("/dev/zero")), "E00"),
        "folder": (importing("a", lambda folder: (folder / "a.yaml").mkdir()), "E002"),
        "extends a pipe": (
            lambda folder: importing("a", lambda folder: os.mkfifo(folder / "a.yaml"), "extends: a")(folder),
            "E009",
        ),
        "extends itself with terms": (chain("extends", 0, "extends: f0@a=1\n"), "E007"),
        "extends terms that are not": (LINES + 'extends: "std@a+b+c=1"\n', "E00"),
    },
    "files": {
        "is a pipe": (no_file("p.yaml", os.mkfifo), "E009"),
        "is a folder": (no_file("d.yaml", Path.mkdir), "E002"),
        "is not": (no_file("n.yaml", lambda path: None), "E001"),
        "is a link to nothing": (no_file("l.yaml", lambda path: path.symlink_to("nothing")), "E001"),
        "is a link to itself": (no_file("l.yaml", lambda path: path.symlink_to(path)), "E001"),
        "is an endless device": (lambda folder: "/dev/zero", "E009"),
        "is a terminal": (lambda folder: "/dev/tty", "E0"),
        "is standard input": (lambda folder: "/dev/stdin", "E009"),
        "is a process's memory": (lambda folder: "/proc/self/mem", "E101"),
        "has a long name": (lambda folder: str(folder / ("x" * 5000)), "E001"),
        "has a long name without a folder": (lambda folder: "x" * 5000, "E003"),
        "has a NUL in its name": (lambda folder: "a\0b", "E003"),
        "has a NUL in its folder": (lambda folder: "a\0b/c", "E001"),
        "has no name": (lambda folder: "", "E003"),
        "has terms only": (lambda folder: "@", "E00"),
    },
}


def written(content: Content, folder: Path) -> str:
    folder.mkdir()
    if callable(content):
        return content(folder)
    path = folder / "net.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return str(path)


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@pytest.mark.parametrize("family", CASES)
def test_hostile_specs_are_refused_soon_and_cheaply(family: str, tmp_path: Path) -> None:
    cases = CASES[family]
    references = [written(content, tmp_path / f"{i}") for i, (content, _) in enumerate(cases.values())]
    ran = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input="".join(json.dumps(reference) + "\n" for reference in references),
        capture_output=True,
        text=True,
        timeout=20 * PATIENCE,
        preexec_fn=limited,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr[-500:]
    wrong = []
    for (name, (_, expected)), line in zip(cases.items(), ran.stdout.splitlines(), strict=True):
        found = json.loads(line)
        outcome = found.get("codes", [found["kind"]])[0]
        good = any(outcome.startswith(each) for each in expected.split("|"))
        named = family in ("files", "repeats") and found["kind"] == "ModelReferenceError"
        good = good and (found["kind"] == "graph" or named or found["located"])
        if not good or found["seconds"] > SECONDS or found["megabytes"] > MEGABYTES:
            wrong.append(f"{name}: expected {expected}, found {line}")
    assert not wrong, "\n".join(wrong)
