"""How fast costcalc is, beside tools that do the same: `python tests/benchmarks/run.py [--runs N] [--write]`.

Whole processes are measured from outside: wall time, and peak resident memory as the kernel reports it to
the parent. Code in one process is timed from inside, each run in a fresh interpreter: its first call, when no
cache is filled, and the median of the calls after it. Runs of the cases are interleaved, so that a busy
machine slows all of them; medians are printed, as the Markdown that the README shows.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
PEERS = FOLDER / "peers"
README = ROOT / "README.md"
BEGIN, END = "<!-- benchmarks: begin -->\n", "<!-- benchmarks: end -->\n"

PYTHON = sys.executable
COSTCALC = [PYTHON, "-m", "costcalc"]
NETWORKS = ["shufflenet.yaml", "mobilenet.yaml"]


@dataclass(frozen=True)
class Command:
    """A command line, measured as a whole process."""

    name: str
    arguments: Sequence[str]
    needs: str | None = None


@dataclass(frozen=True)
class Statement:
    """Code timed in a process that has run `setup`."""

    name: str
    setup: str
    code: str
    needs: str | None = None


COMMANDS = [
    Command("`python -c pass`, the floor", [PYTHON, "-c", "pass"]),
    Command(
        "`costcalc compare shufflenet.yaml mobilenet.yaml --no-fvcore`",
        [*COSTCALC, "compare", *NETWORKS, "--no-fvcore"],
    ),
    Command("the same with fvcore's column, counted before", [*COSTCALC, "compare", *NETWORKS], "fvcore"),
    Command(
        "a script that counts MobileNet with fvcore", [PYTHON, str(PEERS / "fvcore_mobilenet.py")], "fvcore"
    ),
    Command(
        "a script that counts MobileNet with ptflops",
        [PYTHON, str(PEERS / "ptflops_mobilenet.py")],
        "ptflops",
    ),
]
LOAD = "from counts import everything; from costcalc.networks import load"
GRAPH = LOAD + "; graph = load('mobilenet').graph"
ROWS = "; from rows import written; folder, path = written({})"
STATEMENTS = [
    Statement("costcalc: load and count MobileNet", LOAD, "everything(load('mobilenet').graph)"),
    Statement("costcalc: load and count EfficientNet-B7", LOAD, "everything(load('efficientnet@b7').graph)"),
    Statement("costcalc: load and count ResNet-200", LOAD, "everything(load('resnet@200').graph)"),
    Statement(
        "costcalc: load and count a spec of 250 rows", LOAD + ROWS.format(250), "everything(load(path).graph)"
    ),
    Statement(
        "costcalc: load and count one of 1,000 rows", LOAD + ROWS.format(1000), "everything(load(path).graph)"
    ),
    Statement("costcalc: count the loaded graph", GRAPH, "everything(graph)"),
    Statement(
        "costcalc: count it under every convention",
        GRAPH + "; from counts import by_every_convention",
        "by_every_convention(graph)",
    ),
    Statement(
        "fvcore: build and count MobileNet",
        "import torch; from fvcore.nn import FlopCountAnalysis; from mobilenet import INPUT, MobileNet",
        "FlopCountAnalysis(MobileNet().eval(), torch.zeros(1, *INPUT)).total()",
        "fvcore",
    ),
    Statement(
        "ptflops: build and count MobileNet",
        "from ptflops import get_model_complexity_info; from mobilenet import INPUT, MobileNet",
        "get_model_complexity_info(MobileNet(), INPUT, as_strings=False, print_per_layer_stat=False)",
        "ptflops",
    ),
]

# A bare interpreter measures: a child starts with the peak memory of the process that it was forked from.
FROM_OUTSIDE = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=sys.stderr)
"""
FROM_INSIDE = """
import json, sys, timeit
timer = timeit.Timer(sys.argv[2], sys.argv[1])
json.dump([timer.timeit(1), timer.repeat(int(sys.argv[3]), 1)], sys.stderr)
"""
CALLS = 10


def is_possible(case: Command | Statement) -> bool:
    """Tell whether the tool is installed that a case needs."""
    return case.needs is None or importlib.util.find_spec(case.needs) is not None


def measure(command: Command, environment: dict[str, str]) -> tuple[float, float]:
    """Return the wall time of one run in seconds, and its peak resident memory in bytes."""
    said = _run([PYTHON, "-c", FROM_OUTSIDE, *command.arguments], environment)
    seconds, peak, exit_code = said.splitlines()[-1].split()
    if exit_code != "0":
        sys.exit(f"{' '.join(command.arguments)} left with {exit_code}:\n{said}")
    return float(seconds), float(peak) * (1 if sys.platform == "darwin" else 1024)


def time_calls(statement: Statement, environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds of the first call, and of those after it."""
    said = _run([PYTHON, "-c", FROM_INSIDE, statement.setup, statement.code, str(CALLS)], environment)
    first, others = json.loads(said.splitlines()[-1])
    return float(first), median(others)


def _run(arguments: Sequence[str], environment: dict[str, str]) -> str:
    process = subprocess.run(
        arguments,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if process.returncode:
        sys.exit(process.stderr)
    return process.stderr


def report(runs: int, only: str, environment: dict[str, str]) -> str:
    """Run the cases whose name contains `only` and whose tools are installed, and return the Markdown."""
    commands = [case for case in COMMANDS if only in case.name and is_possible(case)]
    statements = [case for case in STATEMENTS if only in case.name and is_possible(case)]
    for command in commands:
        measure(command, environment)  # fills the caches of the disk, of bytecode, and of fvcore's counts
    outside: dict[str, list[tuple[float, float]]] = {command.name: [] for command in commands}
    inside: dict[str, list[tuple[float, float]]] = {statement.name: [] for statement in statements}
    for _ in range(runs):
        for command in commands:
            outside[command.name].append(measure(command, environment))
        for statement in statements:
            inside[statement.name].append(time_calls(statement, environment))

    lines = ["| from the shell | wall time | peak memory |", "|---|--:|--:|"]
    for name, samples in outside.items():
        seconds, peak = (median(values) for values in zip(*samples, strict=True))
        lines.append(f"| {name} | {seconds:.2f} s | {peak / 2**20:.0f} MiB |")
    lines += ["", "| in one process | first call, nothing cached | then |", "|---|--:|--:|"]
    for name, samples in inside.items():
        first, then = (median(values) for values in zip(*samples, strict=True))
        lines.append(f"| {name} | {1000 * first:.1f} ms | {1000 * then:.1f} ms |")
    machine = f"{os.cpu_count()} cores, Python {sys.version_info.major}.{sys.version_info.minor}"
    lines += ["", f"Medians of {runs} interleaved runs on {machine}; the second table leaves imports out."]
    lines += ["`python tests/benchmarks/run.py` measures again."]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Print the tables, or write them into the README."""
    parser = argparse.ArgumentParser(description="Measure costcalc beside its peers.")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--only", default="", metavar="TEXT", help="only the cases with TEXT in their name")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        path = os.pathsep.join(map(str, (ROOT, FOLDER, PEERS)))
        markdown = report(
            arguments.runs, arguments.only, os.environ | {"PYTHONPATH": path, "COSTCALC_CACHE_DIR": cache}
        )
    if arguments.write:
        before, _, rest = README.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        README.write_text(f"{before}{BEGIN}{markdown}{END}{after}", "utf-8")
    else:
        print(markdown, end="")


if __name__ == "__main__":
    main()
