"""The execution order of branches that needs the least memory.

A spec lists the operators of its branches one branch after another, but any order runs that computes
what an operator reads before it. Which one is best is a search over what has been executed: the
most memory in use on the way to a state is all that counts of it, so states are taken in the order
of that peak, and the first order that is complete is the best one. Two things keep it short: an
operator that fits under the peak reached and leaves no more alive than before is run at once, because
waiting with it cannot help; and of states with equal peaks the most complete one is taken first.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from costcalc.cost.execution import Execution
from costcalc.cost.fusion import Fusion
from costcalc.cost.peak import in_use, partial_result
from costcalc.graph import Graph

MOST_STATES = 1_000_000
"""Of the search, some ten seconds; then one way is followed to its end, and the order may not be the best."""


@dataclass(frozen=True, slots=True)
class Order:
    """An execution order.

    Attributes:
        nodes: The indices of the graph's nodes in that order.
        best: Whether no order has a lower peak; otherwise the search was given up.
    """

    nodes: tuple[int, ...]
    best: bool


def in_best_order(graph: Graph, fusion: Fusion) -> tuple[Graph, bool]:
    """Return a network in the order with the least peak, and whether the search got that far."""
    order = best_order(Execution(graph, fusion))
    return reorder(graph, order.nodes), order.best


def best_order(execution: Execution, most_states: int = MOST_STATES) -> Order:
    """Return an order with the least peak of activations.

    Args:
        execution: The network and its kernels; what is fused into one stays together.
        most_states: How many states to look at before the search becomes greedy.
    """
    kernels = _kernels(execution)
    state, best = _search(kernels, most_states)
    if not best and state.peak >= max(in_use(execution)):
        return Order(tuple(range(len(execution.graph.nodes))), best)
    fused: dict[int, list[int]] = {}
    for index, head in enumerate(execution.heads):
        fused.setdefault(head, []).append(index)
    return Order(tuple(index for number in _order(state) for index in fused[kernels[number].node]), best)


def reorder(graph: Graph, order: Sequence[int]) -> Graph:
    """Return the same network with its nodes in another order, in which producers come first."""
    place = {old: new for new, old in enumerate(order)}
    nodes = [
        dataclasses.replace(
            graph.nodes[old], inputs=tuple(place[source] for source in graph.nodes[old].inputs)
        )
        for old in order
    ]
    outputs = {head: place[index] for head, index in graph.outputs.items()}
    return dataclasses.replace(graph, nodes=tuple(nodes), outputs=outputs)


@dataclass(slots=True)
class _Kernel:
    """What runs at once.

    Attributes:
        node: The node at its head.
        size: Elements that it allocates; 0 for a view.
        scratch: Elements that it needs besides while it runs.
        waits_for: The kernels whose results it takes, as a set of bits.
        followers: The kernels that take its result.
        reads: The kernels in whose memory its inputs are.
        readers: The kernels with inputs in its memory, as a set of bits.
        kept: Whether its memory is an output of the network.
    """

    node: int
    size: int
    scratch: int
    waits_for: int = 0
    followers: set[int] = field(default_factory=set)
    reads: set[int] = field(default_factory=set)
    readers: int = 0
    kept: bool = False


def _kernels(execution: Execution) -> list[_Kernel]:
    """Return the kernels of a graph in its own order, the input first."""
    graph, calls, owners = execution.graph, execution.calls, execution.owners
    heads = [index for index, head in enumerate(execution.heads) if index == head]
    place = {head: number for number, head in enumerate(heads)}
    kernels = [
        _Kernel(
            head,
            calls[head].out_elements * (owners[head] == head),
            partial_result(calls[head], execution),
        )
        for head in heads
    ]
    for index, node in enumerate(graph.nodes):
        reader = place[execution.heads[index]]
        for source in node.inputs:
            producer, memory = place[execution.heads[source]], place[owners[source]]
            if producer != reader:
                kernels[reader].waits_for |= 1 << producer
                kernels[producer].followers.add(reader)
                kernels[reader].reads.add(memory)
                kernels[memory].readers |= 1 << reader
    for output in graph.outputs.values():
        kernels[place[owners[output]]].kept = True
    return kernels


@dataclass(slots=True)
class _State:
    """Some kernels have run.

    Attributes:
        done: Which, as a set of bits.
        ready: Those that can run next.
        alive: Elements that are alive now.
        peak: The most that were.
        last: The kernel that ran last.
        before: The state before it did.
    """

    done: int
    ready: tuple[int, ...]
    alive: int
    peak: int
    last: int
    before: _State | None


def _search(kernels: Sequence[_Kernel], most_states: int) -> tuple[_State, bool]:
    """Return the state in which everything has run, and whether no way to it has a lower peak."""
    everything = (1 << len(kernels)) - 1
    ready = tuple(number for number, kernel in enumerate(kernels) if not kernel.waits_for)
    queue = [(0, 0, 0, _State(0, ready, 0, 0, -1, None))]
    peaks = {0: 0}
    states = 0
    while True:
        state = _run_for_free(heapq.heappop(queue)[3], kernels)
        if state.done == everything:
            return state, states <= most_states
        for number in state.ready:
            following = _run(state, number, kernels)
            if following.peak < peaks.get(following.done, following.peak + 1):
                peaks[following.done] = following.peak
                states += 1
                heapq.heappush(queue, (following.peak, -following.done.bit_count(), states, following))
        if states > most_states:  # from here on, follow one way
            queue = [min(queue, key=lambda entry: entry[:3])]
            peaks = {}


def _run_for_free(state: _State, kernels: Sequence[_Kernel]) -> _State:
    """Run whatever raises neither the peak nor what is alive afterwards."""
    waiting = True
    while waiting:
        waiting = False
        for number in state.ready:
            following = _run(state, number, kernels)
            if following.peak == state.peak and following.alive <= state.alive:
                state, waiting = following, True
                break
    return state


def _run(state: _State, number: int, kernels: Sequence[_Kernel]) -> _State:
    kernel = kernels[number]
    done = state.done | 1 << number
    in_use = state.alive + kernel.size
    alive = in_use
    for memory in (*kernel.reads, number):
        other = kernels[memory]
        if not other.readers & ~done and not other.kept:
            alive -= other.size
    ready = [other for other in state.ready if other != number]
    ready += [other for other in kernel.followers if not kernels[other].waits_for & ~done]
    peak = max(state.peak, in_use + kernel.scratch)
    return _State(done, tuple(ready), alive, peak, number, state)


def _order(state: _State | None) -> list[int]:
    """Return the kernels in the order in which they ran."""
    order = []
    while state and state.before:
        order.append(state.last)
        state = state.before
    return order[::-1]
