"""What a spec file says, decoded: cells, steps, blocks, rows. Nothing is computed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from costcalc.errors import Location
from costcalc.spec.expression import Expression
from costcalc.spec.source import Mapping as MappingTree
from costcalc.spec.source import Scalar, Source

RESERVED_COLUMNS = ("name", "op", "from", "n", "c", "s", "in", "out", "when")
"""Columns with a meaning of their own; any other column is a parameter of the row's block."""

ALIASES = {
    "width_multiplier": "alpha",
    "resolution_multiplier": "rho",
    "compound_coefficient": "phi",
    "scale_factor": "scale",
    "s": "scale",
}
"""Other names that a reference may use: long ones for the papers' symbols, and ShuffleNet's `s`, which in its
table is a stride."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as written: an expression, a name, or `$p`, the name held by a parameter."""

    text: str
    expression: Expression | None
    tree: Scalar
    source: Source

    @property
    def is_name(self) -> bool:
        """Whether the cell is a single identifier."""
        return self.text.isidentifier()

    @property
    def passes(self) -> str | None:
        """The parameter that `$p` passes on."""
        return self.text[1:] if self.text.startswith("$") else None

    def location(self, start: int | None = None, end: int | None = None) -> Location:
        """Return where the cell, or characters start..end of it, is written."""
        return self.source.location(self.tree, start, end)


Slot = Cell | tuple[Cell, ...]
"""A value or, where a size may differ by axis, a list such as `[1, 7]`."""


def slot_location(slot: Slot) -> Location:
    """Return where a value, or the first of a list, is written."""
    return slot.location() if isinstance(slot, Cell) else slot[0].location()


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps in a row; the result of each is the input of the next."""

    steps: tuple[Step, ...]
    when: Cell | None = None
    sources: tuple[Cell, ...] = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a primitive or block, or a merge of branches."""

    op: Cell
    arguments: Mapping[str, Slot] = field(default_factory=dict)
    positional: Slot | None = None
    branches: tuple[Branch, ...] | None = None
    when: Cell | None = None
    labels: tuple[str, ...] = ()
    sources: tuple[Cell, ...] = ()
    share: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a block or a spec; without a default it must be given."""

    name: str
    default: Slot | None
    location: Location


@dataclass(frozen=True, slots=True)
class Block:
    """A named piece of network: parameters, local names, and a body."""

    name: str
    parameters: Mapping[str, Parameter]
    inputs: tuple[str, ...]
    let: Mapping[str, Cell]
    body: Branch
    location: Location


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `stages`: reserved cells by name, the rest as arguments of the row's block."""

    op: Cell
    cells: Mapping[str, Slot]
    arguments: Mapping[str, Slot]
    sources: tuple[Cell, ...]
    name: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Scaling:
    """How one dimension scales: multiply by `factor`, then apply `round` to `x`."""

    factor: Cell
    round: Cell | None
    location: Location


@dataclass(frozen=True, slots=True)
class Published:
    """Figures that a source printed for a variant.

    Attributes:
        variant: `base`, or terms as behind `@` in a reference.
        figures: Metric -> text as printed.
        gaps: Metric -> why that figure is known to disagree.
        source: Who printed them.
        of: The stages and heads that they are about; none: the whole network.
        location: Where they stand.
    """

    variant: str
    figures: Mapping[str, str]
    gaps: Mapping[str, str]
    source: str | None
    of: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Written:
    """A mapping that is for others to read, and the text that it stands in."""

    tree: MappingTree
    source: Source


@dataclass(frozen=True, slots=True)
class Spec:
    """A decoded spec file, with everything that it imports and extends in place."""

    name: str
    file: str
    input: tuple[Cell, ...]
    stages: tuple[Row, ...]
    columns: tuple[str, ...]
    source: str | None = None
    title: str | None = None
    year: int | None = None
    family: str | None = None
    params: Mapping[str, Parameter] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    scaling: Mapping[str, Scaling] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    heads: Mapping[str, Branch] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Slot]] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    budget: Written | None = None
    """What the network may cost; read by those who check that."""
    overrides: Mapping[str, Slot] = field(default_factory=dict)
    """Parameters that `extends: other@variant` fixes."""
