"""What lint takes for a slip, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.spec.lint import lint

DEFAULTS = {
    "costcalc": "1",
    "name": "net",
    "input": "[3, 32, 32]",
    "columns": "[op, c]",
    "stages": "[[conv, 8]]",
}


def found(folder: Path, text: str) -> list[str]:
    given = {line.partition(":")[0] for line in text.splitlines()}
    head = "".join(f"{key}: {value}\n" for key, value in DEFAULTS.items() if key not in given)
    (folder / "net.yaml").write_text(head + text, "utf-8")
    return [f"{each.code} {each.message}" for each in lint([str(folder / "net.yaml")])]


UNIT = "stages: [{op: unit}]\n"


@pytest.mark.parametrize(
    "text",
    [
        "params: {a: 8, b: 2*a}\nstages: [[conv, b]]",
        "params: {a: 8, c: 8}\nstages: [[conv, c]]\nvariants: {v: {c: 2*a}}",
        "params: {a: 3}\ninput: [a, 32, 32]",
        "params: {a: 1}\nscaling: {width: {factor: a}}",
        "params: {a: 1}\nscaling: {width: {factor: 1, round: x*a}}",
        "params: {a: 1}\nstages: [[conv, 8], {op: conv, c: 8, from: -a}]",
        "params: {a: true}\nheads: {h: {when: a, do: [gap]}}",
        "params: {a: 4}\nheads: {h: [conv: a]}",
        "params: {a: relu}\nheads: {h: [act: $a]}",
        "params: {a: relu}\nheads: {h: [$a]}",
        "params: {a: 4}\nheads: {h: [add: [[], [conv: 2*a]]]}",
        UNIT + "params: {a: 4}\nblocks: {unit: {body: [conv: a]}}",
        UNIT + "params: {a: 4}\nblocks: {unit: {params: {c: a}, body: [conv: c]}}",
        UNIT + "params: {a: 4}\nblocks: {unit: {params: {a: a}, body: [conv: a]}}",
        UNIT + "params: {a: 4}\nblocks: {unit: {let: {m: 2*a}, body: [conv: m]}}",
        UNIT + "params: {a: 4}\nblocks: {unit: {let: {a: a + 1}, body: [conv: a]}}",
        "tables: {t: {1: 8}}\nstages: [[conv, t(1)]]",
        UNIT + "tables: {t: {1: 8}}\nblocks: {unit: {body: [conv: t(1)]}}",
        "params: {b: unit}\nblocks: {unit: {body: [bn]}}\nstages: [{op: $b}]",
        "params: {b: bn}\nblocks: {unit: {body: [bn]}}\nstages: [{op: $b}]\nvariants: {v: {b: unit}}",
        UNIT + "blocks: {unit: {body: [inner]}, inner: {body: [bn]}}",
        UNIT + "blocks: {unit: {params: {b: inner}, body: [$b]}, inner: {body: [bn]}}",
        "params: {a: 8}\nstages: [[conv, a]]\nvariants: {base: {}, a8: {a: 8}, a16: {a: 16}}",
        "stages: [[conv, 8]]\nvariants: {small: {resolution: 16}}",
        "params: {n: 0}\nstages: [[conv, 8], {op: conv, c: 8, n: n}]\nvariants: {deep: {n: 2}}",
    ],
)
def test_what_is_used_in_some_way_is_no_slip(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("params: {a: 8}", "W401 nothing uses parameter `a`"),
        ("params: {a: 8}\nvariants: {v: {a: 16}}", "W401 nothing uses parameter `a`"),
        (
            UNIT + "params: {a: 4}\nblocks: {unit: {params: {a: 3}, body: [conv: a]}}",
            "W401 nothing uses parameter `a`",
        ),
        (
            UNIT + "params: {a: 4}\nblocks: {unit: {let: {a: 3}, body: [conv: a]}}",
            "W401 nothing uses parameter `a`",
        ),
        ("blocks: {unit: {body: [bn]}}", "W402 nothing calls block `unit`"),
        ("tables: {t: {1: 8}}", "W403 nothing calls table `t`"),
        ("import: [std]", "W404 nothing calls a block of `std`"),
        ("params: {a: 8}\nstages: [[conv, a]]\nvariants: {v: {a: 8}}", "W405 variant `v` changes nothing"),
        ("stages: [[conv, 8], {op: conv, c: 8, n: 0}]", "W406 no variant has this row"),
        ("params: {a: ~}\nstages: [[conv, a]]", "W407 nothing was built: `a` has no value"),
    ],
)
def test_what_does_nothing_is_reported(tmp_path: Path, text: str, warning: str) -> None:
    assert found(tmp_path, text) == [warning]


def test_blocks_that_only_call_each_other_are_reported_once_each(tmp_path: Path) -> None:
    text = "blocks: {a: {body: [b]}, b: {body: [bn]}}"
    assert found(tmp_path, text) == ["W402 nothing calls block `a`", "W402 nothing calls block `b`"]
