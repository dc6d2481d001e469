"""One record, four formats: nothing truncated, nothing rounded twice, the unknown visible."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from rich.cells import cell_len

from costcalc.api import count
from costcalc.cost import CONVENTIONS, PAPER, AtLeast, Cost
from costcalc.errors import UsageError
from costcalc.graph import (
    Activation,
    AdaptiveAvgPool2d,
    BatchNorm,
    Conv2d,
    Flatten,
    Graph,
    GraphBuilder,
    Linear,
)
from costcalc.report.compare import Entry, compare_table
from costcalc.report.formats import formats, render
from costcalc.report.frame import to_frame
from costcalc.report.record import Column, Table, cell_text
from costcalc.report.show import VIEWS, By, show_table

COLUMNS = (
    Column("model", "model"),
    Column("input", "input", "shape", 3),
    Column("macs", "MACs", "count"),
    Column("fvcore", "fvcore", "count", 2),
    Column("matches", "", "check", 2),
    Column("bytes", "access", "bytes", 1),
    Column("ratio", "ratio", "ratio", 1),
)


def row(
    model: str, macs: int | None, matches: bool | None = True, ratio: Fraction | None = None
) -> dict[str, object]:
    fvcore = None if macs is None else macs + 1
    return {"model": model, "input": (3, 224, 224), "macs": macs, "fvcore": fvcore, "matches": matches,
            "bytes": 6 * 1024 * 1024, "ratio": ratio, "extra": 7}  # fmt: skip


TABLE = Table(
    COLUMNS,
    (
        row("shufflenet|g3", 137_469_600, ratio=Fraction(1)),
        row("mobilenet", 568_740_352, False),
        row("模型", None, None),
    ),
    "models",
    context={"convention": "paper", "batch": 1},
    notes=("A footer that is a good deal longer than a narrow terminal is wide.",),
)


def network() -> Graph:
    builder = GraphBuilder("net", (3, 8, 8))
    index = 0
    for name, op in [
        ("stem.conv", Conv2d(4, (3, 3), padding=(1, 1))),
        ("stem.bn", BatchNorm()),
        ("stem.relu", Activation("relu")),
        ("body.conv", Conv2d(4, (3, 3), padding=(1, 1), groups=4)),
        ("body.pointwise", Conv2d(8)),
        ("head.gap", AdaptiveAvgPool2d()),
        ("head.flatten", Flatten()),
        ("head.fc", Linear(10, bias=True)),
    ]:
        index = builder.add(op, (index,), name)
    return builder.build({"logits": index})


def counted(**options: int) -> Cost:
    return count(network(), **options)  # type: ignore[arg-type]


def test_a_pipe_gets_every_column_whole() -> None:
    text = render(TABLE)
    assert "…" not in text and "..." not in text
    for line, start in zip(text.splitlines()[2:], ("shufflenet|g3", "mobilenet", "模型"), strict=False):
        assert line.startswith(start)
    assert all(column.header in text.splitlines()[0] for column in COLUMNS)
    assert TABLE.notes[0] in text.splitlines()


def test_numbers_line_up_on_the_right_and_no_line_has_a_tail() -> None:
    head, rule, *rows = render(replace(TABLE, notes=())).splitlines()
    end = head.index("MACs") + len("MACs")
    assert [cell_cut(line, end).split()[-1] for line in rows] == ["137.5M", "568.7M", "?"]
    assert set(rule) == {"─"}
    assert not [line for line in rows if line != line.rstrip()]


def cell_cut(line: str, cells: int) -> str:
    """Return the part of a line that takes so many terminal cells."""
    return next(line[:n] for n in range(len(line) + 1) if cell_len(line[:n]) >= cells)


@pytest.mark.parametrize("width", [60, 55, 50, 40])
def test_a_terminal_gets_what_fits_and_is_told_what_does_not(width: int) -> None:
    text = render(TABLE, width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    shown = text.splitlines()[0].split()
    left_out = [column for column in COLUMNS if column.header and column.header not in shown]
    assert left_out
    told = " ".join(text.splitlines())
    assert all(column.name in told.partition(f"fit {width} columns:")[2] for column in left_out)
    kept = [column.priority for column in COLUMNS if column.header in shown]
    assert max(kept) < min(column.priority for column in left_out)


def test_what_is_never_left_out_may_be_wider_than_the_terminal() -> None:
    head, _, first, *_ = render(TABLE, width=10).splitlines()
    assert head.split() == ["model", "MACs"]
    assert first.split() == ["shufflenet|g3", "137.5M"]


def test_columns_that_were_asked_for_stay() -> None:
    text = render(TABLE.select(["input", "model", "fvcore", "bytes"]), width=20)
    assert text.splitlines()[0].split() == ["input", "model", "fvcore", "access"]
    assert "Left out" not in text


def test_all_stands_for_every_column() -> None:
    assert [column.name for column in TABLE.select(["macs", "all"]).columns] == [
        "macs", "model", "input", "fvcore", "matches", "bytes", "ratio",
    ]  # fmt: skip


def test_every_wrong_column_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        TABLE.select(["mac", "macs", "zzzz"])
    first, second = caught.value.diagnostics
    assert (first.code, first.help) == ("E031", "did you mean `macs`?")
    assert second.help is not None and second.help.startswith("one of: model, input")


def test_sorting_is_by_value_and_the_unknown_comes_last() -> None:
    for descending, order in (
        (False, "shufflenet|g3 mobilenet 模型"),
        (True, "mobilenet shufflenet|g3 模型"),
    ):
        assert [row["model"] for row in TABLE.sort("macs", descending=descending).rows] == order.split()
    with pytest.raises(UsageError, match="E031"):
        TABLE.sort("extra")


@pytest.mark.parametrize(
    ("kind", "value", "text", "raw"),
    [
        ("count", 568_740_352, "568.7M", "568740352"),
        ("count", 0, "0", "0"),
        ("count", None, "?", "?"),
        ("count", AtLeast(12_345_678), "≥12.35M", "≥12345678"),
        ("bytes", 6 * 2**20, "6.000 MiB", "6291456"),
        ("ratio", Fraction(1, 3), "0.3333x", "0.3333x"),
        ("ratio", None, "?", "?"),
        ("number", Fraction(99_999, 10_000), "10.00", "10.00"),
        ("percent", Fraction(1, 8), "12.50%", "12.50%"),
        ("percent", Fraction(1, 10**6), "<0.01%", "<0.01%"),
        ("percent", Fraction(0), "0.00%", "0.00%"),
        ("check", True, "✓", "✓"),
        ("check", False, "≠", "≠"),
        ("check", None, "?", "?"),
        ("shape", (3, 224, 224), "3x224x224", "3x224x224"),
        ("count", "", "", ""),
    ],
)
def test_cells(kind: str, value: object, text: str, raw: str) -> None:
    column = Column("name", "header", kind)  # type: ignore[arg-type]
    assert cell_text(column, value) == text
    assert cell_text(column, value, raw=True) == raw


def test_colours_change_nothing_but_colours() -> None:
    coloured = render(TABLE, colour=True)
    assert "\x1b[" in coloured and "\x1b[" not in render(TABLE)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == render(TABLE).splitlines()


def test_markdown_escapes_what_would_end_a_cell() -> None:
    head, rule, first, *_ = render(TABLE, "markdown").splitlines()
    assert rule == "| :-- | --: | --: | --: | :-- | --: | --: |"
    assert first.startswith("| shufflenet\\|g3 | 3x224x224 | 137.5M |")
    assert len(re.findall(r"(?<!\\)\|", first)) == len(re.findall(r"\|", head))


def test_csv_has_exact_values_metric_names_and_what_they_rest_on() -> None:
    rows = list(csv.DictReader(io.StringIO(render(TABLE, "csv"))))
    assert rows[0] == {
        "model": "shufflenet|g3", "input": "3x224x224", "macs": "137469600", "fvcore": "137469601",
        "matches": "true", "bytes": "6291456", "ratio": "1.0", "convention": "paper", "batch": "1",
    }  # fmt: skip
    assert rows[2]["macs"] == rows[2]["matches"] == ""


def test_json_has_everything() -> None:
    document = json.loads(render(TABLE, "json"))
    assert document["schema_version"] == "2.0"
    assert document["tool"]["name"] == "costcalc"
    assert (document["convention"], document["batch"]) == ("paper", 1)
    assert document["models"][1]["macs"] == 568_740_352
    assert document["models"][1]["extra"] == 7
    assert document["models"][2]["macs"] is None
    assert json.loads(render(replace(TABLE, rows=({"macs": AtLeast(5)},)), "json"))["models"] == [
        {"macs": None}
    ]


def test_compare_gives_ratios_to_the_first_and_says_when_fvcore_agrees() -> None:
    cost = counted()
    double = counted(batch=2)
    total = cost.total("fvcore")
    entries = [
        Entry("a", cost, total),
        Entry("b", double, total),
        Entry("c", cost, total + 1),
        Entry("d", cost),
    ]
    table = compare_table(entries, [cost.basis.convention], with_fvcore=True)
    assert [row["ratio"] for row in table.rows] == [1, 2, 1, 1]
    assert [row["fvcore_matches"] for row in table.rows] == [True, True, False, None]
    # bn: 2 per element of 4x8x8; gap: 1 per input element of 8x8x8
    assert table.rows[1]["fvcore_minus_macs"] == {"bn": 2 * 4 * 8 * 8, "gap": 8 * 8 * 8}
    assert sum(table.rows[0]["fvcore_minus_macs"].values()) + cost.macs == total  # type: ignore[attr-defined]
    assert "fvcore = MACs + bn + gap; ✓: its rules give the same integer." in table.notes
    assert [note for note in table.notes if note.startswith("≠")] == [
        f"≠: by fvcore's rules c has {total}, not {total + 1}."
    ]


def test_compare_without_fvcore_has_no_trace_of_it() -> None:
    cost = count(network())
    table = compare_table([Entry("a", cost)], cost.basis.conventions, with_fvcore=False)
    assert "fvcore" not in render(table, "table") + render(table, "csv") + render(table, "json")


def test_another_convention_gets_a_column() -> None:
    cost = count(network(), "torch")
    table = compare_table(
        [Entry("a", cost)], [CONVENTIONS["torch"], CONVENTIONS["fvcore"]], with_fvcore=False
    )
    assert [column.header for column in table.columns][2:5] == ["MACs", "FLOPs (torch)", "MACs (fvcore)"]
    assert table.rows[0]["flops_torch"] == 2 * cost.macs
    assert table.rows[0]["macs_fvcore"] == cost.macs + 2 * 4 * 8 * 8 + 8 * 8 * 8


@pytest.mark.parametrize("by", VIEWS)
def test_rows_of_show_add_up_to_the_total(by: By) -> None:
    cost = counted()
    table = show_table("net", cost, by)
    assert table.total is not None
    for name in ("macs", "flops", "params", "buffers", "activations", "memory_access", "macs_share"):
        assert sum(row[name] for row in table.rows) == table.total[name], name  # type: ignore[misc]
    assert (table.total["macs"], table.total["params"]) == (cost.macs, cost.params)
    assert table.total["macs_share"] == table.total["params_share"] == 1


def test_show_has_a_column_for_each_convention_and_it_adds_up() -> None:
    cost = count(network(), "torch,fvcore")
    table = show_table("net", cost, "op")
    assert [column.header for column in table.columns][2:5] == ["MACs", "FLOPs (torch)", "MACs (fvcore)"]
    assert table.total is not None
    for name, convention in (("flops_torch", "torch"), ("macs_fvcore", "fvcore")):
        assert sum(row[name] for row in table.rows) == table.total[name] == cost.total(convention)  # type: ignore[misc]


def test_a_count_without_a_rule_is_a_lower_bound_and_has_no_share() -> None:
    rules = {op: rule for op, rule in PAPER.rules.items() if op is not Linear}
    partial = replace(PAPER, name="partial", rules=rules)
    cost = count(network(), partial)
    table = show_table("net", cost, "op")
    (linear,) = [row for row in table.rows if row["op"] == "linear"]
    assert table.total is not None
    assert table.total["macs"] == AtLeast(64 * (108 + 36 + 32))
    assert linear["macs"] is None
    assert {row["macs_share"] for row in table.rows} == {None}
    (row,) = compare_table([Entry("net", cost)], [partial], with_fvcore=False).rows
    assert (row["macs"], row["ratio"], row["unknown"]) == (table.total["macs"], None, ["head.fc"])


def test_a_convention_of_flops_without_a_rule_leaves_the_macs_known() -> None:
    rules = {op: rule for op, rule in CONVENTIONS["torch"].rules.items() if op is not Linear}
    partial = replace(CONVENTIONS["torch"], name="partial", rules=rules)
    cost = count(network(), partial)
    total = show_table("net", cost, "op").total
    assert total is not None
    assert (total["macs"], total["macs_share"]) == (64 * (108 + 36 + 32) + 80, 1)
    assert total["flops"] == total["flops_partial"] == AtLeast(2 * 64 * (108 + 36 + 32))
    (row,) = compare_table([Entry("net", cost)], [partial], with_fvcore=False).rows
    assert (row["macs"], row["ratio"], row["unknown"]) == (total["macs"], 1, ["head.fc"])


def test_show_orders_operators_by_macs_and_all_else_by_execution() -> None:
    cost = counted()
    stages = show_table("net", cost, "stage")
    assert [(row["stage"], row["output"]) for row in stages.rows] == [
        ("stem", (4, 8, 8)), ("body", (8, 8, 8)), ("head", (10,)),
    ]  # fmt: skip
    # 8*8 positions: 3*3*3*4, 3*3*4 and 4*8 products; 8*10 of the linear layer
    operators = show_table("net", cost, "op")
    assert [(row["op"], row["macs"]) for row in operators.rows[:4]] == [
        ("conv 3x3", 64 * 108), ("conv dw 3x3", 64 * 36), ("conv 1x1", 64 * 32), ("linear", 80),
    ]  # fmt: skip
    assert [row["layer"] for row in show_table("net", cost, "layer").rows] == [
        row.node.name for row in cost.rows
    ]


def test_intensity_is_flops_per_byte_and_does_not_apply_without_bytes() -> None:
    cost = counted()
    rows = {row["layer"]: row for row in show_table("net", cost, "layer").rows}
    conv = rows["stem.conv"]
    assert conv["arithmetic_intensity"] == Fraction(2 * 64 * 108, conv["memory_access"])  # type: ignore[call-overload]
    assert rows["head.flatten"]["arithmetic_intensity"] == ""


@pytest.mark.parametrize("format", formats("table"))
@pytest.mark.parametrize("by", VIEWS)
def test_every_view_has_every_format(format: str, by: By) -> None:
    text = render(show_table("net", counted(), by), format, width=80)
    assert text.endswith("\n") and not text.endswith("\n\n")


def test_the_frame_has_a_row_per_layer_and_sums_to_the_cost() -> None:
    pytest.importorskip("pandas")
    cost = counted()
    frame = to_frame({"a": cost, "b": cost})
    assert len(frame) == 2 * len(cost.rows)
    assert frame.groupby("model")["macs"].sum().to_dict() == {"a": cost.macs, "b": cost.macs}
    assert str(frame["params"].dtype) == "Int64"
