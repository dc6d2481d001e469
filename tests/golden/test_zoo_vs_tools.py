"""Every network of the zoo, against counters that never saw our formulas.

By day, every spec and some of its variants, on small images where something has to be computed or traced;
by night (COSTCALC_NIGHTLY=1), every variant before every tool, fvcore at the size of the paper. So
each is built as a PyTorch module and run: on the meta device by most tools, on the CPU by fvcore.
"""

from __future__ import annotations

import dataclasses
import os
import zlib
from collections.abc import Iterable

import pytest

from costcalc.api import count
from costcalc.cost import CONVENTIONS
from costcalc.errors import CostcalcError
from costcalc.graph import Graph
from costcalc.networks import Door, load
from costcalc.spec.files import network_names, zoo_directory

pytest.importorskip("torch")

from costcalc.witness.ask import Unavailable, ask
from costcalc.witness.build import build_module
from costcalc.witness.memory import watch_memory
from costcalc.witness.tools import TOOLS, Witnessed, missing_packages

NIGHTLY = os.environ.get("COSTCALC_NIGHTLY") == "1"

OTHERS = [tool for tool in TOOLS if tool not in ("fvcore", "torch")]
A_SAMPLE = (
    "alexnet",
    "densenet_cifar",
    "ghostnet",
    "googlenet",
    "mobilenet_v3",
    "shufflenet",
    "ssd_mobilenet",
)
MOST_NODES = 600
MOST_MACS = 5_000_000_000
"""Of what is traced or computed by day."""


def references(specs: Iterable[str], *, variants: bool = False) -> list[str]:
    """Return the base of every spec and, if wanted, one of its variants; by night all that differ."""
    found = []
    for spec in specs:
        names = list(Door().spec(zoo_directory() / f"{spec}.yaml").variants)
        if not NIGHTLY:
            names = [names[zlib.crc32(spec.encode()) % len(names)]] if names and variants else []
        found += [spec, *(f"{spec}@{name}" for name in names)]
    if not NIGHTLY:
        return found
    first: dict[str, str] = {}  # what has the same graph has the same counts
    for reference in found:
        first.setdefault(load(reference).graph.digest(), reference)
    return list(first.values())


def moderate(graph: Graph) -> Graph:
    """Return the graph, unless it has too many nodes for a test by day."""
    if not NIGHTLY and len(graph.nodes) > MOST_NODES:
        pytest.skip(f"{len(graph.nodes)} nodes: set COSTCALC_NIGHTLY=1")
    return graph


def small(reference: str) -> Graph:
    """Return the network on the smallest image that it takes, down to a quarter of its own size."""
    graph = moderate(load(reference).graph)
    for divisor in (4, 3, 2):
        size = graph.input_shape[1] // divisor
        try:
            graph = load(f"{reference}{'+' if '@' in reference else '@'}resolution={size}").graph
        except CostcalcError:  # a window, or an asserted size, needs more
            continue
        break
    if not NIGHTLY and count(graph).macs > MOST_MACS:
        pytest.skip(f"{count(graph).macs:,} MACs: set COSTCALC_NIGHTLY=1")
    return graph


def compare(tool: str, graph: Graph) -> None:
    """Hold a tool's count to the convention that describes it: to the integer, by node if it says."""
    if missing := missing_packages(tool):
        pytest.skip(f"not installed: {missing}")
    cost, answer = count(graph, tool), ask(tool, graph)
    if cost.unknown:  # because the tool itself fails on some operator, which `witness/bugs.py` names
        assert isinstance(answer, Unavailable) and answer.expected, answer
        return
    assert isinstance(answer, Witnessed), answer
    if tool in ("fvcore", "torch"):
        assert answer.by_node == {row.node.name: row.count(tool) for row in cost.rows}
    assert (answer.unit, answer.total) == (CONVENTIONS[tool].unit, cost.total(tool))


@pytest.mark.parametrize("reference", references(network_names()))
def test_flop_counter_mode(reference: str) -> None:
    compare("torch", moderate(load(reference).graph))


@pytest.mark.parametrize("reference", references(network_names()))
def test_fvcore(reference: str) -> None:
    compare("fvcore", load(reference).graph if NIGHTLY else small(reference))


@pytest.mark.parametrize("tool", OTHERS)
@pytest.mark.parametrize("reference", references(network_names() if NIGHTLY else A_SAMPLE))
def test_the_other_tools(reference: str, tool: str) -> None:
    compare(tool, small(reference))


@pytest.mark.parametrize("reference", references(network_names(), variants=True))
def test_parameters_and_buffers(reference: str) -> None:
    graph = load(reference).graph
    module, cost = build_module(graph, "meta"), count(graph)
    assert sum(weight.numel() for weight in module.parameters()) == cost.params
    # PyTorch's batch norms also count the batches that they have seen.
    buffers = {name: buffer for name, buffer in module.named_buffers() if "num_batches" not in name}
    assert sum(buffer.numel() for buffer in buffers.values()) == cost.buffers


@pytest.mark.parametrize("reference", references(network_names()))
def test_memory_without_fusion(reference: str) -> None:
    graph = moderate(load(reference).graph)
    # Whoever calls PyTorch holds on to the input, as if it were an output of the network.
    held = dataclasses.replace(graph, outputs={**graph.outputs, "(the caller's)": 0})
    cost, watched = count(held, fusion="none"), watch_memory(graph)
    assert watched.by_node == {row.node.name: (row.read_bytes, row.written_bytes) for row in cost.rows}
    assert watched.peak_bytes == cost.peak_memory.bytes


def test_every_spec_is_compared() -> None:
    compared = {load(reference).graph.digest() for reference in references(network_names())}
    assert compared >= {load(name).graph.digest() for name in network_names()}
    assert len(network_names()) >= 50
