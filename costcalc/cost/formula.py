"""Cost formulas with the numbers in: of a layer, and of the units that papers compare.

Symbols: h w, positions of the output; c_in c_out, channels; k_h k_w, kernel; g, groups; and of a
unit with a bottleneck c, its channels, and m, those of its bottleneck.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from costcalc.cost.count import Cost, NodeCost
from costcalc.errors import Diagnostic, UsageError, did_you_mean
from costcalc.graph import Activation, Add, BatchNorm, ChannelShuffle, Conv2d, ConvTranspose2d, Graph, Linear

MOBILENETS = "MobileNets (arXiv:1704.04861), section 3.1"
SHUFFLENET = "ShuffleNet (arXiv:1707.01083), section 3.2"
SHUFFLENET_V2 = "ShuffleNetV2 (arXiv:1807.11164), section 2"


@dataclass(frozen=True, slots=True)
class Formula:
    """One equation.

    Attributes:
        layer: What it is of: a node, or the last one of a unit.
        quantity: What it computes.
        symbols: Its right side in symbols.
        numbers: The same with numbers.
        value: What they come to.
        source: The paper that it stands in; "" if it is what the operator does.
    """

    layer: str
    quantity: str
    symbols: str
    numbers: str
    value: int | Fraction
    source: str = ""


def formulas(cost: Cost, layer: str) -> list[Formula]:
    """Return the formulas of a layer; or of all that multiply in a stage or block, and its units.

    Args:
        cost: Of the network, for a batch of one.
        layer: A node's name, or what stands before a dot in some: a stage, a block.

    Raises:
        UsageError: nothing is called so (E509).
    """
    names = [row.node.name for row in cost.rows]
    inside = [index for index, name in enumerate(names, 1) if f"{name}.".startswith(f"{layer}.")]
    if not inside:
        raise UsageError(_no_layer(cost.graph, layer))
    alone = len(inside) == 1
    found: list[Formula] = []
    for index in inside:
        row = cost.rows[index - 1]
        found += _macs(row)
        found += [*_params(row), *_moved(row)] if alone else []
        found += [*_ratio(cost, index), *_unit(cost, index)]
    return found


def _no_layer(graph: Graph, layer: str) -> Diagnostic:
    known: dict[str, None] = {}
    for node in graph.nodes[1:]:
        parts = node.name.split(".")
        known |= dict.fromkeys(".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    stages = ", ".join(dict.fromkeys(node.stage for node in graph.nodes[1:]))
    help = did_you_mean(layer, known) or f"stages: {stages}"
    return Diagnostic("E509", f"{graph.name} has no layer and no stage `{layer}`", help=help)


def _macs(row: NodeCost) -> list[Formula]:
    """Return the multiply-accumulates of a layer that has some."""
    op, (c_in, *size) = row.node.op, row.inputs[0]
    match op:
        case Conv2d():
            size = list(row.node.shape[1:])
        case ConvTranspose2d():  # it multiplies at the positions of its input
            pass
        case Linear():
            numbers = f"{c_in} * {op.out_features}"
            return [Formula(row.node.name, "MACs", "c_in c_out", numbers, row.node.op.macs(*row.inputs))]
        case _:
            return []
    (k_h, k_w), groups, source = op.kernel_size, op.groups, ""
    positions = "h_in w_in" if isinstance(op, ConvTranspose2d) else "h w"
    factors = [*size, c_in, op.out_channels]
    symbols = f"{positions} c_in c_out"
    if 1 < groups == c_in == op.out_channels:
        factors, symbols, source = [*size, c_in], f"{positions} c", MOBILENETS
        groups = 1
    if (k_h, k_w) != (1, 1):
        factors, symbols = [*factors, k_h, k_w], f"{symbols} k_h k_w"
    if groups == 1 and isinstance(op, Conv2d):
        source = source or MOBILENETS
    numbers = " * ".join(map(str, factors))
    if groups > 1:
        symbols, numbers = f"{symbols} / g", f"{numbers} / {groups}"
    return [Formula(row.node.name, "MACs", symbols, numbers, op.macs(*row.inputs), source)]


def _params(row: NodeCost) -> list[Formula]:
    """Return the learned elements of a layer that has some, tensor by tensor."""
    weights = row.node.op.weights(*row.inputs)
    if not weights:
        return []
    symbols = " + ".join(weight.name for weight in weights)
    numbers = " + ".join(" * ".join(map(str, weight.shape)) for weight in weights)
    return [Formula(row.node.name, "params", symbols, numbers, sum(weight.size for weight in weights))]


def _moved(row: NodeCost) -> list[Formula]:
    """Return the elements that a pointwise convolution reads and writes, unfused."""
    op = row.node.op
    if not isinstance(op, Conv2d) or op.kernel_size != (1, 1) or op.stride != (1, 1) or op.bias:
        return []
    c_in, (c_out, h, w), groups = row.inputs[0][0], row.node.shape, op.groups
    symbols, numbers = "h w (c_in + c_out) + c_in c_out", f"{h} * {w} * ({c_in} + {c_out}) + {c_in} * {c_out}"
    if groups > 1:
        symbols, numbers = f"{symbols} / g", f"{numbers} / {groups}"
    moved = h * w * (c_in + c_out) + c_in * c_out // groups
    return [Formula(row.node.name, "elements moved", symbols, numbers, moved, SHUFFLENET_V2)]


def _ratio(cost: Cost, index: int) -> list[Formula]:
    """Return what part of a standard convolution a grouped or a depthwise separable one costs."""
    row = cost.rows[index - 1]
    op = row.node.op
    if not isinstance(op, Conv2d) or op.groups == 1:
        return []
    if op.groups < row.inputs[0][0]:
        return [
            Formula(row.node.name, "grouped / standard", "1 / g", f"1 / {op.groups}", Fraction(1, op.groups))
        ]
    pointwise = _next_convolution(cost, index)
    if pointwise is None or (pointwise.kernel_size, pointwise.stride) != ((1, 1), (1, 1)):
        return []
    if op.out_channels != op.groups:  # several filters per channel
        return []
    (k_h, k_w), c_out, groups = op.kernel_size, pointwise.out_channels, pointwise.groups
    symbols, numbers = "1 / c_out + 1 / (k_h k_w)", f"1 / {c_out} + 1 / ({k_h} * {k_w})"
    if groups > 1:
        symbols, numbers = f"{symbols[:-1]} g)", f"{numbers[:-1]} * {groups})"
    value = Fraction(1, c_out) + Fraction(1, k_h * k_w * groups)
    return [Formula(row.node.name, "depthwise separable / standard", symbols, numbers, value, MOBILENETS)]


def _next_convolution(cost: Cost, index: int) -> Conv2d | None:
    """Return the convolution behind a node, if nothing but epilogues lies between and nobody else reads."""
    nodes, readers = cost.graph.nodes, cost.graph.consumers()
    while len(readers[index]) == 1:
        index = readers[index][0]
        op = nodes[index].op
        if isinstance(op, Conv2d):
            return op
        if not isinstance(op, _EPILOGUES):
            break
    return None


def _unit(cost: Cost, index: int) -> list[Formula]:
    """Return the cost of a residual unit with a bottleneck that ends in this node."""
    row, nodes = cost.rows[index - 1], cost.graph.nodes
    if not isinstance(row.node.op, Add) or len(row.node.inputs) != 2:
        return []
    for end, shortcut in (row.node.inputs, row.node.inputs[::-1]):
        convolutions: list[Conv2d] = []
        while end != shortcut and isinstance(nodes[end].op, (*_EPILOGUES, Conv2d)):
            if isinstance(op := nodes[end].op, Conv2d):
                convolutions.insert(0, op)
            end = nodes[end].inputs[0]
        if end == shortcut and len(convolutions) == 3:
            return _bottleneck(row, *convolutions)
    return []


def _bottleneck(row: NodeCost, first: Conv2d, middle: Conv2d, last: Conv2d) -> list[Formula]:
    (k_h, k_w), (c, h, w), m = middle.kernel_size, row.node.shape, middle.out_channels
    pointwise = first.kernel_size == last.kernel_size == (1, 1) and first.groups == last.groups
    if not pointwise or first.out_channels != m or {first.stride, middle.stride, last.stride} != {(1, 1)}:
        return []
    g1, g2, k2 = first.groups, middle.groups, k_h * k_w
    outer, inner = ("2 c m", f"2 * {c} * {m}"), (f"{k2} m^2", f"{k2} * {m}^2")
    if g1 > 1:
        outer = (f"{outer[0]} / g", f"{outer[1]} / {g1}")
    if g2 == m:
        inner = (f"{k2} m", f"{k2} * {m}")
    elif g2 > 1:
        inner = (f"{inner[0]} / g", f"{inner[1]} / {g2}")
    names = {(False, False): "ResNet", (False, True): "ResNeXt", (True, True): "ShuffleNet"}
    kind = names.get((g1 > 1, g2 > 1), "grouped") if g1 > 1 or g2 < m else "depthwise"
    return [
        Formula(
            row.node.name,
            f"MACs of a {kind} unit",
            f"h w ({outer[0]} + {inner[0]})",
            f"{h} * {w} * ({outer[1]} + {inner[1]})",
            h * w * (2 * c * m // g1 + k2 * m * m // g2),
            SHUFFLENET,
        )
    ]


_EPILOGUES = (BatchNorm, Activation, ChannelShuffle)
