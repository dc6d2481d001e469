"""`costcalc zoo` from inside: what it lists, filters and refuses."""

from __future__ import annotations

import json

import pytest

from costcalc.cli import run


def test_every_network_is_listed_with_its_cost(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zoo", "--format", "json"]) == 0
    networks = {row["name"]: row for row in json.loads(capsys.readouterr().out)["networks"]}
    assert networks["mobilenet"]["macs"] == 568_740_352
    assert networks["mobilenet"]["top1"] == "70.6"
    assert "std" not in networks


def test_conditions_and_families_filter(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            [
                "zoo",
                "--family",
                "shufflenetv1",
                "--where",
                "macs <= 137.46M and year == 2018",
                "--format",
                "csv",
            ]
        )
        == 0
    )
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == [
        "name",
        "shufflenet_age_gender",
    ]


def test_variants_of_one_network_and_what_figures_were_printed_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        run(["zoo", "mobilenet", "--where", "macs < 50M", "--format", "csv", "--columns", "name,top1"]) == 0
    )
    assert [line.split(",")[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["name", "top1"],
        ["mobilenet@a0.25", "50.6"],
        ["mobilenet@a0.5+r128", "56.3"],
        ["mobilenet@a0.25+r224", "50.6"],
        ["mobilenet@a0.25+r192", "47.7"],
        ["mobilenet@a0.25+r160", "45.5"],
        ["mobilenet@a0.25+r128", "41.5"],
    ]


def test_an_accuracy_is_a_network_s_by_whatever_name_of_a_variant(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zoo", "mnasnet", "nasnet", "--format", "json"]) == 0
    networks = {row["name"]: row for row in json.loads(capsys.readouterr().out)["networks"]}
    assert (networks["mnasnet"]["top1"], networks["nasnet"]["top1"]) == ("75.2", "74.0")


def test_printed_figures_have_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zoo", "alexnet", "--published"]) == 0
    assert "0 unexplained." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["zoo", "mobilnet"], "did you mean `mobilenet`?"),
        (["zoo", "--where", "mac < 3"], "did you mean `macs`?"),
        (["zoo", "--where", "macs <"], "E034"),
    ],
)
def test_what_is_not_there_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    assert said in capsys.readouterr().err
