"""Budgets from Python: checks, diffs, and an assertion for tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from costcalc.cost import Basis, find_metric, metric_names, parse_basis
from costcalc.errors import Diagnostic, UsageError, one_of
from costcalc.gate.budget_reader import WrittenLimits, flag_budgets
from costcalc.gate.changes import blame
from costcalc.gate.check import check as run_check
from costcalc.gate.diff import diff as run_diff
from costcalc.gate.diff import diff_pair
from costcalc.gate.gather import Request
from costcalc.gate.networks import Counted, Networks
from costcalc.gate.patterns import named
from costcalc.gate.result import Result

_COMPARISON: Final = re.compile(r"\s*(<=|<|>=|>|==)?\s*(.*?)\s*")


def check(
    *references: str,
    max: WrittenLimits | None = None,
    max_increase: WrittenLimits | None = None,
    against: str | None = None,
    exact: bool = False,
    config: str | Path | None = None,
    isolated: bool = False,
    strict: bool = False,
    changed: bool = False,
    allow_unmatched: bool = False,
    basis: Basis | None = None,
) -> Result:
    """Hold networks to their budgets, as `costcalc check` does.

    Args:
        references: Networks; none are those that the budgets are about.
        max: Further limits by metric, `{"macs": "300M"}`.
        max_increase: Further limits on growth, `{"params": "2%"}`.
        against: A ref of git, `auto`, or a baseline file.
        exact: Whether to compare with the ref itself rather than with the merge base.
        config: The file of budgets; the nearest one unless given.
        isolated: Whether to read no file of budgets.
        strict: Whether networks fail that were over their limits before.
        changed: Whether only networks that differ from the base are held to limits.
        allow_unmatched: Whether a budget may be about nothing.
        basis: What numbers and these limits rest on; None is what the file of budgets says.

    Returns:
        What was found; its `verdict` is the worst of all findings.

    Raises:
        CostcalcError: everything that stops the check.
    """
    return run_check(
        Request(
            references=references,
            config=None if config is None else Path(config),
            isolated=isolated,
            budgets=flag_budgets(max, max_increase, basis),
            against=against,
            exact=exact,
            strict=strict,
            changed=changed,
            allow_unmatched=allow_unmatched,
            basis=basis,
        )
    )


def diff(
    *references: str, against: str | None = None, exact: bool = False, basis: Basis | None = None
) -> Result:
    """Compare two networks, or any networks with what they were.

    Args:
        references: With `against`, the networks to look at, none are all; else exactly two.
        against: A ref of git, `auto`, or a baseline file.
        exact: Whether to compare with the ref itself rather than with the merge base.
        basis: What numbers rest on; None is what the file of budgets says, if there is a base.

    Raises:
        CostcalcError: everything that stops the comparison.
    """
    if against is not None:
        return run_diff(Request(references=references, against=against, exact=exact, basis=basis))
    if len(references) != 2:
        message = f"diff compares two networks, or any with a base; these are {len(references)}"
        raise UsageError(Diagnostic("E030", message, help="for example: costcalc diff --against main"))
    return diff_pair(*references, basis)


def assert_cost(
    reference: str,
    *,
    convention: str = "paper",
    batch: int = 1,
    dtype: str = "fp32",
    weights_dtype: str | None = None,
    activations_dtype: str | None = None,
    fusion: str = "conv-bn-act",
    order: str = "given",
    weights_in_ram: bool = False,
    **limits: str | int,
) -> None:
    """Assert that a network costs what it should: `assert_cost("specs/a.yaml", macs="<=300M")`.

    Args:
        reference: The network.
        convention: What counts as a MAC.
        batch: Images per batch.
        dtype: The number format of weights and activations.
        weights_dtype: That of the weights alone.
        activations_dtype: That of the activations alone.
        fusion: Which operators share a kernel.
        order: In which order branches are executed, `given` or `best`.
        weights_in_ram: Whether peak memory includes the weights.
        limits: By metric, `"<=300M"`, `"== 4_231_976"`; without an operator it is at most.

    Raises:
        AssertionError: it does not; says by how much, and where most of it is.
        CostcalcError: the network cannot be built, or a limit or the basis means nothing.
    """
    basis = parse_basis(
        convention,
        batch,
        dtype,
        weights_dtype=weights_dtype,
        activations_dtype=activations_dtype,
        fusion=fusion,
        order=order,
        weights_in_ram=weights_in_ram,
    )
    wanted = [_parse(name, written) for name, written in limits.items()]
    networks = Networks()
    errors: list[Diagnostic] = []
    targets = named([reference], networks, errors)
    if errors:
        raise UsageError(errors)
    failures: list[str] = []
    for target in targets:
        counted = networks.count(target, [basis], [name for name, *_ in wanted])
        failures += _failures(counted, counted.metrics[basis], wanted)
    if failures:
        raise AssertionError("\n".join(failures))


def _parse(name: str, written: str | int) -> tuple[str, str, int, str]:
    """Return a metric, an operator, a quantity, and how that was written."""
    metric = find_metric(name)
    if metric is None:
        help = one_of(name, metric_names())
        raise UsageError(Diagnostic("E802", f"there is no metric `{name}`", help=help))
    match = _COMPARISON.fullmatch(str(written))
    operator, quantity = (match[1] or "<=", match[2]) if match else ("<=", str(written))
    try:
        return metric.name, operator, metric.parse(quantity), quantity
    except ValueError as error:
        raise UsageError(Diagnostic("E803", f"{name}: {error}")) from None


def _failures(
    counted: Counted, metrics: Mapping[str, int | None], wanted: Iterable[tuple[str, str, int, str]]
) -> Iterable[str]:
    for name, operator, limit, written in wanted:
        value = metrics[name]
        if value is None:
            yield f"{counted.reference.name}: {name} is unknown, so it is not {operator} {written}"
        elif not _holds(value, operator, limit):
            amount = f"by {abs(value - limit):,}" + (f" ({abs(value - limit) / limit:.1%})" if limit else "")
            place = blame(counted, None, name)
            most = f"; most of it: {place.file}:{place.line}" if place else ""
            said = f"{name} is {value:,}, not {operator} {written}: off {amount}{most}"
            yield f"{counted.reference.name}: {said}"


def _holds(value: int, operator: str, limit: int) -> bool:
    match operator:
        case "<=":
            return value <= limit
        case "<":
            return value < limit
        case ">=":
            return value >= limit
        case ">":
            return value > limit
    return value == limit
