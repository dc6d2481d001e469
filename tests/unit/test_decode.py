"""What the decoder refuses, where it says so, and that it finds everything at once."""

from __future__ import annotations

import pytest

from costcalc.codes.specs import STRUCTURE_CODES
from costcalc.errors import Diagnostic, SpecError
from costcalc.spec.decode import Document, decode
from costcalc.spec.source import parse

HEAD = "costcalc: 1\nname: net\n"


def document(text: str) -> Document:
    return decode(parse(HEAD + text, "net.yaml"))


def refused(text: str) -> list[Diagnostic]:
    with pytest.raises(SpecError) as caught:
        document(text)
    return list(caught.value.diagnostics)


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("stagse: []", "E201", "stagse"),
        ("scaling: {height: {factor: 1}}", "E201", "height"),
        ("scaling: {width: {factor: 1, floor: x}}", "E201", "floor"),
        ("blocks: {a: {parms: {}, body: []}}", "E201", "parms"),
        ("heads: {a: {when: x, do: [], as: y}}", "E201", "as"),
        ("scaling: {width: {round: x}}", "E202", "{round: x}"),
        ("blocks: {a: {params: {}}}", "E202", "a"),
        ("stages: [{c: 3}]", "E202", "{c: 3}"),
        ("stages: [[conv, 3]]", "E202", "[conv, 3]"),
        ("columns: [op]\nstages: [[~]]", "E202", "[~]"),
        ("columns: [op]\nstages: [[[conv]]]", "E202", "[[conv]]"),
        ("params: [a]", "E204", "[a]"),
        ("params: {a: {b: 3}}", "E204", "{b: 3}"),
        ("input: 224", "E204", "224"),
        ("input: [3, 224]", "E204", "[3, 224]"),
        ("year: soon", "E204", "soon"),
        ("title: []", "E204", "[]"),
        ("import: std", "E204", "std"),
        ("import: [~]", "E204", "~"),
        ("extends: ''", "E204", "''"),
        ("stages: [conv]", "E204", "conv"),
        ("blocks: {a: {body: [add: 3]}}", "E204", "3"),
        ("published: {base: 569M}", "E204", "569M"),
        ("columns: [op, c]\nstages: [[conv, 3, 2]]", "E205", "[conv, 3, 2]"),
        ("input: [3, ~, 224]", "E206", "~"),
        ("scaling: {width: {factor: ~}}", "E206", "~"),
        ("tables: {t: {1: ~}}", "E206", "~"),
        ("blocks: {a: {let: {b: ~}, body: []}}", "E206", "~"),
        ("params: {k: [1, ~]}", "E206", "~"),
        ("blocks: {a: {body: [{conv: 3, from: [x, ~]}]}}", "E206", "~"),
        ("stages: []", "E207", "[]"),
        ("params: {k: []}", "E207", "[]"),
        ("blocks: {a: {body: [{conv: 3, from: []}]}}", "E207", "[]"),
        ("blocks: {a: {body: [{conv: 3, as: []}]}}", "E207", "[]"),
        ("params: {a-b: 3}", "E208", "a-b"),
        ("params: {a: $b-c}", "E208", "$b-c"),
        ("blocks: {a: {body: [{conv: 3, as: 3a}]}}", "E208", "3a"),
        ("blocks: {a: {body: [{conv: 3, share: [b]}]}}", "E208", "[b]"),
        ("variants: {a+b: {c: 3}}", "E208", "a+b"),
        ("columns: [op, 3]\nstages: [[conv, 3]]", "E208", "3"),
        ("columns: [op, c, c]\nstages: [[conv, 3, 4]]", "E209", "c"),
        ("blocks: {a: {inputs: [h, h], body: []}}", "E209", "h"),
        ("blocks: {a: {body: [{split: 3, as: [h, h]}]}}", "E209", "h"),
        ("blocks: {a: {body: conv}}", "E210", "conv"),
        ("blocks: {a: {body: {when: x}}}", "E210", "{when: x}"),
        ("blocks: {a: {body: {do: conv}}}", "E210", "conv"),
        ("blocks: {a: {body: [{when: x}]}}", "E210", "{when: x}"),
        ("blocks: {a: {body: [{conv: 3, bn: ~}]}}", "E210", "{conv: 3, bn: ~}"),
        ("blocks: {a: {body: [[conv]]}}", "E210", "[conv]"),
    ],
)
def test_what_is_refused_and_where(text: str, code: str, part: str) -> None:
    first, *_ = refused(text)
    assert first.code == code
    assert first.location
    assert first.location.source_line[first.location.column - 1 : first.location.end_column - 1] == part
    assert code in STRUCTURE_CODES


def test_the_version_comes_first() -> None:
    with pytest.raises(SpecError, match="E211"):
        decode(parse("costcalc: 2\nname: a", "net.yaml"))
    with pytest.raises(SpecError) as caught:
        decode(parse("title: a", "net.yaml"))
    assert [found.code for found in caught.value.diagnostics] == ["E202", "E202"]


def test_everything_is_found_at_once_in_the_order_of_the_file() -> None:
    text = "params: {a: 3 +, b: [~]}\nblocks: {c: {body: [{}]}}\nstages: [3]\ncolums: []"
    assert [found.code for found in refused(text)] == ["E122", "E206", "E210", "E204", "E201"]


def test_empty_cells_are_left_out() -> None:
    text = "columns: [op, name, c, k, from]\nstages: [[conv, ~, 8, ~, ~], {op: bn}]\nparams: {c: ~}"
    fields = document(text).fields
    conv, bn = fields["stages"]
    assert (conv.name, set(conv.cells), dict(conv.arguments), conv.sources) == (None, {"c"}, {}, ())
    assert (bn.op.text, dict(bn.cells), bn.name) == ("bn", {}, None)
    assert fields["params"]["c"].default is None


def test_steps_keep_what_they_say() -> None:
    text = (
        "blocks: {a: {body: [bn, conv: 8, {act: $f, when: x > 1, from: [l, r], as: y, share: s},"
        " add: [[], {do: [bn], from: l}]]}}"
    )
    bn, conv, act, add = document(text).fields["blocks"]["a"].body.steps
    assert (bn.op.text, bn.positional) == ("bn", None)
    assert conv.positional.text == "8"
    assert (act.positional.passes, act.when.text, act.labels, act.share) == ("f", "x > 1", ("y",), "s")
    assert [cell.text for cell in act.sources] == ["l", "r"]
    assert [len(branch.steps) for branch in add.branches] == [0, 1]
    assert add.branches[1].sources[0].text == "l"
