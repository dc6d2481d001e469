"""The two counters that report by module path: fvcore, and PyTorch's own FlopCounterMode."""

from __future__ import annotations

import warnings

import torch
from torch.utils.flop_counter import FlopCounterMode

from costcalc.graph import Graph
from costcalc.witness.build import build_module, module_paths, unshared
from costcalc.witness.versions import require
from costcalc.witness.witnessed import Witnessed


def fvcore_count(graph: Graph) -> Witnessed:
    """Return fvcore's count, for which it runs the network once on the CPU.

    Its unit is the multiply-accumulate, though it says "flops". Source: fvcore/nn/jit_handles.py.
    """
    torch_version, version = require("torch", "fvcore")
    graph = unshared(graph)
    module = build_module(graph)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # torch.jit, which fvcore is built on, is deprecated
        from fvcore.nn import FlopCountAnalysis

        analysis = FlopCountAnalysis(module, (torch.zeros(1, *graph.input_shape),))
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        by_module = analysis.by_module()
    return Witnessed(
        tool="fvcore",
        version=version,
        torch=torch_version,
        unit="MAC",
        total=int(analysis.total()),
        by_operator={name: int(count) for name, count in analysis.by_operator().items()},
        by_node={name: int(by_module[path]) for name, path in module_paths(graph).items()},
        uncounted=dict(analysis.unsupported_ops()),
    )


def flop_counter_mode(graph: Graph) -> Witnessed:
    """Return the count of torch's own FlopCounterMode, on the meta device: nothing is computed.

    Its unit is the FLOP, two per multiply-accumulate of convolutions and matrix products; all
    else is zero, silently. Source: torch/utils/flop_counter.py.
    """
    (version,) = require("torch")
    graph = unshared(graph)
    module = build_module(graph, device="meta")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, *graph.input_shape, device="meta"))
    counts = {path: {str(op): n for op, n in ops.items()} for path, ops in counter.get_flop_counts().items()}
    root = type(module).__name__
    return Witnessed(
        tool="FlopCounterMode",
        version=version,
        torch=version,
        unit="FLOP",
        total=counter.get_total_flops(),
        by_operator=counts.get("Global", {}),
        by_node={
            name: sum(counts.get(f"{root}.{path}", {}).values()) for name, path in module_paths(graph).items()
        },
        uncounted={},
    )
