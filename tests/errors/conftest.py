"""The switch that rewrites the expected texts."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-errors", action="store_true", help="write what bad specs and commands really get"
    )


@pytest.fixture
def update_errors(request: pytest.FixtureRequest) -> bool:
    # The option is unknown when pytest collects all tests and meets this folder late.
    return bool(request.config.getoption("--update-errors", default=False))
