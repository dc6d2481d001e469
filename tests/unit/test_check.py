"""Names that mean nothing are found before anything is computed, wherever they stand, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import Diagnostic, SpecError
from costcalc.spec.check import check
from costcalc.spec.files import Files, zoo_directory
from costcalc.spec.link import link
from costcalc.spec.model import Spec

DEFAULTS = {
    "costcalc": "1",
    "name": "net",
    "input": "[3, 32, 32]",
    "columns": "[op, c]",
    "stages": "[[conv, 8]]",
}


def spec(folder: Path, text: str) -> Spec:
    """Link a spec of these lines and, where they leave a key out, its default."""
    given = {line.partition(":")[0] for line in text.splitlines()}
    head = "".join(f"{key}: {value}\n" for key, value in DEFAULTS.items() if key not in given)
    path = folder / "net.yaml"
    path.write_text(head + text, "utf-8")
    return link(path, Files())


def refused(folder: Path, text: str) -> list[Diagnostic]:
    with pytest.raises(SpecError) as caught:
        check(spec(folder, text))
    return list(caught.value.diagnostics)


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        # names in expressions
        ("input: [3, size, 32]", "E124", "size"),
        ("input: [3, 2*size, 32]", "E124", "size"),
        ("params: {a: b + 1, b: 3}", "E124", "b"),
        ("params: {a: b, b: 3}", "E124", "b"),
        ("params: {a: a}", "E124", "a"),
        ("params: {act: rleu}", "E124", "rleu"),
        ("params: {flag: yes}", "E124", "yes"),
        ("params: {a: floor}", "E124", "floor"),
        ("scaling: {width: {factor: alpha}}", "E124", "alpha"),
        ("scaling: {width: {factor: 1, round: floor(y)}}", "E124", "y"),
        ("input: [3, x, 32]", "E124", "x"),
        ("tables: {t: {1: a}}", "E124", "a"),
        ("stages: [[conv, c_in]]", "E124", "c_in"),
        ("columns: [op, c, n]\nstages: [[conv, 8, m]]", "E124", "m"),
        ("columns: [op, c, k]\nstages: [[conv, 8, kk]]", "E124", "kk"),
        ("blocks: {b: {params: {c: d, d: 3}, body: []}}", "E124", "d"),
        ("blocks: {b: {let: {m: c/2}, body: []}}", "E124", "c"),
        ("blocks: {b: {body: [{bn: ~, when: s == 1}]}}", "E124", "s"),
        ("blocks: {b: {body: [{split: 3, as: [l, r]}, {conv: c_m}]}}", "E124", "c_m"),
        ("heads: {h: [flatten, linear: classes]}", "E124", "classes"),
        ("heads: {h: {when: big, do: []}}", "E124", "big"),
        ("params: {a: 1, b: 2}\nvariants: {v: {a: b}}", "E124", "b"),
        # functions
        ("input: [3, flor(3), 32]", "E125", "flor"),
        ("tables: {t: {1: 3}}\ninput: ['3', \"t(1, 2)\", 32]", "E125", "t"),
        # calls
        ("stages: [[convv, 8]]", "E302", "convv"),
        ("heads: {h: [flaten]}", "E302", "flaten"),
        ("blocks: {b: {body: [add: [[], [rellu]]]}}", "E302", "rellu"),
        ("columns: [op, c, gg]\nstages: [[conv, 8, 2]]", "E203", "2"),
        ("blocks: {b: {body: [conv: {c: 8, gg: 2}]}}", "E203", "2"),
        ("blocks: {b: {body: [flatten: 2]}}", "E203", "flatten"),
        ("params: {a: 1}\nvariants: {v: {aa: 2}}", "E203", "2"),
        ("stages: [[conv, ~]]", "E303", "conv"),
        ("blocks: {b: {params: {k: ~}, body: []}}\nstages: [{op: b}]", "E303", "b"),
        ("blocks: {b: {body: [linear]}}", "E303", "linear"),
        ("stages: [[$op, 8]]", "E301", "$op"),
        ("blocks: {b: {body: [act: $f]}}", "E301", "$f"),
        ("blocks: {b: {body: [$f]}}", "E301", "$f"),
        # names where numbers are needed
        ("stages: [[conv, relu]]", "E307", "relu"),
        ("blocks: {b: {body: [conv: {c: relu}]}}", "E307", "relu"),
        ("blocks: {b: {body: [act: rleu]}}", "E307", "rleu"),
        ("blocks: {b: {body: [{bn: ~, when: relu}]}}", "E307", "relu"),
        # labels and stages
        ("columns: [op, c, from]\nstages: [[conv, 8, stem]]", "E308", "stem"),
        ("columns: [op, c, from]\nparams: {p: conv}\nstages: [[$p, 8, ~], [conv, 8, p]]", "E308", "p"),
        ("blocks: {b: {body: [{bn: ~, from: left}]}}", "E308", "left"),
        ("blocks: {b: {body: [add: [[], {from: left, do: []}]]}}", "E308", "left"),
        ("heads: {h: {from: stem, do: []}}", "E308", "stem"),
        ("columns: [name, op, c]\nstages: [[a, conv, 8], [a, conv, 8]]", "E209", "[a, conv, 8]"),
        ("columns: [name, op, c]\nstages: [[input, conv, 8]]", "E209", "[input, conv, 8]"),
        ("heads: {conv: [flatten]}", "E323", "[flatten]"),
        # blocks that cannot be
        ("blocks: {b: {body: [b]}}", "E322", "b"),
        ("blocks: {a: {body: [{add: [[], [b]], when: i > 3}]}, b: {body: [a]}}", "E322", "a"),
        ("blocks: {relu: {body: []}}", "E324", "relu"),
        ("blocks: {add: {body: []}}", "E324", "add"),
        # reserved names
        ("params: {x: 1}", "E324", "x"),
        ("params: {resolution: 1}", "E324", "resolution"),
        ("params: {floor: 1}", "E324", "floor"),
        ("params: {relu: silu}", "E324", "relu"),
        ("params: {same: 0}", "E324", "same"),
        ("params: {none: 0}", "E324", "none"),
        ("params: {bilinear: true}", "E324", "bilinear"),
        ("blocks: {b: {params: {c_in: 1}, body: []}}", "E324", "c_in"),
        ("blocks: {b: {let: {i: 1}, body: []}}", "E324", "1"),
        ("tables: {max: {1: 2}}", "E324", "2"),
        # figures
        ("published: {v: {macs: 3M}}", "E325", "{macs: 3M}"),
        ("published: {alpha=2: {macs: 3M}}", "E325", "{macs: 3M}"),
    ],
)
def test_what_is_refused_and_where(tmp_path: Path, text: str, code: str, part: str) -> None:
    [found] = refused(tmp_path, text)
    assert found.code == code
    assert found.location
    assert found.location.source_line[found.location.column - 1 : found.location.end_column - 1] == part


@pytest.mark.parametrize(
    "text",
    [
        "params: {a: 3, b: a/2, act: relu, block: conv, f: true}\nvariants: {v: {b: 2*a}, w: {act: silu}}",
        "variants: {small: {resolution: 16}}\npublished: {small: {macs: 3M}, resolution=16: {params: 3}}",
        "params: {r: 1}\nscaling: {width: {factor: r, round: floor(x)}}",
        "tables: {t: {1: 8}}\nstages: [[conv, t(1)]]",
        "blocks: {b: {params: {act: silu}, body: [act: $act]}}",
        "blocks: {b: {params: {pad: 0}, body: [conv: {c: 3, k: 3, pad: pad}]}}\nstages: [{op: b, pad: same}]",
        "blocks: {b: {inputs: [h, p], body: [{conv: c_h - h_p, from: p, as: q}, {conv: w_q, from: in}]}}",
        "blocks: {b: {params: {c: c_in, d: c}, let: {m: c/2 + i}, body: [conv: m]}}",
        "blocks: {b: {body: [add: [[{bn: ~, as: y}], {from: y, do: [conv: c_y]}]]}}",
        "columns: [name, op, c, from]\nstages: [[a, conv, 8, input], [~, conv, 8, -1], [b, add, ~, [a, -2]]]",
        "stages: [[conv, 8], [conv, 8]]\nheads: {h: {from: conv1, do: []}}",
        "params: {g: 2}\nblocks: {b: {params: {g: g}, body: [conv: {c: 8, g: g}]}}",
        "import: [std]\nparams: {block: squeeze_excite}\nstages: [[$block, 8]]",
    ],
)
def test_what_is_accepted(tmp_path: Path, text: str) -> None:
    check(spec(tmp_path, text))


def test_everything_is_found_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "params: {a: b, c: 3}\nblocks: {u: {body: [convv, act: $f]}}\nstages: [[v, 8]]\nheads: {h: [l: 3]}"
    assert [found.code for found in refused(tmp_path, text)] == ["E124", "E302", "E301", "E302", "E302"]


def test_what_is_meant_is_guessed(tmp_path: Path) -> None:
    text = "params: {width: 3, act: rleu}\nblocks: {unit: {body: [conv: wdith]}}\nstages: [[unti, ~]]"
    helps = [found.help for found in refused(tmp_path, text)]
    assert helps == [f"did you mean `{name}`?" for name in ("relu", "width", "unit")]


def test_a_ring_is_shown(tmp_path: Path) -> None:
    [found] = refused(tmp_path, "blocks: {a: {body: [b]}, b: {body: [c]}, c: {body: [b]}}")
    assert found.message == "block `b` calls itself: b -> c -> b"


def test_a_hundred_errors_are_enough(tmp_path: Path) -> None:
    rows = ", ".join(["[convv, 8]"] * 1000)
    assert len(refused(tmp_path, f"stages: [{rows}]")) == 100


def test_a_block_that_is_imported_is_checked_where_it_is_called(tmp_path: Path) -> None:
    library = "costcalc: 1\nname: lib\nblocks: {a: {body: [conv: wide]}, b: {body: [a]}, c: {body: [bn]}}"
    (tmp_path / "lib.yaml").write_text(library, "utf-8")
    assert check(spec(tmp_path, "import: [lib]\nstages: [[c, ~]]")) == {"c"}
    assert check(spec(tmp_path, "import: [lib]\nparams: {wide: 8}\nstages: [[b, ~]]")) == {"a", "b"}
    [found] = refused(tmp_path, "import: [lib]\nstages: [[b, ~]]")
    assert (found.code, found.location and found.location.file) == ("E124", str(tmp_path / "lib.yaml"))


@pytest.mark.parametrize("path", sorted(zoo_directory().glob("*.yaml")), ids=lambda path: path.stem)
def test_what_ships_is_right(path: Path) -> None:
    if "stages" in Files().read(path).fields or Files().read(path).extends:
        check(link(path, Files()))
