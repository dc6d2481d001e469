"""A repository, branches, and what `check` and `diff` say of them: as a pull request would go."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from costcalc.cli import run
from costcalc.cost import Basis, Cost
from costcalc.gate.git import Blobs
from costcalc.graph import Graph

ROOT = Path(__file__).parents[2]

NET = """\
costcalc: 1
name: net
import: [units]
input: [3, 32, 32]
columns: [name, op, c, n, s]
stages:
  - [stem, conv_bn_act, 16, ~, ~]
  - [stage1, unit, 16, 2, ~]
  - [stage2, unit, 32, 2, 2]
heads: {logits: [classifier: 10]}
variants:
  deep: {}
"""
UNITS = """\
costcalc: 1
name: units
import: [std]
blocks:
  unit:
    params: {c: ~, s: 1}
    body: [conv_bn_act: {c: c, s: s}]
"""
BUDGETS = """\
[[budget]]
name = "nets"
match = ["specs/*net.yaml"]
max = {macs = "10M", params = "30k"}  # the chip's
max_increase = {params = "10%"}
message = "ask @perf"
reason = "20 ms on the device"
"""
OWN_STD = """\
costcalc: 1
name: std
blocks:
  classifier: {params: {c: ~}, body: [gap, flatten, linear: c, linear: c]}
  conv_bn_act: {params: {c: ~, s: 1}, body: [conv: {c: c, k: 3, s: s}]}
"""
WIDER = ("[stage2, unit, 32", "[stage2, unit, 96")


class Checkout:
    """A working tree; commands run in it as a shell would run them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *arguments: str) -> str:
        process = subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, encoding="utf-8", check=False
        )
        assert process.returncode == 0, process.stderr
        return process.stdout.strip()

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def clone(self, *arguments: str, name: str = "clone") -> Checkout:
        self.git("clone", "-q", *arguments, f"file://{self.folder}", str(self.folder.parent / name))
        return Checkout(self.folder.parent / name)


class Shell:
    """Runs costcalc in a folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, checkout: Checkout, *arguments: str, code: int = 0) -> str:
        self._monkeypatch.chdir(checkout.folder)
        left = run(arguments)
        out, err = self._capsys.readouterr()
        assert left == code, out + err
        return out if code < 2 else err


@pytest.fixture
def costcalc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git and CI be nobody's in particular."""
    config = tmp_path / "gitconfig"
    config.write_text(
        "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n"
        '[protocol "file"]\nallow = always\n[advice]\ndetachedHead = false\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("CI", "GITHUB_BASE_REF", "GITHUB_STEP_SUMMARY", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Checkout:
    """Return a repository with two networks and their budgets, on a branch that has changed nothing yet."""
    checkout = Checkout(tmp_path / "repository")
    checkout.write("specs/net.yaml", NET)
    checkout.write("specs/othernet.yaml", NET.replace("16, 2", "8, 2"))
    checkout.write("specs/units.yaml", UNITS)
    checkout.write("costcalc.toml", BUDGETS)
    checkout.git("init", "-q")
    checkout.commit("networks and budgets")
    checkout.git("switch", "-qc", "branch")
    return checkout


AGAINST = ("check", "--against", "main")


def test_widening_a_stage_fails_and_undoing_it_passes(repository: Checkout, costcalc: Shell) -> None:
    assert "2 networks passed" in costcalc(repository, *AGAINST)
    repository.edit("specs/net.yaml", *WIDER)
    repository.commit("wider")
    told = costcalc(repository, *AGAINST, code=1)
    last = told[told.index("FAIL") :]
    assert "specs/net.yaml" in last and "specs/othernet.yaml" not in last
    assert "stage2" in last and "net.yaml:9" in last
    assert "costcalc.toml:4" in last
    assert "ask @perf" in last and "20 ms on the device" in last
    assert told.splitlines()[-1].startswith("1 network failed")
    found = json.loads(costcalc(repository, *AGAINST, "--format", "json", code=1))
    breach = next(each for each in found["findings"] if each["outcome"] == "crossed")
    assert (breach["file"], breach["line"]) == ("specs/net.yaml", 9)
    assert found["base"]["commit"] == repository.git("rev-parse", "main")
    stages = found["models"][0]["stages"]
    assert [(each["name"], each["before"], each["now"]) for each in stages] == [
        ("stage2", "c = 32", "c = 96"),
        ("logits", "", ""),
    ]
    repository.edit("specs/net.yaml", *reversed(WIDER))
    repository.commit("as it was")
    assert "2 networks passed" in costcalc(repository, *AGAINST)


def test_a_dirty_tree_is_checked_and_left_alone(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("specs/net.yaml", *WIDER)
    repository.write("specs/newnet.yaml", NET)
    repository.git("add", "specs/newnet.yaml")
    before = repository.git("status", "--porcelain"), repository.git("stash", "list")
    told = costcalc(repository, *AGAINST, code=1)
    assert "+ specs/newnet.yaml" in told
    assert (repository.git("status", "--porcelain"), repository.git("stash", "list")) == before
    assert not (repository.folder / ".git" / "index.lock").exists()


def test_the_base_is_where_the_branches_parted(repository: Checkout, costcalc: Shell) -> None:
    """Main moves on and makes its network smaller; this branch has not grown by that."""
    repository.git("switch", "-q", "main")
    repository.edit("specs/net.yaml", "[stage2, unit, 32", "[stage2, unit, 8")
    repository.commit("smaller")
    repository.git("switch", "-q", "branch")
    repository.edit("specs/othernet.yaml", "[stem, conv_bn_act, 16", "[stem, conv_bn_act, 8")
    repository.commit("smaller too")
    assert "specs/net.yaml" not in costcalc(repository, "diff", "--against", "main")
    assert "~ specs/net.yaml" in costcalc(repository, "diff", "--against", "main", "--against-exact")
    repository.git("rebase", "-q", "main")
    told = costcalc(repository, "diff", "--against", "main")
    assert "specs/net.yaml" not in told and "~ specs/othernet.yaml" in told


def test_an_edited_import_counts(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("specs/units.yaml", "{c: c, s: s}", "{c: c, s: s, k: 5}")
    told = costcalc(repository, *AGAINST, code=1)
    assert "FAIL specs/net.yaml" in told and "FAIL specs/othernet.yaml" in told


def test_an_import_that_was_there_before_counts(repository: Checkout, costcalc: Shell) -> None:
    """Today `unit` comes from elsewhere, as the file that had it is gone."""
    repository.git("switch", "-q", "main")
    repository.write("specs/std.yaml", OWN_STD)
    repository.commit("a std of our own")
    repository.git("switch", "-q", "branch")
    repository.git("rebase", "-q", "main")
    (repository.folder / "specs" / "std.yaml").unlink()
    assert "~ specs/net.yaml" in costcalc(repository, "diff", "--against", "main")


def test_renamed_and_deleted_specs_are_followed(repository: Checkout, costcalc: Shell) -> None:
    repository.git("mv", "specs/net.yaml", "specs/finenet.yaml")
    repository.edit("specs/finenet.yaml", *WIDER)
    repository.git("rm", "-q", "specs/othernet.yaml")
    told = costcalc(repository, *AGAINST, code=1)
    assert "specs/net.yaml -> specs/finenet.yaml" in told
    assert "FAIL specs/finenet.yaml  params" in told  # the rename does not make it new
    assert "allowed +" in told
    assert "- specs/othernet.yaml" in told
    repository.commit("moved")
    assert "specs/net.yaml -> specs/finenet.yaml" in costcalc(repository, *AGAINST, code=1)


def test_a_variant_that_is_gone_is_told(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("costcalc.toml", '"specs/*net.yaml"', '"specs/*net.yaml", "specs/*net.yaml@*"')
    assert "- specs" not in costcalc(repository, *AGAINST)
    repository.edit("specs/net.yaml", "  deep: {}", "  flat: {}")
    told = costcalc(repository, *AGAINST)
    assert "- specs/net.yaml@deep" in told and "+ specs/net.yaml@flat" in told
    assert "- specs/othernet" not in told


def test_many_files_that_moved_are_paired_if_they_are_the_same(
    repository: Checkout, costcalc: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costcalc.gate.base._MOST_PAIRS", 3)
    for name in ("net", "othernet"):
        repository.git("mv", f"specs/{name}.yaml", f"specs/my{name}.yaml")
    repository.edit("specs/mynet.yaml", *WIDER)
    told = costcalc(repository, "diff", "--against", "main")
    assert "- specs/net.yaml" in told and "+ specs/mynet.yaml" in told
    assert "othernet" not in told.replace("specs/othernet.yaml -> specs/myothernet.yaml", "")


def test_a_huge_file_of_the_past_is_not_read_whole(repository: Checkout, costcalc: Shell) -> None:
    huge = NET + "# a comment that goes on\n" * 100_000
    repository.write("specs/net.yaml", huge)
    repository.write("specs/thirdnet.yaml", NET)
    repository.commit("a mistake")
    repository.git("branch", "-qf", "main")
    repository.write("specs/net.yaml", NET)
    repository.edit("specs/thirdnet.yaml", *WIDER)
    told = costcalc(repository, *AGAINST, code=1)
    assert "specs/net.yaml cannot be counted in the base" in told and "E102" in told
    assert "FAIL specs/thirdnet.yaml" in told


def test_what_was_over_before_warns(repository: Checkout, costcalc: Shell) -> None:
    repository.git("switch", "-q", "main")
    repository.edit("costcalc.toml", '"10M"', '"8M"')
    repository.commit("a limit that is too low")
    repository.git("switch", "-q", "branch")
    repository.git("rebase", "-q", "main")
    told = costcalc(repository, *AGAINST)
    assert "WARN specs/net.yaml" in told and "as before this change" in told
    costcalc(repository, *AGAINST, "--strict", code=1)
    costcalc(repository, "check", "--max", "macs=1G", code=1)
    repository.edit("specs/net.yaml", "[stem, conv_bn_act, 16", "[stem, conv_bn_act, 17")
    assert "and growing" in costcalc(repository, *AGAINST, code=1)


def test_moved_limits_are_listed(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("costcalc.toml", '"10M"', '"20M"')
    repository.edit("costcalc.toml", 'max_increase = {params = "10%"}\n', "")
    told = costcalc(repository, *AGAINST)
    assert 'max.macs 10M -> 20M, loosened, rule "nets" costcalc.toml:4' in told
    assert "max_increase.params 10%, removed" in told
    costcalc(repository, *AGAINST, "--fail-on-limit-raise", code=1)
    costcalc(repository, *AGAINST, "--fail-on-limit-raise", "--exit-zero")
    repository.git("checkout", "-q", "costcalc.toml")
    repository.edit("costcalc.toml", '"10M"', '"9.9M"')
    assert "10M -> 9.9M, tightened" in costcalc(repository, *AGAINST, "--fail-on-limit-raise", code=0)


def test_a_spec_may_have_a_budget_of_its_own(repository: Checkout, costcalc: Shell) -> None:
    own = "budget:\n  max: {macs: 9M, depth: 9}\n  max_increase: {params: 1%}\n  message: ask ada\n"
    repository.git("switch", "-q", "main")
    repository.write("specs/net.yaml", NET + own)
    repository.commit("a budget of its own")
    repository.git("switch", "-q", "branch")
    repository.git("rebase", "-q", "main")
    assert "2 networks passed" in costcalc(repository, *AGAINST)
    repository.edit("specs/net.yaml", *WIDER)
    told = costcalc(repository, *AGAINST, code=1)
    assert 'rule "nets"' in told and 'rule "specs/net.yaml" specs/net.yaml:15' in told and "ask ada" in told
    repository.edit("specs/net.yaml", "macs: 9M", "macs: 90M")
    told = costcalc(repository, *AGAINST, code=1)
    assert 'max.macs 9M -> 90M, loosened, rule "specs/net.yaml" specs/net.yaml:14' in told
    costcalc(repository, "check", "specs/net.yaml", "--isolated")
    assert "E806" in costcalc(repository, "check", "specs/othernet.yaml", "--isolated", code=2)
    repository.git("mv", "specs/net.yaml", "specs/mynet.yaml")
    told = costcalc(repository, *AGAINST, code=1)
    assert 'max.macs 9M -> 90M, loosened, rule "specs/mynet.yaml"' in told and "removed" not in told
    repository.edit("specs/mynet.yaml", "depth: 9", "dpeth: 9")
    told = costcalc(repository, "check", code=2)
    assert "E802" in told and "specs/mynet.yaml:14:20" in told and "did you mean `depth`?" in told


def test_tightening_leaves_specs_alone(repository: Checkout, costcalc: Shell) -> None:
    text = NET + "budget: {max: {macs: 900M}}\n"
    repository.write("specs/net.yaml", text)
    costcalc(repository, "budget", "tighten")
    assert (repository.folder / "specs" / "net.yaml").read_text("utf-8") == text


def test_changed_limits_the_verdict(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("specs/othernet.yaml", "[stem, conv_bn_act, 16", "[stem, conv_bn_act, 8")
    document = json.loads(costcalc(repository, *AGAINST, "--changed", "--format", "json"))
    assert {each["model"] for each in document["findings"]} == {"specs/othernet.yaml"}
    assert len(document["models"]) == 2
    assert "E816" in costcalc(repository, "check", "--changed", code=2)


def test_a_base_that_is_wrong_is_no_obstacle_to_putting_it_right(
    repository: Checkout, costcalc: Shell
) -> None:
    repository.git("switch", "-q", "main")
    repository.edit("specs/net.yaml", "unit, 32", "unitt, 32")
    repository.commit("broken")
    repository.git("switch", "-q", "branch")
    repository.git("rebase", "-q", "main")
    assert "net.yaml:9" in costcalc(repository, *AGAINST, code=2)
    repository.edit("specs/net.yaml", "unitt, 32", "unit, 32")
    told = costcalc(repository, *AGAINST)
    assert "specs/net.yaml cannot be counted in the base" in told
    assert "E822" in costcalc(repository, *AGAINST, "--strict", code=2)


def test_every_error_is_told_and_nothing_passes(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("specs/net.yaml", "unit, 32", "unitt, 32")
    repository.edit("specs/othernet.yaml", "[3, 32, 32]", "[3, 32]")
    repository.write(
        "costcalc.toml", BUDGETS + '\n[[budget]]\nmatch = ["gone/*.yaml"]\nmax = {macs = "1M"}\n'
    )
    told = costcalc(repository, "check", "--against", "nowhere", code=2)
    assert "specs/net.yaml:9" in told and "specs/othernet.yaml:4" in told
    assert "gone/*.yaml" in told and "nowhere" in told
    assert told == costcalc(repository, "check", "--against", "nowhere", "--exit-zero", code=2)


def test_what_is_the_same_is_not_counted_twice(
    repository: Checkout, costcalc: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every network is counted once, edited ones twice; all files come through one process of git."""
    for number in range(6):
        repository.write(f"specs/{number}net.yaml", NET)
    repository.commit("more networks")
    repository.git("branch", "-qf", "main")
    repository.edit("specs/net.yaml", *WIDER)
    counted: list[str] = []
    started: list[str] = []
    read_: list[str] = []
    start, read_blob, count_on = subprocess.Popen.__init__, Blobs.read, Basis.count

    def count(basis: Basis, graph: Graph) -> Cost:
        counted.append(graph.name)
        return count_on(basis, graph)

    def popen(process: subprocess.Popen[bytes], command: list[str], **more: Any) -> None:
        started.append(command[3])
        start(process, command, **more)

    monkeypatch.setattr(Basis, "count", count)

    def read(blobs: Blobs, name: str) -> bytes:
        read_.append(name)
        return read_blob(blobs, name)

    monkeypatch.setattr(subprocess.Popen, "__init__", popen)
    monkeypatch.setattr(Blobs, "read", read)
    costcalc(repository, *AGAINST, code=1)
    assert sorted(counted) == sorted([*(f"{name}net" for name in (*range(6), "", "other")), "net"])
    assert len(read_) == 3  # the edited spec, what it imports, and the budgets
    assert started == ["rev-parse", "rev-parse", "rev-parse", "merge-base", "ls-tree", "cat-file"]


# ---- states of a repository ----------------------------------------------------------------------


def test_a_detached_head_is_as_good_as_a_branch(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("specs/net.yaml", *WIDER)
    repository.commit("wider")
    repository.git("checkout", "-q", "--detach")
    costcalc(repository, *AGAINST, code=1)


def test_a_shallow_clone_is_told_what_to_fetch(repository: Checkout, costcalc: Shell) -> None:
    """What it is told is enough, whether it lacks the branch or only its history."""
    repository.edit("specs/net.yaml", *WIDER)
    repository.commit("wider")
    against = ("check", "--against", "origin/main")
    for number, arguments in enumerate(
        (["--branch", "branch"], ["--branch", "branch", "--no-single-branch"])
    ):
        clone = repository.clone("--depth=1", *arguments, name=f"clone{number}")
        told = costcalc(clone, *against, code=2)
        assert ("E809", "E810")[number] in told and "fetch-depth: 0" in told
        if number:
            costcalc(clone, *against, "--against-exact", code=1)
        command = re.search(r"git (fetch --deepen=50 .*), or", told)
        assert command is not None
        clone.git(*command[1].split())
        assert "stage2" in costcalc(clone, *against, code=1)


def test_the_target_branch_of_ci_is_found(
    repository: Checkout, costcalc: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.edit("specs/net.yaml", *WIDER)
    repository.commit("wider")
    clone = repository.clone("--branch", "branch")
    assert "compared with origin/branch" in costcalc(clone, "check", "--against", "auto")
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.setenv(name, "main")
        assert "compared with origin/main" in costcalc(clone, "check", "--against", "auto", code=1)
        monkeypatch.delenv(name)
    assert "origin/main@" in costcalc(clone, *AGAINST, code=1)  # there is no local branch main
    monkeypatch.setenv("GITHUB_BASE_REF", "release")
    assert "git fetch origin release" in costcalc(clone, "check", "--against", "auto", code=2)


def test_worktrees_and_folders_are_the_repository(repository: Checkout, costcalc: Shell) -> None:
    repository.git("worktree", "add", "-q", "-b", "other", "../tree")
    tree = Checkout(repository.folder.parent / "tree")
    tree.edit("specs/net.yaml", *WIDER)
    costcalc(tree, *AGAINST, code=1)
    assert "net.yaml:9" in costcalc(Checkout(tree.folder / "specs"), *AGAINST, code=1)
    costcalc(repository, *AGAINST)


def test_a_hook_of_another_repository_confuses_nobody(
    repository: Checkout, costcalc: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    costcalc(repository, *AGAINST)


def test_a_submodule_has_a_history_of_its_own(repository: Checkout, costcalc: Shell) -> None:
    outer = Checkout(repository.folder.parent / "outer")
    outer.folder.mkdir()
    outer.git("init", "-q")
    outer.git("submodule", "--quiet", "add", f"file://{repository.folder}", "nets")
    outer.write("costcalc.toml", BUDGETS.replace("specs/*net.yaml", "nets/specs/*net.yaml"))
    outer.commit("nets")
    assert "2 networks passed" in costcalc(outer, "check")
    told = costcalc(outer, "check", "--against", "HEAD", code=2)
    assert "E812" in told and "run costcalc in nets" in told
    inner = Checkout(outer.folder / "nets")
    inner.edit("specs/net.yaml", *WIDER)
    costcalc(inner, "check", "--against", "HEAD", code=1)


def test_unrelated_histories_have_no_base(repository: Checkout, costcalc: Shell) -> None:
    repository.git("switch", "-q", "--orphan", "island")
    told = costcalc(
        repository, "check", "mobilenet", "--max-increase", "macs=1%", "--against", "main", code=2
    )
    assert "this branch has no commit yet" in told
    repository.write("costcalc.toml", BUDGETS)
    repository.git("checkout", "main", "--", "specs")
    repository.commit("again")
    told = costcalc(repository, *AGAINST, code=2)
    assert "E810" in told and "--against-exact" in told
    costcalc(repository, *AGAINST, "--against-exact")


def test_no_repository_no_git_and_no_trust(
    repository: Checkout, costcalc: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outside = Checkout(tmp_path / "outside")
    shutil.copytree(repository.folder, outside.folder, ignore=shutil.ignore_patterns(".git"))
    assert "E807" in costcalc(outside, *AGAINST, code=2)
    told = costcalc(repository, *AGAINST, "../outside/specs/net.yaml", code=2)
    assert "E807" in told and "outside the repository" in told
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    told = costcalc(repository, *AGAINST, code=2)
    assert "E811" in told and f"safe.directory {repository.folder}" in told
    monkeypatch.delenv("GIT_TEST_ASSUME_DIFFERENT_OWNER")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "E808" in costcalc(repository, *AGAINST, code=2)
    costcalc(repository, "check")  # which needs no git


def test_a_damaged_repository_is_an_error(repository: Checkout, costcalc: Shell) -> None:
    repository.edit("specs/net.yaml", *WIDER)
    tree = repository.git("rev-parse", "main^{tree}")
    path = repository.folder / ".git" / "objects" / tree[:2] / tree[2:]
    path.chmod(0o600)
    path.unlink()
    assert "E813" in costcalc(repository, *AGAINST, code=2)


def test_a_link_in_the_repository_is_followed(repository: Checkout, costcalc: Shell) -> None:
    (repository.folder / "specs" / "linknet.yaml").symlink_to("net.yaml")
    repository.commit("a link")
    repository.git("branch", "-qf", "main")
    repository.edit("specs/net.yaml", *WIDER)
    told = costcalc(repository, "diff", "--against", "main")
    assert "~ specs/net.yaml" in told and "~ specs/linknet.yaml" in told


# ---- whole processes -----------------------------------------------------------------------------


def test_in_a_shell(repository: Checkout, tmp_path: Path) -> None:
    """Verdicts exit with 1, with results on standard output; errors with 2, on standard error."""
    repository.edit("specs/net.yaml", *WIDER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}

    def costcalc(*arguments: str) -> tuple[int, str, str]:
        process = subprocess.run(
            [sys.executable, "-m", "costcalc", *arguments],
            cwd=repository.folder, env=environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        return process.returncode, process.stdout, process.stderr

    code, out, err = costcalc(*AGAINST, "-o", "json=r.json", "-o", "github=-")
    assert (code, err) == (1, "")
    assert "::error file=specs/net.yaml,line=9" in out
    assert out.splitlines()[-1].startswith("1 network failed")
    assert json.loads((repository.folder / "r.json").read_text("utf-8"))["verdict"] == "fail"
    assert "specs/net.yaml" in (tmp_path / "summary.md").read_text("utf-8")
    code, out, err = costcalc("check", "--against", "nowhere")
    assert (code, out) == (2, "")
    assert "E809" in err
