"""The command line as a shell sees it: output, errors and exit codes, each by itself."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from costcalc.api import count
from costcalc.networks import load

ROOT = Path(__file__).parents[2]
NETWORKS = ("shufflenet.yaml", "mobilenet.yaml")
COMPARE = ("compare", *NETWORKS, "--no-fvcore")
SHUFFLENET, MOBILENET = (count(load(network).graph).macs for network in NETWORKS)


def environment(**more: str) -> dict[str, str]:
    """Return an environment of our own: nothing of whoever runs the tests decides their outcome."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": "/nonexistent",
        "PYTHONUTF8": "1",
        **more,
    }


def costcalc(*arguments: str, code: int = 0, **more: str) -> tuple[str, str]:
    """Run the command line with its output in pipes; return stdout and stderr."""
    process = subprocess.run(
        [sys.executable, "-m", "costcalc", *arguments],
        env=environment(**more),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == code, process.stderr
    return process.stdout, process.stderr


def on_a_terminal(*arguments: str, columns: int = 80, **more: str) -> str:
    """Run the command line on a terminal; return what it shows."""
    pid, screen = pty.fork()
    if pid == 0:  # the child; nothing but exec may happen here
        import fcntl
        import termios

        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(
            sys.executable,
            [sys.executable, "-m", "costcalc", *arguments],
            environment(TERM="xterm", **more),
        )
    shown = b""
    try:
        while block := os.read(screen, 65536):
            shown += block
    except OSError:  # Linux says so when the other side has hung up
        pass
    finally:
        os.close(screen)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown.decode()
    return shown.decode().replace("\r\n", "\n")


def python(code: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env=environment(**more), capture_output=True, text=True, check=False
    )


def test_compare() -> None:
    out, err = costcalc(*COMPARE)
    assert err == ""
    head, rule, *rows = out.splitlines()
    assert head.split() == ["model", "input", "MACs", "params", "access", "peak", "ratio"]
    assert set(rule) == {"─"}
    assert [row.split()[:3] for row in rows[:2]] == [
        ["shufflenet", "3x224x224", "137.5M"],
        ["mobilenet", "3x224x224", "568.7M"],
    ]
    assert "paper convention" in out and "batch 1, fp32, fusion conv-bn-act" in out
    assert "\x1b" not in out


def test_show_adds_up() -> None:
    for by in ("stage", "op", "layer"):
        out, err = costcalc("show", "mobilenet", "--by", by, "--format", "json")
        assert err == ""
        document = json.loads(out)
        rows = next(value for key, value in document.items() if key in ("stages", "operators", "layers"))
        for metric in ("macs", "params", "memory_access"):
            assert sum(row[metric] for row in rows) == document["total"][metric]
        assert document["total"]["macs"] == MOBILENET
    assert costcalc("show", "mobilenet", "--per-layer") == costcalc("show", "mobilenet", "--by", "layer")


def test_json_and_csv_are_exact_and_say_what_they_rest_on() -> None:
    document = json.loads(costcalc(*COMPARE, "--format", "json", "--dtype", "int8", "--batch", "2")[0])
    assert document["schema_version"] == "2.0"
    assert {key: document[key] for key in ("convention", "batch", "activations_dtype", "fusion")} == {
        "convention": "paper", "batch": 2, "activations_dtype": "int8", "fusion": "conv-bn-act",
    }  # fmt: skip
    assert [model["macs"] for model in document["models"]] == [2 * SHUFFLENET, 2 * MOBILENET]
    rows = list(csv.DictReader(io.StringIO(costcalc(*COMPARE, "--format", "csv")[0])))
    assert [row["macs"] for row in rows] == [str(SHUFFLENET), str(MOBILENET)]
    assert rows[0]["convention"] == "paper"


def test_sort_columns_and_raw() -> None:
    out, _ = costcalc(*COMPARE, "--sort", "macs,desc", "--columns", "macs,model", "--raw")
    assert [line.split() for line in out.splitlines()[:4] if "─" not in line] == [
        ["MACs", "model"], [str(MOBILENET), "mobilenet"], [str(SHUFFLENET), "shufflenet"],
    ]  # fmt: skip


def test_conventions_repeat_or_share_a_comma() -> None:
    one, _ = costcalc(*COMPARE, "--convention", "paper,torch")
    two, _ = costcalc(*COMPARE, "--convention", "paper", "--convention", "torch")
    assert one == two
    assert "FLOPs (torch)" in one


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_and_version(flag: str) -> None:
    out, err = costcalc(flag)
    assert err == "" and "compare" in out and "show" in out
    assert "--sort" in costcalc("compare", flag)[0]
    version, err = costcalc("--version")
    assert re.fullmatch(
        r"costcalc \d+\.\d+\.\d+\S* \(result schema \d+\.\d+, convention paper.*\)\n", version
    )
    assert err == ""


def test_help_lines_are_the_commands_own_and_load_none_of_them() -> None:
    code = (
        "import sys; from costcalc.cli import run; run(['--help']);"
        "print(*[name for name in sys.modules if name.startswith('costcalc.')])"
    )
    loaded = set(python(code).stdout.splitlines()[-1].split())
    assert loaded == {
        "costcalc.cli", "costcalc.cli.group", "costcalc.cli.streams", "costcalc.cli.usage", "costcalc.errors",
        "costcalc.version",
    }  # fmt: skip
    code = (
        "import importlib; from costcalc.cli.group import COMMANDS\n"
        "for name, (module, line) in COMMANDS.items():\n"
        "    command = importlib.import_module(module).command\n"
        "    assert (command.name, command.help.splitlines()[0]) == (name, line), name\n"
    )
    assert python(code).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Usage: costcalc"),
        (("cmpare",), "did you mean `compare`?"),
        (("--versoin",), "did you mean `--version`?"),
        (("compare",), "costcalc compare shufflenet.yaml mobilenet.yaml"),
        (("show",), "costcalc show mobilenet.yaml"),
        (("show", "mobilenet", "shufflenet"), "unexpected extra argument"),
        ((*COMPARE, "--sotr", "macs"), "did you mean `--sort`?"),
        ((*COMPARE, "--sort", "mac"), "did you mean `macs`?"),
        ((*COMPARE, "--sort", "macs,up"), "macs,desc"),
        ((*COMPARE, "--columns", "macs,param"), "did you mean `params`?"),
        ((*COMPARE, "--batch", "0"), "--batch"),
        ((*COMPARE, "--dtype", "fp33"), "did you mean `fp32`?"),
        ((*COMPARE, "--fusion", "all"), "conv-bn-act"),
        ((*COMPARE, "--convention", "papr"), "did you mean `paper`?"),
        ((*COMPARE, "--format", "yaml"), "markdown"),
        ((*COMPARE, "-o"), "requires an argument"),
    ],
)
def test_a_wrong_command_line_is_explained_and_stops(arguments: tuple[str, ...], said: str) -> None:
    out, err = costcalc(*arguments, code=2)
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_everything_wrong_with_the_networks_is_said_at_once() -> None:
    out, err = costcalc("compare", "mobilnet", "mobilenet", "mobilenet@alpa=1", "mobilnet", code=2)
    assert out == ""
    assert "did you mean `mobilenet`?" in err and "did you mean `alpha`?" in err
    assert err.splitlines()[-1] == "2 errors"


def test_a_wrong_spec_is_shown(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("costcalc: 1\nname: net\nstages: [{op: convv}]\n")
    out, err = costcalc("show", str(spec), code=2)
    assert out == ""
    assert re.search(r"^ +--> .*net\.yaml:\d+:\d+$", err, re.MULTILINE)
    assert re.search(r"^ +\| +\^+$", err, re.MULTILINE)


def test_files_are_written_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "old.json").chmod(0o600)
    table, err = costcalc(
        *COMPARE,
        "-o",
        f"csv={tmp_path / 'a.csv'}",
        "-o",
        f"json={tmp_path / 'old.json'}",
        "-o",
        "markdown=/dev/null",
    )
    assert (table, err) == costcalc(*COMPARE)
    assert (tmp_path / "a.csv").read_text() == costcalc(*COMPARE, "--format", "csv")[0]
    assert json.loads((tmp_path / "old.json").read_text())["models"]
    assert (tmp_path / "old.json").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "old.json"]
    assert not Path("/dev/null").is_file()


def test_files_are_checked_before_anything_is_counted(tmp_path: Path) -> None:
    wrong = [f"csv={tmp_path / 'no' / 'a.csv'}", "a.csv", "jsn=a.json", f"csv={tmp_path}", "csv=a", "json=a"]
    out, err = costcalc(
        "compare", "no_such_network", *[word for text in wrong for word in ("-o", text)], code=2
    )
    assert out == ""
    assert err.count("error[E032]") == 5
    assert "no_such_network" not in err


def test_a_terminal_gets_colours_and_what_fits() -> None:
    shown = on_a_terminal(*COMPARE)
    assert "\x1b[" in shown
    bare = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert [line.rstrip() for line in bare.splitlines()] == costcalc(*COMPARE)[0].splitlines()
    assert max(map(len, bare.splitlines())) <= 80
    narrow = on_a_terminal(*COMPARE, columns=50, NO_COLOR="1")
    assert "\x1b" not in narrow
    assert "Left out to fit 50 columns: input" in narrow
    assert max(map(len, narrow.splitlines())) <= 50
    assert "\x1b" not in on_a_terminal(*COMPARE, "--no-color")


def test_pipes_are_plain_unless_told_otherwise() -> None:
    plain, _ = costcalc(*COMPARE)
    assert "\x1b[" in costcalc(*COMPARE, FORCE_COLOR="1")[0]
    assert costcalc(*COMPARE, FORCE_COLOR="1", NO_COLOR="1")[0] == plain
    assert costcalc(*COMPARE, NO_COLOR="")[0] == plain
    assert max(map(len, costcalc(*COMPARE, COLUMNS="40")[0].splitlines())) <= 40
    assert "\x1b[" in costcalc("compare", code=2, FORCE_COLOR="1")[1]


def test_output_that_cannot_show_symbols_gets_words() -> None:
    out, _ = costcalc(*COMPARE, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert out.isascii()
    assert set(out.splitlines()[1]) == {"-"}


@pytest.mark.parametrize("arguments", [COMPARE, ("show", "mobilenet", "--per-layer"), ("--help",)])
def test_a_reader_that_leaves_is_no_error(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "costcalc", *arguments],
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (process.returncode, process.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "costcalc", *COMPARE],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 2
    assert "E033" in process.stderr and "Traceback" not in process.stderr


@pytest.mark.parametrize(("arguments", "code"), [(COMPARE, 0), (("compare",), 2)])
def test_streams_that_are_closed_are_left_alone(arguments: tuple[str, ...], code: int) -> None:
    shell = ["sh", "-c", 'exec "$0" -m costcalc "$@" >&- 2>&-', sys.executable, *arguments]
    assert subprocess.run(shell, env=environment(), check=False).returncode == code


CRASH = (
    "import costcalc.cli.output, costcalc.cli\n"
    "def crash(*_): raise {}\n"
    "costcalc.cli.output.Output.emit = crash\n"
    f"raise SystemExit(costcalc.cli.run({list(COMPARE)}))\n"
)


@pytest.mark.parametrize(
    "error", ["ZeroDivisionError('x')", "RecursionError('x')", "MemoryError()", "AssertionError"]
)
def test_a_bug_is_not_a_failed_check(error: str) -> None:
    process = python(CRASH.format(error))
    assert process.returncode == 2
    assert "error[E039]" in process.stderr and "COSTCALC_TRACEBACK=1" in process.stderr
    assert "Traceback" not in process.stderr
    process = python(CRASH.format(error), COSTCALC_TRACEBACK="1")
    assert process.returncode == 2
    assert "Traceback" in process.stderr and "in crash" in process.stderr


def test_an_interrupt_is_130() -> None:
    process = python(CRASH.format("KeyboardInterrupt"))
    assert (process.returncode, process.stdout, process.stderr) == (130, "", "")


def test_an_interrupt_from_the_keyboard_is_130() -> None:
    # A job in the background of a script inherits an ignored SIGINT, which Python then leaves ignored.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = CRASH.replace("raise {}", f"{heed}; print('ready', flush=True); import time; time.sleep(60)")
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read() == b""


def test_fvcore_is_left_out_or_demanded_when_it_is_not_installed() -> None:
    hidden = (
        "import importlib.util as u, sys\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'fvcore' else find(name, *more)\n"
        "from costcalc.cli import run\n"
        "sys.exit(run(['compare', 'mobilenet', *sys.argv[1:]]))\n"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", hidden, *arguments]
        return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)

    plain = run()
    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout.splitlines()[0].split() == [
        "model",
        "input",
        "MACs",
        "params",
        "access",
        "peak",
        "ratio",
    ]
    assert 'pip install "costcalc[torch]"' in plain.stdout
    demanded = run("--fvcore")
    assert (demanded.returncode, demanded.stdout) == (2, "")
    assert 'pip install "costcalc[torch]"' in demanded.stderr
    assert "pip install" not in run("--no-fvcore").stdout


def test_fvcore_agrees_and_its_seconds_are_accounted_for_on_a_terminal(tmp_path: Path) -> None:
    pytest.importorskip("fvcore")
    cache = str(tmp_path)
    shown = on_a_terminal("compare", *NETWORKS, "--fvcore", COSTCALC_CACHE_DIR=cache, NO_COLOR="1")
    *progress, table = shown.split("\r\x1b[2K")
    assert "fvcore 1/2: shufflenet" in progress
    assert table.startswith("model ")
    out, _ = costcalc("compare", *NETWORKS, "--fvcore", "--format", "json", COSTCALC_CACHE_DIR=cache)
    document = json.loads(out)
    for model in document["models"]:
        assert model["fvcore_matches"] is True
        assert model["fvcore"] == model["macs"] + sum(model["fvcore_minus_macs"].values())
    out, err = costcalc("compare", *NETWORKS, COSTCALC_CACHE_DIR=cache)
    assert err == ""
    assert [line.split()[4] for line in out.splitlines()[2:4]] == ["✓", "✓"]
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux tells a process its peak memory"
)
def test_comparing_is_fast_and_light() -> None:
    """The target is 0.2 s and 60 MB; twice the time is for slower processors than ours."""
    code = (
        "import re, sys, time; from pathlib import Path; from costcalc.cli import run\n"
        f"assert run({list(COMPARE)}) == 0\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())\n"
        "print(time.process_time(), peak[1], file=sys.stderr)\n"
    )
    seconds, kilobytes = python(code).stderr.split()
    assert float(seconds) < 0.4
    assert int(kilobytes) < 60 * 1024
