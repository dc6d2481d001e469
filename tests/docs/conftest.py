"""The switch that rewrites what the documentation shows."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-docs", action="store_true", help="write what the documented commands really print"
    )


@pytest.fixture
def update_docs(request: pytest.FixtureRequest) -> bool:
    # The option is unknown when pytest collects all tests and meets this folder late.
    return bool(request.config.getoption("--update-docs", default=False))
