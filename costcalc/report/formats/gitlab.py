"""GitLab's code quality report: issues that merge requests show beside the code."""

from __future__ import annotations

import json
from typing import Final

from costcalc.gate.result import Result, Verdict
from costcalc.report.formats import Look, Printer
from costcalc.report.gate.issues import Issue, issues
from costcalc.report.gate.words import Numbers, from_root

_SEVERITIES: Final[dict[Verdict, str]] = {"note": "info", "warn": "minor", "fail": "major"}


def print_result(result: Result, look: Look) -> str:
    """Return a list of issues. GitLab hides the name of the check, so that the description says it too."""
    report = [_issue(issue, look.folder) for issue in issues(result, Numbers(look.raw))]
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _issue(issue: Issue, folder: str) -> dict[str, object]:
    return {
        "description": f"{issue.text} (costcalc {issue.check})",
        "check_name": f"costcalc/{issue.check}",
        "fingerprint": issue.fingerprint,
        "severity": _SEVERITIES[issue.verdict],
        "location": {
            "path": from_root(issue.place.file, folder),
            "lines": {"begin": issue.place.line},
        },
    }


PRINTER: Final = Printer("gitlab", ".json", result=print_result)
