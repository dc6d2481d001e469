"""A multiplier that gives an illegal width is refused: the layer, the numbers, what would be legal."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import CostcalcError, Diagnostic, SpecError
from costcalc.networks import load

SPEC = """\
costcalc: 1
name: net
input: [3, 32, 32]
params: {alpha: 1, g: 4, n: 1}
scaling: {width: {factor: alpha}}
blocks:
  unit:
    params: {c: ~}
    body:
      - concat:
          - []
          - [conv: {c: c/2}, shuffle: g, conv: {c: c - c_in, g: g}]
columns: [name, op, c, n]
stages:
  - [stem, conv, 32, 1]
  - [stage2, unit, 96, n]
"""


def refused(folder: Path, terms: str) -> tuple[Diagnostic, ...]:
    path = folder / "net.yaml"
    path.write_text(SPEC, "utf-8")
    with pytest.raises(SpecError) as caught:
        load(f"{path}@{terms}")
    return caught.value.diagnostics


def test_the_spec_itself_is_legal(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, "utf-8")
    assert load(str(path)).graph.nodes[-1].shape == (96, 32, 32)


def test_a_width_that_is_not_whole(tmp_path: Path) -> None:
    stem, stage2 = refused(tmp_path, "alpha=0.3")
    assert (stem.code, stem.message) == ("E320", "stem: width: 32 * 0.3 = 9.6 is not whole")
    assert stem.help and stem.help.startswith("nearest legal multipliers: 0.28125 or 0.3125;")
    assert stage2.message == "stage2: width: 96 * 0.3 = 28.8 is not whole"
    assert stage2.help and "7/24 (= 0.2917) or 29/96 (= 0.3021)" in stage2.help
    assert [each.location and each.location.line for each in (stem, stage2)] == [15, 16]
    for legal in ("0.28125", "0.3125"):
        assert all("stem" not in each.message for each in refused(tmp_path, f"alpha={legal}"))


@pytest.mark.parametrize("alpha", ["0", "-1", "0.25-1"])
def test_a_factor_that_is_not_positive_is_refused_before_a_rule_rounds_it_up(alpha: str) -> None:
    for reference in (f"mobilenet@alpha={alpha}", f"mobilenet@rho={alpha}", f"mobilenet@depth={alpha}"):
        with pytest.raises(CostcalcError, match=r"E320 the factor of .* is not positive"):
            load(reference)


def test_a_width_of_less_than_one(tmp_path: Path) -> None:
    stem, _ = refused(tmp_path, "alpha=0.01")
    assert (stem.code, stem.message) == ("E320", "stem: width: 32 * 0.01 = 0.32 is less than 1")
    assert stem.help and stem.help.startswith("nearest legal multipliers: 0.03125 or 0.0625;")


def test_a_width_within_a_block_that_is_not_whole(tmp_path: Path) -> None:
    [found] = refused(tmp_path, "alpha=27/32")
    assert (found.code, found.message) == (
        "E305",
        "stage2.conv: c = c/2 = 40.5 is not whole, where c = 81 (in the row at line 16)",
    )
    assert found.help and found.help.startswith("40 and 41 are legal:")
    assert found.location and found.location.line == 12


def test_channels_that_do_not_split_into_groups(tmp_path: Path) -> None:
    shuffle, *_ = refused(tmp_path, "g=5+alpha=1")
    assert (shuffle.code, shuffle.help) == ("E311", "nearest legal width: 45 or 50")
    assert shuffle.message.startswith("stage2.shuffle: shuffle: 48 channels do not split into 5 groups")


def test_channels_that_a_shortcut_takes_away_do_not_split(tmp_path: Path) -> None:
    [found] = [each for each in refused(tmp_path, "alpha=30/32") if "conv_2" in each.message]
    assert (found.code, found.message) == (
        "E311",
        "stage2.conv_2: conv: 45 -> 60 channels do not split into 4 groups: "
        "c = c - c_in where c = 90, c_in = 30; g = 4 (in the row at line 16)",
    )
    assert found.help == "nearest legal: input width 44 or 48; `ceil_to(x, 4)` makes widths that split"


def test_channels_that_neither_split_on_their_way_in_nor_out(tmp_path: Path) -> None:
    _, found = refused(tmp_path, "g=7+alpha=1")
    assert found.help and found.help.startswith(
        "nearest legal: input width 42 or 49 and output width 63 or 70;"
    )


def test_a_width_that_a_second_copy_uses_up(tmp_path: Path) -> None:
    [found] = refused(tmp_path, "n=2")
    assert (found.code, found.message) == (
        "E306",
        "stage2.1.conv_2: c = c - c_in = 0 is out of range: it must be at least 1, "
        "where c = 96, c_in = 96 (in the row at line 16)",
    )
