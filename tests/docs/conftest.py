"""The switch that rewrites what the documentation shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-docs", action="store_true", help="write what the documented commands really print"
    )


@pytest.fixture
def update_docs(request: pytest.FixtureRequest) -> bool:
    # The option is unknown when pytest collects all tests and meets this folder late.
    return bool(request.config.getoption("--update-docs", default=False))


@pytest.fixture(autouse=True)
def _nothing_stays_registered() -> Iterator[None]:
    """Take back what an example adds to steps, conventions and rules: other tests count what ships."""
    from costcalc.cost import CONVENTIONS
    from costcalc.spec.primitives import PRIMITIVES

    registries: list[Any] = [PRIMITIVES, CONVENTIONS, CONVENTIONS["paper"].rules]
    kept = [dict(each) for each in registries]
    yield
    for registry, before in zip(registries, kept, strict=True):
        registry.clear()
        registry.update(before)
