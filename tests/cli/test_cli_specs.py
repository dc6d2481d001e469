"""The commands about specs themselves: new, resolve, schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from costcalc.api import count
from costcalc.networks import load, load_all

ROOT = Path(__file__).parents[2]


@pytest.fixture
def costcalc(tmp_path: Path) -> Costcalc:
    return Costcalc(tmp_path)


class Costcalc:
    """The command line, run in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """Return stdout and stderr."""
        process = subprocess.run(
            [sys.executable, "-m", "costcalc", *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "HOME": "/nonexistent",
                "PYTHONUTF8": "1",
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert process.returncode == code, process.stderr
        return process.stdout, process.stderr


def test_a_new_spec_is_right_and_scales(costcalc: Costcalc) -> None:
    said, _ = costcalc("new", "my_net")
    assert said == "Wrote my_net.yaml. Try: costcalc compare my_net.yaml 'my_net.yaml@*'\n"
    path = costcalc.folder / "my_net.yaml"
    base = load(str(path))
    half, small = load_all(f"{path}@*")
    macs = [count(model.graph).macs for model in (base, half, small)]
    assert None not in macs
    assert macs[0] > macs[2] > macs[1] > 0
    assert base.spec.name == "my_net"
    assert "my_net@half" in path.read_text("utf-8")
    compared, _ = costcalc("compare", "my_net.yaml", "my_net.yaml@*", "--no-fvcore")
    assert "my_net@small" in compared


def test_whoever_names_the_file_means_its_network(costcalc: Costcalc) -> None:
    costcalc("new", "my_net.yaml")
    assert load(str(costcalc.folder / "my_net.yaml")).spec.name == "my_net"


def test_a_file_is_written_over_only_by_force(costcalc: Costcalc) -> None:
    path = costcalc.folder / "net.yaml"
    path.write_text("mine", "utf-8")
    said, complaint = costcalc("new", "a", "-o", "net.yaml", code=2)
    assert said == ""
    assert "E035" in complaint
    assert path.read_text("utf-8") == "mine"
    costcalc("new", "a", "-o", "net.yaml", "--force")
    assert "name: a\n" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ([], "costcalc new my_net"),
        (["my-net"], "costcalc new my_net"),
        (["3d"], "costcalc new net_3d"),
        (["a", "-o", "nowhere/a.yaml"], "cannot write nowhere/a.yaml"),
    ],
)
def test_what_new_refuses(costcalc: Costcalc, arguments: list[str], advice: str) -> None:
    _, complaint = costcalc("new", *arguments, code=2)
    assert advice in complaint
    assert list(costcalc.folder.iterdir()) == []


def test_resolved_yaml_is_the_same_network(costcalc: Costcalc) -> None:
    text, _ = costcalc("resolve", "shufflenet@g8+x0.5", "--format", "yaml")
    path = costcalc.folder / "small.yaml"
    path.write_text(text, "utf-8")
    assert load(str(path)).graph.digest() == load("shufflenet@g8+x0.5").graph.digest()


def test_resolved_rows_for_people_and_for_machines(costcalc: Costcalc) -> None:
    table, _ = costcalc("resolve", "mobilenet@a0.5+r160")
    assert "alpha = 0.5" in table
    rows = [line.split() for line in table.splitlines()]
    assert ["dw_separable7", "dw_separable", "5", "256", "1", "256x10x10", "256x10x10"] in rows
    document = json.loads(costcalc("resolve", "mobilenet@a0.5+r160", "--format", "json")[0])
    assert document["params"]["alpha"] == 0.5
    assert document["input"] == [3, 160, 160]
    assert document["rows"][7] == {
        "stage": "dw_separable7",
        "op": "dw_separable",
        "repeats": 5,
        "c": 256,
        "s": 1,
        "input": [256, 10, 10],
        "output": [256, 10, 10],
    }


def test_resolve_needs_one_network(costcalc: Costcalc) -> None:
    assert "E030" in costcalc("resolve", code=2)[1]
    assert "E005" in costcalc("resolve", "shufflenet@*", code=2)[1]
    assert "E003" in costcalc("resolve", "mobilenett", code=2)[1]


def test_the_schema_is_printed(costcalc: Costcalc) -> None:
    assert costcalc("schema")[0] == (ROOT / "specs" / "spec.schema.json").read_text("utf-8")
