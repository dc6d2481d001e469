"""The schema that editors get of files of budgets says what the loader says: both accept, or both refuse."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from costcalc.cli import run
from costcalc.errors import CostcalcError
from costcalc.gate.config import load_config
from costcalc.report.gate.config_schema import FILE, schema, schema_text
from costcalc.units import parse_quantity

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema.Draft7Validator(schema())
EVERYTHING: dict[str, Any] = {
    "extend": "other.toml",
    "convention": "paper",
    "batch": 2,
    "dtype": "fp16",
    "weights_dtype": "int8",
    "activations_dtype": "fp16",
    "fusion": "none",
    "weights_in_ram": True,
    "budget": [
        {
            "match": ["nets/*.yaml", "mobilenet@a0.5"],
            "name": "mobile",
            "max": {"macs": "300M", "params": 5_000_000, "peak_memory": "8 MiB", "depth": 50},
            "max_increase": {"macs": "2%", "params": {"pct": 2.5, "abs": "50k"}, "flops": "1M"},
            "level": "warn",
            "message": "Ask first.",
            "reason": "It fits.",
            "headroom": "5%",
            "ceiling": {"macs": "400M"},
            "max_slack": 25,
            "dtype": "int8",
        },
        {"match": "*.yaml", "max": {"memory_access": "6MB"}},
    ],
}
TEXTS = (
    "",
    "x",
    "3",
    "1_000",
    "1,000.5k",
    "2e3",
    "-1",
    "5 %",
    "1k%",
    "8 M",
    "8 MiB",
    "4B",
    "4iB",
    "K",
    "fp32",
)
VALUES: list[Any] = [
    *TEXTS, "error", "none", 0, 3, -3, 2.5, True, [], ["a"], ["a", 3], {}, {"macs": "3"}, {"pct": 3},
    {"abs": "3", "pct": "2%"}, {"x": 1},
]  # fmt: skip


def toml(value: Any) -> str:
    """Write a value as TOML does, tables in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def loads(config: dict[str, Any], folder: Path) -> bool:
    path = folder / "costcalc.toml"
    path.write_text("".join(f"{key} = {toml(value)}\n" for key, value in config.items()), "utf-8")
    try:
        load_config(path)
    except CostcalcError as error:
        codes = {each.code for each in error.diagnostics}
        return codes == {"E805"}  # a file that it extends and that is not there
    return True


def changed_configs() -> list[dict[str, Any]]:
    """Return configs with one value replaced, left out or added, all that are possible."""

    def ways(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        return [here, *(way for key, each in inner for way in ways(each, (*here, key)))]

    found = []
    for *way, last in ways(EVERYTHING)[1:]:
        for value in [*VALUES, KeyError, NameError]:
            config = copy.deepcopy(EVERYTHING)
            parent: Any = config
            for key in way:
                parent = parent[key]
            if value is KeyError:
                del parent[last]
            elif value is NameError and isinstance(parent, dict):
                parent["maxx"] = 1
            elif value is not NameError:
                parent[last] = value
            found.append(config)
    return found


def only_the_loader_sees(config: dict[str, Any]) -> bool:
    """Tell whether something is wrong that no schema can say."""
    budgets = [each for each in config.get("budget", []) if isinstance(each, dict)]
    limits = [(each.get("max"), each.get("max_increase")) for each in budgets]
    if any(not maxima and not growths for maxima, growths in limits):
        return True  # tables that are there and have nothing in them
    names = [each.get("name") or each.get("match") for each in budgets]
    return names[0] == names[-1] or any(map(is_above_its_ceiling, budgets))


def is_above_its_ceiling(budget: dict[str, Any]) -> bool:
    limits = [budget.get(key, {}).get("macs") for key in ("max", "ceiling")]
    most, ceiling = (parse_quantity(str(limit)) if limit is not None else None for limit in limits)
    return most is not None and ceiling is not None and most > ceiling


def test_the_schema_and_the_loader_agree(tmp_path: Path) -> None:
    accepted = 0
    for config in changed_configs()[::4]:
        valid = VALIDATOR.is_valid(config)
        accepted += valid
        if loads(config, tmp_path) != valid:
            assert valid and only_the_loader_sees(config), config
    assert accepted > 40


def test_what_they_are_tried_on_is_right(tmp_path: Path) -> None:
    VALIDATOR.validate(EVERYTHING)
    assert loads(EVERYTHING, tmp_path)


def test_the_shipped_schema_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    shipped = (ROOT / "specs" / FILE).read_text("utf-8")
    assert shipped == schema_text(), f"write it anew: costcalc schema config > specs/{FILE}"
    assert run(["schema", "config"]) == 0
    assert capsys.readouterr().out == shipped
