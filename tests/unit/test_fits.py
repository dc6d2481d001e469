"""Whether a network fits a chip, and what is said when it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from costcalc.api import count
from costcalc.cli import run
from costcalc.cost import Cost
from costcalc.cost.fits import Fit, fit
from costcalc.graph import Conv2d, Flatten, Graph, GraphBuilder, Linear
from costcalc.report.fits import fits_table


def network() -> Graph:
    """Tensors 100, 300, 200, 200 and 5 elements; weights 300 + 6 + 1000 + 5."""
    builder = GraphBuilder("net", (1, 10, 10))
    x = builder.add(Conv2d(3, (10, 10), padding=(5, 5), stride=(1, 1)), (0,), "wide")
    assert builder.shape(x) == (3, 11, 11)
    x = builder.add(Conv2d(2, (2, 2)), (x,), "narrow")
    x = builder.add(Flatten(), (x,), "flatten")
    return builder.build({"logits": builder.add(Linear(5), (x,), "fc")})


WEIGHTS = 3 * 100 + 2 * 3 * 4 + 5 * 200 + 5
TENSORS = 3 * 121 + 2 * 100  # while `narrow` runs


def held_against(ram: int, flash: int | None = None) -> tuple[Cost, Fit]:
    cost = count(network(), dtype="fp8")
    return cost, fit(cost, ram, flash)


def test_weights_and_tensors_share_the_ram() -> None:
    _, exact = held_against(WEIGHTS + TENSORS)
    assert (exact.weights, exact.tensors, exact.node) == (WEIGHTS, TENSORS, "narrow")
    assert exact.fits and exact.ram_missing == 0
    _, short = held_against(WEIGHTS + TENSORS - 1)
    assert not short.fits and short.ram_missing == 1
    assert short.layers == (("fc", 1005), ("wide", 300), ("narrow", 24))
    assert short.live == (("wide", 363), ("narrow", 200))


def test_flash_takes_the_weights() -> None:
    assert held_against(TENSORS, WEIGHTS)[1].fits
    assert held_against(TENSORS - 1, WEIGHTS)[1].ram_missing == 1
    assert held_against(TENSORS, WEIGHTS - 1)[1].flash_missing == 1


@pytest.mark.parametrize(
    ("ram", "flash", "words"),
    [
        (WEIGHTS + 1, None, "net lacks 562 B of RAM; either the weights or the tensors would fit alone; "),
        (1000, None, "the weights alone are too much; largest weights: fc 1005 B, wide 300 B, narrow 24 B"),
        (500, None, "the weights alone are too much, and so are the tensors; "),
        (500, 2000, "net lacks 63 B of RAM; alive at narrow: wide 363 B, narrow 200 B."),
        (600, 1000, "net lacks 329 B of flash; largest weights: fc 1005 B, "),
    ],
)
def test_what_is_missing_and_what_is_largest(ram: int, flash: int | None, words: str) -> None:
    cost, found = held_against(ram, flash)
    note, _ = fits_table([("net", cost, found)]).notes
    assert words in note


def test_the_command_line_leaves_with_its_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = ["fits", "mobilenet_v2", "--dtype", "int8", "--format", "json", "--ram"]
    assert run([*question, "6MB"]) == 0
    document = json.loads(capsys.readouterr().out)
    [model] = document["models"]
    assert (document["ram_bytes"], model["fits"]) == (6_000_000, True)
    assert model["ram_needed_bytes"] == sum(model["layers"].values()) + sum(model["live"].values())
    assert run([*question, "4MB"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert "largest weights: logits.classifier.linear" in document["notes"][0]
    assert run([*question, "2MB", "--flash", "4MB"]) == 0
    assert run([*question, "6MX"]) == 2
    assert "E507" in capsys.readouterr().err
    assert run([*question, "0"]) == 2
    assert run(["fits", "--ram", "1MB"]) == 2
    assert run(["fits", "mobilenet"]) == 2


def test_types_and_order_change_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    def tensors(*options: str) -> tuple[int, int]:
        assert run(["fits", "ghostnet", "--ram", "1GB", "--format", "json", *options]) == 0
        [model] = json.loads(capsys.readouterr().out)["models"]
        return model["weights_bytes"], model["tensors_bytes"]

    weights, most = tensors()
    assert tensors("--weights", "fp8") == (weights // 4, most)
    assert tensors("--activations", "fp16") == (weights, most // 2)
    assert tensors("--batch", "3") == (weights, 3 * most)
    assert tensors("--order", "best")[1] < most
