"""The action, the hooks and the documented workflows: parsed, and their commands run in a repository.

What a runner does is played: inputs and contexts are put in for `${{ ... }}`, each `run` is a script of its
shell, and variables and outputs go through files. Steps that others wrote, and pip, are not run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "ci.md").read_text("utf-8")
SNIPPETS = [
    snippet
    for snippet in re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT, re.M | re.S)
    if "costcalc: 1" not in snippet
]
WORKFLOWS = [snippet for snippet in SNIPPETS if "jobs:" in snippet]
ACTION = (ROOT / "action.yml").read_text("utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

SPEC = """\
costcalc: 1
name: net
import: [std]
input: [3, 32, 32]
columns: [op, c]
stages: [[conv_bn_act, 8], [conv_bn_act, 16]]
"""
FOR_COMMENTS = ("GITHUB_API_URL", "GITHUB_TOKEN", "GITHUB_REPOSITORY")
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a clone on a branch of which nothing differs yet, with one network and its budget."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    (origin / "nets").mkdir(parents=True)
    (origin / "nets" / "net.yaml").write_text(SPEC, "utf-8")
    limit = '[[budget]]\nname = "net"\nmatch = ["nets/*.yaml"]\nmax = {macs = "1.5M"}\n'
    (origin / "costcalc.toml").write_text(limit, "utf-8")
    git(origin, "init", "-q")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "Describe a network")
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    git(clone, "switch", "-qc", "wider")
    return clone


def widen(repository: Path) -> None:
    (repository / "nets" / "net.yaml").write_text(SPEC.replace("16]", "64]"), "utf-8")
    git(repository, "commit", "-qam", "Widen it")


@dataclass
class Runner:
    """Plays a runner of GitHub in a repository.

    Attributes:
        folder: The checkout.
        home: Where its files are.
        contexts: What expressions stand for; the outputs of steps are added.
    """

    folder: Path
    home: Path
    contexts: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        binaries = self.home / "bin"
        binaries.mkdir(parents=True)
        for name, script in {
            "costcalc": f'exec "{sys.executable}" -m costcalc "$@"',
            "gh": 'echo "$@" >> "$RUNNER_TEMP/gh.log"; echo 7',
        }.items():
            (binaries / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (binaries / name).chmod(0o755)
        self.environment = {key: os.environ[key] for key in FOR_COMMENTS if key in os.environ} | {
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_BASE_REF": "main",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_RUN_ID": "12",
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(self.home),
            "GITHUB_OUTPUT": str(self.home / "output"),
            "GITHUB_STEP_SUMMARY": str(self.home / "summary.md"),
        }

    def filled(self, text: str) -> str:
        return EXPRESSION.sub(lambda match: self.contexts[match[1]], text)

    def run(
        self, step: Mapping[str, Any], more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a step, and take over its outputs."""
        assert "${{" not in step["run"], "what is put into a script could rewrite it"
        environment = self.environment | {
            name: self.filled(value) for name, value in {**(more or {}), **step.get("env", {})}.items()
        }
        (self.home / "output").write_text("", "utf-8")
        process = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.ran.append(step["run"])
        for line in (self.home / "output").read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            self.contexts[f"steps.{step.get('id')}.outputs.{name}"] = value
        return process


@pytest.fixture
def runner(repository: Path, tmp_path: Path) -> Runner:
    return Runner(repository, tmp_path / "runner")


def action_steps() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in yaml.safe_load(ACTION)["runs"]["steps"]}


def with_inputs(runner: Runner, **inputs: str) -> Runner:
    defaults = {name: str(each["default"]) for name, each in yaml.safe_load(ACTION)["inputs"].items()}
    assert inputs.keys() <= defaults.keys()
    runner.contexts |= {f"inputs.{name}": value for name, value in (defaults | inputs).items()}
    return runner


# ---- the action ----------------------------------------------------------------------------------


def test_the_action_has_the_inputs_and_outputs_that_the_documentation_lists() -> None:
    action = yaml.safe_load(ACTION)
    section = DOCUMENT.partition("## The action")[2].partition("###")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", section, re.M) == [*action["inputs"]]
    assert all(f"`{name}`" in section for name in action["outputs"])
    assert all(each["description"] for kind in ("inputs", "outputs") for each in action[kind].values())


def test_the_action_installs_its_own_ref_without_torch() -> None:
    install = action_steps()["Install costcalc"]["run"]
    assert 'install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"' in install
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert not [each for each in project["dependencies"] if "torch" in each or "fvcore" in each]


def test_what_the_action_takes_from_outside_never_becomes_a_script() -> None:
    for step in action_steps().values():
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_a_pull_request_that_costs_nothing_passes(runner: Runner) -> None:
    process = with_inputs(runner).run(action_steps()["Check budgets"])
    assert (process.returncode, process.stderr) == (0, "")
    assert runner.contexts["steps.check.outputs.status"] == "pass"
    result = json.loads(Path(runner.contexts["steps.check.outputs.json-path"]).read_text("utf-8"))
    assert result["verdict"] == "pass"
    assert result["base"]["name"] == "origin/main"


def test_a_pull_request_over_budget_is_red_annotated_and_commented(runner: Runner, api: Any) -> None:
    runner.environment |= {
        key: os.environ[key] for key in ("GITHUB_API_URL", "GITHUB_TOKEN", "GITHUB_REPOSITORY")
    }
    widen(runner.folder)
    process = with_inputs(runner, comment="true", token=api.token).run(action_steps()["Check budgets"])
    assert process.returncode == 1, process.stderr
    assert runner.contexts["steps.check.outputs.status"] == "breach"
    assert "::error file=nets/net.yaml,line=6,title=nets/net.yaml%3A macs::" in process.stdout
    assert process.stdout.splitlines()[-1] == "1 network failed."
    assert (runner.home / "summary.md").read_text("utf-8").startswith("### ❌ costcalc: 1 network failed")
    step = action_steps()["Comment on the pull request"]
    assert step["continue-on-error"] is True
    process = runner.run(step)
    assert (process.returncode, process.stderr) == (0, "")
    assert api.comments[0]["body"].startswith("<!-- costcalc comment id=default run=12 -->\n### ❌ costcalc")


def test_annotations_of_a_check_in_a_folder_name_files_from_the_root(runner: Runner) -> None:
    widen(runner.folder)
    runner.environment["GITHUB_WORKSPACE"] = str(runner.folder)
    runner.folder /= "nets"
    process = runner.run({"run": "costcalc check net.yaml --max macs=1 --isolated --format github"})
    assert process.returncode == 1, process.stderr
    assert "file=nets/net.yaml,line=" in process.stdout


def test_an_error_is_told_from_a_breach(runner: Runner) -> None:
    (runner.folder / "nets" / "net.yaml").write_text("costcalc: 1\n", "utf-8")
    process = with_inputs(runner).run(action_steps()["Check budgets"])
    assert process.returncode == 2
    assert runner.contexts["steps.check.outputs.status"] == "error"
    assert "steps.check.outputs.json-path" not in runner.contexts
    assert "steps.check.outputs.json-path" in action_steps()["Comment on the pull request"]["if"]


def test_inputs_become_options(runner: Runner) -> None:
    widen(runner.folder)
    (runner.folder / "lax budgets.toml").write_text(
        '[[budget]]\nmatch = ["nets/*"]\nmax = {macs = "1G"}\n', "utf-8"
    )
    inputs = {"config": "lax budgets.toml", "against": "", "args": "--max-increase macs=1%  --raw"}
    process = with_inputs(runner, **inputs).run(action_steps()["Check budgets"])
    assert process.returncode == 0, process.stderr
    assert "there is no --against" in process.stdout
    process = with_inputs(runner, **inputs, strict="true").run(action_steps()["Check budgets"])
    assert process.returncode != 0  # a limit that is not looked at


def test_inputs_are_no_shell(runner: Runner) -> None:
    evil = "main; touch pwned; $(touch pwned) `touch pwned` * \"'"
    process = with_inputs(runner, against=evil, args=evil).run(action_steps()["Check budgets"])
    assert process.returncode == 2
    assert not (runner.folder / "pwned").exists()


# ---- the hooks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_hooks_are_commands_of_the_package(hook: dict[str, Any], runner: Runner) -> None:
    assert hook["language"] == "python"
    files = ["nets/net.yaml"] if hook.get("pass_filenames", True) else []
    process = runner.run({"run": " ".join([hook["entry"], *files])})
    assert process.returncode == 0, process.stderr
    widen(runner.folder)
    if hook["id"] == "costcalc-check":
        assert runner.run({"run": hook["entry"]}).returncode == 1


@pytest.mark.parametrize(
    ("path", "matches"),
    [
        ("nets/net.yaml", True), ("net.yml", True), ("costcalc.toml", True), (".costcalc.toml", True),
        ("a/pyproject.toml", True), ("notcostcalc.toml", False), ("src/net.py", False), ("Cargo.toml", False),
    ],
)  # fmt: skip
def test_the_hook_runs_when_something_that_costs_changes(path: str, matches: bool) -> None:
    assert bool(re.search(HOOKS[0]["files"], path)) is matches


def test_the_documented_hooks_are_there() -> None:
    (config,) = [yaml.safe_load(snippet) for snippet in SNIPPETS if snippet.startswith("repos:")]
    documented = [hook["id"] for repository in config["repos"] for hook in repository["hooks"]]
    assert documented == [hook["id"] for hook in HOOKS]


# ---- the workflows of the documentation ----------------------------------------------------------


def test_all_snippets_are_seen() -> None:
    assert len(WORKFLOWS) == 4
    assert len(SNIPPETS) == 6


@pytest.mark.parametrize("number", [0, 2], ids=["first", "fork"])
def test_documented_checks_fail_when_they_should(number: int, runner: Runner) -> None:
    workflow = yaml.safe_load(WORKFLOWS[number])
    assert (
        workflow[True] == "pull_request"
    )  # YAML 1.1 takes `on` for a truth, and so does GitHub's own parser not
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert job["steps"][0]["with"]["fetch-depth"] == 0
    commands = [step for step in job["steps"] if step.get("run", "pip").split()[0] != "pip"]
    assert [runner.run(step).returncode for step in commands] == [0]
    widen(runner.folder)
    assert [runner.run(step).returncode for step in commands] == [1]


def test_the_documented_action_is_this_one() -> None:
    (job,) = yaml.safe_load(WORKFLOWS[1])["jobs"].values()
    step = job["steps"][1]
    assert re.fullmatch(r"OWNER/costcalc@v\d+\.\d+\.\d+", step["uses"])
    assert step["with"].keys() <= yaml.safe_load(ACTION)["inputs"].keys()


def test_forks_are_commented_by_a_second_workflow(runner: Runner, api: Any) -> None:
    check, comment = (yaml.safe_load(WORKFLOWS[number]) for number in (2, 3))
    assert comment[True]["workflow_run"]["workflows"] == [check["name"]]
    assert not [step for step in comment["jobs"]["comment"]["steps"] if "checkout" in step.get("uses", "")]
    upload = check["jobs"]["check"]["steps"][-1]
    download = comment["jobs"]["comment"]["steps"][0]
    assert upload["with"]["name"] == download["with"]["name"]
    widen(runner.folder)
    runner.run(check["jobs"]["check"]["steps"][2])
    handed_over = runner.home / "second"
    handed_over.mkdir()
    shutil.copy(runner.folder / upload["with"]["path"], handed_over)
    second = Runner(handed_over, runner.home / "other")
    second.contexts = {
        "github.token": api.token,
        "github.event.workflow_run.head_repository.owner.login": "eve",
        "github.event.workflow_run.head_branch": "wider; touch pwned",
        "github.event.workflow_run.id": "11",
    }
    job = comment["jobs"]["comment"]
    process = second.run(job["steps"][-1], job["env"])
    assert (process.returncode, process.stderr) == (0, "")
    assert api.comments[0]["body"].startswith("<!-- costcalc comment id=default run=11 -->")
    assert "head=eve:wider; touch pwned" in (second.home / "gh.log").read_text("utf-8")
    assert not (handed_over / "pwned").exists()


def test_the_gitlab_job_writes_the_reports_that_it_hands_in(runner: Runner) -> None:
    (snippet,) = [snippet for snippet in SNIPPETS if "artifacts:" in snippet]
    job = yaml.safe_load(snippet)["costcalc"]
    runner.environment.pop("GITHUB_BASE_REF")
    runner.environment["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main"
    widen(runner.folder)
    commands = [command for command in job["script"] if not command.startswith("pip ")]
    assert [runner.run({"run": command}).returncode for command in commands] == [1]
    reports = job["artifacts"]["reports"]
    (issue,) = json.loads((runner.folder / reports["codequality"]).read_text("utf-8"))
    assert issue["location"] == {"path": "nets/net.yaml", "lines": {"begin": 6}}
    assert "<failure" in (runner.folder / reports["junit"]).read_text("utf-8")
    assert job["artifacts"]["when"] == "always"


def test_the_workflow_that_init_prints_is_the_documented_one(runner: Runner) -> None:
    (runner.folder / "costcalc.toml").unlink()
    printed = runner.run({"run": "costcalc init"}).stdout
    snippet = re.search(r"^    on: .*?(?=\n\n)", printed, re.M | re.S)
    assert snippet
    init = yaml.safe_load(re.sub(r"^    ", "", snippet[0], flags=re.M))
    documented = yaml.safe_load(WORKFLOWS[0])
    (job,) = init["jobs"].values()
    (other,) = documented["jobs"].values()
    assert job["steps"] == other["steps"]
