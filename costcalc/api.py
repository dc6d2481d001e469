"""Counting from Python: whatever names or is a network, on whatever basis."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from costcalc.cost import Basis, Convention, Cost, parse_basis
from costcalc.graph import Graph
from costcalc.networks import Network, network
from costcalc.spec import Model


def count(
    of: str | Network | Model | Graph,
    convention: str | Convention = "paper",
    *,
    batch: int = 1,
    dtype: str = "fp32",
    weights_dtype: str | None = None,
    activations_dtype: str | None = None,
    fusion: str = "conv-bn-act",
    order: Literal["given", "best"] = "given",
    weights_in_ram: bool = False,
    basis: Basis | None = None,
) -> Cost:
    """Count a network.

    Args:
        of: A reference such as `mobilenet@a0.5`, a network, a model of a spec, or a graph.
        convention: What decides `macs` and `flops`; the counts of all others can be asked of the cost.
        batch: Images per batch.
        dtype: The number format of weights and activations.
        weights_dtype: That of the weights alone.
        activations_dtype: That of the activations alone.
        fusion: Which operators share a kernel; decides memory access and peak memory.
        order: Whether operators run in the order of the graph, or in one that needs the least memory;
            that may take seconds to find. `Cost.graph` and the rows are in that order.
        weights_in_ram: Whether peak memory includes the weights.
        basis: All of these at once, in place of them.

    Raises:
        CostcalcError: there is no such network (E00x), its spec is wrong, or an argument is (E501 to E504).

    >>> count("mobilenet@a0.5").macs, count("mobilenet", batch=8).macs
    (149497088, 4549922816)
    """
    given = basis or parse_basis(
        convention if isinstance(convention, str) else "paper",
        batch,
        dtype,
        weights_dtype=weights_dtype,
        activations_dtype=activations_dtype,
        fusion=fusion,
        order=order,
        weights_in_ram=weights_in_ram,
    )
    if isinstance(convention, Convention):
        given = replace(given, conventions=(convention,))
    return given.count(network(of).graph)
