"""How many designs a second: `python tests/benchmarks/sweeps.py [--runs N] [--write]`.

Whole processes from the shell, and the same designs in one process: all at once, one by one, and by fvcore.
Medians of interleaved runs are printed, as the Markdown that docs/sweeps.md shows.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from statistics import median

from run import (  # type: ignore[import-not-found]  # beside this script
    BEGIN,
    COSTCALC,
    END,
    FOLDER,
    PEERS,
    ROOT,
    Command,
    Statement,
    is_possible,
    measure,
    time_calls,
)

PAGE = ROOT / "docs" / "sweeps.md"
MILLION = 1_000_000
FOUR = ["--columns", "macs,params,activations,memory_access"]
FIVE = ["--columns", "macs,params,activations,memory_access,peak_memory"]
MOBILENET = ["mobilenet", "--alpha", "0.001:1:0.001", "--rho", "0.001:1:0.001"]
SHUFFLENET = ["shufflenet", "--groups", "1,2,3,4,8", "--scale", "0.005:2:0.005", "--resolution", "32:531"]
EFFICIENTNET = ["efficientnet", "--set", "w=0.02:2:0.02", "--set", "d=0.02:2:0.02", "--resolution", "133:232"]


def sweep(name: str, *arguments: str) -> Command:
    """Return a sweep from the shell; what it prints goes nowhere."""
    return Command(name, [*COSTCALC, "sweep", *arguments])


COMMANDS = [
    sweep("MobileNet, alpha x rho: four counts to a CSV file", *MOBILENET, *FOUR, "-o", f"csv={os.devnull}"),
    sweep("the same, the front of MACs and params", *MOBILENET, *FOUR, "--pareto", "macs,params"),
    sweep("the same with peak memory, to a CSV file", *MOBILENET, *FIVE, "-o", f"csv={os.devnull}"),
    sweep("ShuffleNet, g x s x resolution: five counts to a CSV file",
          *SHUFFLENET, *FIVE, "-o", f"csv={os.devnull}"),
    sweep("EfficientNet, w x d x resolution: five counts to a CSV file",
          *EFFICIENTNET, *FIVE, "-o", f"csv={os.devnull}"),
]  # fmt: skip
EIGHT = "[(a, r) for a in (0.25, 0.5, 0.75, 1) for r in (160, 224)]"
STATEMENTS = [
    (
        MILLION,
        Statement(
            "costcalc, all at once: MobileNet, alpha x rho, four counts",
            "from costcalc import sweep; counts = ['macs', 'params', 'activations', 'memory_access']; "
            "axes = {'alpha': '0.001:1:0.001', 'rho': '0.001:1:0.001'}",
            "sweep('mobilenet', axes, metrics=counts)",
        ),
    ),
    (
        8,
        Statement(
            "costcalc, one by one",
            f"from costcalc import load; from counts import everything; designs = {EIGHT}",
            "[everything(load(f'mobilenet@alpha={a}+resolution={r}').graph) for a, r in designs]",
        ),
    ),
    (
        8,
        Statement(
            "fvcore, one by one",
            "import torch; from fvcore.nn import FlopCountAnalysis; from mobilenet import MobileNet; "
            f"designs = {EIGHT}",
            "[FlopCountAnalysis(MobileNet(a).eval(), torch.zeros(1, 3, r, r)).total() for a, r in designs]",
            "fvcore",
        ),
    ),
]


def report(runs: int, environment: dict[str, str]) -> str:
    """Run the cases whose tools are installed, and return the Markdown."""
    statements = [(designs, case) for designs, case in STATEMENTS if is_possible(case)]
    outside: dict[str, list[tuple[float, float, float]]] = {command.name: [] for command in COMMANDS}
    inside: dict[str, list[float]] = {case.name: [] for _, case in statements}
    for _ in range(runs):
        for command in COMMANDS:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            wall, peak = measure(command, environment)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            outside[command.name].append((wall, busy, peak))
        for _, case in statements:
            inside[case.name].append(time_calls(case, environment)[1])

    lines = ["| a million designs, from the shell | wall time | processor | memory |", "|---|--:|--:|--:|"]
    for name, samples in outside.items():
        wall, busy, peak = (median(values) for values in zip(*samples, strict=True))
        lines.append(f"| {name} | {wall:.2f} s | {busy:.2f} s | {peak / 2**20:.0f} MiB |")
    lines += ["", "| in one process | designs a second |", "|---|--:|"]
    for designs, case in statements:
        lines.append(f"| {case.name} | {designs / median(inside[case.name]):,.0f} |")
    machine = f"{os.cpu_count()} cores, Python {sys.version_info.major}.{sys.version_info.minor}"
    lines += [
        "",
        f"Medians of {runs} interleaved runs on {machine}; the second table leaves imports out. Where",
    ]
    lines += ["wall time is much more than the processor's, the machine had other work."]
    lines += ["`python tests/benchmarks/sweeps.py` measures again."]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Print the tables, or write them into the page on sweeps."""
    parser = argparse.ArgumentParser(description="Measure how many designs a second costcalc counts.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/sweeps.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        path = os.pathsep.join(map(str, (ROOT, FOLDER, PEERS)))
        markdown = report(arguments.runs, os.environ | {"PYTHONPATH": path, "COSTCALC_CACHE_DIR": cache})
    if arguments.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}{markdown}{END}{after}", "utf-8")
    else:
        print(markdown, end="")


if __name__ == "__main__":
    main()
