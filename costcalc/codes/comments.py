"""E85x: results that are rendered, and comments on pull requests."""

from __future__ import annotations

from typing import Final

from costcalc.codes.code import Code

COMMENT_CODES: Final[dict[str, Code]] = {
    "E851": Code(
        "a result file that cannot be read",
        "`render` and `comment` take the JSON that `costcalc check -o json=result.json` writes.",
        "$ costcalc render no-such-result.json",
        "$ costcalc explain paper",
    ),
    "E852": Code(
        "results that do not go together",
        "Several results are told as one if they are of one kind, were counted by one convention, batch and "
        "number format, are compared with the same base, and agree about networks that they share.",
    ),
}
