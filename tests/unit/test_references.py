"""What people type for a network, and what they are told when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.cli import run
from costcalc.errors import CostcalcError
from costcalc.networks import network, open_networks


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("resnet18", "resnet@18"),
        ("ResNet-50", "resnet@50"),
        ("efficientnet-b3", "efficientnet@b3"),
        ("MobileNetV2", "mobilenet_v2"),
        ("shufflenet_g3", "shufflenet@g3"),
        ("mobilnet", "mobilenet"),
    ],
)
def test_a_near_name_is_suggested(typed: str, meant: str) -> None:
    with pytest.raises(CostcalcError, match=f"did you mean `{meant}`"):
        network(typed)


@pytest.mark.parametrize("typed", ["resnet50d", "efficientnet_x9", "zzz"])
def test_nothing_is_suggested_where_nothing_is_near(typed: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        network(typed)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("mobilenet@width=0.5", "mobilenet@alpha=0.5"),
        ("mobilenet_v2@width_mult=0.75", "mobilenet_v2@alpha=0.75"),
        ("efficientnet@width_multiplier=1.1", "efficientnet@w=1.1"),
        ("efficientnet@depth_multiplier=1.2", "efficientnet@d=1.2"),
        ("mobilenet@resolution_multiplier=0.5", "mobilenet@rho=0.5"),
        ("mobilenet@resolution=160x160", "mobilenet@resolution=160"),
    ],
)
def test_factors_go_by_the_names_that_people_use(typed: str, same: str) -> None:
    assert network(typed).graph.digest() == network(same).graph.digest()


def test_a_resolution_may_be_two_sizes() -> None:
    assert network("mobilenet@resolution=480x640").graph.input_shape == (3, 480, 640)


def test_a_network_or_a_graph_is_its_own_network() -> None:
    found = network("mobilenet@a0.5")
    assert network(found) is found
    assert network(found.graph).graph is found.graph
    assert network(found.model).model is found.model


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(TypeError, match="a network is a reference, a Network, a Model or a Graph, not int"):
        network(42)  # type: ignore[arg-type]


def test_names_tell_networks_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path
    text = (
        "costcalc: 1\nname: net\ninput: [3, 8, 8]\nimport: [std]\nstages:\n  - [conv, 4]\ncolumns: [op, c]\n"
    )
    for place in ("old", "new", "deep/old"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "net.yaml").write_text(text)
    monkeypatch.chdir(folder)
    names = [each.name for each in open_networks(["old/net.yaml", "new/net.yaml"])]
    assert names == ["old/net", "new/net"]
    names = [each.name for each in open_networks(["old/net.yaml", "deep/old/net.yaml", "mobilenet"])]
    assert len(set(names)) == 3
    assert names[1:] == ["deep/old/net", "mobilenet"]


def test_what_no_output_needs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.yaml"
    rows = "[[a, conv, 8, ~], [lost, conv, 4, a], [b, conv, 4, a]]"
    path.write_text(
        f"costcalc: 1\nname: net\ninput: [3, 8, 8]\ncolumns: [name, op, c, from]\nstages: {rows}\n"
    )
    for command in (["compare", "--no-fvcore"], ["show"], ["fits", "--ram", "1MB"]):
        assert run([command[0], str(path), *command[1:]]) == 0
        assert "no output needs lost" in capsys.readouterr().err
    assert run(["check", str(path), "--max", "macs=1M"]) == 0
    assert "no output needs lost" in capsys.readouterr().out
