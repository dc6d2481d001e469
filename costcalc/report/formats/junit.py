"""JUnit XML: a test per network and rule, for the test reports of CI systems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from costcalc.gate.result import Finding, Result
from costcalc.report.blocks import plain_text
from costcalc.report.diagnostics import printable
from costcalc.report.formats import Look, Printer
from costcalc.report.gate.summary import summary, worst
from costcalc.report.gate.words import Numbers, advice, rule_text

_NAME = "costcalc"


def print_result(result: Result, look: Look) -> str:
    """Return a suite with a test per network and rule; a diff tests nothing, so that its suite is empty."""
    numbers = Numbers(look.raw)
    cases: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        cases.setdefault((finding.model, finding.rule.name), []).append(finding)
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(worst(found) == "fail" for found in cases.values())),
        "errors": "0",
    }
    skipped = str(sum(map(_is_skipped, cases.values())))
    suites = Element("testsuites", {"name": _NAME} | counts)
    suite = SubElement(
        suites, "testsuite", {"name": f"{_NAME} {result.command}"} | counts | {"skipped": skipped}
    )
    properties = SubElement(suite, "properties")
    for name, value in result.context.record().items():
        SubElement(properties, "property", {"name": name, "value": json.dumps(value).strip('"')})
    for (model, rule), findings in cases.items():
        _case(suite, model, rule, findings, numbers)
    SubElement(suite, "system-out").text = printable(summary(result))
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _case(suite: Element, model: str, rule: str, findings: Sequence[Finding], numbers: Numbers) -> None:
    names = {"classname": printable(model), "name": printable(rule), "time": "0"}
    case = SubElement(suite, "testcase", names)
    if _is_skipped(findings):
        SubElement(case, "skipped", {"message": numbers.finding(findings[0])})
        return
    for finding in findings:
        if finding.verdict == "fail":
            about = {"type": f"{finding.kind}.{finding.metric}", "message": numbers.finding(finding)}
            SubElement(case, "failure", about).text = printable("\n".join(_explained(finding)))
    said = [
        f"{finding.verdict}: {numbers.finding(finding)}" for finding in findings if finding.verdict != "fail"
    ]
    if said:
        SubElement(case, "system-out").text = printable("\n".join(said))


def _explained(finding: Finding) -> Iterable[str]:
    where = f"{finding.place.file}:{finding.place.line}" if finding.place else ""
    rule = finding.rule
    return filter(None, (where, rule_text(rule), rule.reason, rule.message, plain_text(advice(finding))))


def _is_skipped(findings: Iterable[Finding]) -> bool:
    return all(finding.outcome == "skipped" for finding in findings)


PRINTER: Final = Printer("junit", ".xml", result=print_result)
