"""What may be chosen to meet budgets, and which values of it make a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, UsageError
from costcalc.spec.resolve import RESOLUTION, resolve
from costcalc.sweeps.axes import Axis
from costcalc.sweeps.limits import Limit
from costcalc.sweeps.metrics import Counting
from costcalc.sweeps.pieces import Bounds, Piece, Pieces, axis_of, multiples, pieces
from costcalc.sweeps.space import Network

_FEW = 8
"""Values of further parameters at which it is asked what differences one makes."""

_ALSO = ("macs", "params")
"""What is told of every design, whatever the budget."""


@dataclass(frozen=True, slots=True)
class Search:
    """What may be chosen, and how.

    Attributes:
        parameters: What varies, as in a model reference.
        limits: The budgets. The first decides what is large.
        bounds: The range of a parameter; those that are missing have one of their own, see `default_bounds`.
        steps: The step of a parameter; those that are missing take any value.
        near: How many designs just above and below are told.
        counting: How to count.
    """

    parameters: tuple[str, ...]
    limits: tuple[Limit, ...]
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    steps: Mapping[str, Fraction] = field(default_factory=dict)
    near: int = 1
    counting: Counting = Counting()  # noqa: RUF009  frozen

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is counted: the limited metrics first."""
        return tuple(dict.fromkeys([*(limit.metric for limit in self.limits), *_ALSO]))


def default_bounds(network: Network, name: str) -> Bounds:
    """Return the range that a parameter is searched in unless another is given.

    Up to four times the value that it has, without 0; up to 8 for one that is 0.

    Raises:
        UsageError: E004, there is no such parameter; E703, it is no number.
    """
    value = value_of(network, name)
    return Bounds(Fraction(0), 4 * value, has_low=False) if value > 0 else Bounds(Fraction(0), Fraction(8))


def value_of(network: Network, name: str) -> Fraction:
    """Return the number that a parameter of a network is.

    Raises:
        UsageError: E004, there is no such parameter; E703, it is no number.
    """
    parameter = Axis(name, (), ()).parameter(network.spec)
    resolved = resolve(network.spec, network.overrides)
    value: Any = resolved.input_shape[1] if parameter == RESOLUTION else resolved.scope[parameter]
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        help = "choose its values one by one: `costcalc sweep --set`"
        message = f"`{name}` of {network.name} is no number, and cannot be searched"
        raise UsageError(Diagnostic("E703", message, help=help))
    return Fraction(value)


def differences(network: Network, wanted: Search, bounds: Mapping[str, Bounds]) -> dict[str, Pieces]:
    """Return the values of every parameter that make a difference.

    Those of one of several are found where the others have the values that they have in the network, and
    at a few more.
    """
    found = {name: _pieces(network, name, wanted, bounds[name]) for name in wanted.parameters}
    if len(found) == 1:
        return found
    axes = {name: _a_few(name, each) for name, each in found.items()}
    return {
        name: _pieces(network, name, wanted, bounds[name], [axes[other] for other in found if other != name])
        for name in found
    }


def _pieces(
    network: Network, name: str, wanted: Search, bounds: Bounds, others: Sequence[Axis] = ()
) -> Pieces:
    step = wanted.steps.get(name)
    if step is None:
        found = pieces(network, name, bounds, others)
    else:
        values = multiples(bounds, step)
        found = Pieces(tuple([Piece(value, value, True, True, value) for value in values]), step)
    if not found.pieces:
        raise never_legal(network, (name,), {name: bounds})
    return found


def _a_few(name: str, found: Pieces) -> Axis:
    chosen = np.unique(np.linspace(0, len(found.pieces) - 1, _FEW).round().astype(int))
    return axis_of(name, [found.pieces[place].value for place in chosen.tolist()])


def never_legal(network: Network, parameters: Sequence[str], bounds: Mapping[str, Bounds]) -> UsageError:
    """Return the error for parameters with which no network is legal."""
    where = " and ".join(f"{name} in {bounds[name]}" for name in parameters)
    help = "give other bounds with --between, or other steps with --round-to"
    return UsageError(Diagnostic("E703", f"{network.name} is legal for no {where}", help=help))
