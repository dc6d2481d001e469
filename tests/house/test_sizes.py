"""No module is longer than a reader's patience."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_LINES = 300


def test_modules_stay_small() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / "costcalc").rglob("*.py")
    }
    assert sizes
    table = "\n".join(
        f"{lines:5}  {path}" for path, lines in sorted(sizes.items(), key=lambda item: -item[1])
    )
    assert max(sizes.values()) <= MOST_LINES, f"split by what a module knows:\n{table}"
