"""Results to render, everything that can be found in one check and one diff; and whom to tell."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import gate_results
import pytest

import costcalc.cli.github
from costcalc.gate.result import Result


@pytest.fixture
def broken() -> Result:
    """Return a check that fails, warns, notes and passes."""
    return gate_results.broken_result()


@pytest.fixture
def fine() -> Result:
    """Return a check without a base that passes."""
    return gate_results.fine_result()


@pytest.fixture
def difference() -> Result:
    """Return a diff of the same networks."""
    return gate_results.difference()


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
