"""The changelog keeps to Keep a Changelog, and names the version that is shipped."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

from costcalc import __version__

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Counts"}
HEADINGS = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)
RELEASE = re.compile(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)")


def test_headings_are_unreleased_and_then_releases() -> None:
    assert HEADINGS[0] == "[Unreleased]"
    assert len(HEADINGS) > 1
    assert [heading for heading in HEADINGS[1:] if not RELEASE.fullmatch(heading)] == []


def test_the_latest_release_is_the_version_of_the_package() -> None:
    assert HEADINGS[1].startswith(f"[{__version__}] - ")


def test_releases_are_in_order() -> None:
    releases = [match.groups() for match in map(RELEASE.fullmatch, HEADINGS[1:]) if match]
    versions = [(int(major), int(minor), int(patch)) for major, minor, patch, _ in releases]
    days = [date.fromisoformat(day) for *_, day in releases]
    assert all(newer > older for newer, older in pairwise(versions))
    assert all(newer >= older for newer, older in pairwise(days))


def test_sections_are_the_known_ones() -> None:
    assert set(re.findall(r"^### (.*)$", CHANGELOG, re.MULTILINE)) <= SECTIONS


def test_every_release_and_every_section_says_something() -> None:
    _, *releases = re.split(r"^## .*$", CHANGELOG, flags=re.MULTILINE)
    for heading, text in zip(HEADINGS, releases, strict=True):
        _, *sections = re.split(r"^### .*$", text, flags=re.MULTILINE)
        assert sections or heading == "[Unreleased]", f"{heading} lists no change"
        assert all(re.search(r"^- ", section, re.MULTILINE) for section in sections), (
            f"{heading}: empty section"
        )
