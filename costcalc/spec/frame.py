"""Where a step runs: the names, labels and node path of the block around it."""

from __future__ import annotations

from dataclasses import dataclass, field

from costcalc.errors import Location
from costcalc.graph import Shape
from costcalc.spec.evaluate import Scope


@dataclass(slots=True)
class Frame:
    """One run of a block's body, or one step within it.

    Attributes:
        scope: Values by name: parameters, locals, and the sizes of labelled tensors.
        labels: Nodes by label, for `from`.
        path: The name of the nodes made here.
        origin: The row or head that led here.
        depth: How many blocks and branches are open around this one.
        share: The label under which weights are shared, and the path where sharing began.
        used: How often each step's name has been used here.
    """

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

    def step(self, path: str, share: tuple[str, str] | None) -> Frame:
        """Return the frame of one step: the same names under a path of its own."""
        return Frame(self.scope, self.labels, path, self.origin, self.depth, share)


def sizes(label: str, shape: Shape) -> Scope:
    """Return `c_label`, `h_label`, `w_label` of a tensor; features have a height and width of 1."""
    height, width = (shape[1], shape[2]) if len(shape) == 3 else (1, 1)
    return {f"c_{label}": shape[0], f"h_{label}": height, f"w_{label}": width}
