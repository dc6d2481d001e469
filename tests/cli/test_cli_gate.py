"""The commands of the gate as a shell gives them: options, the environment, streams and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from costcalc.cli import run

BUDGETS = '[[budget]]\nname = "small"\nmatch = "mobilenet@a0.5"\nmax = {macs = "150M"}\n'
Command = Callable[..., tuple[str, str]]


@pytest.fixture
def costcalc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITHUB_STEP_SUMMARY", "COSTCALC_AGAINST", "COSTCALC_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str, code: int = 0) -> tuple[str, str]:
        left = run(arguments)
        out, err = capsys.readouterr()
        assert left == code, out + err
        return out, err

    return command


def test_verdicts_are_exit_codes(costcalc: Command) -> None:
    for arguments, code in [
        (("--max", "macs=600M"), 0),
        (("--max", "macs=500M"), 1),
        (("--max", "macs=500M", "--exit-zero"), 0),
        (("--max", "macs=500X", "--exit-zero"), 2),
        (("--max-increase", "macs=1%"), 0),
        (("--max-increase", "macs=1%", "--strict"), 2),
    ]:
        out, err = costcalc("check", "mobilenet", *arguments, code=code)
        assert bool(out) == (code < 2) and bool(err) == (code == 2)


def test_byte_limits_count_in_the_number_format_asked_for(costcalc: Command) -> None:
    check = ("check", "mobilenet", "--max", "peak_memory=1200KiB")
    costcalc(*check, code=1)
    out, _ = costcalc(*check, "--dtype", "int8", "--format", "json")
    document = json.loads(out)
    assert document["context"]["activations_dtype"] == "int8" and document["verdict"] == "pass"
    costcalc(*check, "--dtype", "int8", "--weights-in-ram", code=1)


@pytest.mark.parametrize(
    ("options", "context"),
    [
        (("--batch", "8"), {"batch": 8}),
        (("--convention", "fvcore"), {"convention": "fvcore"}),
        (("--fusion", "none"), {"fusion": "none"}),
        (("--order", "best"), {"order": "best"}),
        (
            ("--dtype", "int8", "--activations", "fp16"),
            {"weights_dtype": "int8", "activations_dtype": "fp16"},
        ),
        (("--weights-dtype", "int8"), {"weights_dtype": "int8", "activations_dtype": "fp32"}),
        (("--weights-in-ram",), {"weights_in_ram": True}),
    ],
)
def test_check_and_diff_count_as_they_are_asked_to(
    costcalc: Command, options: tuple[str, ...], context: dict[str, object]
) -> None:
    Path("costcalc.toml").write_text(BUDGETS, "utf-8")
    limits = ("--max", "macs=1T", "--max", "peak=1GiB")
    checked = json.loads(costcalc("check", *limits, *options, "--format", "json")[0])
    compared = json.loads(costcalc("diff", "mobilenet", "mobilenet@a0.5", *options, "--format", "json")[0])
    usual = json.loads(costcalc("diff", "mobilenet", "mobilenet@a0.5", "--format", "json")[0])["context"]
    assert checked["context"] == compared["context"] == usual | context
    by_rule = {each["rule"]["id"]: each["context"] for each in checked["findings"]}
    assert by_rule == {"small": usual, "--max macs=1T": None, "--max peak=1GiB": None}


def test_every_metric_can_be_limited(costcalc: Command) -> None:
    limits = ("macs_fvcore=1G", "FLOP/B=10", "read_bytes=100MB", "parameters=5M", "conv_activations=6M")
    options = [word for limit in limits for word in ("--max", limit)]
    found = json.loads(costcalc("check", "mobilenet", *options, "--format", "json", code=1)[0])
    verdicts = {each["metric"]: each["verdict"] for each in found["findings"]}
    assert verdicts == {
        "macs_fvcore": "pass",
        "arithmetic_intensity": "fail",
        "read_bytes": "pass",
        "params": "pass",
        "conv_activations": "pass",
    }
    assert "read_bytes" in found["models"][0]["metrics"]
    _, err = costcalc("check", "mobilenet", "--max", "memory_acces=1M", code=2)
    assert "did you mean `memory_access`?" in err


def test_the_parts_of_a_breach_are_told_in_its_metric(costcalc: Command) -> None:
    out, _ = costcalc("check", "mobilenet", "--max", "param_bytes=1MiB", "--max", "buffers=1", code=1)
    assert "logits  3.910 MiB weights (24.22%)" in out
    assert "dw_separable7  10.24k buffers (46.78%)" in out
    assert "MACs (" not in out


def test_limits_on_a_ratio_are_whole(costcalc: Command) -> None:
    costcalc("check", "mobilenet", "--max", "FLOP/B=20")
    _, err = costcalc("check", "mobilenet", "--max", "FLOP/B=19.9", code=2)
    assert "`19.9` is not a whole number" in err


@pytest.mark.parametrize("text", ["[]", "null", "3"])
def test_a_baseline_is_an_object(costcalc: Command, text: str) -> None:
    Path("bad.json").write_text(text)
    _, err = costcalc("check", "mobilenet", "--against", "bad.json", code=2)
    assert "bad.json is not a baseline: it is not an object" in err


def test_a_check_counts_by_one_convention(costcalc: Command) -> None:
    _, err = costcalc("check", "mobilenet", "--max", "macs=1G", "--convention", "paper,fvcore", code=2)
    assert "a check and a diff count by one" in err


def test_configs_are_found_named_and_left_out(costcalc: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "E806" in costcalc("check", code=2)[1]
    Path("costcalc.toml").write_text(BUDGETS, "utf-8")
    assert "PASS mobilenet@a0.5" in costcalc("check")[0]
    Path("other.toml").write_text(BUDGETS.replace("150M", "100M"), "utf-8")
    costcalc("check", "--config", "other.toml", code=1)
    monkeypatch.setenv("COSTCALC_CONFIG", "other.toml")
    costcalc("check", code=1)
    costcalc("check", "--config", "costcalc.toml")
    assert "E806" in costcalc("check", "--isolated", "mobilenet", code=2)[1]
    Path("inner").mkdir()
    monkeypatch.chdir("inner")
    monkeypatch.delenv("COSTCALC_CONFIG")
    assert "PASS mobilenet@a0.5" in costcalc("check")[0]


def test_flags_apply_besides_the_config(costcalc: Command) -> None:
    Path("costcalc.toml").write_text(BUDGETS, "utf-8")
    out, _ = costcalc("check", "--max", "params=1M", "--format", "json", code=1)
    assert [(each["rule"]["id"], each["verdict"]) for each in json.loads(out)["findings"]] == [
        ("small", "pass"),
        ("--max params=1M", "fail"),
    ]


def test_what_to_compare_with_can_come_from_the_environment(
    costcalc: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("costcalc.toml").write_text(BUDGETS, "utf-8")
    costcalc("baseline", "write", "-o", "then.json")
    monkeypatch.setenv("COSTCALC_AGAINST", "then.json")
    out, _ = costcalc("check", "--max-increase", "macs=0%", "--format", "json")
    assert json.loads(out)["base"]["name"] == "then.json"
    out, _ = costcalc("diff")
    assert "then.json" in out


def test_several_outputs_in_one_run(costcalc: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    Path("summary.md").write_text("# Before\n", "utf-8")
    formats = ("json", "csv", "markdown", "junit", "gitlab", "sarif", "html")
    files = [word for name in formats for word in ("-o", f"{name}=out.{name}")]
    out, _ = costcalc("check", "mobilenet", "--max", "macs=1M", *files, "-o", "github=-", code=1)
    assert all(Path(f"out.{name}").stat().st_size for name in formats)
    assert out.startswith("::error ") and out.splitlines()[-1].startswith("1 network failed")
    summary = Path("summary.md").read_text("utf-8")
    assert summary.startswith("# Before\n") and "mobilenet" in summary
    costcalc("check", "mobilenet", "--max", "macs=1M", "--no-summary", code=1)
    assert Path("summary.md").read_text("utf-8") == summary


def test_a_summary_that_cannot_be_written_changes_nothing(
    costcalc: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/folder.md")
    out, err = costcalc("check", "mobilenet", "--max", "macs=600M")
    assert "PASS" in out and "warning[E033]" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "mobilenet", "--max", "macs"), "it takes METRIC=LIMIT"),
        (("check", "mobilenet", "--max", "macs=1M", "--dtype", "fp31"), "did you mean `fp32`?"),
        (("check", "mobilenet", "--max", "macs=1M", "-o", "jsn=-"), "`jsn` is not a format"),
        (("check", "mobilenet", "--max", "macs=1M", "-o", "jsn=a.json"), "did you mean `json`?"),
        (("check", "mobilenet", "--max", "macs=1M", "--top", "-1"), "--top"),
        (("check", "mobilenet", "--fail-on-limit-raise", "--max", "macs=1M"), "needs something to compare"),
        (("check", "mobilnet", "--max", "mcas=1M"), "did you mean `macs`?"),
        (("diff", "mobilenet"), "diff takes two networks, or --against"),
        (("diff", "mobilenet", "mobilnet"), "did you mean `mobilenet`?"),
        (("budget", "tighten"), "there is no costcalc.toml"),
        (("budget", "raise", "a", "macs=1M", "--reason", "b"), "there is no costcalc.toml"),
        (("budget", "tighten", "--headroom", "some", "--check"), "`some` is not a percentage"),
        (("budget", "lower"), "lower"),
        (("budget",), "budget takes a command"),
        (("baseline",), "one of: write"),
    ],
)
def test_what_is_wrong_is_told(costcalc: Command, arguments: tuple[str, ...], said: str) -> None:
    out, err = costcalc(*arguments, code=2)
    assert out == "" and said in err


@pytest.mark.parametrize("command", ["check", "diff", "budget", "baseline", "init"])
def test_help_fits_its_screen(costcalc: Command, command: str) -> None:
    out, _ = costcalc(command, "--help")
    assert out.startswith(f"Usage: costcalc {command}")
    assert max(map(len, out.splitlines())) <= 100
