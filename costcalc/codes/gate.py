"""E8xx: budgets, the files and revisions that they are compared with, and results that are read back."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

GATE_CODES: Final[dict[str, Code]] = {
    "E821": Code(
        "not a result that can be read",
        "`costcalc check` and `costcalc diff` write results as JSON. One of another major version of the "
        "schema says things that this version cannot know; write it again.",
    ),
}
