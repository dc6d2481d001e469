"""Structure: from located text to a `Document`, with every structural error at once (E2xx)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from costcalc.errors import Diagnostic, Location, SpecError, did_you_mean
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.spec.model import (
    RESERVED_COLUMNS,
    Block,
    Branch,
    Cell,
    Parameter,
    Published,
    Row,
    Scaling,
    Slot,
    Step,
    part_of,
)
from costcalc.spec.source import Mapping as MappingTree
from costcalc.spec.source import Scalar, Sequence, Source, Tree

VERSION = "1"
MERGES = ("add", "mul", "concat")
STEP_CONTROLS = ("when", "as", "from", "share")
SCALED = ("width", "depth", "resolution")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH_SEGMENT = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Document:
    """One decoded file: the fields of a `Spec` that it states, and the files that it builds on."""

    source: Source
    imports: tuple[Cell, ...]
    extends: Cell | None
    fields: Mapping[str, Any]
    locations: Mapping[str, Location]


def decode(source: Source) -> Document:
    """Decode a parsed file.

    Raises:
        SpecError: with all structural errors (E2xx) and malformed expressions.
    """
    decoder = _Decoder(source)
    document = decoder.document()
    if decoder.diagnostics:
        raise SpecError(sorted(decoder.diagnostics, key=lambda d: (d.location.line, d.location.column)))  # type: ignore[union-attr]
    return document


class _Decoder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self.columns: tuple[str, ...] = ()

    # ---- small pieces ----------------------------------------------------------------------

    def error(self, code: str, tree: Tree, message: str, help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, message, self.source.location(tree), help))

    def mapping(self, tree: Tree, what: str, example: str) -> dict[str, tuple[Scalar, Tree]]:
        if isinstance(tree, MappingTree):
            return tree.entries
        self.error("E204", tree, f"{what} is a mapping", f"write it like `{example}`")
        return {}

    def items(self, tree: Tree, what: str, example: str) -> tuple[Tree, ...]:
        if isinstance(tree, Sequence):
            return tree.items
        self.error("E204", tree, f"{what} is a list", f"write it like `{example}`")
        return ()

    def known(
        self, entries: Mapping[str, tuple[Scalar, Tree]], what: str, known: Iterable[str]
    ) -> Iterator[tuple[str, Tree]]:
        """Yield the known entries; every other key is an error."""
        names = tuple(known)
        for key, (scalar, value) in entries.items():
            if key in names:
                yield key, value
            else:
                help = did_you_mean(key, names) or f"known keys: {', '.join(names)}"
                self.error("E201", scalar, f"{what} has no key `{key}`", help)

    def text(self, tree: Tree, what: str) -> str | None:
        if isinstance(tree, Scalar) and not tree.is_null:
            return tree.value
        self.error("E204", tree, f"{what} is a text")
        return None

    def integer(self, tree: Tree, what: str) -> int | None:
        if isinstance(tree, Scalar) and re.fullmatch(r"\d{1,6}", tree.value):
            return int(tree.value)
        self.error("E204", tree, f"{what} is a whole number")
        return None

    def identifier(self, scalar: Tree, what: str) -> str | None:
        if isinstance(scalar, Scalar) and _IDENTIFIER.fullmatch(scalar.value):
            return scalar.value
        self.error("E208", scalar, f"{what} is a name of letters, digits and underscores")
        return None

    def cell(self, tree: Tree, what: str) -> Cell | None:
        """Decode one value; `~` gives None."""
        if not isinstance(tree, Scalar):
            self.error("E204", tree, f"{what} is a number, a name or an expression")
            return None
        if tree.is_null:
            return None
        text = tree.value.strip()
        if text.startswith("$"):
            if not _IDENTIFIER.fullmatch(text[1:]):
                self.error("E208", tree, f"`{text}` passes no parameter", "write `$` and a parameter's name")
                return None
            return Cell(text, None, tree, self.source)
        try:
            return Cell(text, compile_expression(text), tree, self.source)
        except ExpressionError as error:
            where = part_of(self.source, tree, error.start, error.end)
            self.diagnostics.append(Diagnostic(error.code, f"{what}: {error.message}", where, error.help))
            return None

    def slot(self, tree: Tree, what: str) -> Slot | None:
        """Decode a value or a list of values such as `[1, 7]`."""
        if not isinstance(tree, Sequence):
            return self.cell(tree, what)
        cells = [self.cell(item, what) for item in tree.items]
        if not cells or None in cells:
            if not cells:
                self.error("E207", tree, f"{what} is an empty list")
            return None
        return tuple(cell for cell in cells if cell is not None)

    def arguments(self, entries: Mapping[str, tuple[Scalar, Tree]], what: str) -> dict[str, Slot]:
        decoded = {}
        for key, (scalar, value) in entries.items():
            if self.identifier(scalar, f"a parameter of {what}"):
                slot = self.slot(value, f"`{key}` of {what}")
                if slot is not None:
                    decoded[key] = slot
        return decoded

    # ---- the file --------------------------------------------------------------------------

    def document(self) -> Document:
        entries = self.source.root.entries
        readers: dict[str, Callable[[Tree], Any]] = {
            "costcalc": self.version,
            "name": lambda tree: self.identifier(tree, "`name`"),
            "title": lambda tree: self.text(tree, "`title`"),
            "source": lambda tree: self.text(tree, "`source`"),
            "year": lambda tree: self.integer(tree, "`year`"),
            "family": lambda tree: self.text(tree, "`family`"),
            "import": self.imports,
            "extends": lambda tree: self.reference(tree, "`extends`"),
            "input": self.input,
            "params": lambda tree: self.parameters(tree, "`params`"),
            "tables": self.tables,
            "scaling": self.scaling,
            "blocks": self.blocks,
            "columns": self.column_names,
            "stages": self.stages,
            "heads": self.heads,
            "variants": self.variants,
            "published": self.published,
        }
        if "columns" in entries:  # rows are read with the names of their columns
            self.columns = self.column_names(entries["columns"][1], report=False)
        fields: dict[str, Any] = {}
        locations: dict[str, Location] = {}
        for key, tree in self.known(entries, "a spec", readers):
            value = readers[key](tree)
            if value is not None:
                fields[key] = value
                locations[key] = self.source.location(entries[key][0])
        for key, example in (("costcalc", "costcalc: 1"), ("name", "name: my_net")):
            if key not in entries:
                self.error("E202", self.source.root, f"a spec needs the key `{key}`", f"add `{example}`")
        fields.pop("costcalc", None)
        return Document(self.source, fields.pop("import", ()), fields.pop("extends", None), fields, locations)

    def version(self, tree: Tree) -> str | None:
        if isinstance(tree, Scalar) and tree.value == VERSION:
            return VERSION
        self.error("E211", tree, "this is not a version of the spec language", "write `costcalc: 1`")
        return None

    def imports(self, tree: Tree) -> tuple[Cell, ...]:
        found = [self.reference(item, "an import") for item in self.items(tree, "`import`", "import: [std]")]
        return tuple(cell for cell in found if cell is not None)

    def reference(self, tree: Tree, what: str) -> Cell | None:
        text = self.text(tree, what)
        return Cell(text, None, tree, self.source) if text and isinstance(tree, Scalar) else None

    def input(self, tree: Tree) -> tuple[Cell, ...] | None:
        items = self.items(tree, "`input`", "input: [3, 224, 224]")
        cells = [self.cell(item, "a size of `input`") for item in items]
        if len(cells) == 3:
            return tuple(cell for cell in cells if cell is not None)
        if items:
            self.error("E204", tree, "`input` has three sizes: channels, height, width")
        return None

    def parameters(self, tree: Tree, what: str) -> dict[str, Parameter]:
        found = {}
        for key, (scalar, value) in self.mapping(tree, what, "{c: ~, k: 3}").items():
            if self.identifier(scalar, "a parameter"):
                default = self.slot(value, f"parameter `{key}`")
                found[key] = Parameter(key, default, self.source.location(scalar))
        return found

    def tables(self, tree: Tree) -> dict[str, dict[str, Cell]]:
        found = {}
        for key, (scalar, value) in self.mapping(tree, "`tables`", "{width_of: {1: 144}}").items():
            if not self.identifier(scalar, "a table"):
                continue
            rows = {}
            for argument, (_, entry) in self.mapping(value, f"table `{key}`", "{1: 144, 2: 200}").items():
                cell = self.cell(entry, f"table `{key}`")
                if cell is not None:
                    rows[argument] = cell
            found[key] = rows
        return found

    def scaling(self, tree: Tree) -> dict[str, Scaling]:
        found = {}
        example = "{width: {factor: alpha, round: floor(x)}}"
        for key, value in self.known(self.mapping(tree, "`scaling`", example), "`scaling`", SCALED):
            parts = dict(
                self.known(
                    self.mapping(value, f"`{key}`", "{factor: alpha}"), f"`{key}`", ("factor", "round")
                )
            )
            cells = {part: self.cell(entry, f"`{part}` of `{key}`") for part, entry in parts.items()}
            if factor := cells.get("factor"):
                found[key] = Scaling(factor, cells.get("round"), self.source.location(value))
            elif "factor" not in parts:
                self.error(
                    "E202", value, f"`{key}` needs a `factor`", "write `{factor: alpha, round: floor(x)}`"
                )
        return found

    def blocks(self, tree: Tree) -> dict[str, Block]:
        found = {}
        for name, (scalar, value) in self.mapping(
            tree, "`blocks`", "{unit: {params: {c: ~}, body: []}}"
        ).items():
            if self.identifier(scalar, "a block"):
                found[name] = self.block(name, scalar, value)
        return found

    def block(self, name: str, key: Scalar, tree: Tree) -> Block:
        entries = self.mapping(tree, f"block `{name}`", "{params: {c: ~}, body: [conv: c]}")
        parts = dict(self.known(entries, f"block `{name}`", ("params", "inputs", "let", "body")))
        inputs: list[str | None] = []
        if "inputs" in parts:
            items = self.items(parts["inputs"], "`inputs`", "inputs: [h, p]")
            inputs = [self.identifier(item, "an input") for item in items]
        let = {}
        if "let" in parts:
            for local, (scalar, value) in self.mapping(parts["let"], "`let`", "{mid: c/4}").items():
                cell = self.cell(value, f"`{local}`") if self.identifier(scalar, "a local name") else None
                if cell is not None:
                    let[local] = cell
        if "body" not in parts and isinstance(tree, MappingTree):
            self.error(
                "E202", key, f"block `{name}` needs a `body`", "write `body: [conv: {c: c}, bn, relu]`"
            )
        return Block(
            name,
            self.parameters(parts["params"], f"`params` of block `{name}`") if "params" in parts else {},
            tuple(name for name in inputs if name),
            let,
            self.branch(parts["body"], "a body") if "body" in parts else Branch(()),
            self.source.location(key),
        )

    # ---- steps -----------------------------------------------------------------------------

    def branch(self, tree: Tree, what: str) -> Branch:
        """Decode a list of steps, or the long form `{when: .., from: .., do: [..]}`."""
        location = self.source.location(tree)
        if isinstance(tree, Sequence):
            steps = [self.step(item) for item in tree.items]
            return Branch(tuple(step for step in steps if step), None, (), location)
        if isinstance(tree, MappingTree) and "do" in tree.entries:
            parts = dict(self.known(tree.entries, what, ("when", "from", "do")))
            return Branch(
                self.branch(parts["do"], "`do`").steps
                if isinstance(parts["do"], Sequence)
                else self._no_list(tree),
                self.cell(parts["when"], "`when`") if "when" in parts else None,
                self.sources(parts["from"]) if "from" in parts else (),
                location,
            )
        self.error(
            "E210", tree, f"{what} is a list of steps", "write `[conv: {c: c}, bn, relu]`, or `[]` for none"
        )
        return Branch((), None, (), location)

    def _no_list(self, tree: Tree) -> tuple[Step, ...]:
        self.error("E210", tree, "`do` is a list of steps", "write `do: [conv: {c: c}, bn]`")
        return ()

    def sources(self, tree: Tree) -> tuple[Cell, ...]:
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        cells = [self.cell(item, "`from`") for item in items]
        return tuple(cell for cell in cells if cell is not None)

    def step(self, tree: Tree) -> Step | None:
        if isinstance(tree, Scalar) and not tree.is_null:
            op = self.op(tree)
            return Step(op) if op else None
        if not isinstance(tree, MappingTree):
            self.error(
                "E210", tree, "a step is a name or `{name: arguments}`", "write `bn` or `conv: {c: 64, k: 3}`"
            )
            return None
        calls = [key for key in tree.entries if key not in STEP_CONTROLS]
        if len(calls) != 1:
            named = f"it names {', '.join(f'`{call}`' for call in calls)}" if calls else "it names none"
            self.error(
                "E210", tree, f"a step calls one operator or block; {named}", "make one list item of each"
            )
            return None
        scalar, value = tree.entries[calls[0]]
        op = self.op(scalar)
        if op is None:
            return None
        controls = {key: tree.entries[key][1] for key in STEP_CONTROLS if key in tree.entries}
        arguments: dict[str, Slot] = {}
        positional: Slot | None = None
        branches: tuple[Branch, ...] | None = None
        if op.text in MERGES and not (isinstance(value, Scalar) and value.is_null):
            listed = self.items(value, f"`{op.text}`", f"{op.text}: [[], [conv: {{c: c}}]]")
            branches = tuple([self.branch(item, "a branch") for item in listed])
        elif isinstance(value, MappingTree):
            arguments = self.arguments(value.entries, f"`{op.text}`")
        else:
            positional = self.slot(value, f"`{op.text}`")
        return Step(
            op,
            arguments,
            positional,
            branches,
            self.cell(controls["when"], "`when`") if "when" in controls else None,
            self.labels(controls["as"]) if "as" in controls else (),
            self.sources(controls["from"]) if "from" in controls else (),
            self.identifier(controls["share"], "`share`") if "share" in controls else None,
        )

    def op(self, tree: Scalar) -> Cell | None:
        name = tree.value[1:] if tree.value.startswith("$") else tree.value
        if self.identifier(
            Scalar(name, tree.plain, tree.line, tree.column, tree.end_column), "an operator or block"
        ):
            return Cell(tree.value, None, tree, self.source)
        return None

    def labels(self, tree: Tree) -> tuple[str, ...]:
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        return tuple(name for item in items if (name := self.identifier(item, "a label")))

    # ---- rows ------------------------------------------------------------------------------

    def column_names(self, tree: Tree, report: bool = True) -> tuple[str, ...]:
        if not report:
            items = tree.items if isinstance(tree, Sequence) else ()
            return tuple(item.value if isinstance(item, Scalar) else "" for item in items)
        names = [
            self.identifier(item, "a column")
            for item in self.items(tree, "`columns`", "columns: [op, c, n, s]")
        ]
        for index, name in enumerate(names):
            if name and name in names[:index]:
                self.error("E209", tree, f"column `{name}` stands twice")
        return tuple(name or "" for name in names)

    def stages(self, tree: Tree) -> tuple[Row, ...] | None:
        rows = [self.row(item) for item in self.items(tree, "`stages`", "stages: [[conv, 32], [gap, ~]]")]
        if isinstance(tree, Sequence) and not rows:
            self.error("E207", tree, "`stages` has no rows")
        return tuple(row for row in rows if row)

    def row(self, tree: Tree) -> Row | None:
        if isinstance(tree, MappingTree):
            entries = {
                key: value
                for key, (scalar, value) in tree.entries.items()
                if self.identifier(scalar, "a key")
            }
        elif not isinstance(tree, Sequence):
            self.error(
                "E204", tree, "a row of `stages` is a list of cells or a mapping", "write `[conv, 32, 2]`"
            )
            return None
        elif not self.columns:
            self.error(
                "E202", tree, "rows need `columns`, which names their cells", "add `columns: [op, c, n, s]`"
            )
            return None
        elif len(tree.items) != len(self.columns):
            self.error(
                "E205",
                tree,
                f"this row has {len(tree.items)} cells; `columns` names {len(self.columns)}",
                f"the columns are {', '.join(self.columns)}; write `~` for an empty cell",
            )
            return None
        else:
            entries = dict(zip(self.columns, tree.items, strict=True))
        op = entries.pop("op", None)
        if not isinstance(op, Scalar) or op.is_null:
            self.error("E202", tree, "a row needs an `op`: a primitive or a block")
            return None
        decoded_op = self.op(op)
        name_tree = entries.pop("name", None)
        sources = entries.pop("from", None)
        cells: dict[str, Slot] = {}
        arguments: dict[str, Slot] = {}
        for key, value in entries.items():
            slot = self.slot(value, f"column `{key}`")
            if slot is not None:
                (cells if key in RESERVED_COLUMNS else arguments)[key] = slot
        if decoded_op is None:
            return None
        return Row(
            decoded_op,
            cells,
            arguments,
            ()
            if sources is None or (isinstance(sources, Scalar) and sources.is_null)
            else self.sources(sources),
            self.row_name(name_tree),
            self.source.location(tree),
        )

    def row_name(self, tree: Tree | None) -> str | None:
        if tree is None or (isinstance(tree, Scalar) and tree.is_null):
            return None
        return self.identifier(tree, "the name of a row")

    def heads(self, tree: Tree) -> dict[str, Branch]:
        found = {}
        for name, (scalar, value) in self.mapping(
            tree, "`heads`", "{logits: [flatten, linear: 1000]}"
        ).items():
            if self.identifier(scalar, "a head"):
                found[name] = self.branch(value, f"head `{name}`")
        return found

    # ---- variants and figures --------------------------------------------------------------

    def variants(self, tree: Tree) -> dict[str, dict[str, Slot]]:
        found = {}
        for name, (scalar, value) in self.mapping(tree, "`variants`", "{x2: {scale: 2}}").items():
            if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*", name):
                self.error("E208", scalar, "a variant is a name of letters, digits, `_`, `.` and `-`")
                continue
            found[name] = self.arguments(
                self.mapping(value, f"variant `{name}`", "{scale: 2}"), f"variant `{name}`"
            )
        return found

    def published(self, tree: Tree) -> tuple[Published, ...]:
        found = []
        for variant, (_, value) in self.mapping(tree, "`published`", "{base: {macs: 569M}}").items():
            entries = value.items if isinstance(value, Sequence) else (value,)
            for entry in entries:
                found.append(self.figures(variant, entry))
        return tuple(found)

    def figures(self, variant: str, tree: Tree) -> Published:
        texts = {}
        for key, (_, value) in self.mapping(
            tree, f"figures of `{variant}`", "{macs: 569M, params: 4.2M}"
        ).items():
            text = self.text(value, f"`{key}`")
            if text:
                texts[key] = text
        source, gap = texts.pop("source", None), texts.pop("gap", None)
        return Published(variant, texts, source, gap, self.source.location(tree))
