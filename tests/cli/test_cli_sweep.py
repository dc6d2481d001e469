"""`costcalc sweep` from the shell: rows, choices, parts."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GRID = ["--alpha", "0.25:1:0.25", "--resolution", "96:224:32"]


def costcalc(*arguments: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "PYTHONUTF8": "1",
    }
    process = subprocess.run(
        [sys.executable, "-m", "costcalc", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert process.returncode == code, process.stderr
    assert not process.stderr or code
    return process


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_the_issue_as_written(tmp_path: Path) -> None:
    said = costcalc("sweep", "--alpha", "0.25,0.5,0.75,1", folder=tmp_path).stdout
    assert "No MODEL given: this sweeps mobilenet.yaml." in said
    assert [line.split()[1:3] for line in said.splitlines() if line.startswith("mobilenet ")] == [
        ["0.25", "41.03M"],
        ["0.5", "149.5M"],
        ["0.75", "325.4M"],
        ["1", "568.7M"],
    ]


def test_csv_and_json_say_the_same(tmp_path: Path) -> None:
    arguments = ["sweep", "shufflenet", "--groups", "3,5", "--scale", "0.5,1", "--set", "classes=10,1000"]
    table = rows(costcalc(*arguments, "--format", "csv", folder=tmp_path).stdout)
    document = json.loads(costcalc(*arguments, "--format", "json", folder=tmp_path).stdout)
    assert document["counted"] == len(table) == 8
    assert document["refused"] == {"E130": 4}
    for line, record in zip(table, document["designs"], strict=True):
        for name in ("macs", "params", "activations", "peak_memory_bytes"):
            assert line[name] == ("" if record[name] is None else str(record[name]))
        assert (float(line["scale"]), line["error"]) == (record["scale"], record["error"])
    assert table[-1]["reason"] == "table `width_of` has no entry 5; it has 1, 2, 3, 4, 8"


def test_axes_run_in_the_order_given(tmp_path: Path) -> None:
    first = rows(
        costcalc("sweep", "--rho", "1/2,1", "--alpha", "0.5,1", "--format", "csv", folder=tmp_path).stdout
    )
    assert [(row["rho"], row["alpha"]) for row in first] == [
        ("1/2", "0.5"),
        ("1/2", "1"),
        ("1", "0.5"),
        ("1", "1"),
    ]


def test_variants_are_models(tmp_path: Path) -> None:
    said = costcalc("sweep", "shufflenet@x0.5", "--variant", "g*", "--format", "csv", folder=tmp_path).stdout
    assert [row["model"] for row in rows(said)] == [f"shufflenet@x0.5+g{g}" for g in (1, 2, 3, 4, 8)]


def test_where_sort_and_top(tmp_path: Path) -> None:
    said = costcalc(
        "sweep", "mobilenet", *GRID, "--where", "macs <= 150M and peak_memory < 2MiB and not alpha < 0.5",
        "--sort", "params,desc", "--top", "2", "--columns", "params", "--format", "csv", folder=tmp_path,
    ).stdout  # fmt: skip
    assert [(row["alpha"], row["resolution"]) for row in rows(said)] == [("1", "96"), ("0.75", "96")]
    assert "activations" not in rows(said)[0]


def test_the_front_against_every_pair(tmp_path: Path) -> None:
    everything = rows(costcalc("sweep", "mobilenet", *GRID, "--format", "csv", folder=tmp_path).stdout)
    kept = rows(
        costcalc(
            "sweep",
            "mobilenet",
            *GRID,
            "--pareto",
            "macs,resolution:max,params",
            "--format",
            "csv",
            folder=tmp_path,
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


def test_accuracies_beside_costs(tmp_path: Path) -> None:
    (tmp_path / "accuracy.csv").write_text("model,top1\nmobilenet@a1,70.6\nmobilenet@a0.5,63.7\nother,99\n")
    said = costcalc(
        "sweep", "mobilenet", "--variant", "a*", "--metrics", "accuracy.csv", "--pareto", "macs,top1",
        "--format", "csv", folder=tmp_path,
    ).stdout  # fmt: skip
    assert [(row["model"], row["top1"]) for row in rows(said)] == [
        ("mobilenet@a0.5", "63.7"),
        ("mobilenet@a1", "70.6"),
    ]


def test_a_sample_of_a_space_that_nobody_could_build(tmp_path: Path) -> None:
    huge = [
        "sweep",
        "mobilenet",
        "--alpha",
        "0.1:1:0.00001",
        "--rho",
        "0.1:1:0.00001",
        "--set",
        "classes=1:100000",
    ]
    first = costcalc(*huge, "--sample", "5", "--seed", "3", "--format", "csv", folder=tmp_path).stdout
    assert first == costcalc(*huge, "--sample", "5", "--seed", "3", "--format", "csv", folder=tmp_path).stdout
    assert first != costcalc(*huge, "--sample", "5", "--seed", "4", "--format", "csv", folder=tmp_path).stdout
    assert len(rows(first)) == 5


@pytest.mark.parametrize("number", [1, 3, 7])
def test_merged_shards_are_the_whole(number: int, tmp_path: Path) -> None:
    arguments = [
        "sweep",
        "shufflenet",
        "--groups",
        "1,2,3,5,8",
        "--scale",
        "0.25:2:0.25",
        "--where",
        "macs < 300M",
    ]
    costcalc(
        *arguments, "-o", "csv=serial.csv", "--pareto", "macs,activations", "--sort", "macs", folder=tmp_path
    )
    for shard in range(1, number + 1):
        costcalc(
            *arguments, "--pareto", "macs,activations", "--sort", "macs",
            "--shard", f"{shard}/{number}", "--part", f"{shard}.part", folder=tmp_path,
        )  # fmt: skip
    parts = [f"{shard}.part" for shard in range(1, number + 1)]
    costcalc("sweep", "merge", *parts, "-o", "csv=merged.csv", folder=tmp_path)
    assert (tmp_path / "merged.csv").read_bytes() == (tmp_path / "serial.csv").read_bytes()
    if number > 1:
        said = costcalc("sweep", "merge", *parts[1:], folder=tmp_path, code=2).stderr
        assert "E606" in said and "missing" in said
        said = costcalc("sweep", "merge", *parts, parts[0], folder=tmp_path, code=2).stderr
        assert "E606" in said and "twice" in said


def test_parts_of_other_sweeps_are_refused(tmp_path: Path) -> None:
    costcalc("sweep", *GRID, "--shard", "1/2", "--part", "a.part", folder=tmp_path)
    costcalc("sweep", *GRID, "--batch", "2", "--shard", "2/2", "--part", "b.part", folder=tmp_path)
    assert (
        "different sweeps" in costcalc("sweep", "merge", "a.part", "b.part", folder=tmp_path, code=2).stderr
    )
    (tmp_path / "b.part").write_text("no part")
    assert "not a part" in costcalc("sweep", "merge", "b.part", folder=tmp_path, code=2).stderr


def test_processes_count_the_same(tmp_path: Path) -> None:
    arguments = [
        "sweep",
        "mobilenet",
        "--alpha",
        "0.1:1:0.01",
        "--resolution",
        "32:224:16",
        "--format",
        "csv",
    ]
    assert (
        costcalc(*arguments, "--jobs", "2", folder=tmp_path).stdout
        == costcalc(*arguments, folder=tmp_path).stdout
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--alpha", "0.5:1:0"], "E601"),
        (["--alpha", "1:0.5:0.1"], "E601"),
        (["--alpha", "0.5,,1"], "E601"),
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
    ],
)
def test_wrong_arguments(arguments: list[str], code: str, tmp_path: Path) -> None:
    process = costcalc("sweep", "mobilenet", *arguments, folder=tmp_path, code=2)
    assert f"error[{code}]" in process.stderr
    assert not process.stdout


def test_conventions_are_columns_and_strict_fails_on_the_unknown(tmp_path: Path) -> None:
    upscaled = (
        "costcalc: 1\nname: up\ninput: [3, 8, 8]\ncolumns: [op, c, k, s]\n"
        "stages: [[conv_transpose, 4, 2, 2]]\n"
    )
    (tmp_path / "up.yaml").write_text(upscaled)
    sweep = ["sweep", "up.yaml", "--resolution", "8,16", "--convention"]
    head = costcalc(*sweep, "torch,fvcore", folder=tmp_path).stdout.splitlines()[0]
    assert "  MACs  " in head and "FLOPs (torch)" in head and "MACs (fvcore)" in head
    assert "MACs (fvcore)" in costcalc(*sweep, "fvcore", folder=tmp_path).stdout.splitlines()[0]

    lenient = costcalc(*sweep, "paper,pycls", folder=tmp_path).stdout
    strict = costcalc(*sweep, "paper,pycls", "--strict", folder=tmp_path, code=1)
    assert strict.stdout == lenient
    assert "error[E505]: macs_pycls is unknown for 2 designs" in strict.stderr
    # A convention that counts FLOPs leaves the multiply-accumulates as they are.
    record = rows(costcalc(*sweep, "torch", "--format", "csv", folder=tmp_path).stdout)[0]
    assert int(record["flops_torch"]) == 2 * int(record["macs"]) > 0
