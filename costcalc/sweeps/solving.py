"""Solving for budgets from Python and the command line: from words to what `solve.py` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from costcalc.cost.conventions import parse_convention
from costcalc.cost.dtype import parse_precision
from costcalc.cost.fusion import parse_fusion
from costcalc.errors import CostcalcError, Diagnostic, ModelReferenceError, UsageError
from costcalc.spec.resolve import RESOLUTION
from costcalc.sweeps.choices import Search
from costcalc.sweeps.dimensions import multiplier
from costcalc.sweeps.limits import Limit, by_parameter, parse_bounds, parse_limits, parse_step
from costcalc.sweeps.metrics import Counting
from costcalc.sweeps.solve import Solution, search
from costcalc.sweeps.space import Network, space


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
    >>> str(found.best.pieces["alpha"])
    '[0.5009765625, 0.501953125)'
    """
    counting = Counting(
        parse_convention(convention), batch, parse_precision(dtype), parse_fusion(fusion), weights_in_ram
    )
    solutions = solve_all(
        [reference],
        parse_limits(budgets),
        by=(by,) if isinstance(by, str) else tuple(by),
        between=",".join(f"{name}={text}" for name, text in (between or {}).items()),
        round_to=",".join(f"{name}={step}" for name, step in (round_to or {}).items()),
        near=near,
        counting=counting,
    )
    if len(solutions) != 1:
        message = f"`{reference}` names {len(solutions)} models"
        raise ModelReferenceError(Diagnostic("E005", message, help="solve for one after the other"))
    return solutions[0]


def solve_all(
    references: Iterable[str],
    limits: tuple[Limit, ...],
    *,
    by: tuple[str, ...] = (),
    between: str = "",
    round_to: str = "",
    near: int = 1,
    counting: Counting,
) -> list[Solution]:
    """Solve for every network that references name; `*` matches variants.

    Args:
        references: Networks.
        limits: The budgets.
        by: As for `solve`.
        between: A range, or of several parameters `alpha=0.1:2,resolution=96:320`.
        round_to: A step, or of several parameters `alpha=0.05,resolution=32`.
        near: As for `solve`.
        counting: How to count.

    Raises:
        CostcalcError: as `solve`, with what is wrong with any of them.
    """
    solutions = []
    errors: list[Diagnostic] = []
    for network in space(list(references), ()).networks:
        try:
            parameters = by or (_width(network),)
            ranges = by_parameter(between, parameters, "--between")
            steps = by_parameter(round_to, parameters, "--round-to")
            wanted = Search(
                parameters,
                limits,
                {name: parse_bounds(name, text) for name, text in ranges.items()},
                {name: parse_step(text) for name, text in steps.items()},
                near,
                counting,
            )
            solutions.append(search(network, wanted))
        except CostcalcError as error:
            errors.extend(error.diagnostics)
    if errors:
        raise UsageError(dict.fromkeys(errors))
    return solutions


def _width(network: Network) -> str:
    name = multiplier(network.spec, "width")
    if name is None:
        message = f"{network.name} has no width multiplier"
        help = f"choose what to vary with --by: {', '.join([*network.spec.params, RESOLUTION])}"
        raise UsageError(Diagnostic("E703", message, help=help))
    return name
