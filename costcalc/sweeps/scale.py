"""Compound scaling (EfficientNet, arXiv:1905.11946): depth, width and resolution grow together.

Depth grows by alpha, width by beta and resolution by gamma, all to the power phi. The paper takes the cost to
grow by alpha * beta^2 * gamma^2; what it really grows by is counted here, on the networks themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.cost import Cost, count
from costcalc.errors import Diagnostic, UsageError
from costcalc.spec.build import build
from costcalc.spec.model import Slot
from costcalc.spec.resolve import RESOLUTION, resolve
from costcalc.spec.terms import overrides_of, value_cell
from costcalc.spec.value import power
from costcalc.sweeps.axes import decimal
from costcalc.sweeps.choices import value_of
from costcalc.sweeps.dimensions import DIMENSIONS, multiplier
from costcalc.sweeps.metrics import Counting
from costcalc.sweeps.pieces import axis_of
from costcalc.sweeps.run import UNKNOWN, Job
from costcalc.sweeps.space import Network, Space

MOST_CANDIDATES = 1_000_000


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

    def __init__(self, network: Network, counting: Counting) -> None:
        names = {dimension: multiplier(network.spec, dimension) for dimension in DIMENSIONS}
        self.network = network
        self.counting = counting
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
        job = Job(Space((self.network,), axes), ("macs", "params"), self.counting)
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
        spec = self.network.spec
        found: dict[str, tuple[Scaled, dict[str, str]]] = {}
        # What EfficientNet's authors print, whose idea this is, comes before what others print.
        for published in sorted(spec.published, key=lambda each: "EfficientNet" not in (each.source or "")):
            variant = "" if published.variant == "base" else published.variant
            overrides = overrides_of(spec, variant)
            if self.network.overrides or published.of or not overrides.keys() <= {*self.values, RESOLUTION}:
                continue
            if variant not in found:
                found[variant] = self._variant(variant, overrides), {}
            figures = found[variant][1]
            if "macs" in published.gaps and "macs" not in figures:
                figures["gap"] = published.gaps["macs"]
            for metric, text in published.figures.items():
                figures.setdefault(metric, text)
        return list(found.values())

    def _variant(self, variant: str, overrides: Mapping[str, Slot]) -> Scaled:
        cost = self._count(overrides)
        pixels = Fraction(cost.graph.input_shape[1], self.cost.graph.input_shape[1])
        scope = resolve(self.network.spec, {**self.network.overrides, **overrides}).scope
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
        model = build(self.network.spec, self.network.name, {**self.network.overrides, **overrides})
        return count(model.graph, self.counting.convention, batch=self.counting.batch)


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
