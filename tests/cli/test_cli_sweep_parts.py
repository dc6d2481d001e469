"""A sweep in parts gives what it gives at once, to the byte, whoever counts and whatever is killed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import costcalc
from costcalc.cli import run
from costcalc.errors import UsageError

ROOT = Path(__file__).parents[2]
GRID = ["--alpha", "0.25:1:0.25", "--resolution", "96:224:32"]
SPACE = ["sweep", "shufflenet", "--groups", "1,2,3,5,8", "--scale", "0.25:2:0.25"]
SELECTIONS = [
    [],
    ["--where", "macs < 300M", "--pareto", "macs,activations", "--sort", "macs"],
    ["--sort", "params,desc", "--top", "7"],
    ["--top", "3"],
    ["--sample", "17", "--seed", "4", "--sort", "peak_memory"],
]
SEVERAL = ["sweep", "mobilenet", "--alpha", "0.01:1:0.01", "--resolution", "33:144"]
"""Enough designs for more than one part."""
LARGE = ["sweep", "mobilenet", "--alpha", "0.002:1:0.002", "--resolution", "33:288"]

Command = Callable[..., str]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command line, in an empty folder: what it writes to standard error."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, code: int = 0) -> str:
        left = run(arguments)
        said = capsys.readouterr().err
        assert left == code, said
        return said

    return command


def wait_for_parts(kept: Path, number: int) -> None:
    deadline = time.monotonic() + 60
    while len(list(kept.glob("*.part"))) < number and time.monotonic() < deadline:
        time.sleep(0.002)


def same(tmp_path: Path, one: str, two: str) -> bool:
    return (tmp_path / one).read_bytes() == (tmp_path / two).read_bytes()


@pytest.mark.parametrize("selection", SELECTIONS, ids=" ".join)
def test_merged_shards_are_the_whole(selection: list[str], command: Command, tmp_path: Path) -> None:
    arguments = [*SPACE, *selection]
    command(*arguments, "-o", "csv=serial.csv", "-o", "json=serial.json")
    for number in (1, 4):
        parts = [f"{number}-{shard}.part" for shard in range(1, number + 1)]
        for shard, part in enumerate(parts, 1):
            command(*arguments, "--shard", f"{shard}/{number}", "--part", part)
        command("sweep", "merge", *reversed(parts), "-o", "csv=merged.csv", "-o", "json=merged.json")
        assert same(tmp_path, "merged.csv", "serial.csv")
        assert same(tmp_path, "merged.json", "serial.json")


def test_a_shard_that_is_missing_or_comes_twice(command: Command) -> None:
    for shard in "123":
        command(*SPACE, "--shard", f"{shard}/3", "--part", f"{shard}.part")
    assert "error[E606]: designs 14 to 26 are missing" in command(
        "sweep", "merge", "1.part", "3.part", code=2
    )
    assert "error[E606]: designs 27 to 40 are missing" in command(
        "sweep", "merge", "1.part", "2.part", code=2
    )
    said = command("sweep", "merge", "1.part", "2.part", "3.part", "2.part", code=2)
    assert "error[E606]: designs 14 to 26 come twice" in said
    assert "nothing to merge" in command("sweep", "merge", code=2)
    assert "there is no file" in command("sweep", "merge", "9.part", code=2)
    assert "E030" in command("sweep", "merge", "1.part", "--sort", "macs", code=2)


def test_parts_of_other_sweeps_are_refused(command: Command, tmp_path: Path) -> None:
    command("sweep", *GRID, "--shard", "1/2", "--part", "a.part")
    command("sweep", *GRID, "--batch", "2", "--shard", "2/2", "--part", "b.part")
    assert "different sweeps" in command("sweep", "merge", "a.part", "b.part", code=2)
    command("sweep", *GRID, "--resume", "kept")
    assert "parts of another sweep" in command("sweep", *GRID, "--batch", "2", "--resume", "kept", code=2)


def test_parts_of_specs_that_changed_are_refused(command: Command, tmp_path: Path) -> None:
    spec = "costcalc: 1\nname: net\ninput: [3, 8, 8]\nparams: {w: 8}\ncolumns: [op, c]\nstages: [[conv, w]]\n"
    (tmp_path / "net.yaml").write_text(spec)
    command("sweep", "net.yaml", "--set", "w=1:9", "--shard", "1/1", "--part", "a.part")
    command("sweep", "merge", "a.part")
    (tmp_path / "net.yaml").write_text(spec.replace("[conv, w]", "[conv, 2*w]"))
    costcalc.sweep("net.yaml", {"w": [1]})  # which reads it anew
    assert "specs have changed" in command("sweep", "merge", "a.part", code=2)


def test_a_part_is_data(command: Command, tmp_path: Path) -> None:
    command("sweep", *GRID, "--shard", "1/1", "--part", "good.part")
    with zipfile.ZipFile(tmp_path / "good.part") as archive:
        good = {name: archive.read(name) for name in archive.namelist()}

    def array(values: object) -> bytes:
        file = io.BytesIO()
        np.save(file, np.asarray(values), allow_pickle=True)
        return file.getvalue()

    about = json.loads(bytes(np.load(io.BytesIO(good["about.npy"]))))
    huge = array(np.zeros(0, np.int64)).replace(b"(0,), }" + b" " * 4, b"(1000000000000,), }"[:11])

    def text(**changes: object) -> bytes:
        return array(np.frombuffer(json.dumps(about | changes).encode(), np.uint8))

    bad: dict[str, dict[str, bytes]] = {
        "pickle": {"rows.npy": array(np.array([{}], dtype=object))},
        "lengths": {"rows.npy": array([1, 2, 3])},
        "floats": {"codes.npy": array(np.zeros(20))},
        "codes": {"codes.npy": array(np.full(20, 5, np.int16))},
        "huge": {"rows.npy": huge},
        "json": {"about.npy": array(np.frombuffer(b"{", np.uint8))},
        "version": {"about.npy": text(version="0")},
        "format": {"about.npy": text(format=1)},
        "definition": {"about.npy": text(definition={"references": ["mobilenet"], "eval": "1"})},
        "nothing": {"about.npy": text(definition=None)},
    }
    for name, changes in bad.items():
        with zipfile.ZipFile(tmp_path / "bad.part", "w") as archive:
            for member, content in (good | changes).items():
                archive.writestr(member, content)
        assert "error[E606]" in command("sweep", "merge", "bad.part", code=2), name
        if name == "format":
            assert "(format 1), this is" in command("sweep", "merge", "bad.part", code=2)
    with zipfile.ZipFile(tmp_path / "bad.part", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in good.items():
            archive.writestr(member, content)
    assert "compressed" in command("sweep", "merge", "bad.part", code=2)
    (tmp_path / "bad.part").write_text("no part")
    assert "not a part" in command("sweep", "merge", "bad.part", code=2)


def test_processes_and_threads_count_the_same(command: Command, tmp_path: Path) -> None:
    command(*SEVERAL, "-o", "csv=serial.csv")
    command(*SEVERAL, "--jobs", "2", "-o", "csv=jobs.csv")
    assert same(tmp_path, "serial.csv", "jobs.csv")
    axes = {"alpha": "0.01:1:0.01", "resolution": "33:144"}
    alone = costcalc.sweep("mobilenet", axes).to_frame()
    with ThreadPoolExecutor(2) as executor:
        assert costcalc.sweep("mobilenet", axes, executor=executor).to_frame().equals(alone)


@pytest.mark.parametrize("whom", ["all", "the first"])
def test_an_interrupt_ends_all_processes(whom: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "costcalc", *LARGE, "--jobs", "2", "--resume", "kept"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    wait_for_parts(tmp_path / "kept", 1)
    if whom == "all":  # as a terminal does
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert len(list((tmp_path / "kept").glob("*.part"))) < 31


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_ends_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costcalc.sweeps.run.count_part", die)
    with ProcessPoolExecutor(1, get_context("fork")) as executor, pytest.raises(UsageError, match="E607"):
        costcalc.sweep("mobilenet", {"alpha": [1]}, executor=executor)


def test_errors_come_back_from_processes(command: Command) -> None:
    said = command("sweep", "mobilenet", "--alpha", "1,500000", "--jobs", "2", code=2)
    assert "error[E603]: a count is too large for 64 bits" in said


def test_a_dask_cluster_counts_the_same(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costcalc.sweeps.run._PATIENCE", "1s")
    distributed = pytest.importorskip("distributed")
    command(*SPACE, "-o", "csv=serial.csv")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address.removeprefix("tcp://")
        command(*SPACE, "--executor", f"dask://{address}", "-o", "csv=dask.csv")
    assert same(tmp_path, "serial.csv", "dask.csv")
    said = command(*SPACE, "--executor", "dask://127.0.0.1:1", code=2)
    assert "error[E607]: no Dask scheduler answers at 127.0.0.1:1" in said


def test_a_killed_sweep_resumes(command: Command, tmp_path: Path) -> None:
    arguments = [*LARGE, "--resume", "kept"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "costcalc", *arguments], cwd=tmp_path, env=environment,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    kept = tmp_path / "kept"
    wait_for_parts(kept, 3)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.part")}
    assert 3 <= len(before) < 32
    assert "are missing" in command("sweep", "merge", "kept", code=2)

    command(*arguments, "-o", "csv=resumed.csv")
    after = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.part")}
    assert before.items() <= after.items()
    command(*LARGE, "-o", "csv=serial.csv")
    command("sweep", "merge", "kept", "-o", "csv=merged.csv")
    assert same(tmp_path, "resumed.csv", "serial.csv")
    assert same(tmp_path, "merged.csv", "serial.csv")


def test_shards_can_share_a_folder(command: Command, tmp_path: Path) -> None:
    command(*SEVERAL, "-o", "csv=serial.csv")
    for shard in ("2/3", "1/3", "3/3"):
        command(*SEVERAL, "--shard", shard, "--resume", "shared")
    command("sweep", "merge", "shared", "-o", "csv=merged.csv")
    assert same(tmp_path, "merged.csv", "serial.csv")
