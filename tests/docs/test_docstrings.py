"""Every example in a docstring shows what happens."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "costcalc").rglob("*.py"))
    if ">>> " in path.read_text("utf-8")
]


@pytest.mark.parametrize("module", MODULES)
def test_examples(module: str) -> None:
    if module.startswith("costcalc.witness"):
        pytest.importorskip("torch")
    found = doctest.testmod(importlib.import_module(module.removesuffix(".__init__")))
    assert found.attempted > 0
    assert found.failed == 0
