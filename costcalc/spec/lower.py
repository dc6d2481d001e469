"""Resolved rows to a graph: rows are repeated and linked, sizes in the table checked, heads added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from costcalc.errors import Diagnostic, Location, SpecError
from costcalc.graph import Graph, GraphBuilder, Shape, format_shape
from costcalc.spec.calls import bind_row, called_name
from costcalc.spec.evaluate import evaluate, evaluate_slot, show, truth
from costcalc.spec.expand import Expander, Tensors
from costcalc.spec.explain import head_is_stage, no_stage
from costcalc.spec.expression import is_batched
from costcalc.spec.model import Branch, Cell, slot_location
from costcalc.spec.resolve import Resolved, ResolvedRow
from costcalc.spec.scope import Frame


def lower(resolved: Resolved, name: str) -> Graph:
    """Build the graph of a resolved spec.

    Raises:
        SpecError: with every error that does not follow from another one (E3xx).
    """
    return _Lowering(resolved, name).graph()


@dataclass(frozen=True, slots=True)
class RowShapes:
    """What the first copy of a row reads and makes, and what the last one makes."""

    input: Shape
    output: Shape
    last_output: Shape


def row_shapes(resolved: Resolved) -> tuple[RowShapes, ...]:
    """Return the shapes of every row.

    Raises:
        SpecError: as `lower`.
    """
    lowering = _Lowering(resolved, resolved.spec.name)
    lowering.graph()
    shape = lowering.builder.shape
    return tuple([RowShapes(*map(shape, nodes)) for nodes in lowering.row_nodes])


class _Lowering:
    def __init__(self, resolved: Resolved, name: str) -> None:
        self.resolved = resolved
        self.spec = resolved.spec
        self.builder = GraphBuilder(name, resolved.input_shape)
        self.expander = Expander(self.builder, self.spec.blocks, resolved.scope, resolved.functions)
        self.errors = self.expander.errors
        self.emitted: list[int] = [0]
        self.stages: dict[str, int] = {"input": 0}
        self.row_nodes: list[tuple[int, int, int]] = []

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

    def row(self, row: ResolvedRow) -> None:
        """Append all copies of a row; the stride belongs to the first."""
        written = row.row
        name = called_name(written.op, self.resolved.scope, self.resolved.functions)
        call = bind_row(written, name, self.spec.blocks)
        values = dict(row.values)
        for copy in range(row.copies):
            inputs = self.inputs(written.sources, copy)
            if copy == 0:
                self.check_size(row, "in", inputs[0])
            elif "s" in values:
                values["s"] = 1
            path = row.stage if row.copies_in_stage == 1 else f"{row.stage}.{row.first + copy}"
            frame = Frame(self.expander.scope(inputs, copy), {}, path, written.location, path)
            out = _single(self.expander.call(call, values, inputs, frame), f"`{name}`", written.op.location())
            if copy == 0:
                self.check_size(row, "out", out)
                first = inputs[0], out
            self.emitted.append(out)
            self.stages[row.stage] = out
        self.row_nodes.append((*first, out))

    def inputs(self, sources: Sequence[Cell], copy: int) -> tuple[int, ...]:
        """Return what a copy of a row reads: the first what `from` says, a later one the copy before it.

        A count back, such as -2, moves along with the copies by itself.
        """
        if not sources:
            return (self.emitted[-1],)
        first = self.emitted[-1] if copy and sources[0].is_name else self.source(sources[0])
        return (first, *(self.source(cell) for cell in sources[1:]))

    def source(self, cell: Cell) -> int:
        """Return the node of a stage's name, or of a count back over the rows' outputs."""
        if cell.text in self.stages:
            return self.stages[cell.text]
        if cell.is_name:
            raise SpecError(no_stage(cell, self.stages))
        back = evaluate(cell, self.resolved.scope, self.resolved.functions)
        if is_batched(back) and back // 1 == back:
            back = int(back)
        if not isinstance(back, int) or isinstance(back, bool) or back >= 0:
            message = "`from` is a stage's name or a negative number"
            help = "-1 is the row before, -2 the one before that"
            raise SpecError(Diagnostic("E308", message, cell.location(), help))
        # Before the network's first rows there is only its input.
        return self.emitted[max(len(self.emitted) + back, 0)]

    def check_size(self, row: ResolvedRow, column: str, node: int) -> None:
        """Compare a size that the table prints with the computed one, at the base resolution."""
        slot = row.row.cells.get(column)
        if slot is None or not self.resolved.at_base_resolution:
            return
        stated = evaluate_slot(slot, self.resolved.scope, self.resolved.functions)
        sizes = stated if isinstance(stated, tuple) else (stated, stated)
        shape = self.builder.shape(node)
        actual = shape[1:] if len(shape) == 3 else (1, 1)
        if sizes != actual:
            word = "input" if column == "in" else "output"
            message = f"stage `{row.stage}`: the table says {word} {show(stated)}, computed {_size(actual)}"
            self.errors.append(Diagnostic("E304", message, slot_location(slot), self.size_hint(row, column)))

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
        """Append the heads and return the node of each; without heads the last row is `out`.

        Raises:
            SpecError: E327, every row or head is left out.
        """
        if not self.resolved.rows:
            raise SpecError(_nothing_left("row", self.spec.stages[0].location))
        if not self.spec.heads:
            return {"out": self.emitted[-1]}
        outputs = {}
        for name, branch in self.spec.heads.items():
            assert branch.location is not None
            if name in self.stages:
                raise SpecError(head_is_stage(name, branch.location))
            inputs = tuple([self.source(cell) for cell in branch.sources]) or (self.emitted[-1],)
            frame = Frame(self.expander.scope(inputs, 0), dict(self.stages), name, branch.location, name)
            if branch.when is None or truth(branch.when, frame.scope, self.resolved.functions):
                out = self.expander.run(Branch(branch.steps), frame, inputs)
                outputs[name] = _single(out, f"head `{name}`", branch.location)
        if not outputs:
            raise SpecError(_nothing_left("head", branch.location))
        return outputs


def _single(tensors: Tensors, what: str, where: Location) -> int:
    if len(tensors) == 1:
        return tensors[0]
    raise SpecError(Diagnostic("E309", f"{what} gives {len(tensors)} tensors here; one is needed", where))


def _nothing_left(what: str, where: Location | None) -> Diagnostic:
    help = f"a network has at least one {what}: look at `when` and `n`"
    return Diagnostic("E327", f"every {what} is left out", where, help)


def _size(size: tuple[int, ...]) -> str:
    return str(size[0]) if len(set(size)) == 1 else format_shape(size)
