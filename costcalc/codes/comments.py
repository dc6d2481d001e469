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
    "E853": Code(
        "no token to comment with",
        "Comments are posted with the token in the environment variable GITHUB_TOKEN, and with no other. "
        "`--dry-run` needs none.",
    ),
    "E854": Code(
        "a place that gets no token",
        "A token is sent over HTTPS, or to this machine; elsewhere it could be read on the way.",
    ),
    "E855": Code(
        "GitHub refuses",
        "The token, the repository or the pull request is not what GitHub knows, for the reason given.",
    ),
    "E856": Code(
        "GitHub cannot be reached",
        "Neither the first attempt nor the few after it got an answer. The result of the check does not "
        "depend on the comment.",
    ),
    "E857": Code(
        "a comment that may not be written",
        "A warning: the token may read and not write, as in workflows for pull requests from forks. The "
        "result of the check stands, and is in the job's summary.",
    ),
}
