"""Set before any test loads torch, and for the processes that tests start; and which tests are slow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Test processes share the cores. Waiting for a core per thread makes small networks ten times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

FOLDER = Path(__file__).parent
SLOW = (
    "benchmarks",
    "cli/test_cli_basics.py",
    "cli/test_cli_sweep.py",
    "cli/test_cli_sweep_parts.py",
    "cli/test_cli_verify.py",
    "docs",
    "errors",
    "golden/test_conventions_vs_tools.py",
    "golden/test_equal_complexity.py",
    "golden/test_memory_vs_torch.py",
    "golden/test_zoo_vs_tools.py",
    "property",
    "unit/test_boxes.py",
    "unit/test_build.py",
    "unit/test_codes.py",
    "unit/test_solve.py",
    "unit/test_write.py",
)
"""What needs PyTorch, or takes seconds. `pytest -m "not slow"` is the rest, in less than a minute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = [FOLDER / name for name in SLOW]
    for item in items:
        if any(item.path.is_relative_to(path) for path in slow):
            item.add_marker(pytest.mark.slow)
