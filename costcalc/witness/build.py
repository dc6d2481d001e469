"""The graph as a PyTorch module: something that other people's counters, exporters and compilers take."""

from __future__ import annotations

import dataclasses

import torch
from torch import fx, nn

from costcalc.graph import Graph, Op, Shape
from costcalc.witness.layers import layer


def build_module(graph: Graph, device: str = "cpu") -> fx.GraphModule:
    """Return the network as a `torch.fx.GraphModule` in evaluation mode.

    One fx node per node of `graph`, in its order, each calling the module at the node's own path
    (`stage3.1.conv`; a node that shares weights calls the module that owns them). It takes one
    tensor (N, C, H, W) and returns a dict of heads. Each tensor is dropped after its last use.

    All weights are zero, because they cost nothing to make and no count depends on them; to
    train the network, call `reset_parameters()` on its modules first. On the "meta" device they
    take no memory at all.
    """
    paths = module_paths(graph)
    root = nn.Module()
    code = fx.Graph()
    values = [code.placeholder("x")]
    for node in graph.nodes[1:]:
        path = paths[node.name]
        if not node.shares:
            _put(root, path, _zero_layer(node.op, graph.input_shapes(node), device))
        inputs = tuple(values[index] for index in node.inputs)
        values.append(code.create_node("call_module", path, inputs, name=node.name))
    code.output({head: values[index] for head, index in graph.outputs.items()})
    return fx.GraphModule(root, code).eval()


def _zero_layer(op: Op, inputs: tuple[Shape, ...], device: str) -> nn.Module:
    with torch.device("meta"):  # here random initialisation costs nothing
        module = layer(op, *inputs)
    if device != "meta":  # `to_empty` would do, but imports sympy: 0.4 s
        for name, weight in list(module.named_parameters()):
            setattr(module, name, nn.Parameter(torch.zeros(weight.shape, device=device)))
        for name, buffer in list(module.named_buffers()):
            setattr(module, name, torch.zeros(buffer.shape, dtype=buffer.dtype, device=device))
    return module


def _put(root: nn.Module, path: str, module: nn.Module) -> None:
    *containers, name = path.split(".")
    for container in containers:
        if container not in root._modules:
            root.add_module(container, nn.Module())
        root = root.get_submodule(container)
    root.add_module(name, module)


def unshared(graph: Graph) -> Graph:
    """Give every node weights of its own: counters book all calls of a module on its first path."""
    nodes = tuple(dataclasses.replace(node, shares=None) for node in graph.nodes)
    return dataclasses.replace(graph, nodes=nodes)


def module_paths(graph: Graph) -> dict[str, str]:
    """Return the path of the module that computes each node, by node name.

    It is the node's name, unless a part of it already means something to PyTorch (`half`, `code`)
    or would nest a module in another node's; such a part gets an underscore. A node that shares
    weights has its owner's path.
    """
    reserved = set(dir(fx.GraphModule({}, fx.Graph())))
    safe = {
        node.name: ".".join(f"{part}_" if part in reserved else part for part in node.name.split("."))
        for node in graph.nodes[1:]
    }
    taken = set(safe.values())
    paths: dict[str, str] = {}
    for node in graph.nodes[1:]:
        paths[node.name] = paths[node.shares] if node.shares else _nest(safe[node.name], taken)
    return paths


def _nest(path: str, taken: set[str]) -> str:
    """Rename the containers of a path that are taken by modules."""
    *containers, name = path.split(".")
    prefix = ""
    for container in containers:
        prefix += container
        while prefix in taken:
            prefix += "_"
        prefix += "."
    return prefix + name
