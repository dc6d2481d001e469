"""Formats: one file each, which every option reads; and LaTeX, which compiles whatever names are in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import costcalc.report.formats
from costcalc.cli import run
from costcalc.cost import AtLeast
from costcalc.errors import UsageError
from costcalc.gate.result import Result
from costcalc.report.formats import find_printer, formats, render
from costcalc.report.formats.latex import escape
from costcalc.report.record import Column, Table

HOSTILE = '50% & $x$ #1 a_b {c} ~d ^e \\f <g> |h| "i" `j` --k [l] *m ✓ ≠ ≥ × − ≤ → …'

TABLE = Table(
    (
        Column("model", "model_name"),
        Column("macs", "MACs", "count"),
        Column("share", "%", "percent"),
        Column("equal", "", "check"),
        Column("why", "why", "prose"),
    ),
    (
        {"model": HOSTILE, "macs": 1_234_567, "share": Fraction(1, 3), "equal": True, "why": "a\n  b & c"},
        {"model": "[bracket]", "macs": AtLeast(7), "share": None, "equal": False, "why": "* star"},
    ),
    "models",
    total={"model": "total", "macs": None, "share": Fraction(1), "equal": "", "why": ""},
    notes=("100% of & costs",),
)


# ---- the register --------------------------------------------------------------------------------


def test_the_format_for_people_comes_first_and_names_are_known() -> None:
    assert formats("table") == ("text", "csv", "html", "json", "latex", "markdown")
    assert formats("result") == (
        "text", "csv", "github", "gitlab", "html", "json", "junit", "latex", "markdown", "sarif",
    )  # fmt: skip


def test_names_and_aliases_are_found_and_what_cannot_be_printed_is_not() -> None:
    assert find_printer("table", "table") is find_printer("text", "table") is not None
    assert find_printer("github", "table") is None
    assert find_printer("nonsense", "result") is None
    with pytest.raises(ValueError, match="`sarif` is not one of text, csv"):
        render(TABLE, "sarif")


def test_a_format_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shout.py").write_text(
        "from costcalc.report.formats import Printer\n"
        "PRINTER = Printer('shout', '.txt', table=lambda table, look: f'{len(table.rows)} ROWS!\\n')\n"
    )
    monkeypatch.setattr(
        costcalc.report.formats, "__path__", [*costcalc.report.formats.__path__, str(tmp_path)]
    )
    assert "shout" in formats("table")
    assert "shout" not in formats("result")
    target = tmp_path / "out"
    assert run(["explain", "--format", "shout", "-o", f"shout={target}"]) == 0
    assert target.read_text().endswith("ROWS!\n")
    monkeypatch.delitem(sys.modules, "costcalc.report.formats.shout")


def test_options_say_which_formats_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--help"]) == 0
    assert f"[{'|'.join(formats('table'))}]" in capsys.readouterr().out
    assert run(["explain", "--format", "sarif"]) == 2
    assert "'sarif' is not one of 'text', 'csv'" in capsys.readouterr().err
    assert run(["check", "-o", "nonsense=x"]) == 2
    assert "one of: text, csv, github" in capsys.readouterr().err


def test_one_format_is_imported_for_one_table() -> None:
    script = (
        "import sys; from costcalc.cli import run; run(['explain']);"
        "print([name for name in sys.modules if name.startswith('costcalc.report')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert "costcalc.report.formats.text" in loaded
    for name in ("formats.html", "formats.latex", "report.blocks", "report.gate", "report.lines"):
        assert name not in loaded


# ---- what can be typed ---------------------------------------------------------------------------


def test_columns_are_found_by_name_header_and_alias_in_any_case() -> None:
    table = replace(
        TABLE,
        columns=(
            Column("model", "network"),
            Column("memory_access", "access", "bytes", aliases=("memory_access_bytes",)),
            Column("macs_share", "%", "percent"),
            Column("params_share", "%", "percent"),
            Column("verdict", ""),
        ),
        rows=(),
        total=None,
    )
    for name in ("memory_access", "access", "ACCESS", "memory_access_bytes"):
        assert [column.name for column in table.select([name]).columns] == ["memory_access"]
    assert [column.name for column in table.select(["%", "Network"]).columns] == [
        "macs_share", "params_share", "model",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="E031"):
        table.select([""])


def test_the_headers_of_the_commands_can_be_typed(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["compare", "units", "--no-fvcore"], ["show", "units", "--by", "op"], ["zoo", "units"]):
        assert run([*arguments, "--format", "text"]) == 0
        headers = capsys.readouterr().out.splitlines()[0].split()
        assert run([*arguments, "--columns", ",".join(headers), "--sort", headers[-1]]) == 0
        assert capsys.readouterr().out.splitlines()[0].split() == [
            header for header in dict.fromkeys(headers) for _ in range(headers.count(header))
        ]


# ---- LaTeX ---------------------------------------------------------------------------------------


def test_a_table_has_the_rules_of_booktabs() -> None:
    lines = render(TABLE, "latex").splitlines()
    assert lines[0] == r"% Needs \usepackage{booktabs}"
    assert lines[1] == r"\begin{tabular}{lrrlp{0.60\linewidth}}"
    assert lines[2] == r"\toprule"
    assert lines[3] == r"model\_name & MACs & \% &  & why \\"
    assert lines[4] == lines[7] == r"\midrule"
    assert lines[6] == r"{}[bracket] & $\geq$7 & ? & $\neq$ & * star \\"
    assert lines[8] == r"total & ? & 100.00\% &  &  \\"
    assert lines[9:11] == [r"\bottomrule", r"\end{tabular}"]
    assert lines[-1] == r"\par\noindent 100\% of \& costs"


def test_raw_gives_exact_integers() -> None:
    assert " & 1.235M & " in render(TABLE, "latex")
    assert " & 1234567 & " in render(TABLE, "latex", raw=True)


def test_nothing_in_a_text_is_a_command() -> None:
    text = escape(HOSTILE)
    allowed = re.compile(
        r"\\[&%$#_{}]|\\text(?:backslash|asciitilde|asciicircum|less|greater|bar)\{\}|\\symbol\{\d+\}"
        r"|\$\\(?:surd|neq|geq|times|leq|to)\$|\$-\$|\\ldots\{\}|\{-\}"
    )
    rest = allowed.sub("", text)
    assert not set(rest) & set('&%$#_{}~^\\<>|"`') and rest.isascii()
    assert "--" not in text  # which would be a dash
    assert escape("a-b --c") == "a-b {-}{-}c"


def test_cells_of_several_lines_are_broken_as_they_were() -> None:
    assert r"a \newline ~~b \& c \\" in render(TABLE, "latex")
    text = replace(TABLE, columns=(Column("why", "why"),), total=None)
    assert r"\shortstack[l]{a \\ ~~b \& c} \\" in render(text, "latex")


def test_a_result_is_a_section(broken: Result) -> None:
    text = render(broken, "latex")
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 4
    assert text.count(r"\begin{itemize}") == text.count(r"\end{itemize}") == 3
    assert r"\textbf{FAIL} & \texttt{specs/mobile/m1.yaml} & macs 312.4M \textgreater{} 300M" in text
    for table in re.findall(r"\\begin\{tabular\}.*?\\end\{tabular\}", text, re.DOTALL):
        rows = [line for line in table.splitlines() if line.endswith(r" \\")]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
@pytest.mark.parametrize("what", ["table", "result"])
def test_it_compiles(what: str, tmp_path: Path, broken: Result) -> None:
    body = render(TABLE if what == "table" else broken, "latex")
    head = "\\documentclass{article}\n\\usepackage{booktabs}\n"
    source = f"{head}\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "it.tex").write_text(source, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


# ---- HTML ----------------------------------------------------------------------------------------


def test_a_table_is_a_page_too() -> None:
    text = render(TABLE, "html")
    assert "<td class='number' data-name='MACs'>1.235M</td>" in text
    assert "&lt;g&gt;" in text and "<g>" not in text
    assert "<tfoot><tr><td>total</td>" in text
    assert "<footer><p>100% of &amp; costs</p></footer>" in text
