"""Limits that go down by themselves and up on purpose, the first budgets, and baselines in a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from costcalc import count, load
from costcalc.cli import run

NET = """\
costcalc: 1
name: net
import: [std]
input: [3, 32, 32]
params: {alpha: 1}
scaling: {width: {factor: alpha}}
columns: [name, op, c, n, s]
stages:
  - [stem, conv_bn_act, 16, ~, ~]
  - [stage1, conv_bn_act, 32, 2, 2]
heads: {logits: [classifier: 10]}
variants: {half: {alpha: 0.5}, double: {alpha: 2}}
"""
BUDGETS = """\
# our budgets
[[budget]]
name = "nets"
match = ["net.yaml", "net.yaml@half"]   # not the large one
max = { macs = "100M", params = 15_000 }  # the chip's
ceiling = { macs = "150M" }

[[budget]]
name = "tight"
match = ["net.yaml@double"]
headroom = "0%"
[budget.max]
macs = "100M"  # generous
"""
Command = Callable[..., str]


@pytest.fixture
def costcalc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return what runs a command in a folder with a network and its budgets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    Path("net.yaml").write_text(NET, "utf-8")
    Path("costcalc.toml").write_text(BUDGETS, "utf-8")

    def command(*arguments: str, code: int = 0) -> str:
        left = run(arguments)
        out, err = capsys.readouterr()
        assert left == code, out + err
        return out if code < 2 else err

    return command


def config() -> str:
    return Path("costcalc.toml").read_text("utf-8")


# ---- tighten -------------------------------------------------------------------------------------


def test_tightening_lowers_what_is_loose_and_keeps_the_rest(costcalc: Command) -> None:
    macs, params = count(load("net.yaml").graph).macs, count(load("net.yaml").graph).params
    double = count(load("net.yaml@double").graph).macs
    assert 15_000 / 1.05 < params < 15_000 and double < 60_000_000
    assert costcalc("budget", "tighten", "--check", code=1).count("->") == 2
    assert config() == BUDGETS
    told = costcalc("budget", "tighten")
    assert "nets: macs 100M -> " in told and "costcalc.toml:5" in told
    limits = [budget["max"]["macs"] for budget in tomllib.loads(config())["budget"]]
    assert config() == BUDGETS.replace('"100M"', f'"{limits[0]}"', 1).replace('"100M"', f'"{limits[1]}"')
    costcalc("check")
    assert "No limit" in costcalc("budget", "tighten", "--check")
    assert float(limits[0].removesuffix("M")) * 1e6 >= macs * 1.05
    assert double <= float(limits[1].removesuffix("M")) * 1e6 < double * 1.01
    assert "nets: params" in costcalc("budget", "tighten", "--headroom", "0%")
    assert "->" not in costcalc("budget", "tighten", "--headroom", "50%")


def test_tightening_is_not_for_ci(costcalc: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert "E819" in costcalc("budget", "tighten", code=2)
    assert config() == BUDGETS
    costcalc("budget", "tighten", "--check", code=1)
    monkeypatch.setenv("CI", "false")
    costcalc("budget", "tighten")


def test_slack_is_noted_and_strict_refuses_it(costcalc: Command) -> None:
    Path("costcalc.toml").write_text(BUDGETS.replace('headroom = "0%"', 'max_slack = "25%"'), "utf-8")
    assert "NOTE net.yaml@double" in costcalc("check")
    assert "FAIL net.yaml@double" in costcalc("check", "--strict", code=1)
    costcalc("budget", "tighten")
    assert "NOTE" not in costcalc("check", "--strict")


# ---- raise ---------------------------------------------------------------------------------------


def test_raising_says_why_beside_the_limit(costcalc: Command) -> None:
    told = costcalc("budget", "raise", "nets", "macs=120M", "params=20k", "--reason", 'a "wider" stem')
    assert told.splitlines() == [
        "nets: macs 100M -> 120M  costcalc.toml:5",
        "nets: params 15000 -> 20k  costcalc.toml:5",
    ]
    limits = 'max = { macs = "120M", params = "20k" }  # the chip\'s\n'
    expected = BUDGETS.replace(
        'max = { macs = "100M", params = 15_000 }  # the chip\'s\n',
        limits + 'reason = "a \\"wider\\" stem"\n',
    )
    assert config() == expected
    costcalc("budget", "raise", "nets", "macs=130M", "--reason", "wider still")
    assert config() == expected.replace('"120M"', '"130M"').replace('a \\"wider\\" stem', "wider still")


def test_raising_a_limit_in_a_table_of_its_own(costcalc: Command) -> None:
    costcalc("budget", "raise", "tight", "macs=200M", "--reason", "more")
    (_, tight) = tomllib.loads(config())["budget"]
    assert (tight["reason"], tight["max"]) == ("more", {"macs": "200M"})
    assert config() == BUDGETS.replace(
        '[[budget]]\nname = "tight"', '[[budget]]\nreason = "more"\nname = "tight"'
    ).replace('macs = "100M"  # generous', 'macs = "200M"  # generous')


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_are_kept(costcalc: Command, end: str) -> None:
    Path("costcalc.toml").write_bytes(BUDGETS.replace("\n", end).encode())
    costcalc("budget", "raise", "nets", "macs=120M", "--reason", "more")
    text = Path("costcalc.toml").read_bytes().decode()
    assert text.count(end) == BUDGETS.count("\n") + 1 == text.count("\n")
    assert tomllib.loads(text)["budget"][0]["reason"] == "more"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nets", "macs=151M"), "above the ceiling on macs of `nets`, which is 150M"),
        (("nets", "macs=100M"), "does not raise the limit on macs, which is 100M"),
        (("nets", "macs=lots"), "is not a quantity"),
        (("nets", "depth=9"), "has no `max` for depth"),
        (("nest", "macs=120M"), "did you mean `nets`?"),
        (("nets", "macs"), "it takes METRIC=LIMIT"),
    ],
)
def test_what_is_not_raised(costcalc: Command, arguments: tuple[str, ...], said: str) -> None:
    assert said in costcalc("budget", "raise", *arguments, "--reason", "more", code=2)
    assert config() == BUDGETS


def test_a_raise_needs_a_reason(costcalc: Command) -> None:
    assert "--reason" in costcalc("budget", "raise", "nets", "macs=120M", code=2)
    assert "--reason is empty" in costcalc("budget", "raise", "nets", "macs=120M", "--reason", " ", code=2)


# ---- init ----------------------------------------------------------------------------------------


def test_the_first_run_is_green(costcalc: Command) -> None:
    Path("costcalc.toml").unlink()
    Path("deep").mkdir()
    Path("deep/lone.yaml").write_text(NET.replace("alpha: 1}", "alpha: ~}"), "utf-8")
    Path("blocks.yaml").write_text("costcalc: 1\nname: blocks\nblocks: {a: {body: [relu]}}\n", "utf-8")
    Path("compose.yaml").write_text("services: {}\n", "utf-8")
    told = costcalc("init")
    assert "costcalc check --against auto" in told and told.splitlines()[-1].startswith("Next: commit")
    budgets = tomllib.loads(config())["budget"]
    assert [budget["match"] for budget in budgets] == [
        ["deep/lone.yaml@half"],
        ["deep/lone.yaml@double"],
        ["net.yaml"],
    ]
    assert "PASS" in costcalc("check")
    assert "->" not in costcalc("budget", "tighten")
    assert "E035" in costcalc("init", code=2)
    costcalc("init", "--force")


def test_init_without_specs_says_how_to_begin(costcalc: Command) -> None:
    Path("costcalc.toml").unlink()
    Path("net.yaml").unlink()
    assert "costcalc new" in costcalc("init", code=2)
    assert not Path("costcalc.toml").exists()


# ---- baselines -----------------------------------------------------------------------------------


def test_a_baseline_is_what_was(costcalc: Command) -> None:
    assert "3 networks" in costcalc("baseline", "write")
    text = Path("costcalc-baseline.json").read_text("utf-8")
    document = json.loads(text)
    assert list(document["costs"]) == ["net.yaml", "net.yaml@double", "net.yaml@half"]
    macs = count(load("net.yaml").graph).macs
    assert document["costs"]["net.yaml"]["macs"] == macs
    assert f'      "macs": {macs},\n' in text
    against = ("check", "--against", "costcalc-baseline.json")
    assert "~" not in costcalc(*against)
    Path("net.yaml").write_text(NET.replace("[stem, conv_bn_act, 16", "[stem, conv_bn_act, 32"), "utf-8")
    told = costcalc(*against, "--max-increase", "macs=2%", code=1)
    assert "~ net.yaml  " in told and "--max-increase macs=2%" in told
    changed = json.loads(costcalc(*against, "--max-increase", "macs=90%", "--format", "json", code=1))
    assert changed["models"][0]["metrics"]["macs"]["base"] == macs
    Path("elsewhere").mkdir()
    costcalc("baseline", "write", "-o", "elsewhere/b.json")
    assert "../net.yaml" in Path("elsewhere/b.json").read_text("utf-8")
    assert "~" not in costcalc("check", "--against", "elsewhere/b.json", "--max", "macs=1G")


def test_what_is_gone_from_a_baseline_is_told(costcalc: Command) -> None:
    Path("other.yaml").write_text(NET, "utf-8")
    costcalc("baseline", "write", "net.yaml", "other.yaml", "mobilenet@a0.5")
    Path("other.yaml").unlink()
    told = costcalc("diff", "--against", "costcalc-baseline.json")
    assert "- other.yaml" in told and "mobilenet" not in told


def test_numbers_of_other_formats_are_kept_apart(costcalc: Command) -> None:
    Path("costcalc.toml").write_text(
        BUDGETS + '[[budget]]\nname = "ram"\nmatch = "net.yaml"\ndtype = "int8"\nweights_in_ram = true\n'
        'max.peak_memory = "1 MiB"\nmax_increase.peak_memory = "1%"\n',
        "utf-8",
    )
    costcalc("baseline", "write")
    costs = json.loads(Path("costcalc-baseline.json").read_text("utf-8"))["costs"]["net.yaml"]
    int8 = "peak_memory[weights_dtype=int8,activations_dtype=int8,weights_in_ram=true]"
    assert 0 < costs[int8] < costs["peak_memory"]
    found = json.loads(costcalc("check", "--against", "costcalc-baseline.json", "--format", "json"))
    memory = [each for each in found["findings"] if each["metric"] == "peak_memory"]
    assert {each["kind"] for each in memory} == {"max", "max_increase"}
    assert all(each["value"] == each["base"] == costs[int8] for each in memory)
    assert memory[0]["context"]["activations_dtype"] == "int8" and memory[0]["context"]["weights_in_ram"]
    Path("costcalc.toml").write_text(BUDGETS.replace('"nets"', '"nets"\nbatch = 8'), "utf-8")
    assert "E814" in costcalc("check", "--against", "costcalc-baseline.json", code=2)
    Path("costcalc.toml").write_text(f"batch = 8\n{BUDGETS}", "utf-8")
    assert "E815" in costcalc("check", "--against", "costcalc-baseline.json", code=2)


def test_baselines_of_schema_1_0_are_read(costcalc: Command) -> None:
    old = (Path(__file__).parent / "old" / "baseline-1.0.json").read_text("utf-8")
    Path("then.json").write_text(old, "utf-8")
    rows = "".join(
        f"  - [{row}]\n"
        for row in (
            "stem, conv_bn_act, 16, 3, ~",
            "body, conv_bn_act, 16, 3, 3",
            "last, conv_bn_act, 64, 1, ~",
        )
    )
    head = NET.partition("params:")[0] + "columns: [name, op, c, k, n]\nstages:\n"
    Path("net.yaml").write_text(head + rows + "heads: {logits: [classifier: 10]}\n", "utf-8")
    Path("costcalc.toml").write_text(
        '[[budget]]\nmatch = "net.yaml"\ndtype = "int8"\nweights_in_ram = true\n'
        'max_increase.peak_memory = "0%"\n',
        "utf-8",
    )
    # Its biases beside 8-bit weights are bytes: no figure of today is comparable.
    assert "biases of one byte" in costcalc("check", "--against", "then.json", code=2)
    Path("costcalc.toml").write_text('[[budget]]\nmatch = "net.yaml"\nmax_increase.peak_memory = "0%"\n')
    found = json.loads(costcalc("check", "--strict", "--against", "then.json", "--format", "json"))
    assert [model["status"] for model in found["models"]] == ["unchanged", "removed"]
    assert found["findings"][0]["base"] == found["findings"][0]["value"] > 0
    Path("costcalc.toml").write_text(BUDGETS, "utf-8")
    assert "does not say what net.yaml costs in read_bytes" in costcalc(
        "check", "net.yaml", "--against", "then.json", "--max-increase", "read=2%", code=2
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"costs": {"a.yaml": {"macs": 1.5}}}, "costs.a.yaml.macs is not a whole number or null"),
        ({"costs": []}, "costs is not an object"),
        ({"context": {"batch": 1}}, "context: it has no `convention`"),
        ({"schema_version": "2.0"}, "its schema version is 2.0, this costcalc reads"),
    ],
)
def test_what_is_not_a_baseline_is_told(costcalc: Command, change: dict[str, Any], said: str) -> None:
    costcalc("baseline", "write", "-o", "then.json")
    document = json.loads(Path("then.json").read_text("utf-8"))
    Path("then.json").write_text(json.dumps(document | change), "utf-8")
    assert said in costcalc("diff", "--against", "then.json", code=2)
