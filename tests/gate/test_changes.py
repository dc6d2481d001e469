"""What differs between two networks: by stage, by layer, and which row is to blame."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc import assert_cost, check, count, diff, load
from costcalc.cost import METRICS
from costcalc.cost.metrics import depth
from costcalc.errors import CostcalcError
from costcalc.gate.budget import round_limit
from costcalc.gate.networks import REPORTED
from costcalc.gate.result import ModelChange, PartChange, Result, Values

HEAD = "costcalc: 1\nname: net\nimport: [std]\ninput: [3, 32, 32]\ncolumns: [name, op, c, k, n]\nstages:\n"
ROWS = [
    "  - [stem, conv_bn_act, 16, 3, ~]\n",
    "  - [body, conv_bn_act, 16, 3, 3]\n",
    "  - [last, conv_bn_act, 64, 1, ~]\n",
]
HEADS = "heads: {logits: [classifier: 10]}\n"


def spec(name: str, *rows: str) -> str:
    Path(name).write_text(HEAD + "".join(rows or ROWS) + HEADS, "utf-8")
    return name


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def changed(*rows: str) -> ModelChange:
    (model,) = diff(spec("a.yaml"), spec("b.yaml", *rows)).models
    return model


def told(parts: tuple[PartChange, ...]) -> list[tuple[str, str, str, str]]:
    return [(part.name, part.status, part.before, part.now) for part in parts]


def test_equal_networks_do_not_differ() -> None:
    model = changed(*ROWS)
    assert (model.status, model.stages, model.layers) == ("unchanged", (), ())
    assert all(values.delta == 0 for values in model.metrics.values())


def test_metrics_are_those_of_the_counts() -> None:
    model = changed(ROWS[0], ROWS[1].replace("16", "24"), ROWS[2])
    now, before = (count(load(name).graph) for name in ("b.yaml", "a.yaml"))
    assert set(model.metrics) == set(REPORTED)
    assert model.metrics["macs"] == Values(now.macs, before.macs)
    assert model.metrics["flops"] == Values(2 * now.macs, 2 * before.macs)
    assert model.metrics["param_bytes"] == Values(4 * now.params, 4 * before.params)
    assert model.metrics["peak_memory"] == Values(now.peak_memory.bytes, before.peak_memory.bytes)
    assert model.metrics["depth"] == Values(6, 6)
    for metric in ("macs", "params", "memory_access", "activations"):
        by_stage = sum(part.metrics[metric].delta or 0 for part in model.stages)
        by_layer = sum(part.metrics[metric].delta or 0 for part in model.layers)
        assert by_stage == by_layer == model.metrics[metric].delta


def test_an_edited_row_and_what_reads_it() -> None:
    model = changed(ROWS[0], ROWS[1].replace("16, 3, 3", "24, 5, 3"), ROWS[2])
    assert told(model.stages) == [
        ("body", "changed", "c = 16, k = 3", "c = 24, k = 5"),
        ("last", "changed", "", ""),
    ]
    assert told(model.layers)[0] == ("body.0.conv", "changed", "conv 3x3", "conv 5x5")
    assert ("last.conv", "changed", "conv 1x1", "conv 1x1") in told(model.layers)
    assert model.stages[0].place is not None
    assert (model.stages[0].place.file, model.stages[0].place.line) == ("b.yaml", 8)


def test_added_and_removed_stages_stand_where_they_are() -> None:
    more = "  - [extra, dwconv_bn_act, ~, 3, ~]\n"
    model = changed(ROWS[0], more, ROWS[1], ROWS[2])
    assert told(model.stages) == [("extra", "added", "", "")]
    assert {part.status for part in model.layers} == {"added"}
    assert model.stages[0].metrics["macs"] == Values(9 * 16 * 32 * 32)
    (back,) = diff("b.yaml", "a.yaml").models
    assert told(back.stages) == [("extra", "removed", "", "")]
    assert back.stages[0].metrics["macs"] == Values(None, 9 * 16 * 32 * 32)
    assert back.stages[0].place is not None and back.stages[0].place.file == "b.yaml"


def test_repeats_that_came_and_went() -> None:
    model = changed(ROWS[0], ROWS[1].replace("3, 3]", "3, 4]"), ROWS[2])
    assert told(model.stages) == [("body", "changed", "n = 3", "n = 4")]
    assert {part.name.split(".")[1] for part in model.layers} == {"3"}
    assert {part.status for part in model.layers} == {"added"}


def test_a_continued_stage_tells_how_many_rows_it_has() -> None:
    model = changed(ROWS[0], ROWS[1], "  - [~, conv_bn_act, 16, 5, ~]\n", ROWS[2])
    assert told(model.stages)[0] == ("body", "changed", "1 row", "2 rows")


def test_shipped_networks_are_compared_by_name() -> None:
    result = diff("mobilenet", "mobilenet@a0.5")
    assert result.base is not None and result.base.name == "mobilenet"
    assert result.models[0].model == "mobilenet@a0.5" and result.models[0].file.endswith("mobilenet.yaml")
    with pytest.raises(CostcalcError, match="names 4 networks"):
        diff("mobilenet", "mobilenet@a*")
    with pytest.raises(CostcalcError, match="these are 1"):
        diff("mobilenet")


# ---- blame ---------------------------------------------------------------------------------------


def blamed(result: Result, metric: str) -> int:
    (finding,) = (each for each in result.findings if each.metric == metric)
    assert finding.place is not None
    return finding.place.line


def test_without_a_base_the_largest_part_is_to_blame() -> None:
    spec("a.yaml")
    result = check("a.yaml", max={"macs": 1, "params": 1, "peak_memory": 1, "depth": 1})
    graph = load("a.yaml").graph
    largest = max(count(graph).by_stage(), key=lambda group: group.macs)
    assert largest.name == "body"
    assert blamed(result, "macs") == 8
    assert blamed(result, "depth") == 8
    peak = next(node for node in graph.nodes if node.name == count(graph).peak_memory.node)
    assert peak.origin is not None and blamed(result, "peak_memory") == peak.origin.line
    assert result.verdict == "fail"
    assert result.models[0].status == "added" and result.models[0].layers


# ---- metrics -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "layers"),
    [("resnet@50", 50), ("resnet@18", 18), ("mobilenet", 28), ("vgg@16", 16), ("alexnet", 8)],
)
def test_depth_is_what_papers_call_it(reference: str, layers: int) -> None:
    assert depth(load(reference).graph) == layers


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("value", [0, 1, 7, 999, 1000, 1001, 999_999, 312_400_001, 2**40 + 1])
def test_round_limits_let_through_what_they_are_for(metric: str, value: int) -> None:
    limit = METRICS[metric].parse(round_limit(value, metric))
    assert value <= limit <= value * 1.06 + 1
    assert METRICS[metric].parse(round_limit(limit, metric)) == limit


# ---- from Python ---------------------------------------------------------------------------------


def test_assertions_pass_in_silence() -> None:
    assert_cost("mobilenet", macs="<=600M", params="4.3M", depth=28)
    assert_cost("mobilenet@a*", macs=600_000_000)
    assert_cost("mobilenet", peak_memory="<= 2 MiB", dtype="int8")
    assert_cost("mobilenet", macs="> 500M", params="== 4231976", depth=">=28", flops="<1.2G")


def test_assertions_say_by_how_much_and_where() -> None:
    spec("a.yaml")
    with pytest.raises(AssertionError) as caught:
        assert_cost("a.yaml", macs="<=1M", params="== 7", depth=6)
    macs, params = count(load("a.yaml").graph).macs, count(load("a.yaml").graph).params
    first, second = str(caught.value).splitlines()
    assert first == (
        f"a.yaml: macs is {macs:,}, not <= 1M: off by {macs - 10**6:,} ({(macs - 10**6) / 10**6:.1%}); "
        "most of it: a.yaml:8"
    )
    assert second.startswith(f"a.yaml: params is {params:,}, not == 7")
    with pytest.raises(AssertionError, match="not < 6"):
        assert_cost("a.yaml", depth="<6")


def test_assertions_that_mean_nothing_are_errors() -> None:
    with pytest.raises(CostcalcError, match="did you mean `macs`"):
        assert_cost("mobilenet", mac="1M")
    with pytest.raises(CostcalcError, match="not a quantity"):
        assert_cost("mobilenet", macs="~1M")
    with pytest.raises(CostcalcError, match="E003"):
        assert_cost("mobilnet", macs="1M")


def test_checks_from_python() -> None:
    result = check("mobilenet", max={"macs": "600M"}, isolated=True)
    assert result.verdict == "pass"
    assert [(each.limit, each.rule.name) for each in result.findings] == [(600_000_000, "--max macs=600M")]
    with pytest.raises(CostcalcError, match="E802"):
        check("mobilenet", max={"mac": 1}, max_increase={"params": "2%"})
    with pytest.raises(CostcalcError, match="E806"):
        check("mobilenet", isolated=True)
    skipped = check("mobilenet", max_increase={"macs": "2%"})
    assert (skipped.verdict, skipped.findings[0].outcome) == ("note", "skipped")
    with pytest.raises(CostcalcError, match="E816"):
        check("mobilenet", max_increase={"macs": "2%"}, strict=True)


def test_growth_without_a_limit_is_noted() -> None:
    spec("a.yaml")
    text = '[[budget]]\nname = "g"\nmatch = "a.yaml"\nmax_increase = {macs = "2%", params = "1%"}\n'
    Path("costcalc.toml").write_text(text + '[[budget]]\nname = "m"\nmatch = "*.yaml"\nmax.macs = "1G"\n')
    notes = check().notes
    assert [note for note in notes if "params may grow by 1%" in note] and not any("macs" in n for n in notes)


def test_a_warning_is_no_failure() -> None:
    spec("a.yaml")
    text = '[[budget]]\nmatch = "a.yaml"\nmax.macs = "1"\nlevel = "warn"\n'
    Path("costcalc.toml").write_text(text)
    assert check().verdict == "warn"
    Path("costcalc.toml").write_text(text.replace("warn", "off"))
    result = check()
    assert (result.verdict, result.findings) == ("pass", ())


def test_no_network_is_no_pass() -> None:
    with pytest.raises(CostcalcError, match=r"E806.*no network to look at"):
        check(max={"macs": 1})
    spec("a.yaml")
    assert [model.model for model in check(max={"macs": "1G"}).models] == ["a.yaml"]


def test_networks_without_a_budget_are_told() -> None:
    spec("a.yaml")
    spec("b.yaml")
    Path("costcalc.toml").write_text('[[budget]]\nmatch = "a.yaml"\nmax.macs = "1G"\n')
    assert "no budget is about b.yaml" in check("a.yaml", "b.yaml").notes
    assert [model.model for model in check().models] == ["a.yaml"]
