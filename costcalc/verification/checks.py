"""Our counts against everybody else's: tools, printed figures, what PyTorch really moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from costcalc.cost import PAPER, AtLeast, Basis, Convention, Cost, Term, difference, find_metric, partial_sum
from costcalc.cost.difference import common_unit
from costcalc.graph import Graph, Node
from costcalc.networks import Network, network
from costcalc.spec import Model
from costcalc.verification.published import Figure, Value
from costcalc.witness.ask import Unavailable, ask, known_bugs
from costcalc.witness.tools import TOOLS, Witnessed, missing_packages

if TYPE_CHECKING:
    from costcalc.witness.memory import WitnessedMemory  # which imports torch

Ask = Callable[[Graph], Witnessed | Unavailable]
Verdict = Literal["equal", "differs", "unknown", "gap", "closed"]


@dataclass(frozen=True, slots=True)
class Check:
    """One number of ours beside somebody else's.

    Attributes:
        model: The network.
        witness: Who says so: a tool, `PyTorch` of memory, or `printed`.
        quantity: What is counted; "" for what a tool's own convention says.
        unit: MACs, FLOPs, bytes or elements.
        theirs: Their number, as printed if it was; None if there is none.
        ours: Our number.
        verdict: `equal`, to within what was printed; `differs`; `unknown`, where one of the two is
            missing; `gap`, where a spec says why its figure differs; `closed`, where that is not so.
        source: The version of the tool, or where the figure is printed.
        definition: What the tool counts, in terms of the paper convention.
        terms: Those terms.
        notes: What else there is to say.
    """

    model: str
    witness: str
    quantity: str
    unit: str
    theirs: int | str | None
    ours: Value | AtLeast
    verdict: Verdict
    source: str
    definition: str = ""
    terms: tuple[Term, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether something is not as it should be."""
        return self.verdict in ("differs", "closed")


def verify(
    of: str | Network | Model | Graph,
    tools: Sequence[str] = tuple(TOOLS),
    *,
    memory: bool | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Check]:
    """Ask other counters about a network, and PyTorch what it reads, writes and holds when it runs.

    Args:
        of: A reference such as `mobilenet@a0.5`, a network, a model of a spec, or a graph.
        tools: Whom to ask, of `costcalc.witness.tools.TOOLS`; one that is missing gives a check
            whose verdict is `unknown`.
        memory: Whether to watch memory; None: if PyTorch is installed.
        progress: Called with what comes next.

    Raises:
        CostcalcError: there is no such network, or its spec is wrong.
        ImportError: memory is wanted and PyTorch is missing.
    """
    graph = network(of).graph
    say = progress or (lambda what: None)
    cost = Basis().count(graph)
    checks = []
    for tool in tools:
        say(f"{tool} on {graph.name}")
        answer = ask(tool, graph)
        checks.append(tool_check(cost, answer, tool, _parting(cost, tool, answer)))
    if memory is None:
        memory = not missing_packages("torch")
    if memory:
        say(f"memory of {graph.name}")
        checks += _watch(graph)
    return checks


def _parting(cost: Cost, tool: str, answer: Witnessed | Unavailable) -> Node | None:
    """Return where a tool and our count of its convention part, if they do."""
    ours = cost.counts_by(tool)
    if isinstance(answer, Unavailable) and not answer.installed:
        return None
    if isinstance(answer, Witnessed) and (None in ours or answer.total == cost.total(tool)):
        return None
    return first_difference(cost.graph, ours, answer, lambda part: ask(tool, part))


def first_difference(
    graph: Graph, ours: Sequence[int | None], theirs: Witnessed | Unavailable, ask: Ask
) -> Node:
    """Return the first node that a tool counts otherwise, or fails on.

    A tool that reports by node says so itself. Any other is asked about beginnings of the network,
    halving the distance each time; where several differences cancel out, that finds one of them.

    Args:
        graph: The network; its count is known to differ.
        ours: Our count of every node but the input, None where unknown.
        theirs: What the tool says about all of it.
        ask: Asks the tool about a part of it.
    """
    if isinstance(theirs, Witnessed) and theirs.by_node:
        counts = list(theirs.by_node.values())
        differing = [index for index, count in enumerate(counts, 1) if count != ours[index - 1]]
        return graph.nodes[differing[0]]
    good, bad = 0, len(graph.nodes) - 1
    while bad - good > 1:
        middle = (good + bad) // 2
        answer = ask(beginning(graph, middle))
        agrees = isinstance(answer, Witnessed) and answer.total == sum(n or 0 for n in ours[:middle])
        good, bad = (middle, bad) if agrees else (good, middle)
    return graph.nodes[bad]


def beginning(graph: Graph, last: int) -> Graph:
    """Return the nodes up to one of them as a network; what none of them reads is an output."""
    nodes = graph.nodes[: last + 1]
    read = {source for node in nodes for source in node.inputs}
    outputs = {f"out{index}": index for index in range(len(nodes)) if index not in read}
    return dataclasses.replace(graph, nodes=nodes, outputs=outputs)


def _watch(graph: Graph) -> list[Check]:
    from costcalc.witness.memory import watch_memory

    held = {**graph.outputs, "(the caller's)": 0}  # whoever calls PyTorch holds on to the input
    cost = Basis(fusion="none").count(dataclasses.replace(graph, outputs=held))
    return memory_checks(cost, watch_memory(graph))


def tool_check(cost: Cost, answer: Witnessed | Unavailable, tool: str, parting: Node | None) -> Check:
    """Return what a tool says beside our count under its convention.

    Args:
        cost: Of the network, for a batch of one.
        answer: What the tool says.
        tool: Its name, which is its convention's.
        parting: The first node that the tool counts otherwise, or fails on, if there is one.
    """
    convention = cost.find_convention(tool)
    ours = partial_sum(cost.counts_by(convention))
    theirs: int | None = None
    verdict: Verdict
    if isinstance(answer, Witnessed):
        theirs, source = answer.total, answer.version
        verdict = _compare(theirs, ours)
        notes = [f"{tool} and its convention part at {_place(cost, parting)}."] if parting else []
    else:
        source = convention.version
        verdict = "differs" if answer.installed and not answer.expected else "unknown"
        where = f" at {_place(cost, parting)}" if parting else ""
        notes = [f"{tool}{f' fails{where}' if answer.installed else ''}: {answer.reason}."]
    for bug in known_bugs(tool, cost.graph):
        notes.append(f"{tool} {bug.text}{f': {bug.issue}' if bug.issue else ''}.")
    return Check(
        model=cost.name,
        witness=tool,
        quantity="",
        unit=f"{convention.unit}s",
        theirs=theirs,
        ours=ours,
        verdict=verdict,
        source=source,
        definition="" if verdict == "differs" else _definition(cost, convention),
        terms=difference(cost, tool, PAPER.name),
        notes=tuple(notes),
    )


def _place(cost: Cost, node: Node) -> str:
    """Return `stem.bn (bn) of mobilenet`."""
    label = next(row.label for row in cost.rows if row.node is node)
    return f"{node.name} ({label}) of {cost.name}"


def _compare(theirs: int, ours: int | AtLeast | None) -> Verdict:
    if not isinstance(ours, int):
        return "unknown"
    return "equal" if theirs == ours else "differs"


def _definition(cost: Cost, convention: Convention) -> str:
    """Return `fvcore = paper + bn 2/elt 10,085,376 + gap 1/in-elt 50,176`."""
    unit = common_unit(convention, PAPER)
    words = [f"{convention.name} = {'2 x ' if unit != PAPER.unit else ''}{PAPER.name}"]
    for term in difference(cost, convention.name, PAPER.name):
        sign = "-" if term.amount < 0 else "+"
        amount = "?" if term.unknown == term.nodes else f"{abs(term.amount):,}"
        rate = term.rate.removeprefix("-")
        words += [sign, term.operator, *([rate] if rate and amount != "?" else []), amount]
    return f"{' '.join(words)}."


def memory_checks(cost: Cost, watched: WitnessedMemory) -> list[Check]:
    """Return what PyTorch reads, writes and holds beside our count.

    Args:
        cost: Of the network without fusion, for a batch of one in fp32, with the input alive to the end.
        watched: What PyTorch does.
    """
    differing = [
        f"PyTorch and our count part at {_place(cost, row.node)}."
        for row in cost.rows
        if watched.by_node[row.node.name] != (row.read_bytes, row.written_bytes)
    ]
    pairs = {
        "read": (watched.read_bytes, cost.read_bytes),
        "written": (watched.written_bytes, cost.written_bytes),
        "peak": (watched.peak_bytes, cost.peak_memory.bytes),
    }
    return [
        Check(
            model=cost.name,
            witness="PyTorch",
            quantity=quantity,
            unit="bytes",
            theirs=theirs,
            ours=ours,
            verdict=_compare(theirs, ours),
            source=f"{watched.torch}, eager, fp32; ours: fusion {cost.basis.fusion}",
            notes=tuple(differing[:1]),
        )
        for quantity, (theirs, ours) in pairs.items()
    ]


def figure_check(figure: Figure) -> Check:
    """Return a printed figure beside our count."""
    verdict: Verdict = "equal" if figure.agrees else "differs"
    notes: tuple[str, ...] = ()
    if figure.gap:
        verdict = "closed" if figure.agrees else "gap"
    if not figure.holds:
        what = "agrees, but has a gap" if figure.agrees else "disagrees"
        notes = (f"{figure.model}: {figure.metric} {figure.printed} {what} ({figure.location}).",)
    return Check(
        model=figure.model,
        witness="printed",
        quantity=" of ".join(filter(None, (figure.metric, ", ".join(figure.of)))),
        unit=metric.unit if (metric := find_metric(figure.metric)) else "",
        theirs=figure.printed,
        ours=figure.counted,
        verdict=verdict,
        source="; ".join(filter(None, (figure.source, figure.gap and f"gap: {figure.gap}"))),
        notes=notes,
    )
