"""Set before any test loads torch, and for the processes that tests start."""

from __future__ import annotations

import os

# Test processes share the cores. Waiting for a core per thread makes small networks ten times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
