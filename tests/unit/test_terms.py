"""What stands behind `@` in a reference: variants and parameters, one after another."""

from __future__ import annotations

import pytest

from costcalc.errors import CostcalcError
from costcalc.networks import load, load_all


@pytest.mark.parametrize(
    ("reference", "same"),
    [
        ("mobilenet@width_multiplier=0.5", "mobilenet@alpha=0.5"),
        ("mobilenet@resolution_multiplier=160/224", "mobilenet@r160"),
        ("efficientnet@compound_coefficient=2", "efficientnet@phi=2"),
        ("shufflenet@s=0.5", "shufflenet@scale=0.5"),
        ("shufflenet@scale_factor=0.5", "shufflenet@x0.5"),
        ("mobilenet@rho=160/224", "mobilenet@resolution=160"),
        ("mobilenet@a0.5+a0.25", "mobilenet@a0.25"),
        ("mobilenet@alpha=0.25+a0.5", "mobilenet@a0.5"),
        ("mobilenet@a0.5+r160", "mobilenet@r160+a0.5"),
        ("efficientnet@phi=1+w=2", "efficientnet@w=2+phi=1"),
    ],
)
def test_two_names_of_one_network(reference: str, same: str) -> None:
    assert load(reference).graph.digest() == load(same).graph.digest()


def test_a_star_stands_for_all_that_match() -> None:
    names = [model.name for model in load_all("mobilenet@a0.*+r1*")]
    assert names == [
        f"mobilenet@{a}+{r}" for a in ("a0.75", "a0.5", "a0.25") for r in ("r192", "r160", "r128")
    ]


@pytest.mark.parametrize(
    ("reference", "code", "help"),
    [
        ("mobilenet@", "E005", "write a variant or `param=value` behind it"),
        ("mobilenet@a0.7", "E004", "did you mean `a0.75`?"),
        ("mobilenet@alpha", "E004", "`alpha` is a parameter: write `alpha=...`"),
        ("mobilenet@alhpa=1", "E004", "did you mean `alpha`?"),
        ("mobilenet@alpha=", "E122", None),
        ("mobilenet@alpha=0.5,1", "E131", "a term has one value; `costcalc sweep` takes several"),
        ("mobilenet@alpha=1/0", "E129", None),
        ("mobilenet@alpha=relu", "E307", None),
        ("vgg@width_multiplier=0.5", "E004", None),
    ],
)
def test_terms_that_mean_nothing(reference: str, code: str, help: str | None) -> None:
    with pytest.raises(CostcalcError) as caught:
        load(reference)
    first = caught.value.diagnostics[0]
    assert first.code == code
    assert help is None or first.help == help
