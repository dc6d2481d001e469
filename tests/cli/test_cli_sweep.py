"""`costcalc sweep` from the shell: rows, choices, parts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from costcalc.cli import run

GRID = ["--alpha", "0.25:1:0.25", "--resolution", "96:224:32"]


@dataclass(frozen=True)
class Said:
    stdout: str
    stderr: str


Command = Callable[..., Said]


@pytest.fixture
def costcalc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command line; it works in an empty folder, on a terminal of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def command(*arguments: str, code: int = 0) -> Said:
        left = run(arguments)
        said = Said(*capsys.readouterr())
        assert left == code, said.stderr
        assert not said.stderr or code
        return said

    return command


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_the_issue_as_written(costcalc: Command, tmp_path: Path) -> None:
    said = costcalc("sweep", "--alpha", "0.25,0.5,0.75,1").stdout
    assert "No MODEL given: this sweeps mobilenet.yaml." in said
    assert [line.split()[1:3] for line in said.splitlines() if line.startswith("mobilenet ")] == [
        ["0.25", "41.03M"],
        ["0.5", "149.5M"],
        ["0.75", "325.4M"],
        ["1", "568.7M"],
    ]


def test_csv_and_json_say_the_same(costcalc: Command, tmp_path: Path) -> None:
    arguments = ["sweep", "shufflenet", "--groups", "3,5", "--scale", "0.5,1", "--set", "classes=10,1000"]
    table = rows(costcalc(*arguments, "--format", "csv").stdout)
    document = json.loads(costcalc(*arguments, "--format", "json").stdout)
    assert document["counted"] == len(table) == 8
    assert document["refused"] == {"E130": 4}
    for line, record in zip(table, document["designs"], strict=True):
        for name in ("macs", "params", "activations", "peak_memory"):
            assert line[name] == ("" if record[name] is None else str(record[name]))
        assert (float(line["scale"]), line["error"]) == (record["scale"], record["error"])
    assert table[-1]["reason"] == "table `width_of` has no entry 5; it has 1, 2, 3, 4, 8"


def test_axes_run_in_the_order_given(costcalc: Command, tmp_path: Path) -> None:
    first = rows(costcalc("sweep", "--rho", "1/2,1", "--alpha", "0.5,1", "--format", "csv").stdout)
    assert [(row["rho"], row["alpha"]) for row in first] == [
        ("1/2", "0.5"),
        ("1/2", "1"),
        ("1", "0.5"),
        ("1", "1"),
    ]


def test_variants_are_models(costcalc: Command, tmp_path: Path) -> None:
    said = costcalc("sweep", "shufflenet@x0.5", "--variant", "g*", "--format", "csv").stdout
    assert [row["model"] for row in rows(said)] == [f"shufflenet@x0.5+g{g}" for g in (1, 2, 3, 4, 8)]


def test_where_sort_and_top(costcalc: Command, tmp_path: Path) -> None:
    said = costcalc(
        "sweep", "mobilenet", *GRID, "--where", "macs <= 150M and peak_memory < 2MiB and not alpha < 0.5",
        "--sort", "params,desc", "--top", "2", "--columns", "params", "--format", "csv",
    ).stdout  # fmt: skip
    assert [(row["alpha"], row["resolution"]) for row in rows(said)] == [("1", "96"), ("0.75", "96")]
    assert "activations" not in rows(said)[0]


def test_the_front_against_every_pair(costcalc: Command, tmp_path: Path) -> None:
    everything = rows(costcalc("sweep", "mobilenet", *GRID, "--format", "csv").stdout)
    kept = rows(
        costcalc(
            "sweep",
            "mobilenet",
            *GRID,
            "--pareto",
            "macs,resolution:max,params",
            "--format",
            "csv",
        ).stdout
    )

    def costs(row: dict[str, str]) -> tuple[int, int, int]:
        return int(row["macs"]), -int(row["resolution"]), int(row["params"])

    def beats(one: dict[str, str], two: dict[str, str]) -> bool:
        pairs = list(zip(costs(one), costs(two), strict=True))
        return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)

    front = [row for row in everything if not any(beats(other, row) for other in everything)]
    assert sorted(map(costs, kept)) == sorted(map(costs, front))
    assert 0 < len(front) < len(everything)


def test_accuracies_beside_costs(costcalc: Command, tmp_path: Path) -> None:
    (tmp_path / "accuracy.csv").write_text("model,top1\nmobilenet@a1,70.6\nmobilenet@a0.5,63.7\nother,99\n")
    said = costcalc(
        "sweep", "mobilenet", "--variant", "a*", "--metrics", "accuracy.csv", "--pareto", "macs,top1",
        "--format", "csv",
    ).stdout  # fmt: skip
    assert [(row["model"], row["top1"]) for row in rows(said)] == [
        ("mobilenet@a0.5", "63.7"),
        ("mobilenet@a1", "70.6"),
    ]


def test_a_sample_of_a_space_that_nobody_could_build(costcalc: Command) -> None:
    huge = ["sweep", "--alpha", "0.0001:1:0.0001", "--rho", "0.1:1:0.0001", "--set", "classes=1:10000"]

    def sample(seed: int) -> str:
        return costcalc(*huge, "--sample", "5", "--seed", str(seed), "--format", "csv").stdout

    plan = costcalc(*huge, "--sample", "5", "--dry-run").stdout
    assert plan.startswith("5 designs, drawn of 900,100,000,000\n")
    assert sample(3) == sample(3) != sample(4)
    assert len(rows(sample(3))) == 5


def test_a_million_rows_are_not_for_reading(costcalc: Command, tmp_path: Path) -> None:
    large = ["sweep", "mobilenet", "--alpha", "0.01:1:0.01", "--resolution", "33:48"]
    said = costcalc(*large).stdout
    assert "The first 50 of 1,600 rows. Choose with --where, --pareto or --top" in said
    assert len(re.findall("^mobilenet ", said, re.MULTILINE)) == 50
    assert "The first 50 of 1,600 rows; all are in all.csv." in costcalc(*large, "-o", "csv=all.csv").stdout
    assert len(rows((tmp_path / "all.csv").read_text())) == 1600
    assert len(re.findall("^mobilenet ", costcalc(*large, "--top", "300").stdout, re.MULTILINE)) == 300


def test_names_of_metrics_are_the_same_everywhere(costcalc: Command) -> None:
    condition = "peak_memory_bytes < 2MiB and memory_access > 12MiB"
    chosen = ["--columns", "macs,peak_memory", "--where", condition]
    said = costcalc("sweep", "mobilenet", *GRID, *chosen, "--sort", "peak,desc", "--format", "csv").stdout
    first = rows(said)[0]
    assert list(first)[:5] == ["model", "alpha", "resolution", "macs", "peak_memory"]
    assert (first["alpha"], first["resolution"]) == ("0.75", "160")
    shown = costcalc("sweep", "mobilenet", *GRID, "--columns", "alpha,peak_memory,reason").stdout
    assert shown.splitlines()[0].split() == ["model", "alpha", "resolution", "peak"]
    shouted = [*chosen[:-1], "PEAK < 2MiB and Access > 12MiB and ALPHA > 0"]
    again = costcalc("sweep", "mobilenet", *GRID, *shouted, "--sort", "Peak,desc", "--format", "csv").stdout
    assert again == said
    refused = costcalc("sweep", "mobilenet", *GRID, "--where", "nothing < 3", code=2).stderr
    assert "one of: alpha, resolution, macs, flops, parameters, params, param_bytes, weights, " in refused
    everything = costcalc("sweep", "mobilenet", *GRID, "--columns", "all", "--format", "csv").stdout
    assert {"flops", "buffers", "read_bytes", "param_bytes"} < set(rows(everything)[0])


def test_conventions_are_columns(costcalc: Command) -> None:
    arguments = ["sweep", "mobilenet", "--alpha", "1", "--convention", "fvcore,torch"]
    (row,) = rows(costcalc(*arguments, "--format", "csv").stdout)
    assert (row["macs"], row["flops_torch"], row["convention"]) == ("578875904", "1137480704", "fvcore")
    assert row["weights_in_ram"] == "false"  # as every other table writes it


def test_batch_formats_and_fusion_are_axes(costcalc: Command) -> None:
    assert costcalc("sweep", "--help").stdout.count("Several are an axis.") == 3
    assert "Several are an axis." not in costcalc("show", "--help").stdout
    axes = ["sweep", "mobilenet", "--batch", "1,8", "--alpha", "0.5", "--dtype", "fp32,int8"]
    said = costcalc(*axes).stdout
    assert "(paper convention); fusion conv-bn-act, batch and dtype by column." in said.replace("\n", " ")
    table = rows(costcalc(*axes, "--format", "csv").stdout)
    assert [(row["batch"], row["dtype"]) for row in table] == [
        ("1", "fp32"), ("1", "int8"), ("8", "fp32"), ("8", "int8"),
    ]  # fmt: skip
    one, small, *_, eight = table
    assert int(eight["macs"]) == 8 * int(one["macs"])
    assert int(small["peak_memory"]) * 4 == int(one["peak_memory"])
    assert not {"weights_dtype", "activations_dtype"} & one.keys()
    ranges = costcalc("sweep", "--batch", "2:6:2", "--fusion", "none, conv-bn-act", "--format", "csv").stdout
    assert [row["batch"] for row in rows(ranges)] == ["2", "2", "4", "4", "6", "6"]
    (row,) = rows(costcalc("sweep", "--batch", "4", "--alpha", "1", "--format", "csv").stdout)
    assert (list(row)[:2], row["batch"]) == (["model", "alpha"], "4")
    picked = costcalc(*axes, "--where", "batch == 8", "--sort", "peak_memory", "--format", "csv").stdout
    assert [row["dtype"] for row in rows(picked)] == ["int8", "fp32"]


def test_what_is_not_legal_is_told_in_the_table(costcalc: Command) -> None:
    arguments = ["sweep", "shufflenet", "--groups", "3,5", "--scale", "0.5,1"]
    said = costcalc(*arguments).stdout
    assert "4 designs, 2 of them not legal (E130)." in said
    assert "reason (--columns all)" in said.replace("\n", " ")
    assert "table `width_of` has no" in costcalc(*arguments, "--columns", "all").stdout
    assert "no entry 5" in costcalc(*arguments, "--format", "markdown").stdout


def test_parquet_and_data_frames_say_what_csv_says(costcalc: Command, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    arguments = ["sweep", "shufflenet", "--groups", "3,5", "--scale", "0.5,1", "-o", "parquet=a.parquet"]
    table = rows(costcalc(*arguments, "--format", "csv").stdout)
    frame = pandas.read_parquet(tmp_path / "a.parquet")
    assert frame.attrs["convention"] == "paper"
    assert frame["macs"].dtype == "Int64"
    for line, record in zip(table, frame.to_dict("records"), strict=True):
        for name in ("model", "groups", "macs", "params", "peak_memory", "reason"):
            assert line[name] == ("" if pandas.isna(record[name]) else str(record[name]))
        assert float(line["scale"]) == record["scale"]


def test_a_table_in_a_file_has_its_head_too(costcalc: Command, tmp_path: Path) -> None:
    costcalc("sweep", "mobilenet", *GRID, "--top", "2", "-o", "markdown=a.md")
    assert (tmp_path / "a.md").read_text().startswith("| model | alpha | resolution | MACs |")


def test_what_is_unknown_meets_no_condition(costcalc: Command, tmp_path: Path) -> None:
    (tmp_path / "top1.csv").write_text("alpha,top1\n0.5,63.7\n1,70.6\n")
    arguments = ["sweep", "--alpha", "0.25,0.5,1", "--metrics", "top1.csv", "--format", "csv"]
    for condition, alphas in [("not top1 < 65", ["1"]), ("top1 > 0 or alpha > 0", ["0.5", "1"])]:
        said = costcalc(*arguments, "--where", condition).stdout
        assert [row["alpha"] for row in rows(said)] == alphas


@pytest.mark.parametrize(
    ("condition", "alphas"),
    [
        ("macs * params * params > 1e21", ["0.75", "1"]),
        ("macs < 1e30 and 1 / (alpha - 1) < 0", ["0.25", "0.5", "0.75"]),
        ("not 1 / (alpha - 1) > 0 or 1 // (alpha - 1) != -2", ["0.25", "0.5", "0.75"]),
        ("(macs > 150M) == (alpha > 0.25) or 8 * (alpha > 1) > 0", None),
        ("macs / 0 > 1", None),
        ("macs < 9 ** 9 ** 9", None),
        ("-params", ["0.25", "0.5", "0.75", "1"]),
        ("true and MACs < 150M", ["0.25", "0.5"]),
        ("max(macs, params) == macs and floor(macs / 1e6) in_range", None),
        ("149M < macs <= 568_740_352", ["0.5", "0.75", "1"]),
        ("min(alpha, 1/2) == 0.25 if alpha < 1 else round(alpha) == 1", ["0.25", "1"]),
    ],
)
def test_conditions(condition: str, alphas: list[str] | None, costcalc: Command) -> None:
    arguments = ["sweep", "mobilenet", "--alpha", "0.25:1:0.25", "--where", condition, "--format", "csv"]
    if alphas is None:
        assert "E034" in costcalc(*arguments, code=2).stderr
    else:
        assert [row["alpha"] for row in rows(costcalc(*arguments).stdout)] == alphas


def test_unknown_counts_can_fail_it(costcalc: Command, tmp_path: Path) -> None:
    (tmp_path / "up.yaml").write_text(
        "costcalc: 1\nname: up\ninput: [3, 8, 8]\nparams: {width: 8}\ncolumns: [op, c, k, s]\n"
        "stages: [[conv, width, 3, 1], [conv_transpose, 8, 2, 2]]\n"
    )
    arguments = ["sweep", "up.yaml", "--set", "width=8,16", "--convention", "paper,pycls", "--format", "csv"]
    assert [row["macs_pycls"] for row in rows(costcalc(*arguments).stdout)] == ["", ""]
    assert costcalc(*arguments, "--where", "macs_pycls < 1G").stdout.count("\n") == 1
    said = costcalc(*arguments, "--strict", code=1).stderr
    assert "error[E505]: macs_pycls is unknown for 2 designs" in said


def test_fvcore_counts_too(costcalc: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fvcore")
    monkeypatch.setenv("COSTCALC_CACHE_DIR", str(tmp_path / "cache"))
    arguments = ["sweep", "mobilenet", "--alpha", "0.25,0.5,1/3", "--resolution", "32,5", "--with-fvcore"]
    said = costcalc(*arguments, "--where", "alpha < 0.5", "--format", "csv").stdout
    assert [row["fvcore"] == row["macs_fvcore"] != "" for row in rows(said)] == [True] * 4
    assert "to the integer, for 6 of 6 designs." in costcalc(*arguments).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--alpha", "0.5:1:0"], "E601"),
        (["--alpha", "1:0.5:0.1"], "E601"),
        (["--alpha", "0.5,,1"], "E601"),
        (["--alpha", "0.25:1"], "E601"),
        (["--set", "alpha"], "E601"),
        (["--alpha", "0.5", "--set", "alpha=1"], "E602"),
        (["--phi", "1"], "E004"),
        (["--alpha", "1", "--where", "mcas < 3"], "E034"),
        (["--alpha", "1", "--pareto", "mcas"], "E031"),
        (["--alpha", "1", "--sort", "macs,up"], "E030"),
        (["--alpha", "1", "--shard", "3/2", "--part", "x"], "E030"),
        (["--alpha", "1", "--shard", "1/2"], "E030"),
        (["--alpha", "1", "--executor", "slurm://x"], "E607"),
        (["--alpha", "500000"], "E603"),
        (["--alpha", "1e-5:1:1e-5", "--set", "classes=1:1000000", "--rho", "0.1:1:0.1"], "E604"),
        (["--alpha", "1e-5:1:1e-5", "--rho", "1e-5:1:1e-5", "--set", "classes=1:1000", "--top", "3"], "E604"),
        (["--alpha", "1", "--columns", "mcas"], "E031"),
        (["--alpha", "1", "--where", "foo(macs) < 3"], "E034"),
        (["--alpha", "0:1:1e-30"], "E601"),
        (["--alpha", "1", "--order", "best"], "E030"),
        (["--batch", "1,0.5"], "E601"),
        (["--batch", "1,0"], "E601"),
        (["--dtype", "fp32,int7"], "E501"),
        (["--fusion", "none,all"], "E503"),
        (["--dtype", "fp32,int8", "--weights", "int8"], "E602"),
        (["--alpha", "1", "--columns", "FLOP/B"], "E031"),
        (["--alpha", "1", "--shard", "1/2", "--part", "no/where"], "E032"),
    ],
)
def test_wrong_arguments(arguments: list[str], code: str, costcalc: Command) -> None:
    said = costcalc("sweep", "mobilenet", *arguments, code=2)
    assert f"error[{code}]" in said.stderr
    assert not said.stdout


def test_flops_of_a_convention_leave_the_macs_as_they_are(costcalc: Command) -> None:
    sweep = ["sweep", "mobilenet", "--resolution", "64,96", "--convention"]
    head = costcalc(*sweep, "torch,fvcore", "--format", "markdown").stdout.splitlines()[0]
    assert "| MACs |" in head and "FLOPs (torch)" in head and "MACs (fvcore)" in head
    assert "MACs (fvcore)" in costcalc(*sweep, "fvcore").stdout.splitlines()[0]
    record = rows(costcalc(*sweep, "torch", "--format", "csv").stdout)[0]
    assert int(record["flops_torch"]) == 2 * int(record["macs"]) > 0
