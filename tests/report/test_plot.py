"""Pictures: the same bytes each time, small, self-contained, and of what was asked for."""

from __future__ import annotations

import builtins
import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from costcalc.cli import run
from costcalc.errors import CostcalcError, MissingExtraError

pytest.importorskip("numpy")

from costcalc.report.plot.picture import quantity
from costcalc.report.plot.points import Points, of_result, parse_points
from costcalc.report.plot.sweep import draw
from costcalc.sweeps import sweep

needs_matplotlib = pytest.mark.skipif(
    not importlib.util.find_spec("matplotlib"), reason="matplotlib is not installed"
)
NAMESPACES = {b"http://www.w3.org/2000/svg", b"http://www.w3.org/1999/xlink"}
SVG = "{http://www.w3.org/2000/svg}"


def points(axes: Mapping[str, str] | None = None, *references: str, **options: Any) -> Points:
    axes = {"alpha": "0.25:1:0.25"} if axes is None else axes
    return of_result(sweep(references or "mobilenet", axes, **options))


def texts(picture: bytes) -> list[str]:
    """Return all that is written in a picture."""
    return ["".join(each.itertext()) for each in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_csv_and_json_and_the_result_itself_are_the_same_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    axes = ["--groups", "1,3,5", "--scale", "1/3,1"]
    assert run(["sweep", "shufflenet", *axes, "-o", "csv=a.csv", "-o", "json=a.json"]) == 0
    one, two = (parse_points((tmp_path / name).read_text("utf-8")) for name in ("a.csv", "a.json"))
    three = points({"groups": "1,3,5", "scale": "1/3,1"}, "shufflenet")
    assert one == two == three
    assert (one.axes, len(one), one.refused) == (("spec", "model", "groups", "scale"), 4, 2)
    assert one.column("scale")[0] == pytest.approx(1 / 3)
    assert one.is_numeric("peak_memory") and not one.is_numeric("model")


@pytest.mark.parametrize("text", ["", "{}", "[1]", "{", "alpha,macs\n1,2\n", "model,error\nnet,E311\n", "\0"])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(CostcalcError, match="E707"):
        parse_points(text)


@needs_matplotlib
@pytest.mark.parametrize("format", ["svg", "png"])
@pytest.mark.parametrize("kind", ["scatter", "heatmap"])
def test_the_same_bytes_each_time(kind: str, format: str) -> None:
    own = points({"alpha": "0.5,1", "resolution": "128,224"})
    first, second = (draw(own, kind=kind, budgets=["macs=300M"], format=format) for _ in range(2))
    assert first == second
    assert first.startswith(b"\x89PNG" if format == "png" else b"<?xml")


@needs_matplotlib
def test_whatever_the_reader_has_configured() -> None:
    import matplotlib

    own = points()
    expected = draw(own)
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": False}):
        assert draw(own) == expected
        assert matplotlib.rcParams["font.size"] == 30


@needs_matplotlib
@pytest.mark.parametrize("kind", ["scatter", "heatmap"])
def test_a_picture_of_thousands_refers_to_nothing_outside_and_is_small(kind: str) -> None:
    own = points({"alpha": "0.1:1:0.01", "resolution": "96:224:2"})
    picture = draw(own, kind=kind, format="svg")
    assert len(own) == 5915
    assert len(picture) < 200_000
    outside = set(re.findall(rb"https?://[^\"' >]+", picture))
    assert outside <= NAMESPACES
    assert b"<script" not in picture and b"<!DOCTYPE" not in picture
    assert set(re.findall(rb"href=\"([a-z#]+)", picture)) <= {b"#m", b"data", b"#p"}


@needs_matplotlib
def test_a_few_points_are_few_bytes() -> None:
    assert len(draw(points())) < 30_000


@needs_matplotlib
def test_axes_say_units_and_budgets_are_named() -> None:
    own = points({"alpha": "0.25:1:0.25", "resolution": "128:224:32"})
    said = texts(
        draw(own, x="macs", y="peak_memory", colour="alpha", budgets=["macs=300M", "peak_memory=2MiB"])
    )
    assert {
        "MACs, log",
        "peak memory",
        "alpha",
        "MACs 300M",
        "peak memory 2 MiB",
        "100M",
        "1 MiB",
    } <= set(said)
    assert {"0.25", "0.5", "0.75", "1"} <= set(said)
    (caption,) = [text for text in said if text.startswith("16 designs")]
    assert caption == "16 designs; 1 MAC = 1 multiply-add (paper), batch 1, fp32"


@needs_matplotlib
def test_the_front_is_the_sweeps_own() -> None:
    figures = (
        "model,top1\nmobilenet@a1,70.6\nmobilenet@a0.5,63.7\nmobilenet_v2@a1,72.0\nmobilenet_v2@a0.5,65.4\n"
    )
    own = points({}, "mobilenet@a*", "mobilenet_v2@a*", table=figures)
    picture = draw(own, x="macs", y="top1")
    assert own.figures == ("top1",)
    assert "4 designs, 2 on the Pareto front; 1 MAC = 1 multiply-add (paper), batch 1, fp32" in texts(picture)
    assert {"spec", "mobilenet", "mobilenet_v2"} <= set(texts(picture))  # ten models are too many colours
    kept = sweep(["mobilenet@a*", "mobilenet_v2@a*"], {}, table=figures, pareto="macs,top1")
    assert len(kept) == 2


@needs_matplotlib
def test_cells_with_numbers_and_what_keeps_to_a_budget() -> None:
    own = points({"groups": "1,2,3,4,8", "scale": "0.5,1"}, "shufflenet")
    said = texts(draw(own, kind="heatmap", x="groups", y="scale", colour="macs", budgets=["macs=140M"]))
    assert {"143M", "137M", "38.5M", "within 140M MACs", "groups", "scale"} <= set(said)


@needs_matplotlib
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"x": "mcas"}, "E031"),
        ({"x": "model"}, "E708"),
        ({"colour": "nothing"}, "E031"),
        ({"budgets": ["activations=1M"]}, "E708"),
        ({"budgets": ["macs"]}, "E705"),
        ({"budgets": ["macs=much"]}, "E705"),
        ({"kind": "heatmap", "x": "alpha", "y": "model"}, "E708"),
        ({"kind": "heatmap", "colour": "model"}, "E708"),
        ({"kind": "heatmap", "budgets": ["params=1M"]}, "E708"),
    ],
)
def test_what_cannot_be_drawn(options: dict[str, Any], code: str) -> None:
    own = points({"alpha": "0.5,1", "resolution": "128,224"})
    with pytest.raises(CostcalcError, match=code):
        draw(own, **options)


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest)

    own = points()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError) as caught:
        draw(own)
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("E020", 'pip install "costcalc[plot]"')


@needs_matplotlib
def test_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["sweep", "mobilenet", "--alpha", "0.25:1:0.25", "-o", "csv=a.csv"]
    assert run([*arguments, "--plot", "direct.svg"]) == 0
    assert run(["plot", "sweep", "a.csv", "-o", "drawn.svg"]) == 0
    assert (tmp_path / "direct.svg").read_bytes() == (tmp_path / "drawn.svg").read_bytes()
    capsys.readouterr()
    for wrong in (["a.csv", "-o", "a.pdf"], ["a.csv", "-o", "no/a.svg"], ["b.csv", "-o", "b.svg"], ["a.csv"]):
        assert run(["plot", "sweep", *wrong]) == 2
    assert run([*arguments, "--plot", "a.gif"]) == 2
    assert run(["plot"]) == 2
    assert re.findall(r"error\[(\w+)\]", capsys.readouterr().err) == [
        "E032", "E032", "E033", "E030", "E032", "E030",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("macs", 1.5e8, "150M"),
        ("macs", 999_999, "1M"),
        ("params", 1000, "1k"),
        ("peak_memory", 1.5 * 2**20, "1.5 MiB"),
        ("peak_memory", 1000 * 2**10, "1000 KiB"),
        ("alpha", 0.25, "0.25"),
        ("macs", 0, "0"),
        ("macs", 20e6, "20M"),
        ("macs", None, "?"),
    ],
)
def test_ticks_have_no_idle_zeros(name: str, value: float | None, text: str) -> None:
    assert quantity(name, value, ("macs", "params", "peak_memory")) == text


def test_the_pictures_of_the_documentation_stand_alone() -> None:
    pictures = sorted((Path(__file__).parents[2] / "docs" / "pictures").glob("*.svg"))
    assert [path.name for path in pictures] == ["cells.svg", "points.svg"]
    for path in pictures:
        picture = path.read_bytes()
        assert ElementTree.fromstring(picture).tag == f"{SVG}svg"
        assert set(re.findall(rb"https?://[^\"' >]+", picture)) <= NAMESPACES
