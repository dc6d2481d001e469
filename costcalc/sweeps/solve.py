"""From budgets to the largest design within them, and those next to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from costcalc.cost import Basis, parse_basis
from costcalc.errors import CostcalcError, Diagnostic, ModelReferenceError, UsageError
from costcalc.networks import Network
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.spec.model import Spec
from costcalc.spec.resolve import RESOLUTION, resolve
from costcalc.sweeps.axes import Axis, axis_of, decimal, multiplier
from costcalc.sweeps.count import CHUNK, UNKNOWN, Columns, Job, chunks, concatenate, countable_metric
from costcalc.sweeps.intervals import Bounds, Interval, Intervals, intervals, multiples
from costcalc.sweeps.space import Space, open_space, spec_of

MOST_DESIGNS: Final = 20_000_000
"""Designs that are counted: a minute or so."""

_FINEST: Final = Fraction(1, 10**6)
"""The step that is fine enough for anybody."""

_FEW: Final = 8
"""Values of further parameters at which it is asked what differences one makes."""

_ALSO: Final = ("macs", "params")
"""What is told of every design, whatever the budget."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a metric may be.

    Attributes:
        metric: Its name: `macs`, `peak_memory`.
        most: The largest whole number within the budget.
        text: The budget as given.
    """

    metric: str
    most: int
    text: str


@dataclass(frozen=True, slots=True)
class Search:
    """What may be chosen, and how.

    Attributes:
        parameters: What varies, as in a model reference.
        budgets: What is to be kept to. The first decides what is large.
        bounds: The range of a parameter; those that are missing have one of their own, see `default_bounds`.
        steps: The step of a parameter; those that are missing take any value.
        near: How many designs just above and below are told.
        basis: How to count.
    """

    parameters: tuple[str, ...]
    budgets: tuple[Budget, ...]
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    steps: Mapping[str, Fraction] = field(default_factory=dict)
    near: int = 1
    basis: Basis = Basis()  # noqa: RUF009  frozen

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is counted: the metrics of the budgets first."""
        return tuple(dict.fromkeys([*(budget.metric for budget in self.budgets), *_ALSO]))


@dataclass(frozen=True, slots=True)
class Design:
    """One design.

    Attributes:
        model: The reference that `costcalc.load` takes.
        values: The parameters.
        intervals: All values of each parameter that give this very network; none where steps were asked for.
        counts: By metric; None where that is unknown.
        within: Whether it keeps to all budgets.
    """

    model: str
    values: Mapping[str, Fraction]
    intervals: Mapping[str, Interval]
    counts: Mapping[str, int | None]
    within: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """What was found for one network.

    Attributes:
        model: The network whose parameters were searched.
        best: The largest legal design within the budgets; None if there is none.
        below: Smaller designs within the budgets, the largest first.
        above: Larger designs (any, if none is within the budgets), the smallest first.
        designs: How many different designs were counted.
        bounds: The range of each parameter.
        steps: The steps that a parameter was tried in: those asked for, or what was possible.
        falls: How often the metric of the first budget falls as the only parameter rises; None of several.
        at_bound: Parameters whose range ends at the best design: the budgets would allow more.
    """

    model: str
    best: Design | None
    below: tuple[Design, ...]
    above: tuple[Design, ...]
    designs: int
    bounds: Mapping[str, Bounds]
    steps: Mapping[str, Fraction]
    falls: int | None
    at_bound: tuple[str, ...]


def solve(
    reference: str,
    budgets: Mapping[str, str | int],
    *,
    by: str | Iterable[str] = (),
    between: Mapping[str, str] | None = None,
    round_to: Mapping[str, str | float] | None = None,
    near: int = 1,
    convention: str = "paper",
    batch: int = 1,
    dtype: str = "fp32",
    fusion: str = "conv-bn-act",
    weights_in_ram: bool = False,
) -> Solution:
    """Find the largest legal design of a network within budgets, and its neighbours.

    Nothing is sampled: every network that the parameters can make within their ranges is counted.

    Args:
        reference: A network, as `costcalc.load` takes it.
        budgets: By metric the most that it may be, e.g. `{"macs": "150M", "peak_memory": "2MiB"}`. The
            first decides which design is the largest.
        by: The parameters to choose; the width multiplier of the spec unless given.
        between: By parameter its range, both ends included: `{"alpha": "0.1:2"}`. Unless given it goes up to
            four times the value that the parameter has.
        round_to: By parameter the step of its values; any value that makes a difference unless given.
        near: How many designs just above and below to return.
        convention: What decides `macs` and `flops`.
        batch: Images per batch.
        dtype: The number format of weights and activations.
        fusion: What runs in one kernel.
        weights_in_ram: Whether peak memory includes the weights.

    Returns:
        What was found; `best` is None if nothing legal is within the budgets.

    Raises:
        CostcalcError: whatever is wrong with the spec or the arguments (E70x).

    >>> found = solve("mobilenet", {"macs": "150M"}, by="alpha")
    >>> found.best.model, found.best.counts["macs"]
    ('mobilenet@alpha=0.501', 149561298)
    >>> str(found.best.intervals["alpha"])
    '[0.5009765625, 0.501953125)'
    """
    basis = parse_basis(convention, batch, dtype, fusion=fusion, weights_in_ram=weights_in_ram)
    solutions = solve_all(
        [reference],
        parse_budgets(budgets),
        by=(by,) if isinstance(by, str) else tuple(by),
        between=",".join(f"{name}={text}" for name, text in (between or {}).items()),
        round_to=",".join(f"{name}={step}" for name, step in (round_to or {}).items()),
        near=near,
        basis=basis,
    )
    if len(solutions) != 1:
        message = f"`{reference}` names {len(solutions)} models"
        raise ModelReferenceError(Diagnostic("E005", message, help="solve for one after the other"))
    return solutions[0]


def solve_all(
    references: Iterable[str],
    budgets: tuple[Budget, ...],
    *,
    by: tuple[str, ...] = (),
    between: str = "",
    round_to: str = "",
    near: int = 1,
    basis: Basis,
) -> list[Solution]:
    """Solve for every network that references name; `*` matches variants.

    Args:
        references: Networks.
        budgets: What is to be kept to.
        by: As for `solve`.
        between: A range, or of several parameters `alpha=0.1:2,resolution=96:320`.
        round_to: A step, or of several parameters `alpha=0.05,resolution=32`.
        near: As for `solve`.
        basis: How to count.

    Raises:
        CostcalcError: as `solve`, with what is wrong with any of them.
    """
    solutions = []
    errors: list[Diagnostic] = []
    for network in open_space(list(references)).networks:
        try:
            parameters = by or (_width(network),)
            ranges = by_parameter(between, parameters, "--between")
            steps = by_parameter(round_to, parameters, "--round-to")
            wanted = Search(
                parameters,
                budgets,
                {name: parse_bounds(name, text) for name, text in ranges.items()},
                {name: parse_step(text) for name, text in steps.items()},
                near,
                basis,
            )
            solutions.append(search(network, wanted))
        except CostcalcError as error:
            errors.extend(error.diagnostics)
    if errors:
        raise UsageError(dict.fromkeys(errors))
    return solutions


def _width(network: Network) -> str:
    name = multiplier(spec_of(network), "width")
    if name is None:
        message = f"{network.name} has no width multiplier"
        help = f"choose what to vary with --by: {', '.join([*spec_of(network).params, RESOLUTION])}"
        raise UsageError(Diagnostic("E703", message, help=help))
    return name


# ---- the search ---------------------------------------------------------------------------------------


def search(network: Network, wanted: Search) -> Solution:
    """Find the largest design of a network within budgets. All that differ are counted; none is guessed.

    Where the designs of a parameter could be told apart in steps only, the step around the budget is searched
    in finer ones.

    Raises:
        UsageError: E004, it has no such parameter; E702, a budget depends on none of them; E703, one cannot
            be searched; E704, there are too many designs.
        SpecError: the network itself is wrong.
    """
    _require_different(network, wanted.parameters)
    bounds = {name: wanted.bounds.get(name) or default_bounds(network, name) for name in wanted.parameters}
    asked, wanted = wanted.near, replace(wanted, near=max(wanted.near, 1))
    found = _solve(network, wanted, bounds)
    while wanted.steps.keys().isdisjoint(found.steps) and len(found.steps) == len(bounds) == 1:
        ((name, step),) = found.steps.items()
        if step in (1, _FINEST) or not found.above:
            break
        low = found.best.values[name] if found.best else bounds[name].low
        between = Bounds(low, found.above[0].values[name], bool(found.best) or bounds[name].has_low)
        if between.low >= between.high:
            break
        finer = _solve(network, replace(wanted, steps={name: max(step / 100, _FINEST)}), {name: between})
        found = replace(
            finer,
            below=finer.below or found.below,
            above=finer.above or found.above,
            designs=found.designs + finer.designs,
            bounds=bounds,
            falls=found.falls,
        )
    above = found.above[: asked if found.best else wanted.near]
    return replace(found, below=found.below[:asked], above=above)


def _solve(network: Network, wanted: Search, bounds: Mapping[str, Bounds]) -> Solution:
    found = differences(network, wanted, bounds)
    axes = tuple([each.axis(name) for name, each in found.items()])
    space = Space((network,), axes)
    if space.size > MOST_DESIGNS:
        many = " x ".join(f"{len(axis):,} of {axis.name}" for axis in axes)
        help = "narrow their ranges with --between, or give --round-to"
        raise UsageError(Diagnostic("E704", f"{space.size:,} designs are too many: {many}", help=help))
    columns = _counted(Job(space, wanted.metrics, wanted.basis))
    legal = columns.legal
    if not legal.any():
        raise never_legal(network, wanted.parameters, bounds)
    _require_effect(columns, legal, wanted, network)
    return _Chosen(network, wanted, found, space, columns).solution(bounds)


def _counted(job: Job) -> Columns:
    ranges = chunks(0, job.space.size, job.space.shape, CHUNK)
    return concatenate([job.rows(*rows) for rows in ranges], job.metrics)


class _Chosen:
    """Which of the counted designs are told."""

    def __init__(
        self, network: Network, wanted: Search, found: Mapping[str, Intervals], space: Space, columns: Columns
    ) -> None:
        self._network = network
        self._wanted = wanted
        self._found = found
        self._space = space
        self._columns = columns
        self._size = columns.metrics[wanted.budgets[0].metric]
        self._legal = (columns.legal) & (self._size != UNKNOWN)
        self._within = self._legal.copy()
        for budget in wanted.budgets:
            counts = columns.metrics[budget.metric]
            self._within &= (counts <= budget.most) & (counts != UNKNOWN)

    def solution(self, bounds: Mapping[str, Bounds]) -> Solution:
        """Return them."""
        places, near = np.flatnonzero(self._within), self._wanted.near
        best, below, least = None, places[:0], -1
        if len(places):
            order = places[np.argsort(self._size[places], kind="stable")]
            best, least = int(order[-1]), int(self._size[order[-1]])
            below = order[self._size[order] < least][::-1]
        beyond = np.flatnonzero(self._legal & ~self._within & (self._size >= least))
        above = beyond[np.argsort(self._size[beyond], kind="stable")]
        chosen = None if best is None else self._design(best)
        return Solution(
            self._network.name,
            chosen,
            tuple(map(self._design, below[:near].tolist())),
            tuple(map(self._design, above[:near].tolist())),
            len(self._size),
            bounds,
            {name: each.step for name, each in self._found.items() if each.step is not None},
            self._falls(),
            self._at_bound(best, bounds) if chosen and not len(above) else (),
        )

    def _falls(self) -> int | None:
        if len(self._found) > 1:
            return None
        sizes = self._size[self._legal]
        return int((sizes[1:] < sizes[:-1]).sum())

    def _at_bound(self, best: int | None, bounds: Mapping[str, Bounds]) -> tuple[str, ...]:
        places = self._places(best or 0)
        return tuple([
            name
            for (name, each), place in zip(self._found.items(), places, strict=True)
            if place == len(each.intervals) - 1
        ])  # fmt: skip

    def _places(self, row: int) -> list[int]:
        return [int(place) for place in self._space.coordinates(row)[1:]]

    def _design(self, row: int) -> Design:
        chosen = {
            name: each.intervals[place]
            for (name, each), place in zip(self._found.items(), self._places(row), strict=True)
        }
        terms = "+".join(f"{name}={decimal(each.value)}" for name, each in chosen.items())
        base = self._network.name
        counts = {name: int(values[row]) for name, values in self._columns.metrics.items()}
        return Design(
            f"{base}{'+' if '@' in base else '@'}{terms}",
            {name: each.value for name, each in chosen.items()},
            {name: each for name, each in chosen.items() if name not in self._wanted.steps},
            {name: None if count == UNKNOWN else count for name, count in counts.items()},
            bool(self._within[row]),
        )


def _require_different(network: Network, parameters: Sequence[str]) -> None:
    known: dict[str, str] = {}
    for name in parameters:
        other = known.setdefault(Axis(name, (), ()).parameter(spec_of(network)), name)
        if other != name:
            message = f"`{other}` and `{name}` are the same parameter of {network.name}"
            raise UsageError(Diagnostic("E703", message))


def _require_effect(columns: Columns, legal: Any, wanted: Search, network: Network) -> None:
    """Refuse a budget that none of the parameters changes, and one that nobody can count."""
    errors = []
    for budget in wanted.budgets:
        counts = columns.metrics[budget.metric][legal]
        names = " or ".join(f"`{name}`" for name in wanted.parameters)
        if (counts == UNKNOWN).all():
            errors.append(Diagnostic("E702", f"{budget.metric} of {network.name} is not known"))
        elif len(counts) > 1 and (counts == counts[0]).all():
            message = f"{budget.metric} of {network.name} is {counts[0]:,}, whatever {names} is"
            errors.append(Diagnostic("E702", message, help=_effective(spec_of(network), wanted.parameters)))
    if errors:
        raise UsageError(errors)


def _effective(spec: Spec, parameters: Sequence[str]) -> str:
    others = [name for name in (*spec.params, RESOLUTION) if name not in parameters]
    return f"search another parameter: {', '.join(others)}"


# ---- what may be chosen -------------------------------------------------------------------------------


def default_bounds(network: Network, name: str) -> Bounds:
    """Return the range that a parameter is searched in unless another is given.

    Up to four times the value that it has, without 0; up to 8 for one that is 0.

    Raises:
        UsageError: E004, there is no such parameter; E703, it is not a number.
    """
    value = value_of(network, name)
    return Bounds(Fraction(0), 4 * value, has_low=False) if value > 0 else Bounds(Fraction(0), Fraction(8))


def value_of(network: Network, name: str) -> Fraction:
    """Return the number that a parameter of a network is.

    Raises:
        UsageError: E004, there is no such parameter; E703, it is not a number.
    """
    parameter = Axis(name, (), ()).parameter(spec_of(network))
    resolved = resolve(spec_of(network), network.overrides)
    value: Any = resolved.input_shape[1] if parameter == RESOLUTION else resolved.scope[parameter]
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        help = "choose its values one by one: `costcalc sweep --set`"
        message = f"`{name}` of {network.name} is not a number, and cannot be searched"
        raise UsageError(Diagnostic("E703", message, help=help))
    return Fraction(value)


def differences(network: Network, wanted: Search, bounds: Mapping[str, Bounds]) -> dict[str, Intervals]:
    """Return the values of every parameter that make a difference.

    Those of one of several are found where the others have the values that they have in the network, and
    at a few more.
    """
    found = {name: _intervals(network, name, wanted, bounds[name]) for name in wanted.parameters}
    if len(found) == 1:
        return found
    axes = {name: _a_few(name, each) for name, each in found.items()}
    return {
        name: _intervals(
            network, name, wanted, bounds[name], [axes[other] for other in found if other != name]
        )
        for name in found
    }


def _intervals(
    network: Network, name: str, wanted: Search, bounds: Bounds, others: Sequence[Axis] = ()
) -> Intervals:
    step = wanted.steps.get(name)
    if step is None:
        found = intervals(network, name, bounds, others)
    else:
        values = multiples(bounds, step)
        found = Intervals(tuple([Interval(value, value, True, True, value) for value in values]), step)
    if not found.intervals:
        raise never_legal(network, (name,), {name: bounds})
    return found


def _a_few(name: str, found: Intervals) -> Axis:
    chosen = np.unique(np.linspace(0, len(found.intervals) - 1, _FEW).round().astype(int))
    return axis_of(name, [found.intervals[place].value for place in chosen.tolist()])


def never_legal(network: Network, parameters: Sequence[str], bounds: Mapping[str, Bounds]) -> UsageError:
    """Return the error for parameters with which no network is legal."""
    where = " and ".join(f"{name} in {bounds[name]}" for name in parameters)
    help = "give other bounds with --between, or other steps with --round-to"
    return UsageError(Diagnostic("E703", f"{network.name} is legal for no {where}", help=help))


# ---- words --------------------------------------------------------------------------------------------


def parse_budgets(texts: Mapping[str, str | int]) -> tuple[Budget, ...]:
    """Return budgets by the name of their metric.

    Raises:
        UsageError: E031, there is no such metric; E705, it is not a quantity, or there is no budget.
    """
    budgets = []
    for name, text in texts.items():
        found = countable_metric(name)
        try:
            budgets.append(Budget(found.name, found.parse(str(text)), str(text)))
        except ValueError as error:
            raise _wrong(f"{name}: {error}") from None
    if not budgets:
        raise _wrong("there is no budget", "for example: --macs 150M")
    return tuple(budgets)


def parse_bounds(name: str, text: str) -> Bounds:
    """Return the range that `0.1:2` spells; both ends are in it.

    Raises:
        UsageError: E705, it is not one.
    """
    low, colon, high = text.partition(":")
    if not colon:
        raise _wrong(f"--between {text}: a range is LOW:HIGH", f"for example: --between {name}=0.1:2")
    bounds = Bounds(parse_number(low, f"--between {text}"), parse_number(high, f"--between {text}"))
    if bounds.low >= bounds.high:
        raise _wrong(f"--between {text}: the first number is to be less than the second")
    return bounds


def parse_number(text: str, what: str) -> Fraction:
    """Return an exact number.

    Raises:
        UsageError: E705, it is not one.
    """
    try:
        value = compile_expression(text.strip()).evaluate({})
    except ExpressionError as error:
        raise _wrong(f"{what}: {error.message}") from None
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise _wrong(f"{what}: `{text}` is not a number")
    return Fraction(value)


def parse_step(text: str) -> Fraction:
    """Return a step.

    Raises:
        UsageError: E705, it is not a positive number.
    """
    step = parse_number(text, f"--round-to {text}")
    if step <= 0:
        raise _wrong(f"--round-to {text}: a step is positive")
    return step


def by_parameter(text: str, parameters: Sequence[str], option: str) -> dict[str, str]:
    """Return what `0.05` says of the only parameter, or `alpha=0.05,resolution=32` of several.

    Raises:
        UsageError: E705, it is about something else.
    """
    found = {}
    for part in text.split(",") if text else ():
        name, equals, value = part.partition("=")
        if not equals and len(parameters) == 1:
            name, value = parameters[0], part
        elif not equals:
            help = f"for example: {option} {parameters[0]}={part}"
            raise _wrong(f"{option} {text}: it does not say of which parameter", help)
        if name.strip() not in parameters:
            raise _wrong(f"{option} {text}: --by does not name `{name.strip()}`")
        found[name.strip()] = value
    return found


def _wrong(problem: str, help: str | None = None) -> UsageError:
    return UsageError(Diagnostic("E705", problem, help=help))
