"""The few requests to GitHub that a comment takes: bounded in time, and careful with the token."""

from __future__ import annotations

import http.client
import ipaddress
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from costcalc.errors import CostcalcError, Diagnostic, UsageError
from costcalc.version import __version__

TIMEOUT: Final = 20.0
"""Seconds that an answer may take."""

WAITS: Final = (1.0, 3.0, 9.0)
"""Seconds before each further attempt."""

MOST_PAGES: Final = 100
PER_PAGE: Final = 100
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of an answer: a hundred comments of the largest size."""

_RETRIED: Final = (429, 500, 502, 503, 504)

_Answer = TypeVar("_Answer")


class ForbiddenError(Exception):
    """The token may not do that, which is how things are for pull requests from forks."""


class _UnreachableError(Exception):
    """GitHub cannot be reached, or fails: worth another attempt."""


def check_url(url: str) -> str:
    """Return the base URL of an API.

    Raises:
        UsageError: E854, a token sent there could be read on the way.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise _refused(url, str(error)) from None
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise _refused(url, "it is no plain URL")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts)):
        raise _refused(url, "the token would be sent in the clear")
    return url.rstrip("/")


def _refused(url: str, problem: str) -> UsageError:
    message = f"`{url[:200]}` is no place to send a token to: {problem}"
    return UsageError(Diagnostic("E854", message, help="for example: --api-url https://api.github.com"))


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _NoRedirects(HTTPRedirectHandler):
    """Follows nothing: the token is for the host that it was given for."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class GitHub:
    """Comments on one pull request."""

    def __init__(self, url: str, token: str, repository: str, number: int) -> None:
        """Talk to the API at a URL that `check_url` let through."""
        self._token = token
        self._url = url
        self._comments = f"/repos/{repository}/issues/comments"
        self._of_pull = f"/repos/{repository}/issues/{number}/comments"
        self._opener = _opener(url)

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield the number and body of every comment of ours, the oldest first.

        Anybody can write a comment that looks like ours. The token's user is known; where GitHub does not
        tell it, as in Actions, only comments of bots are looked at.
        """
        login = self._login()
        for page in range(1, MOST_PAGES + 1):
            found = self._ask("GET", f"{self._of_pull}?per_page={PER_PAGE}&page={page}")
            if not isinstance(found, list):
                help = "look at --api-url"
                raise CostcalcError(Diagnostic("E855", "what answers is not GitHub's API", help=help))
            for comment in found:
                user = comment.get("user") or {}
                if user.get("login") == login if login else user.get("type") == "Bot":
                    yield comment["id"], comment.get("body") or ""
            if len(found) < PER_PAGE:
                return

    def create(self, body: str) -> str:
        """Post a comment, and return where it is."""
        return str(self._ask("POST", self._of_pull, body)["html_url"])

    def edit(self, number: int, body: str) -> str:
        """Write over a comment, and return where it is."""
        return str(self._ask("PATCH", f"{self._comments}/{number}", body)["html_url"])

    def delete(self, number: int) -> None:
        """Delete a comment."""
        self._ask("DELETE", f"{self._comments}/{number}")

    def _login(self) -> str | None:
        try:
            return str(self._ask("GET", "/user")["login"])
        except (ForbiddenError, CostcalcError):
            return None

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        data = None if body is None else json.dumps({"body": body}).encode()
        request = Request(self._url + path, data, method=method)
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("User-Agent", f"costcalc/{__version__}")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                text = answer.read(MOST_BYTES)
            return json.loads(text) if text else None
        except HTTPError as error:
            with error:
                raise self._error(error.code, _message(error), f"{method} {path}") from None
        except (URLError, OSError, http.client.HTTPException, ValueError) as error:
            raise _UnreachableError(f"{method} {path}: {getattr(error, 'reason', None) or error}") from None

    def _error(self, status: int, message: str, what: str) -> Exception:
        said = f"{what} gives {status}{f', {message}' if message else ''}".replace(self._token, "***")
        if status in _RETRIED:
            return _UnreachableError(said)
        if status == 403:
            return ForbiddenError(said)
        help = {
            401: "GITHUB_TOKEN is not a token that GitHub knows",
            404: "look at --repo and --pr, and whether the token may see that repository",
        }.get(status)
        return CostcalcError(Diagnostic("E855", f"GitHub refuses: {said}", help=help))


def attempted(work: Callable[[], _Answer], sleep: Callable[[float], None] = time.sleep) -> _Answer:
    """Return what some work returns, that is done again a few times while GitHub cannot be reached.

    It must do no harm twice: a comment that was posted before the answer was lost is found by the next
    attempt.

    Raises:
        CostcalcError: E856, no attempt got through.
    """
    for wait in (*WAITS, None):
        try:
            return work()
        except _UnreachableError as error:
            if wait is None:
                message = f"GitHub cannot be reached, after {len(WAITS) + 1} attempts: {error}"
                raise CostcalcError(Diagnostic("E856", message, help="run it again later")) from None
            sleep(wait)
    raise AssertionError("every attempt returns or raises")


def _opener(url: str) -> OpenerDirector:
    """Return what opens URLs; whoever talks to their own machine wants no proxy."""
    if _is_loopback(urlsplit(url)):
        return build_opener(_NoRedirects, ProxyHandler({}))
    return build_opener(_NoRedirects)


def _message(error: HTTPError) -> str:
    """Return what GitHub says is wrong, in short."""
    try:
        document = json.loads(error.read(64 * 1024))
        return str(document["message"])[:200]
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return ""
