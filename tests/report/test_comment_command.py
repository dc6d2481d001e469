"""`costcalc comment github` against a server on this machine that plays GitHub's API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from costcalc.cli import run
from costcalc.cost import Basis
from costcalc.gate.result import Finding, LimitSource, ModelChange, Place, Result, Values, to_json
from costcalc.report.gate.comment import (
    MOST_BYTES,
    Comment,
    Plan,
    comment_text,
    find_comments,
    is_wanted,
    plan,
    tagged,
)

ROOT = Path(__file__).parents[2]


def write(result: Result) -> None:
    Path("r.json").write_text(json.dumps(to_json(result)), "utf-8")


def comment(*options: str) -> int:
    return run(["comment", "github", "--path", "r.json", "--pr", "7", *options])


def test_created_then_unchanged_then_updated(
    api: Any, broken: Result, fine: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    write(broken)
    assert comment("--run", "1") == 0
    assert (
        capsys.readouterr().out == "comment created https://github.example/ada/nets/pull/7#issuecomment-1\n"
    )
    assert comment("--run", "2") == 0
    assert capsys.readouterr().out == "comment unchanged\n"
    write(fine)
    assert comment("--run", "3") == 0
    assert (
        capsys.readouterr().out == "comment updated https://github.example/ada/nets/pull/7#issuecomment-1\n"
    )
    (only,) = api.comments
    assert only["body"] == tagged(comment_text(fine), "default", 3)
    assert [method for method, _ in api.asked if method != "GET"] == ["POST", "PATCH"]
    assert api.tokens == {f"Bearer {api.token}"}


def test_an_older_run_writes_over_nothing(
    api: Any, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.add(tagged("newer", "default", 9))
    write(broken)
    for behavior in ("update", "new", "delete-and-new"):
        assert comment("--run", "8", "--behavior", behavior) == 0
    assert capsys.readouterr().out == "comment outdated\n" * 3
    assert [each["body"] for each in api.comments] == [tagged("newer", "default", 9)]


def test_other_behaviors(api: Any, broken: Result) -> None:
    api.add(tagged("old", "default", 1))
    write(broken)
    comment("--run", "2", "--behavior", "new")
    assert [each["id"] for each in api.comments] == [1, 2]
    comment("--run", "3", "--behavior", "new")  # says the same
    assert [each["id"] for each in api.comments] == [1, 2]
    api.comments[-1]["body"] = tagged("older", "default", 3)
    comment("--run", "4", "--behavior", "delete-and-new")
    assert [each["id"] for each in api.comments] == [3]


def test_comments_of_others_are_left_alone(api: Any, broken: Result) -> None:
    forged = api.add(tagged("not ours", "default", 10**18), login="eve")
    other = api.add(tagged("another check", "size", 1))
    talk = api.add("a comment\n<!-- costcalc comment id=default run=1 -->")
    bodies = [forged["body"], other["body"], talk["body"]]
    write(broken)
    assert comment("--run", "1") == 0
    assert [each["body"] for each in api.comments[:3]] == bodies
    assert len(api.comments) == 4


def test_where_github_does_not_tell_who_we_are_bots_are_meant(api: Any, broken: Result) -> None:
    api.login = None
    api.add(tagged("forged", "default", 10**18), login="eve")
    write(broken)
    comment("--run", "1")
    comment("--run", "2")
    assert [each["user"]["type"] for each in api.comments] == ["User", "Bot"]


def test_the_comment_is_found_on_any_page(api: Any, broken: Result) -> None:
    for number in range(230):
        api.add(f"talk {number}")
    api.add(tagged("old", "default", 1))
    write(broken)
    assert comment("--run", "2") == 0
    assert len(api.comments) == 231
    assert api.comments[-1]["body"] == tagged(comment_text(broken), "default", 2)
    assert sum("page=3" in path for _, path in api.asked) == 1


def test_what_is_worth_a_comment(api: Any, fine: Result, capsys: pytest.CaptureFixture[str]) -> None:
    write(fine)  # no base: nothing changed, and nothing is broken
    assert comment() == 0
    assert comment("--only-on", "breach") == 0
    assert capsys.readouterr().out == "comment not needed\n" * 2
    assert comment("--only-on", "always") == 0
    assert len(api.comments) == 1


def test_is_wanted(broken: Result, fine: Result, difference: Result) -> None:
    assert is_wanted(broken, "breach") and is_wanted(broken, "change")
    assert not is_wanted(difference, "breach") and is_wanted(difference, "change")
    assert not is_wanted(fine, "change") and is_wanted(fine, "always")
    assert is_wanted(replace(fine, limit_changes=broken.limit_changes), "change")


def test_a_token_that_may_not_comment_is_worth_a_warning(
    api: Any, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [403]
    write(broken)
    assert comment() == 0
    said = capsys.readouterr()
    assert "warning[E857]: the comment is not posted" in said.err
    assert said.out == ""
    assert api.token not in said.err


@pytest.mark.parametrize(
    ("status", "help"), [(401, "GITHUB_TOKEN"), (404, "--repo and --pr"), (422, "no such luck")]
)
def test_refusals_are_explained(
    status: int, help: str, api: Any, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [status]
    write(broken)
    assert comment() == 2
    said = capsys.readouterr().err
    assert f"error[E855]: GitHub refuses: POST /repos/ada/nets/issues/7/comments gives {status}" in said
    assert help in said


def test_a_redirection_is_not_followed_with_the_token(
    api: Any, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [302]
    write(broken)
    assert comment() == 2
    assert "gives 302" in capsys.readouterr().err
    assert "/elsewhere" not in [path for _, path in api.asked]


def test_failures_pass(api: Any, broken: Result, capsys: pytest.CaptureFixture[str]) -> None:
    api.failures = {"GET": [502, 500], "POST": [503]}
    write(broken)
    assert comment() == 0
    assert "comment created" in capsys.readouterr().out
    assert len(api.comments) == 1


def test_a_post_whose_answer_was_lost_is_not_repeated(
    api: Any, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [502]
    api.keeps_failed_posts = True
    write(broken)
    assert comment() == 0
    assert len(api.comments) == 1
    assert capsys.readouterr().out == "comment unchanged\n"


def test_failures_that_do_not_pass_end(api: Any, broken: Result, capsys: pytest.CaptureFixture[str]) -> None:
    api.failures["PATCH"] = [500, ...]
    api.add(tagged("old", "default", 1))
    write(broken)
    assert comment() == 2
    assert "error[E856]: GitHub cannot be reached, after 4 attempts: PATCH" in capsys.readouterr().err
    assert [method for method, _ in api.asked].count("PATCH") == 4


def test_nobody_answers(
    api: Any, broken: Result, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(broken)
    assert comment("--api-url", "http://127.0.0.1:9") == 2
    assert "error[E856]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "http://api.github.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://127.0.0.1",
        "https://user:secret@api.github.com",
        "https://",
        "https://api.github.com:x",
        "file:///etc/passwd",
        "api.github.com",
    ],
)
def test_the_token_goes_nowhere_else(
    url: str, api: Any, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    write(broken)
    assert comment("--api-url", url) == 2
    assert "error[E854]" in capsys.readouterr().err
    assert api.asked == []


def test_a_dry_run_needs_nothing_and_prints_the_body(
    api: Any, broken: Result, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.delenv("GITHUB_REPOSITORY")
    write(broken)
    assert run(["comment", "github", "--path", "r.json", "--dry-run", "--id", "mobile", "--run", "3"]) == 0
    assert capsys.readouterr().out == tagged(comment_text(broken), "mobile", 3)
    assert api.asked == []


def test_the_pull_request_and_the_run_are_those_of_the_workflow(
    api: Any, broken: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REF", "refs/pull/7/merge")
    monkeypatch.setenv("GITHUB_RUN_ID", "12")
    write(broken)
    assert run(["comment", "github", "--path", "r.json"]) == 0
    assert api.comments[0]["body"].startswith("<!-- costcalc comment id=default run=12 -->\n### ")


@pytest.mark.parametrize(
    ("options", "environment", "code"),
    [
        (["--pr", "7", "--repo", "ada"], {}, "E030"),
        (["--pr", "7", "--repo", "ada/../x"], {}, "E030"),
        (["--pr", "7", "--id", "a b"], {}, "E030"),
        ([], {"GITHUB_REF": "refs/heads/main"}, "E030"),
        (["--pr", "7"], {"GITHUB_TOKEN": " "}, "E853"),
        (["--pr", "7"], {"GITHUB_TOKEN": "a\nb"}, "E853"),
    ],
)
def test_wrong_arguments(
    options: list[str],
    environment: dict[str, str],
    code: str,
    api: Any,
    broken: Result,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write(broken)
    assert run(["comment", "github", "--path", "r.json", *options]) == 2
    assert f"error[{code}]" in capsys.readouterr().err
    assert api.asked == []


def test_in_a_process_of_its_own(api: Any, broken: Result, tmp_path: Path) -> None:
    write(broken)
    command = [sys.executable, "-m", "costcalc", "comment", "github", "--path", "r.json", "--pr", "7"]
    process = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.startswith("comment created https://")


# ---- the text ------------------------------------------------------------------------------------


def many(networks: int) -> Result:
    """Return a check in which many networks fail, each for several layers."""
    models = tuple(
        ModelChange(f"specs/net{number}.yaml", "changed", {"macs": Values(2, 1)}, "x")
        for number in range(networks)
    )
    findings = tuple(
        Finding(
            model.model, "macs", "max", "fail", "crossed", Values(2, 1), 1, LimitSource("all"), Place("x", 1)
        )
        for model in models
    )
    return Result("check", Basis(), models, findings)


def test_a_long_report_is_cut_where_it_may_be() -> None:
    text = comment_text(many(2000))
    assert MOST_BYTES - 200 < len(text.encode()) <= MOST_BYTES
    assert text.startswith("### ❌ costcalc: 2,000 networks failed\n")
    assert "Some of the report is left out" in text
    assert text.rstrip().endswith("</sub>")
    assert text.count("<details>") == text.count("</details>")
    rows = [line for line in text.splitlines() if line.startswith("| ❌")]
    assert len(rows) > 300
    assert all(row.endswith(" |") for row in rows)


@pytest.mark.parametrize("most", [400, 1000, 2000, 3000])
def test_what_is_cut_stays_well_formed(broken: Result, most: int) -> None:
    text = comment_text(broken, most_bytes=most)
    assert len(text.encode()) <= most
    assert text.count("<details>") == text.count("</details>")
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert table.splitlines()[1].startswith("| :--")


def test_a_short_report_is_not_cut(broken: Result) -> None:
    assert "left out" not in comment_text(broken)


def test_comments_are_found_by_their_tag_at_the_start() -> None:
    bodies = [
        (1, tagged("a\nb\n", "x", 5)),
        (2, tagged("a", "y", 5)),
        (3, "talk"),
        (4, "> " + tagged("quoted", "x", 9)),
        (5, tagged("c\r\nd", "x", 6).replace("\n", "\r\n", 1)),
    ]
    assert find_comments(bodies, "x") == [Comment(1, 5, "a\nb\n"), Comment(5, 6, "c\nd")]


def test_plans() -> None:
    old = Comment(1, 1, "old")
    assert plan([], "t", 1, "update", wanted=True) == Plan("created", create=True)
    assert plan([], "t", 1, "update", wanted=False) == Plan("not needed")
    assert plan([old], "t", 1, "update", wanted=False) == Plan("updated", edit=1)
    assert plan([old], " old\n", 5, "new", wanted=True) == Plan("unchanged")
    assert plan([old, Comment(2, 1, "t")], "t", 1, "delete-and-new", wanted=True) == Plan(
        "unchanged", delete=(1,)
    )
    assert plan([Comment(2, 9, "t"), old], "u", 5, "update", wanted=True) == Plan("outdated")
