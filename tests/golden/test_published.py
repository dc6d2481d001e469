"""What sources print: every figure in the zoo is reproduced, or says why not."""

from __future__ import annotations

import pytest

from costcalc.networks import Door
from costcalc.spec.files import network_names, zoo_directory
from costcalc.verification.published import check_published


@pytest.mark.parametrize("name", network_names())
def test_printed_figures(name: str) -> None:
    off = [
        figure
        for figure in check_published(Door().spec(zoo_directory() / f"{name}.yaml"), name)
        if not figure.holds
    ]
    assert not off, "\n".join(
        f"{figure.location}: {figure.model} {figure.metric}: printed {figure.printed}, "
        f"counted {figure.counted:,} ({figure.gap or figure.source})"
        for figure in off
    )


def test_the_zoo_has_figures_to_hold_it_to() -> None:
    figures = [
        figure
        for name in network_names()
        for figure in Door().spec(zoo_directory() / f"{name}.yaml").published
    ]
    assert len(figures) > 400
