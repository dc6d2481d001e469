"""What CI systems and browsers read: JUnit XML, code quality, SARIF, and the page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import jsonschema
import pytest

from costcalc.cost import Basis
from costcalc.gate.result import Finding, LimitSource, Place, Result, Values
from costcalc.report.formats import formats, render

NAMES = ["broken", "fine", "difference"]

# ---- JUnit ---------------------------------------------------------------------------------------

# What Jenkins' xUnit plugin accepts (its junit-10.xsd), of the elements that are written: the attributes,
# required ones with a `!`, and what may stand inside.
JUNIT: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name!", "tests!", "failures!", "errors!", "skipped", "time", "timestamp", "hostname", "file"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name!", "value!"}, set()),
    "testcase": ({"name!", "classname", "time", "group"}, {"skipped", "failure", "error", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}


def junit_errors(element: Element) -> list[str]:
    attributes, children = JUNIT[element.tag]
    allowed = {name.rstrip("!") for name in attributes}
    required = {name[:-1] for name in attributes if name.endswith("!")}
    errors = [f"{element.tag}: attribute {name}" for name in set(element.keys()) - allowed]
    errors += [f"{element.tag}: no {name}" for name in required - set(element.keys())]
    for child in element:
        if child.tag in children:
            errors += junit_errors(child)
        else:
            errors.append(f"{child.tag} in {element.tag}")
    return errors


@pytest.mark.parametrize("name", NAMES)
def test_junit_is_what_jenkins_accepts(name: str, request: pytest.FixtureRequest) -> None:
    assert junit_errors(ElementTree.fromstring(render(request.getfixturevalue(name), "junit"))) == []


def test_what_jenkins_refuses_is_seen() -> None:
    suites = ElementTree.fromstring(
        "<testsuites><testsuite name='x'><testcase line='3'/></testsuite></testsuites>"
    )
    assert sorted(junit_errors(suites)) == [
        "testcase: attribute line",
        "testcase: no name",
        "testsuite: no errors",
        "testsuite: no failures",
        "testsuite: no tests",
    ]


def test_junit_has_a_test_per_network_and_rule(broken: Result) -> None:
    suites = ElementTree.fromstring(render(broken, "junit"))
    cases = [(case.get("classname"), case.get("name")) for case in suites.iter("testcase")]
    assert cases == [*dict.fromkeys((finding.model, finding.rule.name) for finding in broken.findings)]
    counts = {name: suites.get(name) for name in ("tests", "failures", "errors")}
    assert counts == {"tests": "5", "failures": "2", "errors": "0"}
    failure = next(suites.iter("failure"))
    assert failure.get("message") == "macs 312.4M > 300M by 12.4M (4.1%)"
    assert failure.text and failure.text.startswith("specs/mobile/m1.yaml:31\n")


def test_junit_says_what_was_skipped(broken: Result) -> None:
    skipped = replace(broken, findings=broken.findings[-1:])
    suites = ElementTree.fromstring(render(skipped, "junit"))
    assert [case.find("skipped") is not None for case in suites.iter("testcase")] == [True]
    assert next(suites.iter("testsuite")).get("skipped") == "1"


def test_characters_that_xml_forbids_are_replaced(fine: Result) -> None:
    (finding,) = fine.findings
    rule = LimitSource("a\x00b", message="\x1b[31m & <b>")
    text = render(replace(fine, findings=(replace(finding, verdict="fail", rule=rule),)), "junit")
    assert "& <b>" in (next(ElementTree.fromstring(text).iter("failure")).text or "")


# ---- GitLab and SARIF ----------------------------------------------------------------------------


def test_gitlab_gets_what_it_needs(broken: Result) -> None:
    found = json.loads(render(broken, "gitlab"))
    assert [issue["severity"] for issue in found] == ["major"] * 3 + ["minor", "info", "minor"]
    for issue in found:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith(("/", "./"))
        assert issue["check_name"].removeprefix("costcalc/") in issue["description"]
    assert len({issue["fingerprint"] for issue in found}) == len(found)


def test_fingerprints_stay_when_values_lines_and_order_change(broken: Result) -> None:
    def fingerprints(result: Result) -> set[str]:
        return {issue["fingerprint"] for issue in json.loads(render(result, "gitlab"))}

    moved = tuple(
        replace(finding, place=Place("elsewhere.yaml", 99), values=Values((finding.values.value or 0) + 7, 3))
        for finding in reversed(broken.findings)
    )
    assert fingerprints(replace(broken, findings=moved)) == fingerprints(broken)


def test_namesakes_have_fingerprints_of_their_own() -> None:
    twins = tuple(
        Finding("a", "macs", "max", "fail", "crossed", Values(3), limit, LimitSource("r")) for limit in (1, 2)
    )
    found = json.loads(render(Result("check", Basis(), (), twins), "gitlab"))
    assert len({issue["fingerprint"] for issue in found}) == 2


def closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {
        "type": "object",
        "required": [*required],
        "additionalProperties": False,
        "properties": properties,
    }


TEXT = closed({"text": {"type": "string", "minLength": 1}})

# What SARIF 2.1.0 demands (section 3 of the standard), of the objects that are written.
SARIF = closed(
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": closed(
                {
                    "tool": closed(
                        {
                            "driver": closed(
                                {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": closed({"id": {"type": "string"}, "shortDescription": TEXT}),
                                    },
                                }
                            )
                        }
                    ),
                    "results": {
                        "type": "array",
                        "items": closed(
                            {
                                "message": TEXT,
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "locations": {
                                    "type": "array",
                                    "items": closed(
                                        {
                                            "physicalLocation": closed(
                                                {
                                                    "artifactLocation": closed(
                                                        {"uri": {"type": "string", "format": "uri-reference"}}
                                                    ),
                                                    "region": closed(
                                                        {
                                                            "startLine": {"type": "integer", "minimum": 1},
                                                            "startColumn": {"type": "integer", "minimum": 1},
                                                        }
                                                    ),
                                                }
                                            )
                                        }
                                    ),
                                },
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                            },
                            {"properties": {"type": "object"}},
                        ),
                    },
                },
                {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "properties": {"type": "object"},
                },
            ),
        },
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_sarif_is_what_the_standard_demands(name: str, request: pytest.FixtureRequest) -> None:
    log = json.loads(render(request.getfixturevalue(name), "sarif"))
    jsonschema.Draft7Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]


def test_sarif_points_at_the_line_and_keeps_exact_numbers(broken: Result) -> None:
    first, *_ = json.loads(render(broken, "sarif"))["runs"][0]["results"]
    assert first["properties"] == {"value": 312_400_000, "base": 300_000_000, "limit": 300_000_000}
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 31, "startColumn": 13}
    odd = replace(broken, findings=(replace(broken.findings[0], place=Place("my nets/a%b.yaml", 1)),))
    location = json.loads(render(odd, "sarif"))["runs"][0]["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "my%20nets/a%25b.yaml"


# ---- the page ------------------------------------------------------------------------------------

VOID = {"meta", "br", "img", "link"}


class Page(HTMLParser):
    """Reads a page: its elements, its text, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_whole_and_needs_nothing_else(name: str, request: pytest.FixtureRequest) -> None:
    text = render(request.getfixturevalue(name), "html")
    page = Page(text)
    assert page.open == []
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"https?:|url\(|@import|\bon\w+=", text)
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.elements
    assert len(text) < 50_000


def test_the_page_says_what_the_text_says(broken: Result) -> None:
    text = Page(render(broken, "html")).text
    assert "FAIL 1 network failed, 1 over before this change (warning)" in text
    assert "macs 312.4M > 300M by 12.4M (4.1%)" in text
    assert "stage3.1.expand" in text


def test_names_and_messages_stay_text_on_the_page(broken: Result) -> None:
    first, *others = broken.findings
    evil = "<script>alert('x')</script>"
    rule = replace(first.rule, name=evil, message=evil)
    changed = replace(
        broken.models[0],
        model=evil,
        layers=tuple(replace(layer, name=evil, now=evil) for layer in broken.models[0].layers),
    )
    result = replace(
        broken, models=(changed,), findings=(replace(first, rule=rule, model=evil), *others), notes=(evil,)
    )
    page = Page(render(result, "html"))
    assert "script" not in {tag for tag, _ in page.elements}
    assert page.text.count(evil) >= 5


@pytest.mark.parametrize("format", formats("result"))
def test_every_format_tells_of_nothing_at_all(format: str) -> None:
    for result in (Result("check", Basis(), ()), Result("diff", Basis(), ())):
        text = render(result, format)
        assert text == "" if format == "github" else text.endswith("\n")


@pytest.mark.parametrize("format", formats("result"))
def test_values_may_be_unknown_everywhere(format: str, broken: Result) -> None:
    unknown = tuple(
        replace(finding, values=Values(None), limit=None, place=None) for finding in broken.findings
    )
    models = tuple(
        replace(model, metrics=dict.fromkeys(model.metrics, Values(None))) for model in broken.models
    )
    text = render(replace(broken, findings=unknown, models=models), format)
    assert "None" not in text
