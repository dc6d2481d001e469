"""What PyTorch really reads, writes and holds when it runs the network eagerly: the memory witness.

It watches every operator that PyTorch dispatches, so it sees what modules are made of: a shuffle is
one copy, a sum of three tensors is two sums. What it books:

- An operator reads its input tensors, weights and running statistics included, and writes its first
  output. Further outputs (the indices of max pooling, the statistics of a norm) are by-products.
- An operator whose output lives in the memory of an input is a view, and moves nothing: flatten,
  slice, dropout at inference. In-place operators would look the same; the network has none.
- A tensor is alive from the operator that makes it until its storage is freed.
- Local response normalisation, which PyTorch computes by squaring, padding, pooling and raising to a
  power, is booked as the one operator that it is to the network.
- Every tensor is laid out NCHW. PyTorch's layer normalisation over the channels of an image leaves NHWC,
  which some later operators keep on some devices, until a flatten has to copy; here it is relaid at once.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from costcalc.graph import Graph, LayerNorm, LocalResponseNorm, Node
from costcalc.witness.build import build_module, module_paths, unshared


@dataclass(frozen=True, slots=True)
class WitnessedMemory:
    """Bytes that an eager run of a network moves and holds, in 32-bit floating point.

    Attributes:
        torch: The version of the torch that ran it.
        read_bytes: Read by all operators.
        written_bytes: Written.
        peak_bytes: Alive at once at most, the input included, which its owner holds all along; weights not.
        by_node: (Read, written) by the names of our nodes, in execution order, without the input.
    """

    torch: str
    read_bytes: int
    written_bytes: int
    peak_bytes: int
    by_node: Mapping[str, tuple[int, int]]


def watch_memory(graph: Graph, batch: int = 1, device: str = "meta") -> WitnessedMemory:
    """Run a network and return what it moved and held; on the meta device nothing is computed."""
    graph = unshared(graph)
    module = build_module(graph, device)
    watch = _Watch()
    paths = module_paths(graph)
    for node in graph.nodes[1:]:
        watch.attend(node, module.get_submodule(paths[node.name]))
    with torch.no_grad():
        x = torch.zeros(batch, *graph.input_shape, device=device)
        watch.hold(x)
        with watch:
            module(x)
    return WitnessedMemory(
        torch=torch.__version__,
        read_bytes=sum(read for read, _ in watch.moved.values()),
        written_bytes=sum(written for _, written in watch.moved.values()),
        peak_bytes=watch.peak,
        by_node={node.name: watch.moved.get(node.name, (0, 0)) for node in graph.nodes[1:]},
    )


class _Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up the bytes of the tensors that every operator takes and makes, and of those alive."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.moved: dict[str, tuple[int, int]] = {}
        self.alive = self.peak = 0
        self._node = ""
        self._is_whole = False

    def attend(self, node: Node, module: nn.Module) -> None:
        """Book what a module does on its node."""

        def enter(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            self._node, self._is_whole = node.name, isinstance(node.op, LocalResponseNorm)

        def leave(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if self._is_whole:
                self._book(inputs, output)
            self._is_whole = False
            if isinstance(node.op, LayerNorm):
                output.as_strided_(output.shape, _row_major(output.shape))

        module.register_forward_pre_hook(enter)
        module.register_forward_hook(leave)

    def hold(self, tensor: Tensor) -> None:
        """Count a tensor as alive until its storage is freed."""
        storage = tensor.untyped_storage()
        size = storage.nbytes()
        self.alive += size
        self.peak = max(self.peak, self.alive)
        weakref.finalize(storage, self._release, size)

    def _release(self, size: int) -> None:
        self.alive -= size

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        taken = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        made = [leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor) and leaf.numel()]
        old = {tensor.untyped_storage()._cdata for tensor in taken}
        if any(tensor.untyped_storage()._cdata in old for tensor in made):
            return result  # a view
        if made and not self._is_whole:
            self._book(taken, made[0])
        return result

    def _book(self, taken: Iterable[Tensor], made: Tensor) -> None:
        read, written = self.moved.get(self._node, (0, 0))
        self.moved[self._node] = read + sum(tensor.nbytes for tensor in taken), written + made.nbytes
        self.hold(made)


def _row_major(shape: Sequence[int]) -> list[int]:
    """Return the strides of a tensor whose last axis lies densest in memory."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
