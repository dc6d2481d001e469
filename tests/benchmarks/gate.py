"""How long `costcalc check --against main` takes: `python tests/benchmarks/gate.py [--runs N] [--profile N]`.

A repository of N different networks of MobileNetV2's size, each in a spec of its own, is made; a branch
widens every tenth of them. Whole processes are timed from outside, each from a cold start.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
SIZES = (50, 100, 200, 400)
CHECK = [sys.executable, "-m", "costcalc", "check", "--against", "main"]

SPEC = """\
costcalc: 1
name: net_{number}
import: [std]
input: [3, 224, 224]
params: {{alpha: 1, classes: 1000}}
scaling:
  width: {{factor: alpha, round: "make_divisible(x, 8)"}}
blocks:
  bottleneck:
    params: {{c: ~, s: 1, t: 6}}
    body: [inverted_residual: {{c: c, s: s, mid: t*c_in}}]
columns: [name, op, t, c, n, s]
stages:
  - [stem, conv_bn_act, ~, 32, ~, 2]
  - [stage1, bottleneck, 1, 16, 1, 1]
  - [stage2, bottleneck, 6, {second}, 2, 2]
  - [stage3, bottleneck, 6, 32, 3, 2]
  - [stage4, bottleneck, 6, {fourth}, 4, 2]
  - [stage5, bottleneck, 6, 96, 3, 1]
  - [stage6, bottleneck, 6, 160, 3, 2]
  - [stage7, bottleneck, 6, 320, 1, 1]
  - [last, conv_bn_act, ~, 1280, ~, ~]
heads: {{logits: [classifier: classes]}}
variants:
  half: {{alpha: 0.5}}
"""
BUDGET = """\
[[budget]]
name = "all"
match = ["specs/*.yaml"]
max = {macs = "2G", params = "20M", peak_memory = "32 MiB"}
max_increase = {macs = "50%"}
"""


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def write(folder: Path, number: int, more: int = 0) -> None:
    text = SPEC.format(number=number, second=24 + 8 * (number % 5) + more, fourth=64 + 8 * (number % 7))
    (folder / "specs" / f"net_{number}.yaml").write_text(text, "utf-8")


def make_repository(folder: Path, networks: int) -> None:
    """Make a repository on a branch that widens every tenth of its networks."""
    (folder / "specs").mkdir(parents=True)
    (folder / "costcalc.toml").write_text(BUDGET, "utf-8")
    for number in range(networks):
        write(folder, number)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "networks")
    git(folder, "switch", "-qc", "wider")
    for number in range(0, networks, 10):
        write(folder, number, more=8)
    git(folder, "commit", "-qam", "wider")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def seconds(folder: Path) -> tuple[float, float]:
    """Return how long one check takes by the clock, as a whole process, and how much of a processor."""
    start, before = time.perf_counter(), used()
    process = subprocess.run(
        CHECK, cwd=folder, env=environment(), capture_output=True, encoding="utf-8", check=False
    )
    elapsed, worked = time.perf_counter() - start, used() - before
    assert process.returncode == 0, process.stdout + process.stderr
    return elapsed, worked


def used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--networks", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--profile", type=int, metavar="N", help="profile one check of N networks instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if arguments.profile:
            folder = Path(name) / "profiled"
            make_repository(folder, arguments.profile)
            code = f"from costcalc.cli import run; run({CHECK[3:]})"
            profile = [sys.executable, "-m", "cProfile", "-s", "tottime", "/dev/stdin"]
            subprocess.run(
                profile,
                cwd=folder,
                input=code,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                check=True,
            )
            return
        folders = {networks: Path(name) / str(networks) for networks in arguments.networks}
        for networks, folder in folders.items():
            make_repository(folder, networks)
        times: dict[int, list[tuple[float, float]]] = {networks: [] for networks in arguments.networks}
        for _ in range(arguments.runs):  # interleaved, so that a busy machine slows all of them
            for networks, folder in folders.items():
                times[networks].append(seconds(folder))
    print("| networks | seconds | of a processor | per network |\n|--:|--:|--:|--:|")
    for networks, of_one in times.items():
        elapsed, worked = (median(each[index] for each in of_one) for index in (0, 1))
        print(f"| {networks} | {elapsed:.2f} | {worked:.2f} | {1e3 * worked / networks:.1f} ms |")


if __name__ == "__main__":
    main()
