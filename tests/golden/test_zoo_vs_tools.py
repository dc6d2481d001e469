"""Every network of the zoo, against counters that never saw our formulas.

By default that is a sample, so that it takes a minute: the base of every spec and one of its
variants, of which the large ones are skipped and say so. COSTCALC_NIGHTLY=1 leaves nothing out.
"""

from __future__ import annotations

import dataclasses
import os
import zlib
from collections.abc import Iterable

import pytest

from costcalc.cost import CONVENTIONS, count
from costcalc.graph import Graph, LocalResponseNorm
from costcalc.spec import load
from costcalc.spec.files import network_names
from costcalc.spec.load import find

pytest.importorskip("torch")

from costcalc.witness.build import build_module
from costcalc.witness.memory import watch_memory
from costcalc.witness.tools import TOOLS, Unavailable, ask, missing_packages
from costcalc.witness.witnessed import Witnessed

NIGHTLY = os.environ.get("COSTCALC_NIGHTLY") == "1"

MOST_MACS, MOST_NODES = 3_000_000_000, 1_500
"""Where a network of the sample is too large: for tools that compute it, and for those that trace it."""

BY_NODE = ("fvcore", "torch")
SLOW = [tool for tool in TOOLS if tool not in BY_NODE]
SMALL = ("mobilenet", "shufflenet", "efficientnet", "densenet_cifar", "googlenet")


def networks(specs: Iterable[str]) -> list[str]:
    """Return references to the base of every spec, and to one of its variants or all of them."""
    references = []
    for spec in specs:
        variants = list(find(spec)[0].variants)
        if variants and not NIGHTLY:
            variants = [variants[zlib.crc32(spec.encode()) % len(variants)]]
        references += [spec, *(f"{spec}@{variant}" for variant in variants)]
    return references


def graph_of(reference: str, most_macs: int | None = None) -> Graph:
    graph = load(reference).graph
    macs, nodes = count(graph).macs, len(graph.nodes)
    if not NIGHTLY and (nodes > MOST_NODES or (most_macs and macs > most_macs)):
        pytest.skip(f"{macs / 10**9:.1f} GMACs in {nodes} nodes: set COSTCALC_NIGHTLY=1")
    return graph


def compare(tool: str, graph: Graph) -> Witnessed | None:
    """Hold a tool's count to the convention that describes it, to the integer."""
    if missing := missing_packages(tool):
        pytest.skip(f"not installed: {missing}")
    cost, answer = count(graph, tool), ask(tool, graph)
    if cost.unknown:  # because the tool itself fails on some operator, which `witness/bugs.py` names
        assert isinstance(answer, Unavailable) and answer.expected, answer
        return None
    assert isinstance(answer, Witnessed), answer
    if answer.by_node:
        assert answer.by_node == {row.node.name: row.counts[tool] for row in cost.rows}
    assert (answer.unit, answer.total) == (CONVENTIONS[tool].unit, cost.total(tool))
    return answer


@pytest.mark.parametrize("reference", networks(network_names()))
def test_fvcore_counts_every_node_alike(reference: str) -> None:
    answer = compare("fvcore", graph_of(reference, MOST_MACS))
    assert answer and answer.by_node


@pytest.mark.parametrize("reference", networks(network_names()))
def test_flop_counter_mode_counts_every_node_alike(reference: str) -> None:
    answer = compare("torch", graph_of(reference))
    assert answer and answer.by_node


@pytest.mark.parametrize("tool", SLOW)
@pytest.mark.parametrize("reference", networks(SMALL))
def test_the_other_tools(reference: str, tool: str) -> None:
    compare(tool, graph_of(reference, MOST_MACS))


@pytest.mark.parametrize("reference", networks(network_names()))
def test_parameters_and_buffers(reference: str) -> None:
    graph = graph_of(reference)
    module, cost = build_module(graph, "meta"), count(graph)
    assert sum(weight.numel() for weight in module.parameters()) == cost.params
    # PyTorch's batch norms also count the batches that they have seen.
    buffers = {name: buffer for name, buffer in module.named_buffers() if "num_batches" not in name}
    assert sum(buffer.numel() for buffer in buffers.values()) == cost.buffers


@pytest.mark.parametrize("reference", networks(network_names()))
def test_memory_without_fusion(reference: str) -> None:
    graph = graph_of(reference)
    # Whoever calls PyTorch holds on to the input, as if it were an output of the network.
    held = dataclasses.replace(graph, outputs={**graph.outputs, "(the caller's)": 0})
    cost, watched = count(held, fusion="none"), watch_memory(graph)
    one_kernel = True
    for row in cost.rows:
        moved, ours = watched.by_node[row.node.name], (row.read_bytes, row.written_bytes)
        if isinstance(row.node.op, LocalResponseNorm):  # one kernel to us, seven operators to PyTorch
            one_kernel = False
            assert min(moved) > max(ours), row.node.name
        else:
            assert moved == ours, row.node.name
    if one_kernel:
        assert (watched.read_bytes, watched.written_bytes) == (cost.read_bytes, cost.written_bytes)
        assert watched.peak_bytes == cost.peak_memory.bytes


def test_the_sample_reaches_every_spec() -> None:
    assert {reference.partition("@")[0] for reference in networks(network_names())} == set(network_names())
    assert len(network_names()) >= 50
