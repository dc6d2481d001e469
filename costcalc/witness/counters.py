"""The other counters, each of which runs on the graph as a PyTorch module.

Two report by module path: fvcore, and PyTorch's own FlopCounterMode. The others report one number. Hooks
and dispatch run on the meta device, where nothing is computed. Patched functions would be called by that
device's own Python code too, and traces fail on it: those tools run the network on the CPU.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from costcalc.graph import Graph
from costcalc.witness.build import build_module, module_paths, unshared
from costcalc.witness.tools import Witnessed, installed_version, require


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


# ---- counters that report one number -----------------------------------------------------------


def ptflops(graph: Graph, backend: Literal["pytorch", "aten"] = "pytorch") -> Witnessed:
    """Return what ptflops calls MACs, by hooks and patches ("pytorch") or by dispatch ("aten")."""
    from ptflops import get_model_complexity_info

    module, x = _on("meta" if backend == "aten" else "cpu", graph)
    macs, _ = get_model_complexity_info(
        module,
        graph.input_shape,
        as_strings=False,
        print_per_layer_stat=False,
        backend=backend,
        input_constructor=lambda _: {"x": x},
    )
    if macs is None:
        raise RuntimeError("it swallowed an error of its own")
    return _witnessed("ptflops", macs)


def thop(graph: Graph) -> Witnessed:
    """Return what thop calls MACs."""
    from thop import profile

    module, x = _on("meta", graph)
    macs, _ = profile(module, (x,), verbose=False)
    return _witnessed("thop", macs)


def torchinfo(graph: Graph) -> Witnessed:
    """Return what torchinfo calls mult-adds."""
    from torchinfo import summary

    module, x = _on("meta", graph)
    return _witnessed("torchinfo", summary(module, input_data=x, verbose=0, device="meta").total_mult_adds)


def calflops(graph: Graph, unit: Literal["MAC", "FLOP"] = "MAC") -> Witnessed:
    """Return what calflops calls MACs, or FLOPs, which are not twice as many."""
    _bypass_hugging_face()
    from calflops import calculate_pipline as state  # sic
    from calflops.flops_counter import calculate_flops

    module, x = _on("cpu", graph)
    try:
        flops, macs, _ = calculate_flops(
            module, args=[x], kwargs={}, print_results=False, print_detailed=False, output_as_string=False
        )
    except Exception:
        # It has patched torch, and would leave it so.
        state._reload_functionals(state.old_functions)
        state._reload_tensor_methods(state.old_functions)
        state.module_flop_count.clear()
        state.module_mac_count.clear()
        raise
    return _witnessed("calflops", flops if unit == "FLOP" else macs, unit)


def torchprofile(graph: Graph) -> Witnessed:
    """Return what torchprofile calls MACs, for which it runs the network once on the CPU."""
    from torchprofile import profile_macs

    return _witnessed("torchprofile", profile_macs(*_on("cpu", graph)))


COUNTERS: Mapping[str, Callable[[Graph], Witnessed]] = {
    "fvcore": fvcore_count,
    "torch": flop_counter_mode,
    "ptflops": ptflops,
    "ptflops-aten": lambda graph: ptflops(graph, "aten"),
    "thop": thop,
    "torchinfo": torchinfo,
    "calflops": calflops,
    "calflops-flops": lambda graph: calflops(graph, "FLOP"),
    "torchprofile": torchprofile,
}
"""By the name of the convention that describes what it counts."""


def _on(device: str, graph: Graph) -> tuple[nn.Module, Tensor]:
    """Return the network and an input for it."""
    return build_module(unshared(graph), device), torch.zeros(1, *graph.input_shape, device=device)


def _witnessed(package: str, total: Any, unit: Literal["MAC", "FLOP"] = "MAC") -> Witnessed:
    if total != int(total):  # some count in floating point
        raise ValueError(f"{total} is no whole number")
    version = installed_version(package) or ""
    return Witnessed(package, version, torch.__version__, unit, int(total), {}, {}, {})


def _bypass_hugging_face() -> None:
    """Let `calflops.flops_counter` be imported without its package's `__init__`.

    That one imports transformers, accelerate and more, which only its Hugging Face half uses.
    """
    spec = importlib.util.find_spec("calflops")
    if spec is not None and "calflops" not in sys.modules:
        sys.modules["calflops"] = importlib.util.module_from_spec(spec)  # made, but not executed
