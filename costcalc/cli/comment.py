"""`costcalc comment`: the result of a check or a diff under a pull request."""

from __future__ import annotations

import os
import re
import time
from typing import Final

import click

from costcalc.cli.results import read_results
from costcalc.cli.streams import report, write
from costcalc.errors import Diagnostic, UsageError
from costcalc.gate.result import Result
from costcalc.report.diagnostics import printable
from costcalc.report.gate.comment import Behavior, OnlyOn, comment_text, is_wanted, plan, tagged

API: Final = "https://api.github.com"
_REPOSITORY: Final = re.compile(r"[\w-][\w.-]*/[\w.-]*[\w-][\w.-]*", re.ASCII)
_PULL: Final = re.compile(r"refs/pull/(\d{1,9})/")
_ID: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)


@click.group("comment")
def command() -> None:
    """Tell the result of a check or a diff under a pull request."""


@command.command("github")
@click.option("--path", "paths", metavar="RESULT", multiple=True, required=True,
              help="What `costcalc check -o json=RESULT` wrote; may be repeated.")  # fmt: skip
@click.option("--repo", metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY",
              help="The repository.  [default: $GITHUB_REPOSITORY]")  # fmt: skip
@click.option("--pr", metavar="N", type=click.IntRange(min=1),
              help="The pull request.  [default: the one of $GITHUB_REF]")  # fmt: skip
@click.option("--only-on", type=click.Choice(["change", "breach", "always"]), default="change",
              help="When to begin; one that is there is always updated.  [default: change]")  # fmt: skip
@click.option("--behavior", type=click.Choice(["update", "new", "delete-and-new"]), default="update",
              help="What becomes of the one that is there.  [default: update]")  # fmt: skip
@click.option("--id", "id", metavar="ID", default="default",
              help="Tells the comments of several checks apart.  [default: default]")  # fmt: skip
@click.option("--run", metavar="N", type=click.IntRange(min=0, max=10**19), envvar="GITHUB_RUN_ID",
              help="Which run this is: an older one writes over nothing.  "
                   "[default: $GITHUB_RUN_ID, else the time]")  # fmt: skip
@click.option("--top", metavar="N", type=click.IntRange(min=0), default=5,
              help="How many layers to list; 0 lists all.  [default: 5]")  # fmt: skip
@click.option("--api-url", metavar="URL", envvar="GITHUB_API_URL", default=API,
              help=f"Where GitHub's API is.  [default: $GITHUB_API_URL, else {API}]")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print the comment and post nothing.")
def github(
    paths: tuple[str, ...],
    repo: str | None,
    pr: int | None,
    only_on: OnlyOn,
    behavior: Behavior,
    id: str,
    run: int | None,
    top: int,
    api_url: str,
    dry_run: bool,
) -> None:
    """Comment on a pull request of GitHub, or update the comment that is there.

    The token is taken from $GITHUB_TOKEN and from nowhere else. A token that may not comment, as in pull
    requests from forks, is worth a warning and no more: what a check found does not depend on it.
    """
    if not _ID.fullmatch(id):
        raise _wrong(f"--id {id}: an id is of letters, digits, `_`, `.` and `-`", "for example: --id mobile")
    result = read_results(paths)
    text = comment_text(result, top=top)
    run = int(time.time()) if run is None else run
    if dry_run:
        write(tagged(text, id, run))
        return
    _post(
        result,
        text,
        _repository(repo),
        _pull(pr),
        api_url,
        only_on=only_on,
        behavior=behavior,
        id=id,
        run=run,
    )


def _post(
    result: Result,
    text: str,
    repository: str,
    number: int,
    api_url: str,
    *,
    only_on: OnlyOn,
    behavior: Behavior,
    id: str,
    run: int,
) -> None:
    from costcalc.cli.github import ForbiddenError, GitHub, attempted, check_url
    from costcalc.report.gate.comment import find_comments

    url, token = check_url(api_url), _token()
    site = GitHub(url, token, repository, number)
    body = tagged(text, id, run)

    def publish() -> str:
        existing = find_comments([*site.comments()], id)
        todo = plan(existing, text, run, behavior, wanted=is_wanted(result, only_on))
        where = ""
        if todo.edit is not None:
            where = site.edit(todo.edit, body)
        elif todo.create:
            where = site.create(body)
        for old in todo.delete:  # the new one first: if this is all that works, nothing is lost
            site.delete(old)
        return f"{todo.action} {printable(where)}".rstrip()

    try:
        write(f"comment {attempted(publish)}\n")
    except ForbiddenError as error:
        message = f"the comment is not posted, as the token may not do that: {error}"
        help = "pull requests from forks get such tokens; a `workflow_run` workflow may comment on them"
        report([Diagnostic("E857", message, help=help, severity="warning")])


def _token() -> str:
    token = os.environ.get("GITHUB_TOKEN", "").strip()
    if not token:
        help = (
            "in a workflow: env: {GITHUB_TOKEN: ${{ github.token }}}; or see what it would be with --dry-run"
        )
        raise UsageError(Diagnostic("E853", "there is no GITHUB_TOKEN to comment with", help=help))
    if not token.isascii() or not token.isprintable():
        raise UsageError(
            Diagnostic("E853", "GITHUB_TOKEN is no token", help="it has characters that none has")
        )
    return token


def _repository(repo: str | None) -> str:
    if repo is None or not _REPOSITORY.fullmatch(repo):
        problem = "there is no --repo" if repo is None else f"--repo {repo[:80]}: it takes OWNER/NAME"
        raise _wrong(problem, "for example: --repo ada/nets")
    return repo


def _pull(pr: int | None) -> int:
    if pr is not None:
        return pr
    match = _PULL.match(os.environ.get("GITHUB_REF", ""))
    if not match:
        raise _wrong("there is no --pr, and GITHUB_REF names no pull request", "for example: --pr 12")
    return int(match[1])


def _wrong(message: str, help: str) -> UsageError:
    return UsageError(Diagnostic("E030", message, help=help))
