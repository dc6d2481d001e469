"""What machines read of a check or a diff: JSON, CSV, annotations, and Markdown that sites draw."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from costcalc.cost import Basis
from costcalc.gate.result import Finding, LimitSource, Place, Result, Values, from_json
from costcalc.report.formats import formats, render
from costcalc.report.formats.github import MOST


@pytest.mark.parametrize("name", ["broken", "fine", "difference"])
def test_json_says_everything(name: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(name)
    assert from_json(json.loads(render(result, "json"))) == result


def test_csv_has_a_row_per_finding_with_exact_integers(broken: Result) -> None:
    rows = [*csv.DictReader(io.StringIO(render(broken, "csv")))]
    assert len(rows) == len(broken.findings)
    first = {
        key: rows[0][key] for key in ("model", "metric", "value", "base", "limit", "slack", "rule", "line")
    }
    assert first == {
        "model": "specs/mobile/m1.yaml",
        "metric": "macs",
        "value": "312400000",
        "base": "300000000",
        "limit": "300000000",
        "slack": "-12400000",
        "rule": "mobile",
        "line": "31",
    }
    assert [rows[3][key] for key in ("base", "delta", "increase")] == ["", "", ""]  # new: not zero, not 100 %


def test_csv_of_a_diff_adds_up(difference: Result) -> None:
    rows = [*csv.DictReader(io.StringIO(render(difference, "csv")))]
    of_m1 = [row for row in rows if row["model"] == "specs/mobile/m1.yaml" and row["metric"] == "macs"]
    deltas = {
        kind: sum(int(row["delta"] or 0) for row in of_m1 if row["part_kind"] == kind)
        for kind in ("network", "stage")
    }
    assert deltas == {"network": 12_400_000, "stage": 12_400_000}


ANNOTATION = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def read(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read annotations as GitHub's runner does."""
    found = []
    for line in text.splitlines():
        match = ANNOTATION.fullmatch(line)
        assert match, line
        properties = dict(part.split("=", 1) for part in match[2].split(","))
        found.append(
            (match[1], {key: unescape(value) for key, value in properties.items()}, unescape(match[3]))
        )
    return found


def unescape(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_annotations_point_at_the_line_to_blame(broken: Result) -> None:
    (level, properties, message), *others = read(render(broken, "github"))
    assert level == "error"
    assert properties == {"file": "specs/mobile/m1.yaml", "line": "31", "title": "specs/mobile/m1.yaml: macs"}
    assert message.startswith('macs 312.4M > 300M by 12.4M (4.1%)\nrule "mobile" costcalc.toml:14\n')
    assert [level for level, _, _ in others] == ["error", "error", "warning", "warning"]
    assert {"file": "costcalc.toml", "line": "15", "title": "a budget is loosened"} in [
        each for _, each, _ in others
    ]


def test_annotations_are_escaped(fine: Result) -> None:
    (finding,) = fine.findings
    rule = replace(finding.rule, message="100%\r\nsure::error::x, y: z")
    evil = replace(finding, verdict="fail", model="a,b::c%3A\n", rule=rule, place=Place("a,b:c.yaml", 3))
    ((level, properties, message),) = read(render(replace(fine, findings=(evil,)), "github"))
    assert (level, properties["file"], properties["title"]) == ("error", "a,b:c.yaml", "a,b::c%3A\n: macs")
    assert "100%\r\nsure::error::x, y: z" in message


def test_the_worst_ten_are_shown_and_the_last_says_how_many_more() -> None:
    findings = tuple(
        Finding(
            f"m{over}",
            "macs",
            "max",
            "fail",
            "crossed",
            Values(100 + over),
            100,
            LimitSource("r"),
            Place("a", 1),
        )
        for over in range(1, 14)
    )
    shown = read(render(Result("check", Basis(), (), findings), "github"))
    assert [properties["title"] for _, properties, _ in shown] == [
        f"m{over}: macs" for over in range(13, 3, -1)
    ]
    assert len(shown) == MOST
    assert shown[-1][2].endswith("\n+3 more, in the job summary")
    assert all("more, in" not in message for _, _, message in shown[:-1])


def test_sites_get_paths_from_the_root_of_the_repository(broken: Result) -> None:
    ((_, properties, _), *_others) = read(render(broken, "github", folder="ml/vision"))
    assert properties["file"] == "ml/vision/specs/mobile/m1.yaml"
    issue, *_rest = json.loads(render(broken, "gitlab", folder="ml"))
    assert issue["location"]["path"] == "ml/specs/mobile/m1.yaml"
    (run,) = json.loads(render(broken, "sarif", folder="my ml"))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "my%20ml/specs/mobile/m1.yaml"
    above = replace(broken.findings[0], place=Place("../common/a.yaml", 3))
    text = render(replace(broken, findings=(above,), limit_changes=()), "github", folder="ml")
    assert "file=common/a.yaml," in text


def test_a_diff_notices_what_changed(difference: Result) -> None:
    found = read(render(difference, "github"))
    assert [level for level, _, _ in found] == ["notice"] * 4
    assert found[0][1]["line"] == "31"
    assert "file" not in found[2][1]  # of the removed one


def test_markdown_puts_the_verdict_first(broken: Result, fine: Result, difference: Result) -> None:
    heading, *_ = render(broken, "markdown").splitlines()
    assert heading.startswith("### ❌ costcalc: 1 network failed, 1 over before this change (warning)")
    assert render(fine, "markdown").startswith("### ✅ costcalc: 1 network passed\n")
    assert render(difference, "markdown").startswith("### costcalc: 1 changed, 1 added")


@pytest.mark.parametrize("name", ["broken", "fine", "difference"])
def test_markdown_is_well_formed(name: str, request: pytest.FixtureRequest) -> None:
    text = render(request.getfixturevalue(name), "markdown")
    assert text.count("<details>\n<summary>") == text.count("</summary>\n\n") == text.count("\n\n</details>")
    assert "\n\n\n" not in text
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table


def test_markdown_shows_names_and_messages_as_they_are(broken: Result) -> None:
    first, *others = broken.findings
    rule = replace(first.rule, name="a|b`c", message="<img src=x> | *loud* [x](y)\n# no heading")
    text = render(replace(broken, findings=(replace(first, rule=rule), *others)), "markdown")
    assert "`a\\|b'c`" in text
    assert "&lt;img src=x&gt; \\| \\*loud\\* \\[x\\](y) \\# no heading" in text
    assert "<img" not in text


def test_formats_are_known() -> None:
    assert formats("result")[0] == "text"
    assert len(set(formats("result"))) == len(formats("result"))
