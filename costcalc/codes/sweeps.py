"""E6xx: axes of a sweep, what it counts, and its parts."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

SWEEP_CODES: Final[dict[str, Code]] = {
    "E601": Code(
        "values that cannot be read",
        "An axis takes a list, `0.25,0.5`, or a range with both ends, `FIRST:LAST:STEP`.",
        "$ costcalc sweep mobilenet --alpha 1:0.5:0.25",
        "$ costcalc sweep mobilenet --alpha 0.5:1:0.25",
    ),
    "E602": Code(
        "axes that do not make a space",
        "Every axis varies a parameter of its own, and there are at most 2^62 designs.",
        "$ costcalc sweep mobilenet --resolution 128,224 --set resolution=160",
        "$ costcalc sweep mobilenet --resolution 128,160,224",
    ),
    "E603": Code(
        "a count that is too large",
        "The counts of a sweep are whole numbers of 64 bits. `costcalc show` counts one design of any size.",
        "$ costcalc sweep mobilenet --alpha 500000",
        "$ costcalc sweep mobilenet --alpha 1000",
    ),
    "E604": Code(
        "a sweep that cannot end",
        "A sweep counts 10^12 designs at most, which takes days, and all that it keeps has to fit into "
        "memory: 8 bytes per design and column. `--sample N` draws designs from a space of any size, "
        "`--where`, `--pareto` and `--top` keep some, and `--shard I/N` counts a part.",
        "$ costcalc sweep mobilenet --alpha 0.00001:1:0.00001 --set classes=1:1000000 --rho 0.001:1:0.001",
        "$ costcalc sweep mobilenet --alpha 0.00001:1:0.00001 --set classes=1:1000000 --sample 1000",
    ),
    "E605": Code(
        "a table that does not fit a sweep",
        "A table of further figures is a CSV file that names the design of each line: by `model`, by the "
        "axes, or by both.",
    ),
    "E606": Code(
        "parts that are not a sweep",
        "All parts of one sweep, of the same specs, counted by the same version, give its result: each once.",
    ),
    "E607": Code(
        "an executor that cannot be used",
        "`dask://HOST:PORT` names a running Dask scheduler; `--jobs` needs none. A worker that dies, for "
        "want of memory perhaps, ends the sweep.",
        "$ costcalc sweep mobilenet --alpha 0.5,1 --executor slurm://login",
        "$ costcalc sweep mobilenet --alpha 0.5,1 --jobs 2",
    ),
}
