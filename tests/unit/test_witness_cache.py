"""The cache of fvcore's counts: found without torch, never stale, never in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from costcalc import graph as g
from costcalc.errors import Diagnostic, MissingExtraError
from costcalc.witness import cache, tools
from costcalc.witness.cache import cache_folder, fvcore_counts
from costcalc.witness.tools import Witnessed


def network(width: int = 4, stage: str = "stem") -> g.Graph:
    builder = g.GraphBuilder(f"net{width}", (3, 8, 8))
    conv = builder.add(g.Conv2d(width, (3, 3)), (0,), f"{stage}.conv")
    return builder.build({"out": builder.add(g.BatchNorm(), (conv,), f"{stage}.bn")})


class Fvcore:
    """Stands in for fvcore and remembers what it counted."""

    def __init__(self) -> None:
        self.counted: list[str] = []
        self.error: Exception | None = None

    def __call__(self, graph: g.Graph) -> Witnessed:
        self.counted.append(graph.name)
        if self.error:
            raise self.error
        by_node = {node.name: node.op.macs(*graph.input_shapes(node)) for node in graph.nodes[1:]}
        total = sum(by_node.values())
        return Witnessed("fvcore", "0.1", "2.9", "MAC", total, {"conv": total}, by_node, {"aten::add": 2})


class Log:
    """Collects what the cache reports."""

    def __init__(self) -> None:
        self.progress: list[tuple[int, int, str]] = []
        self.codes: list[str] = []

    def counts(self, *graphs: g.Graph) -> list[Witnessed | None]:
        return list(fvcore_counts(graphs, self._progress, self._warn))

    def _progress(self, done: int, missing: int, graph: g.Graph) -> None:
        self.progress.append((done, missing, graph.name))

    def _warn(self, warning: Diagnostic) -> None:
        assert warning.severity == "warning"
        self.codes.append(warning.code)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COSTCALC_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def fvcore(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Fvcore:
    fake = Fvcore()
    monkeypatch.setattr(cache, "require", lambda *packages: ("0.1", "2.9"))
    counters = SimpleNamespace(fvcore_count=fake)  # so that these tests need no torch
    monkeypatch.setitem(sys.modules, "costcalc.witness.counters", counters)
    return fake


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_second_look_counts_nothing(fvcore: Fvcore, folder: Path) -> None:
    first, second = Log(), Log()
    counted = first.counts(network(4), network(8))
    assert first.progress == [(0, 2, "net4"), (1, 2, "net8")]
    assert second.counts(network(4), network(8)) == counted
    assert second.progress == []
    assert fvcore.counted == ["net4", "net8"]
    assert len(entries(folder)) == 2
    assert first.codes == second.codes == []


def test_equal_networks_are_counted_once_and_keep_their_names(fvcore: Fvcore) -> None:
    one, two = Log().counts(network(stage="stem"), network(stage="trunk"))
    (three,) = Log().counts(network(stage="first"))
    assert one and two and three
    assert fvcore.counted == ["net4"]
    assert [list(counted.by_node) for counted in (one, two, three)] == [
        ["stem.conv", "stem.bn"],
        ["trunk.conv", "trunk.bn"],
        ["first.conv", "first.bn"],
    ]


def test_another_version_is_counted_anew(fvcore: Fvcore, monkeypatch: pytest.MonkeyPatch) -> None:
    Log().counts(network())
    monkeypatch.setattr(cache, "require", lambda *packages: ("0.1", "2.10"))
    Log().counts(network())
    assert fvcore.counted == ["net4", "net4"]


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        "\0",
        '{"total": 1e999}',
    ],
)
def test_a_damaged_entry_is_counted_anew(fvcore: Fvcore, folder: Path, damage: str) -> None:
    good = Log().counts(network())
    (entry,) = entries(folder)
    entry.write_text(damage)
    log = Log()
    assert log.counts(network()) == good
    assert log.codes == ["E021"]
    assert Log().counts(network()) == good
    assert fvcore.counted == ["net4", "net4"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total", 1),
        ("total", "1"),
        ("by_node", {"stem.conv": 3888}),
        ("by_operator", {"conv": 3888.0}),
        ("extra", 0),
    ],
)
def test_an_entry_that_does_not_add_up_is_not_believed(
    fvcore: Fvcore, folder: Path, field: str, value: object
) -> None:
    good = Log().counts(network())
    assert good[0] and good[0].total == 3888
    (entry,) = entries(folder)
    entry.write_text(json.dumps(json.loads(entry.read_text()) | {field: value}))
    log = Log()
    assert log.counts(network()) == good
    assert log.codes == ["E021"]


def test_a_folder_that_cannot_be_written_is_one_warning(fvcore: Fvcore, folder: Path) -> None:
    folder.write_text("a file, where the folder should be")
    log = Log()
    assert all(log.counts(network(4), network(8)))
    assert log.codes == ["E022"]
    assert folder.read_text() == "a file, where the folder should be"


def test_no_home_is_one_warning(fvcore: Fvcore, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(cache, "cache_folder", no_home)
    log = Log()
    assert all(log.counts(network(4), network(8)))
    assert log.codes == ["E022"]


def test_what_fvcore_cannot_count_is_unknown(fvcore: Fvcore, folder: Path) -> None:
    fvcore.error = RuntimeError("out of memory\nand a long trace")
    log = Log()
    assert log.counts(network(), network()) == [None, None]
    assert log.codes == ["E023"]
    assert entries(folder) == []


@pytest.mark.parametrize(
    ("absent", "message"),
    [
        (("torch", "fvcore"), "fvcore and torch are not installed"),
        (("fvcore",), "fvcore is not installed"),
    ],
)
def test_a_missing_extra_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, absent: tuple[str, ...], message: str
) -> None:
    monkeypatch.setattr(tools, "installed_version", lambda package: None if package in absent else "1.0")
    with pytest.raises(MissingExtraError) as caught:
        fvcore_counts([])
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("E020", message)
    assert diagnostic.help == 'pip install "costcalc[torch]"'


def test_versions_are_those_that_the_packages_state() -> None:
    from importlib import metadata

    assert tools.installed_version("pytest") == metadata.version("pytest")
    assert tools.installed_version("no_such_package") is None
    assert tools.installed_version("json") is None  # importable, but of no distribution


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, "/home/ada/.cache/costcalc"),
        ("darwin", {}, "/home/ada/Library/Caches/costcalc"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/costcalc/Cache"),
        ("linux", {"LOCALAPPDATA": "/local"}, "/home/ada/.cache/costcalc"),
        ("linux", {"XDG_CACHE_HOME": "/xdg"}, "/xdg/costcalc"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ada/.cache/costcalc"),
        ("linux", {"XDG_CACHE_HOME": "/xdg", "COSTCALC_CACHE_DIR": "/mine"}, "/mine"),
        ("linux", {"COSTCALC_CACHE_DIR": ""}, "/home/ada/.cache/costcalc"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the paths are written as POSIX writes them")
def test_cache_folder(
    platform: str, environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COSTCALC_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (environment | {"HOME": "/home/ada"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(expected)


LOOK_UP = """
import sys
from costcalc.graph import Conv2d, GraphBuilder
from costcalc.witness.cache import fvcore_counts

builder = GraphBuilder("net", (3, 8, 8))
graph = builder.build({"out": builder.add(Conv2d(4, (3, 3)), (0,), "conv")})
(counted,) = fvcore_counts([graph])
print(counted.total, *sorted({"torch", "fvcore", "importlib.metadata"} & set(sys.modules)))
"""


def test_a_look_up_imports_no_torch(folder: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("fvcore")
    environment = os.environ | {"COSTCALC_CACHE_DIR": str(folder)}
    seen = [
        subprocess.run(
            [sys.executable, "-W", "error::UserWarning", "-c", LOOK_UP],
            env=environment, capture_output=True, text=True, check=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert seen[0].stdout.split() == ["3888", "fvcore", "importlib.metadata", "torch"]
    assert seen[1].stdout.split() == ["3888"]
    assert seen[0].stderr == seen[1].stderr == ""
