"""Where a step stands: the names, labels and node path of the block around it.

`check` knows only which names there are; `expand` knows what they are worth. Both learn them here.
"""

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
        weights: Whose weights the nodes here use: their own, which are called as they are, or those of all
            that have the same name here.
        shared_in: The weights of the block whose body this is; its `share` labels are its own. Empty for
            a head: heads have theirs in common.
        depth: How many blocks and branches are open around this one.
        used: How often each step's name has been used here.
    """

    scope: Scope
    labels: dict[str, int]
    path: str
    origin: Location
    weights: str
    shared_in: str = ""
    depth: int = 0
    used: dict[str, int] = field(default_factory=dict)

    def child_path(self, name: str) -> str:
        """Return the path of a step, numbered when its name is taken in this block."""
        while name in self.used:  # the number may be in another step's name
            self.used[name] += 1
            name = f"{name}_{self.used[name]}"
        self.used[name] = 1
        return f"{self.path}.{name}"

    def step(self, path: str, share: str | None = None) -> Frame:
        """Return the frame of one step: the same names under a path of its own."""
        weights = f"{self.shared_in}#{share}" if share else self.weights + path.removeprefix(self.path)
        return Frame(self.scope, self.labels, path, self.origin, weights, self.shared_in, self.depth)


def size_names(label: str) -> tuple[str, str, str]:
    """Return the names of a labelled tensor's channels, height and width."""
    return f"c_{label}", f"h_{label}", f"w_{label}"


def sizes(label: str, shape: Shape) -> Scope:
    """Return the sizes of a labelled tensor by name; features have a height and width of 1."""
    height, width = (shape[1], shape[2]) if len(shape) == 3 else (1, 1)
    channels_name, height_name, width_name = size_names(label)
    return {channels_name: shape[0], height_name: height, width_name: width}
