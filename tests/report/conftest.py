"""Results to render, everything that can be found in one check and one diff; and whom to tell."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import costcalc.cli.github
from costcalc.gate.result import (
    Base,
    Context,
    Finding,
    LimitChange,
    ModelChange,
    Part,
    Place,
    Result,
    Rule,
    Status,
    Values,
)

M1 = "specs/mobile/m1.yaml"
MOBILE = Rule(
    "mobile",
    Place("costcalc.toml", 14),
    message="Ask @mobile-perf before raising.",
    reason="Pixel 6 at 20 ms needs <= 300M",
)
FLAGS = Rule("--max-increase")
BASE = Base("origin/main", "3f2a9c1d0e5b47a6988f4c0b7a3d2e1f00aa11bb", is_merge_base=True)


def part(name: str, value: int | None, base: int | None, line: int = 0, **about: Any) -> Part:
    """Return a stage or layer by its MACs, with a parameter per thousand of them."""
    status: Status = "added" if base is None else "removed" if value is None else "changed"
    params = Values(*(None if each is None else each // 1000 for each in (value, base)))
    place = Place(M1, line, 13) if line else None
    return Part(name, status, {"macs": Values(value, base), "params": params}, place, **about)


LAYERS = (
    part("stage3.1.expand", 10_000_000, 6_000_000, 31, now="conv 1x1 64 -> 384", before="conv 1x1 64 -> 256"),
    part("stage3.1.dw", 5_000_000, 4_000_000, 31, now="conv dw 3x3", before="conv dw 3x3"),
    part("stage3.3.expand", 6_900_000, None, 31, now="conv 1x1"),
    part("head.1", 1_500_000, 1_000_000, 40, now="linear", before="linear"),
    part("old", None, 1_000, 9, before="conv 3x3"),
    *(
        part(f"stage4.{number}", 1_000 + number, 1_000, 35, now="conv 1x1", before="conv 1x1")
        for number in (1, 2)
    ),
)
STAGES = (
    part("stage3", 151_900_000, 140_000_000, 31, now="expand = 6", before="expand = 4"),
    part("head", 1_500_000, 1_000_000, 40),
)
METRICS = {
    "macs": Values(312_400_000, 300_000_000),
    "flops": Values(624_800_000, 600_000_000),
    "params": Values(4_231_976, 4_231_976),
    "memory_access": Values(57_845_760, 57_840_000),
    "peak_memory": Values(8_388_609, 8_388_608),
}
CHANGED = ModelChange(M1, "changed", METRICS, M1, stages=STAGES, layers=LAYERS)
FINE = {metric: Values(each.base, each.base) for metric, each in METRICS.items()}


def finding(
    model: str, metric: str, value: int | None, base: int | None, limit: int | None, **about: Any
) -> Finding:
    """Return a finding about a `max` of the rule for mobiles, unless said otherwise."""
    rest: dict[str, Any] = {"kind": "max", "verdict": "pass", "outcome": "within", "rule": MOBILE} | about
    return Finding(model, metric, values=Values(value, base), limit=limit, **rest)


FAIL = {"verdict": "fail", "place": Place(M1, 31, 13)}
WARN = {"verdict": "warn", "outcome": "over_before"}
INCREASE = {"kind": "max_increase"}
SLACK = {"kind": "max_slack", "verdict": "note", "outcome": "slack"}
SKIPPED = {"verdict": "note", "outcome": "skipped"}


@pytest.fixture
def broken() -> Result:
    """Return a check that fails, warns, notes and passes."""
    return Result(
        "check",
        Context(),
        (
            CHANGED,
            ModelChange("specs/new.yaml", "added", {"macs": Values(5_000_000)}, "specs/new.yaml"),
            ModelChange("specs/gone.yaml", "removed", {"macs": Values(None, 7_000_000)}, "specs/gone.yaml"),
            ModelChange("specs/b.yaml@x2", "renamed", FINE, "specs/b.yaml", before="specs/a.yaml@x2"),
            ModelChange("specs/same.yaml", "unchanged", FINE, "specs/same.yaml"),
        ),
        (
            finding(M1, "macs", 312_400_000, 300_000_000, 300_000_000, **FAIL, outcome="crossed"),
            finding(
                M1,
                "macs",
                312_400_000,
                300_000_000,
                306_000_000,
                **FAIL,
                **INCREASE,
                outcome="grew",
                rule=FLAGS,
            ),
            finding(M1, "peak_memory", 8_388_609, 8_388_608, 8_388_608, verdict="fail", outcome="crossed"),
            finding("specs/new.yaml", "macs", 5_000_000, None, None, **INCREASE, outcome="new"),
            finding("specs/new.yaml", "macs", 5_000_000, None, 300_000_000, **SLACK),
            finding("specs/b.yaml@x2", "macs", 300_000_000, 300_000_000, 250_000_000, **WARN),
            finding("specs/same.yaml", "macs", 300_000_000, 300_000_000, 300_000_000),
            finding("specs/same.yaml", "params", 4_231_976, 4_231_976, None, **INCREASE, **SKIPPED),
        ),
        BASE,
        (LimitChange("mobile", "max.macs", "280M", "300M", True, Place("costcalc.toml", 15)),),
        ("--against auto chose origin/main",),
    )


@pytest.fixture
def fine() -> Result:
    """Return a check without a base that passes."""
    models = (ModelChange("mobilenet", "added", {"macs": Values(568_740_352)}, "mobilenet.yaml"),)
    return Result("check", Context(), models, (finding("mobilenet", "macs", 568_740_352, None, 600_000_000),))


@pytest.fixture
def difference(broken: Result) -> Result:
    """Return a diff of the same networks."""
    return Result("diff", broken.context, broken.models, base=BASE)


# ---- a server that plays GitHub's API ------------------------------------------------------------


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
        self.token = "ghs_0123456789abcdef"

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
    monkeypatch.setenv("GITHUB_TOKEN", api.token)
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/nets")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # to one's own machine no proxy leads
    monkeypatch.setattr(costcalc.cli.github, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.chdir(tmp_path)
    yield api
    server.shutdown()
    server.server_close()
