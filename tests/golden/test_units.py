"""The units of ResNet, ResNeXt and ShuffleNet cost what ShuffleNet's section 3.2 says they do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from costcalc.api import count
from costcalc.cli import run
from costcalc.cost.formula import Formula, formulas
from costcalc.networks import load

UNITS: dict[str, Callable[[int, int, int, int, int], int]] = {
    "resnet": lambda h, w, c, m, g: h * w * (2 * c * m + 9 * m * m),
    "resnext": lambda h, w, c, m, g: h * w * (2 * c * m + 9 * m * m // g),
    "shufflenet": lambda h, w, c, m, g: h * w * (2 * c * m // g + 9 * m),
}
SIZES = [(28, 240, 60, 3), (28, 384, 96, 8), (14, 480, 120, 3), (7, 1536, 384, 8), (56, 256, 64, 32)]


def unit(kind: str, size: int, c: int, m: int, g: int) -> tuple[int, Formula]:
    """Return the count of a unit, and the formula that is given for it."""
    cost = count(load(f"units@{kind}+size={size}+c={c}+m={m}+g={g}").graph)
    return cost.macs, formulas(cost, "unit")[-1]


@pytest.mark.parametrize(("size", "c", "m", "g"), SIZES)
@pytest.mark.parametrize("kind", UNITS)
def test_closed_forms(kind: str, size: int, c: int, m: int, g: int) -> None:
    macs, formula = unit(kind, size, c, m, g)
    assert macs == formula.value == UNITS[kind](size, size, c, m, g)
    assert formula.quantity.lower() == f"macs of a {kind} unit"


def test_the_formulas_are_printed_as_in_the_paper() -> None:
    assert {kind: unit(kind, *SIZES[0])[1].symbols for kind in UNITS} == {
        "resnet": "h w (2 c m + 9 m^2)",
        "resnext": "h w (2 c m + 9 m^2 / g)",
        "shufflenet": "h w (2 c m / g + 9 m)",
    }


def test_without_groups_the_units_are_one() -> None:
    assert unit("resnext", 28, 240, 60, 1)[0] == unit("resnet", 28, 240, 60, 1)[0]
    _, formula = unit("shufflenet", 28, 240, 60, 1)
    assert formula.symbols == "h w (2 c m + 9 m)"


def test_the_command_line_names_the_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "units@resnext", "--explain", "unit", "--format", "json"]) == 0
    *layers, whole = json.loads(capsys.readouterr().out)["formulas"]
    assert whole["value"] == sum(row["value"] for row in layers if row["quantity"] == "MACs") == 31_046_400
    assert whole["source"] == "ShuffleNet (arXiv:1707.01083), section 3.2"
    assert run(["show", "units", "--explain", "unti"]) == 2
    assert "did you mean `unit`?" in capsys.readouterr().err
