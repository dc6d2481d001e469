"""The README names every network that ships, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from costcalc.spec.files import network_names

README = Path(__file__).parents[2] / "README.md"


def test_every_network_has_a_place_in_the_table() -> None:
    table = README.read_text("utf-8").partition("## Coverage")[2]
    rows = "\n".join(line for line in table.splitlines() if line.startswith("| "))
    assert sorted(re.findall(r"`(\w+)`", rows)) == sorted(network_names())
