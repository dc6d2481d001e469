"""`costcalc comment github` against a server on this machine that plays GitHub's API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import costcalc.cli.github
from costcalc.cli import run
from costcalc.gate.result import Context, Finding, ModelChange, Place, Result, Rule, Values
from costcalc.gate.serial import to_json
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

TOKEN = "ghs_0123456789abcdef"
ROOT = Path(__file__).parents[2]


class Api:
    """What the server knows, and what it was asked.

    Attributes:
        comments: Those of the pull request, as GitHub gives them.
        failures: Statuses to answer with first, by method, each used once; a last one of `...` repeats.
        asked: Methods and paths, in order.
    """

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.failures: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.tokens: set[str | None] = set()
        self.login: str | None = "ada"
        self.next = 1
        self.keeps_failed_posts = False

    def add(self, body: str, login: str = "ada", type: str = "User") -> dict[str, Any]:
        comment = {
            "id": self.next,
            "body": body,
            "user": {"login": login, "type": type},
            "html_url": f"https://github.example/ada/nets/pull/7#issuecomment-{self.next}",
        }
        self.next += 1
        self.comments.append(comment)
        return comment

    def failure(self, method: str) -> int | None:
        left = self.failures.get(method, [])
        if not left:
            return None
        return int(left[0]) if len(left) > 1 and left[1] is ... else int(left.pop(0))

    def answer(self, method: str, path: str, body: str | None) -> tuple[int, Any]:
        comments = "/repos/ada/nets/issues/comments/"
        if path == "/user":
            return (
                (200, {"login": self.login}) if self.login else (403, {"message": "Resource not accessible"})
            )
        if path.startswith("/repos/ada/nets/issues/7/comments"):
            if method == "POST":
                return 201, self.add(
                    str(body), self.login or "github-actions[bot]", "User" if self.login else "Bot"
                )
            query = dict(part.split("=") for part in path.partition("?")[2].split("&"))
            start = (int(query["page"]) - 1) * int(query["per_page"])
            return 200, self.comments[start : start + int(query["per_page"])]
        if path.startswith(comments):
            comment = next(each for each in self.comments if each["id"] == int(path.removeprefix(comments)))
            if method == "DELETE":
                self.comments.remove(comment)
                return 204, None
            comment["body"] = body
            return 200, comment
        return 404, {"message": "Not Found"}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Api]:
    """Serve the API, and point the command to it."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            method = self.command
            api.asked.append((method, self.path))
            api.tokens.add(self.headers["Authorization"])
            length = int(self.headers["Content-Length"] or 0)
            body = json.loads(self.rfile.read(length))["body"] if length else None
            status, document = api.failure(method), {"message": "no such luck"}
            if status is None:
                status, document = api.answer(method, self.path, body)
            elif api.keeps_failed_posts and method == "POST":
                api.answer(method, self.path, body)
            data = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    port = server.server_port
    for name in ("GITHUB_REF", "GITHUB_RUN_ID", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/nets")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # to one's own machine no proxy leads
    monkeypatch.setattr(costcalc.cli.github, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.chdir(tmp_path)
    yield api
    server.shutdown()
    server.server_close()


def write(result: Result) -> None:
    Path("r.json").write_text(json.dumps(to_json(result)), "utf-8")


def comment(*options: str) -> int:
    return run(["comment", "github", "--path", "r.json", "--pr", "7", *options])


def test_created_then_unchanged_then_updated(
    api: Api, broken: Result, fine: Result, capsys: pytest.CaptureFixture[str]
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
    assert api.tokens == {f"Bearer {TOKEN}"}


def test_an_older_run_writes_over_nothing(
    api: Api, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.add(tagged("newer", "default", 9))
    write(broken)
    for behavior in ("update", "new", "delete-and-new"):
        assert comment("--run", "8", "--behavior", behavior) == 0
    assert capsys.readouterr().out == "comment outdated\n" * 3
    assert [each["body"] for each in api.comments] == [tagged("newer", "default", 9)]


def test_other_behaviors(api: Api, broken: Result) -> None:
    api.add(tagged("old", "default", 1))
    write(broken)
    comment("--run", "2", "--behavior", "new")
    assert [each["id"] for each in api.comments] == [1, 2]
    comment("--run", "3", "--behavior", "new")  # says the same
    assert [each["id"] for each in api.comments] == [1, 2]
    api.comments[-1]["body"] = tagged("older", "default", 3)
    comment("--run", "4", "--behavior", "delete-and-new")
    assert [each["id"] for each in api.comments] == [3]


def test_comments_of_others_are_left_alone(api: Api, broken: Result) -> None:
    forged = api.add(tagged("not ours", "default", 10**18), login="eve")
    other = api.add(tagged("another check", "size", 1))
    talk = api.add("a comment\n<!-- costcalc comment id=default run=1 -->")
    bodies = [forged["body"], other["body"], talk["body"]]
    write(broken)
    assert comment("--run", "1") == 0
    assert [each["body"] for each in api.comments[:3]] == bodies
    assert len(api.comments) == 4


def test_where_github_does_not_tell_who_we_are_bots_are_meant(api: Api, broken: Result) -> None:
    api.login = None
    api.add(tagged("forged", "default", 10**18), login="eve")
    write(broken)
    comment("--run", "1")
    comment("--run", "2")
    assert [each["user"]["type"] for each in api.comments] == ["User", "Bot"]


def test_the_comment_is_found_on_any_page(api: Api, broken: Result) -> None:
    for number in range(230):
        api.add(f"talk {number}")
    api.add(tagged("old", "default", 1))
    write(broken)
    assert comment("--run", "2") == 0
    assert len(api.comments) == 231
    assert api.comments[-1]["body"] == tagged(comment_text(broken), "default", 2)
    assert sum("page=3" in path for _, path in api.asked) == 1


def test_what_is_worth_a_comment(api: Api, fine: Result, capsys: pytest.CaptureFixture[str]) -> None:
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
    api: Api, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [403]
    write(broken)
    assert comment() == 0
    said = capsys.readouterr()
    assert "warning[E857]: the comment is not posted" in said.err
    assert said.out == ""
    assert TOKEN not in said.err


@pytest.mark.parametrize(
    ("status", "help"), [(401, "GITHUB_TOKEN"), (404, "--repo and --pr"), (422, "no such luck")]
)
def test_refusals_are_explained(
    status: int, help: str, api: Api, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [status]
    write(broken)
    assert comment() == 2
    said = capsys.readouterr().err
    assert f"error[E855]: GitHub refuses: POST /repos/ada/nets/issues/7/comments gives {status}" in said
    assert help in said


def test_a_redirection_is_not_followed_with_the_token(
    api: Api, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [302]
    write(broken)
    assert comment() == 2
    assert "gives 302" in capsys.readouterr().err
    assert "/elsewhere" not in [path for _, path in api.asked]


def test_failures_pass(api: Api, broken: Result, capsys: pytest.CaptureFixture[str]) -> None:
    api.failures = {"GET": [502, 500], "POST": [503]}
    write(broken)
    assert comment() == 0
    assert "comment created" in capsys.readouterr().out
    assert len(api.comments) == 1


def test_a_post_whose_answer_was_lost_is_not_repeated(
    api: Api, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    api.failures["POST"] = [502]
    api.keeps_failed_posts = True
    write(broken)
    assert comment() == 0
    assert len(api.comments) == 1
    assert capsys.readouterr().out == "comment unchanged\n"


def test_failures_that_do_not_pass_end(api: Api, broken: Result, capsys: pytest.CaptureFixture[str]) -> None:
    api.failures["PATCH"] = [500, ...]
    api.add(tagged("old", "default", 1))
    write(broken)
    assert comment() == 2
    assert "error[E856]: GitHub cannot be reached, after 4 attempts: PATCH" in capsys.readouterr().err
    assert [method for method, _ in api.asked].count("PATCH") == 4


def test_nobody_answers(
    api: Api, broken: Result, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
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
    url: str, api: Api, broken: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    write(broken)
    assert comment("--api-url", url) == 2
    assert "error[E854]" in capsys.readouterr().err
    assert api.asked == []


def test_a_dry_run_needs_nothing_and_prints_the_body(
    api: Api, broken: Result, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.delenv("GITHUB_REPOSITORY")
    write(broken)
    assert run(["comment", "github", "--path", "r.json", "--dry-run", "--id", "mobile", "--run", "3"]) == 0
    assert capsys.readouterr().out == tagged(comment_text(broken), "mobile", 3)
    assert api.asked == []


def test_the_pull_request_and_the_run_are_those_of_the_workflow(
    api: Api, broken: Result, monkeypatch: pytest.MonkeyPatch
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
    api: Api,
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


def test_in_a_process_of_its_own(api: Api, broken: Result, tmp_path: Path) -> None:
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
        Finding(model.model, "macs", "max", "fail", "crossed", Values(2, 1), 1, Rule("all"), Place("x", 1))
        for model in models
    )
    return Result("check", Context(), models, findings)


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
