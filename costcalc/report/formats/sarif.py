"""SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from costcalc.gate.result import Place, Result, Verdict
from costcalc.report.formats import Look, Printer
from costcalc.report.gate.issues import LOOSENED, Issue, issues
from costcalc.report.gate.words import Numbers, from_root, metric_name
from costcalc.version import __version__

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS: Final[dict[Verdict, str]] = {"note": "note", "warn": "warning", "fail": "error"}
_SAYS: Final = {
    "max": "{} must not exceed the budget.",
    "max_increase": "{} must not grow by more than the budget allows.",
    "max_slack": "The budget of {} can be lowered.",
}


def print_result(result: Result, look: Look) -> str:
    """Return a log of one run, with a result per issue."""
    found = [*issues(result, Numbers(look.raw))]
    checks = [*dict.fromkeys(issue.check for issue in found)]
    run = {
        "tool": {
            "driver": {
                "name": "costcalc",
                "semanticVersion": __version__,
                "rules": [{"id": check, "shortDescription": {"text": _says(check)}} for check in checks],
            }
        },
        "columnKind": "unicodeCodePoints",
        "properties": result.context.record(),
        "results": [_result(issue, checks.index(issue.check), look.folder) for issue in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _says(check: str) -> str:
    if check == LOOSENED:
        return "A change that loosens a budget is to be seen."
    kind, _, metric = check.partition("/")
    text = _SAYS[kind].format(metric_name(metric))
    return text[:1].upper() + text[1:]


def _result(issue: Issue, index: int, folder: str) -> dict[str, Any]:
    finding = issue.finding
    numbers = (
        {"value": finding.values.value, "base": finding.values.base, "limit": finding.limit}
        if finding
        else {}
    )
    return {
        "ruleId": issue.check,
        "ruleIndex": index,
        "level": _LEVELS[issue.verdict],
        "message": {"text": issue.text},
        "locations": [{"physicalLocation": _physical(issue.place, folder)}],
        "partialFingerprints": {"costcalc/v1": issue.fingerprint},
        **({"properties": numbers} if numbers else {}),
    }


def _physical(place: Place, folder: str) -> dict[str, Any]:
    path = PurePath(place.file)
    uri = path.as_uri() if path.is_absolute() else quote(from_root(place.file, folder))
    region = {"startLine": place.line, "startColumn": place.column}
    return {"artifactLocation": {"uri": uri}, "region": region}


PRINTER: Final = Printer("sarif", ".sarif", result=print_result)
