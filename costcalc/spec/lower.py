"""Resolved rows to a graph: blocks are expanded, shapes computed, sizes in the table checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from costcalc.errors import Diagnostic, Location, OperatorError, SpecError, did_you_mean
from costcalc.graph import Conv2d, ConvTranspose2d, Graph, GraphBuilder, Op, Shape, format_shape
from costcalc.spec.evaluate import Scope, convert, evaluate, evaluate_slot, show, truth
from costcalc.spec.model import Block, Branch, Cell, Slot, Step, slot_location
from costcalc.spec.primitives import MERGES, PRIMITIVES, REQUIRED, Primitive
from costcalc.spec.resolve import Resolved, ResolvedRow

MOST_STEPS = 100_000
MOST_NODES = 20_000
DEEPEST_BLOCK = 32


@dataclass(slots=True)
class _Frame:
    """Where a step runs: its block's names and labels, and the path of its nodes."""

    scope: Scope
    labels: dict[str, int]
    path: str
    origin: Location
    depth: int = 0
    share: tuple[str, str] | None = None
    used: dict[str, int] = field(default_factory=dict)

    def child_path(self, name: str) -> str:
        """Return the path of a step, numbered when its name is taken in this block."""
        seen = self.used.get(name, 0) + 1
        self.used[name] = seen
        return f"{self.path}.{name}" if seen == 1 else f"{self.path}.{name}_{seen}"


def lower(resolved: Resolved, name: str) -> Graph:
    """Build the graph of a resolved spec.

    Raises:
        SpecError: with every error that does not follow from another one (E3xx).
    """
    return _Lowering(resolved, name).graph()


class _Lowering:
    def __init__(self, resolved: Resolved, name: str) -> None:
        self.resolved = resolved
        self.spec = resolved.spec
        self.functions = resolved.functions
        self.builder = GraphBuilder(name, resolved.input_shape)
        self.errors: list[Diagnostic] = []
        self.steps = 0
        self.emitted: list[int] = [0]
        self.stages: dict[str, int] = {"input": 0}
        self.shared: dict[str, str] = {}

    def graph(self) -> Graph:
        try:
            for row in self.resolved.rows:
                self.row(row)
            outputs = self.heads()
        except SpecError as error:
            self.errors.extend(error.diagnostics)
        if self.errors:
            raise SpecError(self.errors)
        return self.builder.build(outputs)

    # ---- rows and heads --------------------------------------------------------------------

    def row(self, row: ResolvedRow) -> None:
        """Append all copies of a row; the stride belongs to the first."""
        written = row.row
        target = self.op_name(written.op, self.resolved.scope)
        callee = self.callee(target, written.op)
        slots: dict[str, Slot] = dict(written.arguments)
        slots |= {key: written.cells[key] for key in ("c", "s") if key in written.cells}
        self.require_parameters(target, callee, slots)
        values = dict(row.values)
        for copy in range(row.copies):
            inputs = self.row_inputs(row)
            if copy == 0:
                self.check_size(row, "in", inputs[0])
            elif "s" in values:
                values["s"] = 1
            number = row.first + copy
            path = row.stage if row.copies_in_stage == 1 else f"{row.stage}.{number}"
            frame = _Frame(self.base_scope(inputs, copy), {}, path, written.location)
            out = self.call(target, callee, values, slots, inputs, frame, written.op)
            if copy == 0:
                self.check_size(row, "out", out)
            self.emitted.append(out)
            self.stages[row.stage] = out

    def row_inputs(self, row: ResolvedRow) -> tuple[int, ...]:
        sources = row.row.sources
        if not sources:
            return (self.emitted[-1],)
        return tuple([self.row_source(cell) for cell in sources])

    def row_source(self, cell: Cell) -> int:
        """Return the node of a stage's name, or of a count back over the rows' outputs."""
        if cell.text in self.stages:
            return self.stages[cell.text]
        if cell.is_name:
            help = did_you_mean(cell.text, self.stages) or "name a stage above this row"
            raise SpecError(
                Diagnostic("E308", f"`from`: no stage `{cell.text}` so far", cell.location(), help)
            )
        back = evaluate(cell, self.resolved.scope, self.functions)
        if not isinstance(back, int) or isinstance(back, bool) or back >= 0:
            help = "-1 is the row before, -2 the one before that"
            raise SpecError(
                Diagnostic("E308", "`from` is a stage's name or a negative number", cell.location(), help)
            )
        # Before the network's first rows there is only its input.
        return self.emitted[max(len(self.emitted) + back, 0)]

    def check_size(self, row: ResolvedRow, column: str, node: int) -> None:
        """Compare a size that the table prints with the computed one, at the base resolution."""
        slot = row.row.cells.get(column)
        if slot is None or not self.resolved.at_base_resolution:
            return
        stated = evaluate_slot(slot, self.resolved.scope, self.functions)
        sizes = stated if isinstance(stated, tuple) else (stated, stated)
        shape = self.builder.shape(node)
        actual = shape[1:] if len(shape) == 3 else (1, 1)
        if sizes != actual:
            word = "input" if column == "in" else "output"
            what = f"stage `{row.stage}`: the table says {word} {show(stated)}, computed {_size(actual)}"
            self.errors.append(Diagnostic("E304", what, slot_location(slot), self.size_hint(row, column)))

    def size_hint(self, row: ResolvedRow, column: str) -> str:
        stride = row.values.get("s", 1)
        if column == "out":
            return f"this row has s = {show(stride)}"
        above = self.resolved.rows[: self.resolved.rows.index(row)]
        strided = [other for other in above if other.values.get("s", 1) != 1]
        if not strided:
            return "no row above has a stride"
        last = strided[-1]
        return f"stage `{last.stage}` has s = {show(last.values['s'])} at line {last.row.location.line}"

    def heads(self) -> dict[str, int]:
        if not self.spec.heads:
            return {"out": self.emitted[-1]}
        outputs = {}
        for name, branch in self.spec.heads.items():
            if name in self.stages:
                help = "give the head a name of its own"
                where = branch.location
                raise SpecError(Diagnostic("E323", f"head `{name}` has the name of a stage", where, help))
            inputs = tuple([self.row_source(cell) for cell in branch.sources]) or (self.emitted[-1],)
            assert branch.location is not None
            frame = _Frame(self.base_scope(inputs, 0), dict(self.stages), name, branch.location)
            if branch.when is not None and not truth(branch.when, frame.scope, self.functions):
                continue
            out = self.run(Branch(branch.steps), frame, inputs)
            if len(out) != 1:
                raise SpecError(
                    Diagnostic("E309", f"head `{name}` ends with {len(out)} tensors", branch.location)
                )
            outputs[name] = out[0]
        return outputs

    # ---- calls -----------------------------------------------------------------------------

    def base_scope(self, inputs: tuple[int, ...], copy: int) -> Scope:
        return {**self.resolved.scope, **_sizes("in", self.builder.shape(inputs[0])), "i": copy}

    def op_name(self, op: Cell, scope: Mapping[str, Any]) -> str:
        if op.passes is None:
            return op.text
        name = evaluate(op, scope, self.functions)
        if isinstance(name, str):
            return name
        raise SpecError(
            Diagnostic("E307", f"`{op.text}` = {show(name)} names no operator or block", op.location())
        )

    def callee(self, name: str, op: Cell) -> Primitive | Block | Op:
        found = self.spec.blocks.get(name) or PRIMITIVES.get(name) or MERGES.get(name)
        if found is not None:
            return found
        known = [*self.spec.blocks, *PRIMITIVES, *MERGES]
        help = did_you_mean(name, known) or "name a primitive, a block of this file, or one that it imports"
        raise SpecError(Diagnostic("E302", f"no operator or block `{name}`", op.location(), help))

    def require_parameters(
        self, name: str, callee: Primitive | Block | Op, slots: Mapping[str, Slot]
    ) -> None:
        """Refuse arguments that the callee does not have."""
        known: Mapping[str, Any] = {}
        if isinstance(callee, Block):
            known = callee.parameters
        elif isinstance(callee, Primitive):
            known = callee.arguments
        unknown = [key for key in slots if key not in known]
        if unknown:
            raise SpecError(unknown_argument(name, key, slots[key], known) for key in unknown)

    def call(
        self,
        name: str,
        callee: Primitive | Block | Op,
        values: Mapping[str, Any],
        slots: Mapping[str, Slot],
        inputs: tuple[int, ...],
        frame: _Frame,
        op: Cell,
    ) -> int:
        """Call with evaluated arguments and expect one result."""
        if isinstance(callee, Block):
            out = self.block(callee, values, inputs, frame, op)
        elif isinstance(callee, Primitive):
            out = self.primitive(callee, values, slots, inputs, frame, op)
        else:
            out = (self.merge(callee, inputs, frame, op),)
        if len(out) != 1:
            raise SpecError(
                Diagnostic("E309", f"`{name}` gives {len(out)} tensors here; one is needed", op.location())
            )
        return out[0]

    def primitive(
        self,
        primitive: Primitive,
        values: Mapping[str, Any],
        slots: Mapping[str, Slot],
        inputs: tuple[int, ...],
        frame: _Frame,
        op: Cell,
    ) -> tuple[int, ...]:
        arguments = {}
        for name, argument in primitive.arguments.items():
            if name in values:
                what = f"{frame.path}: {name}"
                arguments[name] = convert(values[name], argument, what, slots[name])
            elif argument.default is REQUIRED:
                help = f"write `{primitive.name}: {{{name}: ...}}`"
                raise SpecError(Diagnostic("E303", f"`{primitive.name}` needs `{name}`", op.location(), help))
            else:
                arguments[name] = argument.default
        if len(inputs) != 1:
            raise SpecError(
                Diagnostic("E309", f"`{primitive.name}` takes one tensor, not {len(inputs)}", op.location())
            )
        try:
            ops = primitive.make(arguments, self.builder.shape(inputs[0]))
        except OperatorError as error:
            raise SpecError(self.refusal(error, frame, op)) from None
        if primitive.name == "split":
            return tuple([self.node(part, inputs, frame, op) for part in ops])
        for part in ops:
            inputs = (self.node(part, inputs, frame, op),)
        return inputs

    def merge(self, merge: Op, inputs: tuple[int, ...], frame: _Frame, op: Cell) -> int:
        if len(inputs) > 1:
            return self.node(merge, inputs, frame, op)
        help = f"write `{merge.kind}: [[], [conv: {{c: c}}]]`, or `from: [a, b]`"
        raise SpecError(Diagnostic("E309", f"`{merge.kind}` needs two tensors or more", op.location(), help))

    def node(self, op: Op, inputs: tuple[int, ...], frame: _Frame, cell: Cell) -> int:
        if len(self.builder.nodes) >= MOST_NODES:
            raise SpecError(Diagnostic("E321", f"the network has more than {MOST_NODES} nodes", frame.origin))
        shares = None
        if frame.share is not None:
            label, base = frame.share
            key = label + frame.path.removeprefix(base)
            shares = self.shared.get(key)
            self.shared.setdefault(key, frame.path)
        try:
            return self.builder.add(op, inputs, frame.path, origin=frame.origin, shares=shares)
        except OperatorError as error:
            self.errors.append(self.refusal(error, frame, cell))
            if error.code != "E311" or not isinstance(op, (Conv2d, ConvTranspose2d)):
                raise SpecError(()) from None
            # Groups that do not divide leave the shapes as they are: go on, and find the rest.
            whole = type(op)(**{name: getattr(op, name) for name in op.__dataclass_fields__} | {"groups": 1})
            return self.builder.add(whole, inputs, frame.path, origin=frame.origin)

    def refusal(self, error: OperatorError, frame: _Frame, op: Cell) -> Diagnostic:
        """Locate an operator's refusal: in this file's block, or at the row that called a foreign one."""
        here = op.location()
        where = here if here.file == frame.origin.file else frame.origin
        message = error.message if error.message.startswith(frame.path) else f"{frame.path}: {error.message}"
        if where is not frame.origin and where.line != frame.origin.line:
            message += f" (in the row at line {frame.origin.line})"
        return Diagnostic(error.code, message, where, error.help)

    # ---- blocks ----------------------------------------------------------------------------

    def block(
        self, block: Block, values: Mapping[str, Any], inputs: tuple[int, ...], frame: _Frame, op: Cell
    ) -> tuple[int, ...]:
        """Run a block's body in a scope of its own, with its inputs as labels."""
        if frame.depth >= DEEPEST_BLOCK:
            help = "a block cannot call itself, directly or through others"
            raise SpecError(
                Diagnostic("E322", f"blocks are nested deeper than {DEEPEST_BLOCK}", op.location(), help)
            )
        if len(inputs) != max(len(block.inputs), 1):
            wanted = max(len(block.inputs), 1)
            help = f"write `from: [{', '.join(block.inputs)}]`" if block.inputs else None
            message = f"block `{block.name}` takes {wanted} input{'s' * (wanted > 1)}, not {len(inputs)}"
            raise SpecError(Diagnostic("E309", message, op.location(), help))
        scope = self.base_scope(inputs, frame.scope["i"])
        labels = {"in": inputs[0]}
        for label, node in zip(block.inputs, inputs, strict=False):
            labels[label] = node
            scope |= _sizes(label, self.builder.shape(node))
        for name, parameter in block.parameters.items():
            if name in values:
                scope[name] = values[name]
            elif parameter.default is not None:
                scope[name] = evaluate_slot(parameter.default, scope, self.functions)
            else:
                help = f"write `{block.name}: {{{name}: ...}}`"
                raise SpecError(
                    Diagnostic("E303", f"block `{block.name}` needs `{name}`", op.location(), help)
                )
        for local, cell in block.let.items():
            scope[local] = evaluate(cell, scope, self.functions)
        inner = _Frame(scope, labels, frame.path, frame.origin, frame.depth + 1, frame.share)
        return self.run(block.body, inner, inputs[:1])

    def run(self, branch: Branch, frame: _Frame, current: tuple[int, ...]) -> tuple[int, ...]:
        """Run the steps of a branch; return the tensors that it ends with."""
        if branch.sources:
            current = tuple([self.label(cell, frame) for cell in branch.sources])
        for step in branch.steps:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise SpecError(
                    Diagnostic("E321", f"the network takes more than {MOST_STEPS} steps", frame.origin)
                )
            if step.when is not None and not truth(step.when, frame.scope, self.functions):
                continue
            current = self.step(step, frame, current)
            self.define(step, frame, current)
        return current

    def step(self, step: Step, frame: _Frame, current: tuple[int, ...]) -> tuple[int, ...]:
        inputs = tuple([self.label(cell, frame) for cell in step.sources]) or current[:1]
        if step.branches is not None:
            return self.branches(step, frame, inputs)
        name = self.op_name(step.op, frame.scope)
        callee = self.callee(name, step.op)
        slots = step.arguments
        if step.positional is not None:
            first = self.first_parameter(name, callee, step)
            slots = {first: step.positional}
        self.require_parameters(name, callee, slots)
        values = {key: evaluate_slot(slot, frame.scope, self.functions) for key, slot in slots.items()}
        path = frame.child_path(step.labels[0] if len(step.labels) == 1 else name)
        share = (step.share, path) if step.share else frame.share
        inner = _Frame(frame.scope, frame.labels, path, frame.origin, frame.depth, share)
        if isinstance(callee, Block):
            return self.block(callee, values, inputs, inner, step.op)
        if isinstance(callee, Primitive):
            return self.primitive(callee, values, slots, inputs, inner, step.op)
        return (self.merge(callee, inputs, inner, step.op),)

    def branches(self, step: Step, frame: _Frame, inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Run every branch whose condition holds and merge the results; one branch alone is itself."""
        ends: list[int] = []
        for branch in step.branches or ():
            if branch.when is None or truth(branch.when, frame.scope, self.functions):
                ends.extend(self.run(branch, frame, inputs))
        if len(ends) == 1:
            return (ends[0],)
        path = frame.child_path(step.labels[0] if step.labels else step.op.text)
        inner = _Frame(frame.scope, frame.labels, path, frame.origin, frame.depth)
        return (self.merge(MERGES[step.op.text], tuple(ends), inner, step.op),)

    def first_parameter(self, name: str, callee: Primitive | Block | Op, step: Step) -> str:
        known: list[str] = []
        if isinstance(callee, Block):
            known = list(callee.parameters)
        elif isinstance(callee, Primitive):
            known = list(callee.arguments)
        if known:
            return known[0]
        raise SpecError(Diagnostic("E203", f"`{name}` takes no arguments", step.op.location()))

    def label(self, cell: Cell, frame: _Frame) -> int:
        if cell.text in frame.labels:
            return frame.labels[cell.text]
        help = did_you_mean(cell.text, frame.labels) or f"labels here: {', '.join(frame.labels)}"
        raise SpecError(
            Diagnostic("E308", f"`from`: no label `{cell.text}` in this block", cell.location(), help)
        )

    def define(self, step: Step, frame: _Frame, results: tuple[int, ...]) -> None:
        """Give the results of a step the names of its `as`."""
        if not step.labels:
            return
        if len(step.labels) != len(results):
            message = f"`as` names {len(step.labels)} tensors; `{step.op.text}` gives {len(results)}"
            raise SpecError(Diagnostic("E309", message, step.op.location()))
        for label, node in zip(step.labels, results, strict=True):
            frame.labels[label] = node
            frame.scope |= _sizes(label, self.builder.shape(node))


def unknown_argument(name: str, key: str, slot: Slot, known: Mapping[str, Any]) -> Diagnostic:
    """Return the error for an argument that a block or primitive does not have."""
    has = f"it has {', '.join(known)}" if known else "it has none"
    return Diagnostic(
        "E203", f"`{name}` has no parameter `{key}`; {has}", slot_location(slot), did_you_mean(key, known)
    )


def _sizes(label: str, shape: Shape) -> Scope:
    """Return `c_label`, `h_label`, `w_label` of a tensor; features have a height and width of 1."""
    height, width = (shape[1], shape[2]) if len(shape) == 3 else (1, 1)
    return {f"c_{label}": shape[0], f"h_{label}": height, f"w_{label}": width}


def _size(size: tuple[int, ...]) -> str:
    return str(size[0]) if len(set(size)) == 1 else format_shape(size)
