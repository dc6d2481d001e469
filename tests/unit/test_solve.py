"""The largest design within budgets: held to counting designs one by one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import costcalc
from costcalc.errors import CostcalcError, SpecError

pytest.importorskip("numpy")

from costcalc.sweeps.solve import solve

# Without rounding a width is legal only where it is whole: at multiples of 1/12.
UNROUNDED = """\
costcalc: 1
name: net
input: [3, 32, 32]
params: {alpha: 1}
scaling: {width: {factor: alpha}}
columns: [op, c]
stages: [[conv, 24], [conv, 36]]
"""

# MACs rise and fall with m.
HILLS = """\
costcalc: 1
name: net
input: [8, 32, 32]
params: {m: 1}
columns: [op, c]
stages: [[conv, "8 + m % 5"]]
"""


def macs(reference: str) -> int | None:
    try:
        return costcalc.count(costcalc.load(reference).graph).macs
    except SpecError:
        return None


def test_the_neighbours_enclose_the_budget() -> None:
    found = solve("mobilenet", {"macs": "150M"}, by="alpha")
    assert found.best
    for design in (found.best, *found.below, *found.above):
        assert macs(design.model) == design.counts["macs"]
    (above,), (below,) = found.above, found.below
    assert below.counts["macs"] < found.best.counts["macs"] <= 150_000_000 < above.counts["macs"]  # type: ignore[operator]
    # They are next to each other: one begins where the other ends.
    assert below.intervals["alpha"].high == found.best.intervals["alpha"].low
    assert found.best.intervals["alpha"].high == above.intervals["alpha"].low


@pytest.mark.parametrize("budget", [20_000_000, 38_000_000, 140_000_000])
def test_no_design_of_a_fine_grid_is_better(budget: int) -> None:
    found = solve("shufflenet@g8", {"macs": budget}, by="scale")
    assert found.best
    counts = [macs(f"shufflenet@g8+scale={step}/96") for step in range(1, 120)]
    assert found.best.counts["macs"] == max(each for each in counts if each is not None and each <= budget)


def test_legal_points_without_an_interval(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(UNROUNDED, "utf-8")
    found = solve(str(path), {"params": "2.1k"}, by="alpha", near=50)
    assert found.best
    assert [str(piece.value) for piece in [found.best.intervals["alpha"]]] == ["3/2"]
    values = [design.values["alpha"] for design in (*reversed(found.below), found.best, *found.above)]
    assert values == [Fraction(step, 12) for step in range(1, 49)]
    assert found.designs == 48


def test_what_is_not_monotone_is_searched_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HILLS, "utf-8")
    per_channel = macs(f"{path}@m=0") or 0
    found = solve(str(path), {"macs": per_channel // 8 * 11}, by="m", between={"m": "0:20"})
    assert found.best
    assert found.best.counts["macs"] == per_channel // 8 * 11
    assert found.best.values["m"] == 18  # of 3, 8, 13 and 18, the last
    assert found.falls == 4
    assert [design.counts["macs"] for design in found.above] == [per_channel // 8 * 12]


def test_several_budgets_hold_together() -> None:
    budgets = {"macs": "150M", "params": "1.2M", "peak_memory": "4MiB"}
    found = solve("mobilenet", budgets, by="alpha")
    assert found.best
    assert found.best.counts["params"] <= 1_200_000  # type: ignore[operator]
    assert found.best.counts["peak_memory"] <= 4 * 2**20  # type: ignore[operator]
    (above,) = found.above
    assert above.counts["params"] > 1_200_000  # type: ignore[operator]
    assert not above.within


def test_several_parameters_against_every_pair() -> None:
    found = solve(
        "mobilenet", {"macs": "100M", "params": "2M"}, by=("alpha", "resolution"),
        round_to={"alpha": 0.25, "resolution": 32}, between={"alpha": "0.25:1", "resolution": "96:224"},
    )  # fmt: skip
    counted = {
        (alpha, size): costcalc.count(costcalc.load(f"mobilenet@alpha={alpha}+resolution={size}").graph)
        for alpha in ("0.25", "0.5", "0.75", "1")
        for size in range(96, 225, 32)
    }
    within = {key: cost for key, cost in counted.items() if cost.macs <= 10**8 and cost.params <= 2 * 10**6}
    best = max(within, key=lambda key: within[key].macs or 0)
    assert found.best
    assert {name: float(value) for name, value in found.best.values.items()} == {
        "alpha": float(best[0]), "resolution": best[1],
    }  # fmt: skip
    assert found.designs == len(counted) == 20


def test_a_power_is_followed_to_six_decimals() -> None:
    found = solve("efficientnet", {"macs": "1G"}, by="phi", between={"phi": "0.95:1.1"})
    assert found.best
    (above,) = found.above
    assert above.values["phi"] - found.best.values["phi"] == Fraction(1, 10**6)
    assert macs(found.best.model) == found.best.counts["macs"]
    assert macs(above.model) == above.counts["macs"] > 10**9  # type: ignore[operator]


def test_whole_numbers_over_a_wide_range() -> None:
    found = solve("mobilenet", {"params": "10M"}, by="classes", between={"classes": "1:1000000000"}, near=0)
    assert found.best
    assert found.best.values["classes"] == (10_000_000 - params_of_features()) // 1025
    assert not found.above and not found.below


def params_of_features() -> int:
    """Return the parameters of MobileNet without its classifier, which has 1025 a class."""
    return costcalc.count(costcalc.load("mobilenet").graph).params - 1025 * 1000


def test_a_range_that_ends_below_the_budget_says_so() -> None:
    found = solve("mobilenet", {"macs": "150M"}, by="alpha", between={"alpha": "0.1:0.3"})
    assert found.best
    assert (found.best.values["alpha"], found.at_bound) == (Fraction(3, 10), ("alpha",))


def test_nothing_fits() -> None:
    found = solve("mobilenet", {"macs": "1M"}, by="alpha")
    assert found.best is None
    assert [str(design.intervals["alpha"].low) for design in found.above] == ["0"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"budgets": {"params": "3M"}, "by": "rho"}, "E702"),
        ({"budgets": {"params": "3M"}, "by": ("rho", "resolution")}, "E702"),
        ({"budgets": {"macs": "3M"}, "by": "block"}, "E703"),
        ({"budgets": {"macs": "3M"}, "by": "se"}, "E703"),
        ({"budgets": {"macs": "3M"}, "by": "alhpa"}, "E004"),
        ({"budgets": {"macs": "3M"}, "by": "resolution", "between": {"resolution": "1/3:2/3"}}, "E703"),
        ({"budgets": {"macs": "3M"}, "by": ("alpha", "resolution", "classes")}, "E704"),
        ({"budgets": {"macs": "3M"}, "by": "alpha", "round_to": {"alpha": "1/10**9"}}, "E704"),
        ({"budgets": {"macs": "3M"}, "by": ("alpha", "width_multiplier")}, "E703"),
        ({"budgets": {}, "by": "alpha"}, "E705"),
        ({"budgets": {"macs": "3 apples"}, "by": "alpha"}, "E705"),
        ({"budgets": {"macs": "3M"}, "by": "alpha", "between": {"alpha": "2:1"}}, "E705"),
        ({"budgets": {"macs": "3M"}, "by": "alpha", "between": {"rho": "1:2"}}, "E705"),
        ({"budgets": {"macs": "3M"}, "by": "alpha", "round_to": {"alpha": 0}}, "E705"),
        ({"budgets": {"mcas": "3M"}, "by": "alpha"}, "E031"),
    ],
)
def test_what_is_refused(arguments: dict[str, object], code: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        solve("mobilenet", **arguments)  # type: ignore[arg-type]
    assert caught.value.diagnostics[0].code == code
