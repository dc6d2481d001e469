"""Compound scaling (EfficientNet, arXiv:1905.11946): depth, width and resolution grow together.

Depth grows by alpha, width by beta and resolution by gamma, all to the power phi. The paper takes the cost to
grow by alpha * beta^2 * gamma^2; what it really grows by is counted here, on the networks themselves.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from costcalc.cost import Basis, Cost, parse_basis
from costcalc.errors import Diagnostic, UsageError
from costcalc.networks import Network, network
from costcalc.spec.build import build
from costcalc.spec.expression.value import power
from costcalc.spec.model import Published, Slot
from costcalc.spec.resolve import RESOLUTION, resolve
from costcalc.spec.terms import overrides_of, value_cell
from costcalc.sweeps.axes import DIMENSIONS, axis_of, decimal, multiplier
from costcalc.sweeps.count import UNKNOWN, Job
from costcalc.sweeps.solve import parse_number, value_of
from costcalc.sweeps.space import Space, spec_of

STEP: Final = "0.05"
TOLERANCE: Final = "5%"
MOST_CANDIDATES: Final = 1_000_000
SYMBOLS: Final = tuple(DIMENSIONS.values())

Figures = dict[tuple[Fraction, Fraction, Fraction], dict[str, float]]
"""By alpha, beta and gamma, figures such as accuracies."""


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much depth, width and resolution are multiplied."""

    depth: Fraction = Fraction(1)
    width: Fraction = Fraction(1)
    resolution: Fraction = Fraction(1)

    @property
    def formula(self) -> Fraction:
        """By how much the paper takes the cost to grow (eq. 3): depth * width^2 * resolution^2."""
        return self.depth * self.width**2 * self.resolution**2

    def __pow__(self, phi: Fraction) -> Growth:
        return Growth(*(Fraction(power(each, phi)) for each in (self.depth, self.width, self.resolution)))


EFFICIENTNET: Final = Growth(Fraction("1.2"), Fraction("1.1"), Fraction("1.15"))
"""What EfficientNet's own search came to (arXiv:1905.11946, section 4)."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A network that was scaled.

    Attributes:
        model: The reference that `costcalc.load` takes.
        growth: By how much.
        macs: What it costs; None if that is unknown.
        params: Its learned elements.
        ratio: By how much the cost grew.
        label: What it is: a value of phi, a dimension, a variant.
        pixels: The height of its input.
        digest: Of its graph, see `Graph.digest`; "" if it was counted among many.
    """

    model: str
    growth: Growth
    macs: int | None
    params: int
    ratio: Fraction | None
    label: str = ""
    pixels: int = 0
    digest: str = ""


class Base:
    """The network that is scaled, and how its spec calls the dimensions."""

    def __init__(self, network: Network, basis: Basis) -> None:
        names = {dimension: multiplier(spec_of(network), dimension) for dimension in DIMENSIONS}
        self.network = network
        self.basis = basis
        self.parameters: Mapping[str, str] = {
            dimension: name for dimension, name in names.items() if name is not None
        }
        self.values = {name: value_of(network, name) for name in self.parameters.values()}
        self.cost = self._count({})

    @property
    def missing(self) -> list[str]:
        """Dimensions that the spec does not scale."""
        return [dimension for dimension in DIMENSIONS if dimension not in self.parameters]

    def settings(self, growth: Growth) -> dict[str, Fraction]:
        """Return the parameters of the network scaled; pixels are whole."""
        settings = {}
        for dimension, name in self.parameters.items():
            value = self.values[name] * getattr(growth, dimension)
            settings[name] = Fraction(round(value)) if name == RESOLUTION else value
        return settings

    def reference(self, settings: Mapping[str, Fraction]) -> str:
        """Return the reference of the network with some parameters set, as far as they change."""
        name = self.network.name
        changed = [f"{key}={decimal(value)}" for key, value in settings.items() if value != self.values[key]]
        return f"{name}{'+' if '@' in name else '@'}{'+'.join(changed)}" if changed else name

    def scaled(self, growth: Growth, label: str = "") -> Scaled:
        """Build one network and count it.

        Raises:
            SpecError: it is not legal.
        """
        settings = self.settings(growth)
        cells: dict[str, Slot] = {
            name: value_cell(str(value), f"{self.network.name}@{name}") for name, value in settings.items()
        }
        return self._entry(growth, self.reference(settings), self._count(cells), label)

    def all_scaled(self, growths: Sequence[Growth]) -> list[Scaled]:
        """Count many networks at once; those that are not legal are left out."""
        sides = {name: sorted({self.settings(growth)[name] for growth in growths}) for name in self.values}
        axes = tuple([axis_of(name, values) for name, values in sides.items()])
        job = Job(Space((self.network,), axes), ("macs", "params"), self.basis)
        columns = job.rows(0, job.space.size)
        counts = zip(*(columns.metrics[name].tolist() for name in job.metrics), strict=True)
        found = {
            job.space.texts(row): pair
            for row, (pair, code) in enumerate(zip(counts, columns.codes.tolist(), strict=True))
            if not code
        }
        entries = []
        for growth in growths:
            settings = self.settings(growth)
            macs, params = found.get(tuple(map(decimal, settings.values())), (UNKNOWN, UNKNOWN))
            if macs != UNKNOWN:
                ratio = self._ratio(macs)
                entries.append(Scaled(self.reference(settings), growth, macs, params, ratio))
        return entries

    def printed(self) -> list[tuple[Scaled, Mapping[str, str]]]:
        """Return the networks that somebody printed figures of and that differ from this one in size alone.

        With the figures, the first of each kind that the spec holds; `gap` is why MACs are known to differ.
        """
        found: dict[str, tuple[Scaled, dict[str, str]]] = {}
        for published, overrides in self._published():
            variant = _variant_of(published)
            if variant not in found:
                found[variant] = self._variant(variant, overrides), {}
            figures = found[variant][1]
            if "macs" in published.gaps and "macs" not in figures:
                figures["gap"] = published.gaps["macs"]
            for metric, text in published.figures.items():
                figures.setdefault(metric, text)
        return list(found.values())

    def _published(self) -> list[tuple[Published, Mapping[str, Slot]]]:
        """Return the figures of networks that differ in size alone, and what sets these.

        Who printed networks scaled in every dimension comes first: their figures can be compared.
        """
        spec = spec_of(self.network)
        if self.network.overrides:
            return []
        pairs = [(each, overrides_of(spec, _variant_of(each))) for each in spec.published if not each.of]
        pairs = [
            (each, overrides) for each, overrides in pairs if overrides.keys() <= {*self.values, RESOLUTION}
        ]
        dimension_of = {RESOLUTION: RESOLUTION} | {name: each for each, name in self.parameters.items()}
        scaled: dict[str, set[str]] = {}
        for each, overrides in pairs:
            scaled.setdefault(_who(each), set()).update(dimension_of[name] for name in overrides)
        return sorted(pairs, key=lambda pair: scaled[_who(pair[0])] < {*self.parameters})

    def _variant(self, variant: str, overrides: Mapping[str, Slot]) -> Scaled:
        cost = self._count(overrides)
        pixels = Fraction(cost.graph.input_shape[1], self.cost.graph.input_shape[1])
        scope = resolve(spec_of(self.network), {**self.network.overrides, **overrides}).scope
        own = {
            dimension: Fraction(scope[name]) / self.values[name]
            for dimension, name in self.parameters.items()
            if dimension != RESOLUTION
        }
        name = f"{self.network.name}@{variant}" if variant else self.network.name
        return self._entry(Growth(**own, resolution=pixels), name, cost, variant)

    def _entry(self, growth: Growth, model: str, cost: Cost, label: str) -> Scaled:
        graph = cost.graph
        ratio = self._ratio(cost.macs)
        return Scaled(
            model, growth, cost.macs, cost.params, ratio, label, graph.input_shape[1], graph.digest()
        )

    def _ratio(self, macs: int | None) -> Fraction | None:
        return None if macs is None or not self.cost.macs else Fraction(macs, self.cost.macs)

    def _count(self, overrides: Mapping[str, Slot]) -> Cost:
        model = build(spec_of(self.network), self.network.name, {**self.network.overrides, **overrides})
        return self.basis.count(model.graph)


def _variant_of(published: Published) -> str:
    return "" if published.variant == "base" else published.variant


def _who(published: Published) -> str:
    """Return who printed something: `EfficientNet` of `EfficientNet (arXiv:1905.11946) Table 3`."""
    return re.split(r" \(|,? Tables? ", published.source or "")[0]


def candidates(base: Base, target: Fraction, step: Fraction, tolerance: Fraction) -> list[Scaled]:
    """Return step 1: all multipliers on a grid by which the cost grows as wanted, the closest first.

    Args:
        base: The network.
        target: By how much the cost is to grow.
        step: Of the grid, which begins at 1 in all dimensions.
        tolerance: By how much the growth may be off, as a share of the target: as it is counted, or as the
            paper's formula has it.

    Raises:
        UsageError: E706, the grid is too large.
    """
    growths = _grid(base, target * (1 + tolerance), step)
    found = [
        scaled
        for scaled in base.all_scaled(growths)
        if is_near(scaled.ratio, target, tolerance) or is_near(scaled.growth.formula, target, tolerance)
    ]
    return sorted(found, key=lambda scaled: (abs((scaled.ratio or 0) - target), scaled.model))


def is_near(value: Fraction | None, target: Fraction, tolerance: Fraction) -> bool:
    """Tell whether a growth is the one that is wanted."""
    return value is not None and abs(value - target) <= tolerance * target


def _grid(base: Base, most: Fraction, step: Fraction) -> list[Growth]:
    """Return all multipliers of which none alone is too much by the formula."""
    powers = {"depth": 1, "width": 2, "resolution": 2}
    sides: list[list[Fraction]] = []
    for dimension in DIMENSIONS:
        values = [Fraction(1)]
        while dimension in base.parameters and (values[-1] + step) ** powers[dimension] <= most:
            values.append(values[-1] + step)
            if len(values) > MOST_CANDIDATES:
                break
        sides.append(values)
    if len(sides[0]) * len(sides[1]) * len(sides[2]) > MOST_CANDIDATES:
        raise UsageError(Diagnostic("E706", "the grid is too large", help="give a larger --step"))
    return [Growth(d, w, r) for d in sides[0] for w in sides[1] for r in sides[2]]


def family(base: Base, growth: Growth, phis: Iterable[Fraction]) -> list[Scaled]:
    """Return step 2: the network scaled by the multipliers to the power of every phi."""
    return [base.scaled(growth**phi, f"phi {decimal(phi)}") for phi in phis]


def one_by_one(base: Base, target: Fraction) -> list[Scaled]:
    """Return the network as it is, and scaled in one dimension at a time, as in EfficientNet's Table 3."""
    root = Fraction(power(target, Fraction(1, 2)))
    growths = {
        "depth": Growth(depth=target),
        "width": Growth(width=root),
        "resolution": Growth(resolution=root),
    }
    return [
        base.scaled(Growth(), "baseline"),
        *(base.scaled(growths[dimension], dimension) for dimension in base.parameters),
    ]


def scale(
    reference: str,
    target: str | float = 2,
    *,
    step: str | float = STEP,
    tolerance: str | float = TOLERANCE,
    convention: str = "paper",
) -> list[Scaled]:
    """Search multipliers of depth, width and resolution by which a network's MACs grow as wanted.

    EfficientNet's step 1 (arXiv:1905.11946), counted on the networks themselves rather than by its formula,
    alpha * beta^2 * gamma^2: rounding makes small networks grow faster.

    Args:
        reference: A network, as `costcalc.load` takes it.
        target: By how much MACs are to grow: `2` or `"2x"`.
        step: Of the grid, which begins at 1.
        tolerance: By how much the growth may be off, as a share: `0.05` or `"5%"`. Candidates within it by
            the formula alone are there, too.
        convention: What counts as a MAC.

    Returns:
        The candidates, those whose MACs grow most nearly as wanted first.

    Raises:
        CostcalcError: whatever is wrong with the spec or the arguments (E70x).

    >>> first = scale("shufflenet", 2)[0]
    >>> first.model, round(float(first.ratio), 3), round(float(first.growth.formula), 3)
    ('shufflenet@scale=1.05+resolution=291', 2.006, 1.863)
    """
    base = Base(network(reference), parse_basis(convention))
    return candidates(base, parse_target(str(target)), parse_share(str(step)), parse_share(str(tolerance)))


def parse_target(text: str) -> Fraction:
    """Return by how much to grow: `2x` or `2`.

    Raises:
        UsageError: E706, it is not a number above 1.
    """
    target = parse_number(text.removesuffix("x"), f"--target {text}")
    if target <= 1:
        help = "for example: --target 2x"
        raise UsageError(Diagnostic("E706", f"--target {text}: a network grows by more than 1", help=help))
    return target


def parse_share(text: str) -> Fraction:
    """Return a positive number, or a share: `0.05` or `5%`.

    Raises:
        UsageError: E706, it is not one.
    """
    share = parse_number(text.removesuffix("%"), text) / (100 if text.endswith("%") else 1)
    if share <= 0:
        raise UsageError(Diagnostic("E706", f"`{text}` is not positive", help="for example: 0.05, or 5%"))
    return share


def parse_figures(text: str) -> tuple[list[str], Figures]:
    """Return the names of the figures of a CSV file that names alpha, beta and gamma, and the figures.

    Raises:
        UsageError: E605, it does not, or holds something else than numbers.
    """
    header, *lines = list(csv.reader(text.lstrip("\ufeff").splitlines())) or [[]]
    names = [name for name in header if name not in SYMBOLS]
    if not set(SYMBOLS) <= set(header) or not names:
        raise _wrong("the first line does not name alpha, beta, gamma and a figure")
    figures: Figures = {}
    for number, line in enumerate(lines, 2):
        cells = dict(zip(header, line, strict=False))
        try:
            alpha, beta, gamma = (Fraction(cells[symbol].strip()) for symbol in SYMBOLS)
            figures[alpha, beta, gamma] = {name: float(cells[name]) for name in names}
        except (KeyError, ValueError, ZeroDivisionError):
            raise _wrong(f"line {number} does not have a number in every column") from None
    return names, figures


def _wrong(problem: str) -> UsageError:
    help = (
        "for example `alpha,beta,gamma,top1` and a line `1.2,1.1,1.15,77.9` for each design that was trained"
    )
    return UsageError(Diagnostic("E605", f"--metrics: {problem}", help=help))
