"""Calls to nodes: blocks run their bodies, primitives and merges become operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from costcalc.errors import Diagnostic, OperatorError, SpecError
from costcalc.graph import (
    ChannelShuffle,
    Conv2d,
    ConvTranspose2d,
    GraphBuilder,
    GroupNorm,
    Node,
    Op,
    Weight,
    format_shape,
)
from costcalc.spec.calls import BoundCall, bind_step, called_name
from costcalc.spec.evaluate import LARGEST, Scope, convert, evaluate, evaluate_slot, truth
from costcalc.spec.explain import derivation, explained, no_label, refusal
from costcalc.spec.expression import Functions
from costcalc.spec.model import Block, Branch, Cell, Slot, Step
from costcalc.spec.primitives import MERGES, Primitive
from costcalc.spec.scope import Frame, sizes
from costcalc.units import plural

MOST_STEPS = 100_000
MOST_NODES = 20_000
DEEPEST_BLOCK = 32
NAMES_PER_STEP = 50
"""Parameters of the spec that a block sees: to bring so many of them into scope is a step's work."""

_GROUPED = (Conv2d, ConvTranspose2d, ChannelShuffle, GroupNorm)
_NO_SLOTS: Mapping[str, Slot] = {}

Tensors = tuple[int, ...]
"""Nodes whose outputs a step reads or gives."""
Values = Mapping[str, Any]
"""The values of a call's arguments, by parameter."""

_TAKE_ONE = "name the tensors with `as`, and take one with `from`"


class Expander:
    """Appends to a graph what rows and heads call.

    Attributes:
        builder: The graph so far.
        errors: What is wrong but did not stop the work.
    """

    def __init__(
        self, builder: GraphBuilder, blocks: Mapping[str, Block], scope: Values, functions: Functions
    ) -> None:
        self.builder = builder
        self.errors: list[Diagnostic] = []
        self._blocks = blocks
        self._scope = scope
        self._functions = functions
        self._steps = 0
        self._shared: dict[str, Node] = {}
        self._calls: dict[tuple[int, str], BoundCall] = {}

    def scope(self, inputs: Tensors, copy: int) -> Scope:
        """Return the spec's parameters, the sizes of the input, and `i`, the number of the copy."""
        return {**self._scope, **sizes("in", self.builder.shape(inputs[0])), "i": copy}

    def call(self, call: BoundCall, values: Values, inputs: Tensors, frame: Frame) -> Tensors:
        """Append what is called and return its results.

        Raises:
            SpecError: what is wrong, where going on would only give errors that follow from it.
        """
        if call.lacking:
            raise SpecError(call.lacks(call.lacking[0]))
        match call.callee:
            case Block():
                return self._block(call.callee, values, inputs, frame, call.op)
            case Primitive():
                return self._primitive(call, call.callee, values, inputs, frame)
            case merge:
                return (self._merge(merge, inputs, frame, call.op),)

    def run(self, branch: Branch, frame: Frame, current: Tensors) -> Tensors:
        """Run the steps of a branch; return the tensors that it ends with."""
        if branch.sources:
            current = _labelled(branch.sources, frame)
        for step in branch.steps:
            self._take(1, frame)
            if step.when is None or truth(step.when, frame.scope, self._functions):
                current = self._step(step, frame, current)
                if step.labels:
                    self._define(step, frame, current)
        return current

    def _take(self, steps: int, frame: Frame) -> None:
        """Count work done, so that it ends."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            message = f"the network takes more than {MOST_STEPS} steps"
            raise SpecError(Diagnostic("E321", message, frame.origin))

    # ---- blocks ----------------------------------------------------------------------------

    def _block(self, block: Block, values: Values, inputs: Tensors, frame: Frame, op: Cell) -> Tensors:
        """Run a block's body in a scope of its own, with its inputs as labels."""
        _require_shallow(frame, op)
        if len(inputs) != max(len(block.inputs), 1):
            wanted = max(len(block.inputs), 1)
            help = f"write `from: [{', '.join(block.inputs)}]`" if block.inputs else _TAKE_ONE
            message = f"block `{block.name}` takes {plural(wanted, 'input')}, not {len(inputs)}"
            raise SpecError(Diagnostic("E309", message, op.location(), help))
        names = len(block.parameters) + len(block.let)
        self._take(1 + names + len(self._scope) // NAMES_PER_STEP, frame)
        scope = self.scope(inputs, frame.scope["i"])
        labels = {"in": inputs[0], **dict(zip(block.inputs, inputs, strict=False))}
        for label in block.inputs:
            scope |= sizes(label, self.builder.shape(labels[label]))
        for name, parameter in block.parameters.items():
            if name in values:
                scope[name] = values[name]
            elif parameter.default is not None:
                scope[name] = evaluate_slot(parameter.default, scope, self._functions)
        for local, cell in block.let.items():
            scope[local] = evaluate(cell, scope, self._functions)
        inner = Frame(scope, labels, frame.path, frame.origin, frame.weights, frame.weights, frame.depth + 1)
        return self.run(block.body, inner, inputs[:1])

    def _step(self, step: Step, frame: Frame, current: Tensors) -> Tensors:
        inputs = _labelled(step.sources, frame) if step.sources else current
        if step.branches is not None:
            return self._branches(step, step.branches, frame, inputs)
        name = called_name(step.op, frame.scope, self._functions)
        call = self._calls.get((id(step), name))
        if call is None:  # checked once, not for every copy
            call = self._calls[id(step), name] = bind_step(step, name, self._blocks)
        values = {key: evaluate_slot(slot, frame.scope, self._functions) for key, slot in call.slots.items()}
        path = frame.child_path(step.labels[0] if len(step.labels) == 1 else name)
        return self.call(call, values, inputs, frame.step(path, step.share))

    def _branches(self, step: Step, branches: tuple[Branch, ...], frame: Frame, inputs: Tensors) -> Tensors:
        """Run every branch whose condition holds and merge the results; one branch alone is itself."""
        ends: list[int] = []
        self._take(len(branches), frame)
        _require_shallow(frame, step.op)
        inside = replace(frame, depth=frame.depth + 1)
        for branch in branches:
            if branch.when is None or truth(branch.when, frame.scope, self._functions):
                ends += self.run(branch, inside, inputs)
        if len(ends) == 1:
            return (ends[0],)
        path = frame.child_path(step.labels[0] if step.labels else step.op.text)
        return (self._merge(MERGES[step.op.text], tuple(ends), frame.step(path), step.op),)

    def _define(self, step: Step, frame: Frame, results: Tensors) -> None:
        """Give the results of a step the names of its `as`."""
        if len(step.labels) != len(results):
            message = f"`as` names {len(step.labels)} tensors; `{step.op.text}` gives {len(results)}"
            raise SpecError(Diagnostic("E309", message, step.op.location()))
        for label, node in zip(step.labels, results, strict=True):
            frame.labels[label] = node
            frame.scope |= sizes(label, self.builder.shape(node))

    # ---- operators -------------------------------------------------------------------------

    def _primitive(
        self, call: BoundCall, primitive: Primitive, values: Values, inputs: Tensors, frame: Frame
    ) -> Tensors:
        arguments = {}
        for name, argument in primitive.arguments.items():
            if name in values:
                slot = call.slots[name]
                try:
                    arguments[name] = convert(values[name], argument, f"{frame.path}: {name}", slot)
                except SpecError as error:
                    raise explained(error, slot, frame) from None
            else:
                arguments[name] = argument.default
        if len(inputs) != 1:
            message = f"`{primitive.name}` takes one tensor, not {len(inputs)}"
            raise SpecError(Diagnostic("E309", message, call.op.location(), _TAKE_ONE))
        try:
            ops = primitive.make(arguments, self.builder.shape(inputs[0]))
        except OperatorError as error:
            raise SpecError(refusal(error, frame, call.op)) from None
        if primitive.name == "split":
            return tuple([self._node(part, inputs, frame, call.op, call.slots) for part in ops])
        for part in ops:
            inputs = (self._node(part, inputs, frame, call.op, call.slots),)
        return inputs

    def _merge(self, merge: Op, inputs: Tensors, frame: Frame, op: Cell) -> int:
        if len(inputs) > 1:
            return self._node(merge, inputs, frame, op)
        help = f"write `{merge.kind}: [[], [conv: {{c: c}}]]`, or `from: [a, b]`"
        raise SpecError(Diagnostic("E309", f"`{merge.kind}` needs two tensors or more", op.location(), help))

    def _node(
        self, op: Op, inputs: Tensors, frame: Frame, cell: Cell, slots: Mapping[str, Slot] = _NO_SLOTS
    ) -> int:
        if len(self.builder.nodes) >= MOST_NODES:
            raise SpecError(Diagnostic("E321", f"the network has more than {MOST_NODES} nodes", frame.origin))
        self._take(len(inputs), frame)
        owner = self._owner(op, inputs, frame)
        shares = owner.name if owner else None
        try:
            index = self.builder.add(op, inputs, frame.path, origin=frame.origin, shares=shares)
        except OperatorError as error:
            if error.code == "E311":
                error.message += derivation(slots, frame)
            self.errors.append(refusal(error, frame, cell))
            if error.code != "E311" or not isinstance(op, _GROUPED):
                raise SpecError(()) from None
            # Groups that do not divide leave the shapes as they are: go on, and find the rest.
            return self.builder.add(replace(op, groups=1), inputs, frame.path, origin=frame.origin)
        node = self.builder.nodes[index]
        if any(size > LARGEST for size in node.shape):
            message = f"{frame.path}: {format_shape(node.shape)} is out of range: sizes are at most {LARGEST}"
            raise SpecError(Diagnostic("E306", message, cell.location()))
        if owner is not None:
            self._require_alike(node, owner, frame, cell)
        elif frame.weights != frame.path:
            self._shared.setdefault(frame.weights, node)
        return index

    # ---- shared weights --------------------------------------------------------------------

    def _owner(self, op: Op, inputs: Tensors, frame: Frame) -> Node | None:
        """Return the node that first used the shared weights of this one."""
        if frame.weights == frame.path or not self._weights(op, inputs):
            return None
        return self._shared.get(frame.weights)

    def _require_alike(self, node: Node, owner: Node, frame: Frame, cell: Cell) -> None:
        """Note an error if two nodes cannot be one module: other weights, another stride."""
        ours, theirs = (self._weights(each.op, each.inputs) for each in (node, owner))
        if ours == theirs and node.op == owner.op:
            return
        first = f"`{owner.name}`, made at line {owner.origin.line}," if owner.origin else f"`{owner.name}`"
        kinds = [self._describe(each.op, each.inputs) for each in (owner, node)]
        differ = f"{first} is {kinds[0]}; here it is {kinds[1]}"
        if ours == theirs:
            differ = f"{first} has another stride, padding or grouping"
        message = f"weights cannot be shared: {differ}"
        help = "give this step another `share`, or make the channels that it reads alike"
        self.errors.append(refusal(OperatorError("E318", message, help), frame, cell))

    def _weights(self, op: Op, inputs: Tensors) -> tuple[Weight, ...]:
        shapes = [self.builder.shape(index) for index in inputs]
        return op.weights(*shapes) + op.buffers(*shapes)

    def _describe(self, op: Op, inputs: Tensors) -> str:
        shapes = [self.builder.shape(index) for index in inputs]
        weights = " and ".join(format_shape(weight.shape) for weight in op.weights(*shapes))
        return f"{op.label(*shapes)} of {weights}"


def _require_shallow(frame: Frame, op: Cell) -> None:
    """Refuse blocks and branches that Python's stack would not hold (E322)."""
    if frame.depth >= DEEPEST_BLOCK:
        message = f"blocks and branches are nested deeper than {DEEPEST_BLOCK}"
        raise SpecError(Diagnostic("E322", message, op.location(), "call fewer blocks within others"))


def _labelled(sources: tuple[Cell, ...], frame: Frame) -> Tensors:
    """Return the nodes that a `from` names in this block."""
    for cell in sources:
        if cell.text not in frame.labels:
            raise SpecError(no_label(cell, frame.labels))
    return tuple([frame.labels[cell.text] for cell in sources])
