"""A spec of as many rows as wanted, for how time grows with them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

HEAD = """\
costcalc: 1
name: rows
import: [std]
input: [3, 32, 32]
params: {alpha: 1}
scaling: {width: {factor: alpha, round: "make_divisible(x, 8)"}}
columns: [name, op, c, k]
stages:
"""


def written(rows: int) -> tuple[TemporaryDirectory[str], str]:
    """Write a spec of so many rows; return its path, and the folder, which goes when nobody holds it."""
    folder = TemporaryDirectory()
    path = Path(folder.name) / "rows.yaml"
    lines = (f"  - [s{i}, conv_bn_act, {8 * (1 + i % 4)}, 3]\n" for i in range(rows))
    path.write_text(HEAD + "".join(lines), "utf-8")
    return folder, str(path)
