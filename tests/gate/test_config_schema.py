"""The schema that editors get says what the reader of budgets says: both accept, or both refuse."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from costcalc.cli import run
from costcalc.errors import CostcalcError
from costcalc.gate.config import load_config
from costcalc.gate.schema import FILE, schema, schema_text

VALIDATOR = jsonschema.Draft7Validator(schema())
BUDGET = '[[budget]]\nmatch = "a.yaml"\nmax.macs = "1M"\n'

RIGHT = [
    "",
    BUDGET,
    'batch = 8\ndtype = "int8"\nconvention = "fvcore"\nfusion = "none"\nweights_in_ram = true\n' + BUDGET,
    BUDGET + 'name = "a"\nlevel = "warn"\nmessage = "m"\nreason = "r"\nheadroom = "5%"\nmax_slack = 2.5\n',
    BUDGET + 'ceiling.macs = "2 M"\nmax.params = 5\nmax.peak_memory = "8 MiB"\nmax.param_bytes = "6MB"\n',
    '[[budget]]\nmatch = ["a.yaml", "b.yaml@*"]\nmax_increase = {macs = "2%", params = "50k", depth = 1}\n',
    '[[budget]]\nmatch = "a.yaml"\nmax_increase.macs = {pct = 2, abs = "50k"}\n',
    '[[budget]]\nmatch = "a.yaml"\nmax_increase.macs = {pct = "2.5%"}\n',
]
WRONG = [
    "budgets = 1\n",
    "batch = 0\n",
    'dtype = "fp31"\n',
    BUDGET + 'levle = "warn"\n',
    BUDGET + 'level = "bad"\n',
    BUDGET + 'name = ""\n',
    BUDGET + 'max.mcas = "1M"\n',
    BUDGET + "max.depth = -1\n",
    BUDGET + "max.depth = 1.5\n",
    BUDGET + 'max.peak_memory = "8M"\n',
    BUDGET + 'max.params = "1 MiB"\n',
    BUDGET + "headroom = true\n",
    BUDGET + 'max_slack = "much"\n',
    BUDGET + "max_increase.params = {}\n",
    BUDGET + "max_increase.params = {pct = 1, absolute = 2}\n",
    BUDGET + 'max_increase.params = "2 percent"\n',
    '[[budget]]\nmatch = "a.yaml"\n',
    '[[budget]]\nmax.macs = "1M"\n',
    '[[budget]]\nmatch = []\nmax.macs = "1M"\n',
    '[budget]\nmatch = "a.yaml"\nmax.macs = "1M"\n',
]


def is_read(folder: Path, text: str) -> bool:
    path = folder / "costcalc.toml"
    path.write_text(text, "utf-8")
    try:
        load_config(path)
    except CostcalcError:
        return False
    return True


@pytest.mark.parametrize("text", RIGHT)
def test_both_accept(text: str, tmp_path: Path) -> None:
    VALIDATOR.validate(tomllib.loads(text))
    assert is_read(tmp_path, text)


@pytest.mark.parametrize("text", WRONG)
def test_both_refuse(text: str, tmp_path: Path) -> None:
    assert not VALIDATOR.is_valid(tomllib.loads(text))
    assert not is_read(tmp_path, text)


def test_the_shipped_schema_is_up_to_date() -> None:
    shipped = (Path(__file__).parents[2] / "specs" / FILE).read_text("utf-8")
    assert shipped == schema_text(), f"write it anew: costcalc schema config > specs/{FILE}"
    jsonschema.Draft7Validator.check_schema(schema())


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "config"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
