"""An operator of one's own, from outside the package: in a spec, as a PyTorch module, in counts."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

import costcalc
from costcalc.graph import ACTIVATIONS, Op, Shape, Weight
from costcalc.spec.lint import lint
from costcalc.spec.primitives import CHOICES, PRIMITIVES, Argument, Formulas, Primitive

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs torch")
needs_fvcore = pytest.mark.skipif(importlib.util.find_spec("fvcore") is None, reason="needs fvcore")

SPEC = """costcalc: 1
name: gated
input: [3, 8, 8]
params: {mode: hard}
columns: [op, c]
stages: [[unit, 4], [unit, 8]]
blocks:
  unit:
    params: {c: ~}
    body: [conv: {c: c, k: 3}, gate: {mode: $mode}]
"""


@dataclass(frozen=True, slots=True)
class Gate(Op):
    """A learned scale per channel, then a gate: x * sigmoid(a * x)."""

    kind: ClassVar[str] = "gate"
    mode: str

    def out_shape(self, *inputs: Shape) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """Return a scale per channel."""
        return (Weight("scale", (inputs[0][0],)),)


@pytest.fixture(scope="module", autouse=True)
def _gate() -> Iterator[None]:
    costcalc.register_primitive(
        Primitive(
            "gate",
            "a learned gate per channel",
            {"mode": Argument("name", "soft", ("soft", "hard"))},
            lambda a, x: (Gate(a["mode"]),),
            Formulas(params="c_in"),
        )
    )
    yield
    del PRIMITIVES["gate"]
    CHOICES.difference_update({"soft", "hard"})


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "gated.yaml"
    path.write_text(SPEC)
    return str(path)


def test_a_spec_uses_it_like_any_other_step(spec: str) -> None:
    graph = costcalc.load(spec).graph
    assert [node.op.mode for node in graph.nodes if isinstance(node.op, Gate)] == ["hard", "hard"]
    convolutions = (3 * 4 + 4 * 8) * 9
    assert costcalc.count(graph).params == convolutions + 4 + 8
    assert lint([spec]) == []


def test_its_arguments_are_checked(spec: str) -> None:
    Path(spec).write_text(SPEC.replace("$mode", "loud"))
    with pytest.raises(costcalc.SpecError) as caught:
        costcalc.load(spec)
    assert [found.code for found in caught.value.diagnostics] == ["E307"]


def test_a_name_is_given_once() -> None:
    for taken in ("gate", "conv", "add"):
        with pytest.raises(ValueError, match="already"):
            costcalc.register_primitive(Primitive(taken, "", {}, lambda a, x: ()))
    assert "relu" in ACTIVATIONS


def test_every_count_is_unknown_until_a_convention_has_a_rule(spec: str) -> None:
    cost = costcalc.count(spec)
    unknown = [row.node.name for row in cost.rows if row.count("fvcore") is None]
    assert unknown == ["unit1.gate", "unit2.gate"]


@needs_torch
@needs_fvcore
def test_other_counters_see_its_module(spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from torch import Tensor, nn

    from costcalc.witness.cache import fvcore_counts
    from costcalc.witness.layers import layer

    class GateModule(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(channels))

        def forward(self, x: Tensor) -> Tensor:
            return x * torch.sigmoid(x * self.scale[:, None, None])

    graph = costcalc.load(spec).graph
    if Gate not in layer.registry:
        with pytest.raises(NotImplementedError, match="register_layer"):
            costcalc.build_module(graph)
        costcalc.register_layer(Gate, lambda op, x: GateModule(x[0]))
    with pytest.raises(ValueError, match="already"):
        costcalc.register_layer(Gate, lambda op, x: GateModule(x[0]))

    module = costcalc.build_module(graph)
    assert sum(weight.numel() for weight in module.parameters()) == costcalc.count(graph).params

    monkeypatch.setenv("COSTCALC_CACHE_DIR", str(tmp_path / "cache"))
    (theirs,) = fvcore_counts([graph])
    assert theirs and theirs.by_node["unit1.gate"] == 0  # fvcore has no rule for products
    assert theirs.total == costcalc.count(graph, "paper").macs
    assert not list(tmp_path.rglob("*.json"))  # its module may change without this package noticing
    checks = costcalc.verify(graph, ["fvcore"], memory=True)
    assert [check.verdict for check in checks[:1]] == ["unknown"]


def test_a_rule_of_ones_own_makes_its_count_known(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = costcalc.CONVENTIONS["fvcore"].rules
    monkeypatch.setitem(rules, Gate, costcalc.Rule("2 per element", lambda call: 2 * call.out_elements))
    cost = costcalc.count(spec, "fvcore")
    gates = [row.count("fvcore") for row in cost.rows if isinstance(row.node.op, Gate)]
    assert gates == [2 * 4 * 64, 2 * 8 * 64]
