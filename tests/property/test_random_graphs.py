"""Random networks, counted by us, by torch and by fvcore: shapes, parameters and multiply-adds agree."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

torch = pytest.importorskip("torch")
pytest.importorskip("fvcore")

from torch import fx  # noqa: E402

from costcalc import graph as g  # noqa: E402
from costcalc.api import count  # noqa: E402
from costcalc.witness.build import build_module  # noqa: E402
from costcalc.witness.counters import flop_counter_mode, fvcore_count  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")

MATRIX_PRODUCTS = ("conv", "linear")
random_examples = settings(
    max_examples=5_000 if os.environ.get("COSTCALC_NIGHTLY") == "1" else 200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Recorder(fx.Interpreter):
    """Runs a module node by node and keeps what each node returned."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.values: list[Any] = []

    def run_node(self, node: fx.Node) -> Any:
        self.values.append(super().run_node(node))
        return self.values[-1]


@given(data=st.data())
@random_examples
def test_module_computes_what_the_graph_says(
    data: st.DataObject, random_graphs: SearchStrategy[g.Graph]
) -> None:
    graph = data.draw(random_graphs)
    module = build_module(graph)
    recorder = Recorder(module)
    with torch.no_grad():
        outputs = recorder.run(torch.rand(2, *graph.input_shape))

    *values, returned = recorder.values
    assert [tuple(value.shape) for value in values] == [(2, *node.shape) for node in graph.nodes]
    assert returned is outputs
    assert all(outputs[head] is values[index] for head, index in graph.outputs.items())
    assert all(torch.isfinite(value).all() for value in values)

    owners = [node for node in graph.nodes if not node.shares]
    learned = sum(weight.size for node in owners for weight in graph.weights(node))
    kept = sum(buffer.size for node in owners for buffer in node.op.buffers(*graph.input_shapes(node)))
    assert sum(tensor.numel() for tensor in module.parameters()) == learned
    assert sum(tensor.numel() for tensor in module.buffers() if tensor.ndim) == kept


@given(data=st.data())
@random_examples
def test_three_counts_agree_at_every_node(
    data: st.DataObject, random_graphs: SearchStrategy[g.Graph]
) -> None:
    graph = data.draw(random_graphs)
    rows = count(graph).rows
    macs = {row.node.name: row.node.op.macs(*row.inputs) for row in rows}

    fvcore = fvcore_count(graph)
    assert sum(fvcore.by_operator.get(name, 0) for name in MATRIX_PRODUCTS) == sum(macs.values())
    assert fvcore.by_node == {row.node.name: row.count("fvcore") for row in rows}
    assert sum(fvcore.by_node.values()) == fvcore.total

    torch_own = flop_counter_mode(graph)
    assert torch_own.by_node == {name: 2 * products for name, products in macs.items()}
    assert torch_own.by_node == {row.node.name: row.count("torch") for row in rows}
    assert sum(torch_own.by_node.values()) == torch_own.total
