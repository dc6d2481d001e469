"""A spec and a choice of variants, to concrete parameters and scaled rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from costcalc.errors import Diagnostic, Location, SpecError
from costcalc.spec.evaluate import Scope, count, evaluate, evaluate_slot, show, truth
from costcalc.spec.expression import FUNCTIONS, Fixed, Functions, is_batched
from costcalc.spec.model import Cell, Row, Scaling, Slot, Spec, slot_location

RESOLUTION = "resolution"
"""The input size in pixels, accepted wherever a parameter is, in every spec."""

MOST_REPEATS = 1000


@dataclass(frozen=True, slots=True)
class ResolvedRow:
    """A row with its repeats and widths scaled.

    Attributes:
        row: The row as written.
        stage: Its name, or that of the named row above which it continues.
        first: The number of its first copy within the stage.
        copies_in_stage: Copies of all rows of the stage.
        copies: How often it is repeated.
        values: The values of its parameters, `c` and `s` included.
    """

    row: Row
    stage: str
    first: int
    copies_in_stage: int
    copies: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A spec at one point of its design space: nothing is left to scale."""

    spec: Spec
    scope: Mapping[str, Any]
    functions: Functions
    input_shape: tuple[int, int, int]
    at_base_resolution: bool
    rows: tuple[ResolvedRow, ...]


class _Table:
    """A table of the spec as a function of its key."""

    def __init__(self, name: str, rows: Mapping[str, Any]) -> None:
        self.name = name
        self.rows = {_key(key): value for key, value in rows.items()}

    def __call__(self, key: Any) -> Any:
        if key in self.rows:
            return self.rows[key]
        known = ", ".join(map(show, self.rows))
        raise ValueError(f"table `{self.name}` has no entry {show(key)}; it has {known}")


def _key(text: str) -> Any:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return text
    return value.numerator if value.denominator == 1 else value


def resolve(spec: Spec, overrides: Mapping[str, Slot]) -> Resolved:
    """Evaluate parameters, then scale input, repeats and widths.

    Args:
        spec: A linked spec.
        overrides: Parameters that a reference or variant sets; `resolution` sets the input's pixels.

    Raises:
        SpecError: with all errors of the parameters, or else all errors of the rows.
    """
    functions: dict[str, Any] = dict(FUNCTIONS)
    for name, table in spec.tables.items():
        functions[name] = _Table(name, {key: evaluate(cell, {}, FUNCTIONS) for key, cell in table.items()})
    overrides = {**spec.overrides, **overrides}
    scope = _parameters(spec, overrides, functions)
    base = _input(spec, scope, functions)
    _require_positive_factors(spec, scope, functions)
    shape = _scaled_input(spec, base, overrides, scope, functions)
    rows = _rows(spec, scope, functions)
    return Resolved(spec, scope, functions, shape, shape == base, rows)


def _parameters(spec: Spec, overrides: Mapping[str, Slot], functions: Functions) -> Scope:
    scope: Scope = {}
    errors: list[Diagnostic] = []
    for name, parameter in spec.params.items():
        slot = overrides.get(name, parameter.default)
        if slot is None:
            help = f"give it a default, or refer to `{spec.name}@{name}=...`"
            errors.append(Diagnostic("E303", f"parameter `{name}` has no value", parameter.location, help))
            continue
        try:
            scope[name] = evaluate_slot(slot, scope, functions)
        except SpecError as error:
            errors.extend(error.diagnostics)
    if errors:
        raise SpecError(errors)
    return scope


def _input(spec: Spec, scope: Scope, functions: Functions) -> tuple[int, int, int]:
    channels, height, width = [
        count(evaluate(cell, scope, functions), "input size", cell.location(), cell.text)
        for cell in spec.input
    ]
    return channels, height, width


def _require_positive_factors(spec: Spec, scope: Scope, functions: Functions) -> None:
    """Refuse a multiplier that nobody means, before a rule such as `max(floor(x), 8)` hides it."""
    for dimension, scaling in spec.scaling.items():
        factor = evaluate(scaling.factor, scope, functions)
        if (type(factor) in (int, Fraction) or is_batched(factor)) and factor <= 0:
            message = f"the factor of {dimension}, `{scaling.factor.text}` = {show(factor)}, is not positive"
            raise SpecError(Diagnostic("E320", message, scaling.factor.location(), "for example 0.5"))


def _scaled_input(
    spec: Spec, base: tuple[int, int, int], overrides: Mapping[str, Slot], scope: Scope, functions: Functions
) -> tuple[int, int, int]:
    channels, height, width = base
    if pixels := overrides.get(RESOLUTION):
        value = evaluate_slot(pixels, scope, functions)
        sizes = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
        where = slot_location(pixels)
        height, width = [count(size, "resolution", where, show(size)) for size in sizes]
    elif scaling := spec.scaling.get("resolution"):
        height = _scale(scaling, height, "input height", scope, functions)
        width = _scale(scaling, width, "input width", scope, functions)
    return channels, height, width


def _scale(scaling: Scaling, base: Any, what: str, scope: Scope, functions: Functions) -> Any:
    """Multiply by the factor, then round by the spec's rule; `fixed(...)` stays as it is."""
    if isinstance(base, Fixed):
        return count(base.value, what, scaling.location, show(base.value))
    factor = evaluate(scaling.factor, scope, functions)
    _require_number(base, what, scaling.location)
    _require_number(factor, "factor", scaling.factor.location())
    scaled = base * factor
    if isinstance(scaled, Fraction) and scaled.denominator == 1:
        scaled = scaled.numerator
    if scaling.round is not None:
        scaled = evaluate(scaling.round, {**scope, "x": scaled}, functions)
        _require_number(scaled, f"{what}: round", scaling.round.location())
    if scaled < 1 or scaled != scaled // 1:
        raise SpecError(_illegal(scaling, base, factor, scaled, what))
    return count(scaled, what, scaling.location, show(scaled))


def _require_number(value: Any, what: str, where: Location) -> None:
    if type(value) not in (int, Fraction) and not is_batched(value):
        raise SpecError(Diagnostic("E307", f"{what} = {show(value)} is not a number", where))


def _illegal(scaling: Scaling, base: Any, factor: Any, scaled: Any, what: str) -> Diagnostic:
    """Name the layer, the numbers, and the multipliers that would give a whole width."""
    problem = "is not whole" if scaled >= 1 else "is less than 1"
    return Diagnostic(
        "E320",
        f"{what}: {show(base)} * {show(factor)} = {show(scaled)} {problem}",
        scaling.location,
        f"{_legal(base, scaled)}give `scaling` a `round` such as `floor(x)`",
    )


def _legal(base: Any, scaled: Any) -> str:
    """Name the multipliers next to one that is not legal; of many designs at once, or of nothing, none."""
    if is_batched(base) or is_batched(scaled) or base <= 0:
        return ""
    below = max(int(scaled // 1), 1)
    near = dict.fromkeys(Fraction(width) / base for width in (below, below + 1))
    legal = " or ".join(map(_multiplier, near))
    return f"nearest legal multipliers: {legal}; or "


def _multiplier(value: Fraction) -> str:
    text = show(value if value.denominator > 1 else value.numerator)
    return f"{text} (= {float(value):.4f})" if "/" in text else text


# ---- rows --------------------------------------------------------------------------------------


def _rows(spec: Spec, scope: Scope, functions: Functions) -> tuple[ResolvedRow, ...]:
    errors: list[Diagnostic] = []
    parts: list[tuple[Row, str, int, dict[str, Any]]] = []
    for row, stage in zip(spec.stages, stage_names(spec, scope), strict=True):
        try:
            when = row.cells.get("when")
            if isinstance(when, Cell) and not truth(when, scope, functions):
                continue
            copies = _copies(spec, row, stage, scope, functions)
            values = {key: evaluate_slot(slot, scope, functions) for key, slot in row.arguments.items()}
            if "c" in row.cells:
                values["c"] = _width(spec, row, stage, scope, functions)
            if "s" in row.cells:
                values["s"] = evaluate_slot(row.cells["s"], scope, functions)
            if copies:
                parts.append((row, stage, copies, values))
        except SpecError as error:
            errors.extend(error.diagnostics)
    if errors:
        raise SpecError(errors)
    totals: dict[str, int] = {}
    for _, stage, copies, _ in parts:
        totals[stage] = totals.get(stage, 0) + copies
    done: dict[str, int] = {}
    rows = []
    for row, stage, copies, values in parts:
        first = done.get(stage, 0)
        rows.append(ResolvedRow(row, stage, first, totals[stage], copies, values))
        done[stage] = first + copies
    return tuple(rows)


def stage_names(spec: Spec, scope: Mapping[str, Any]) -> list[str]:
    """Name every row: its own name, the named row above it, or its operator and a number.

    A row that calls `$p` is named for the operator that `scope` has for it.
    """
    ops = [
        str(scope.get(row.op.passes, row.op.passes)) if row.op.passes else row.op.text for row in spec.stages
    ]
    totals = Counter(ops)
    names: list[str] = []
    uses: Counter[str] = Counter()
    current: str | None = None
    for row, op in zip(spec.stages, ops, strict=True):
        current = row.name or current
        if current is not None and (row.name is not None or "name" in spec.columns):
            names.append(current)
            continue
        uses[op] += 1
        names.append(f"{op}{uses[op]}" if totals[op] > 1 else op)
    return names


def _copies(spec: Spec, row: Row, stage: str, scope: Scope, functions: Functions) -> int:
    """Return how often a row is repeated; an empty `n` means once, and is never deepened."""
    cell = row.cells.get("n")
    if cell is None:
        return 1
    value = evaluate_slot(cell, scope, functions)
    where = slot_location(cell)
    if "depth" in spec.scaling and value != 0:
        value = _scale(spec.scaling["depth"], value, f"{stage}: repeats", scope, functions)
    copies = count(value, f"{stage}: n", where, show(value), 0)
    if copies > MOST_REPEATS:
        raise SpecError(
            Diagnostic("E306", f"{stage}: n = {copies} is more than {MOST_REPEATS} repeats", where)
        )
    return int(copies)


def _width(spec: Spec, row: Row, stage: str, scope: Scope, functions: Functions) -> Any:
    """Return a row's output channels, scaled unless `fixed(...)`."""
    cell = row.cells["c"]
    value = evaluate_slot(cell, scope, functions)
    if "width" in spec.scaling and not isinstance(value, (Fixed, tuple, str)):
        try:
            return _scale(spec.scaling["width"], value, f"{stage}: width", scope, functions)
        except SpecError as error:
            here = slot_location(cell)
            raise SpecError(
                Diagnostic(d.code, d.message, here if d.code == "E320" else d.location, d.help)
                for d in error.diagnostics
            ) from None
    return count(value, f"{stage}: c", slot_location(cell), show(value))
