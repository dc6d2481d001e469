"""Random networks, before every counter that there is, and before PyTorch's memory."""

from __future__ import annotations

import dataclasses
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from costcalc.api import count
from costcalc.cost import CONVENTIONS
from costcalc.graph import Graph

pytest.importorskip("torch")

from costcalc.witness.ask import Unavailable, ask
from costcalc.witness.memory import watch_memory
from costcalc.witness.tools import TOOLS, Witnessed, missing_packages

pytestmark = pytest.mark.usefixtures("one_thread")

NIGHTLY = os.environ.get("COSTCALC_NIGHTLY") == "1"


def examples(by_day: int, by_night: int) -> settings:
    return settings(
        max_examples=by_night if NIGHTLY else by_day,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.mark.parametrize("tool", TOOLS)
@given(data=st.data())
@examples(30, 1_000)
def test_every_tool_counts_what_its_convention_says(
    tool: str, data: st.DataObject, random_graphs: SearchStrategy[Graph]
) -> None:
    if missing := missing_packages(tool):
        pytest.skip(f"not installed: {missing}")
    graph = data.draw(random_graphs)
    cost, answer = count(graph, tool), ask(tool, graph)
    if cost.unknown:
        assert isinstance(answer, Unavailable) and answer.expected, answer
    else:
        assert isinstance(answer, Witnessed), answer
        assert (answer.unit, answer.total) == (CONVENTIONS[tool].unit, cost.total(tool))


@given(data=st.data(), batch=st.integers(1, 3))
@examples(200, 5_000)
def test_memory_without_fusion_is_what_pytorch_moves_and_holds(
    data: st.DataObject, batch: int, random_graphs: SearchStrategy[Graph]
) -> None:
    graph = data.draw(random_graphs)
    # Whoever calls PyTorch holds on to the input, as if it were an output of the network.
    held = dataclasses.replace(graph, outputs={**graph.outputs, "(the caller's)": 0})
    cost, watched = count(held, batch=batch, fusion="none"), watch_memory(graph, batch)
    assert watched.by_node == {row.node.name: (row.read_bytes, row.written_bytes) for row in cost.rows}
    assert watched.peak_bytes == cost.peak_memory.bytes
