"""Compound scaling as tables: the multipliers that may do, and the family that they make."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.report.record import Column, Record, Table
from costcalc.units import format_ratio, plural

if TYPE_CHECKING:  # importing it costs what numpy costs
    from costcalc.sweeps.compound import Base, Figures, Growth, Scaled

_MULTIPLIERS = (
    Column("alpha", "alpha (depth)", "number"),
    Column("beta", "beta (width)", "number"),
    Column("gamma", "gamma (res.)", "number"),
)
_COUNTS = (
    Column("ratio", "counted", "ratio"),
    Column("formula", "formula", "ratio"),
    Column("macs", "MACs", "count", 1),
    Column("params", "params", "count", 1),
)


def candidates_table(
    base: Base,
    found: Sequence[Scaled],
    reference: Scaled | None,
    *,
    target: Fraction,
    tolerance: Fraction,
    top: int,
    figures: tuple[list[str], Figures] | None = None,
) -> Table:
    """Return a row per candidate, the closest first, or the best first by figures; `reference` comes last."""
    names, known = figures or ([], {})
    rows = [_candidate(scaled, target, tolerance, names, known) for scaled in found]
    if names:  # best first, then those that nobody has a figure of
        rows.sort(key=lambda row: -float(row[names[0]] or "-inf"))  # type: ignore[arg-type]
    shown = rows[:top] if top else rows
    if reference is not None and reference.model not in {row["model"] for row in shown}:
        shown.append(_candidate(reference, target, tolerance, names, known))
    columns = (
        *_MULTIPLIERS,
        *(Column(name, name) for name in names),
        *_COUNTS[:2],
        Column("within", "within", priority=2),
        *_COUNTS[2:],
        Column("model", "model", priority=3),
    )
    return Table(
        columns,
        tuple(shown),
        "candidates",
        context={**base.basis.record(), "target": float(target), "tolerance": float(tolerance)},
        notes=(
            *_candidate_notes(base, rows, reference, target, tolerance, len(shown)),
            base.basis.words(),
        ),
    )


def _candidate(
    scaled: Scaled, target: Fraction, tolerance: Fraction, names: Sequence[str], known: Figures
) -> Record:
    growth = scaled.growth
    counted = scaled.ratio is not None and abs(scaled.ratio - target) <= tolerance * target
    by_formula = abs(growth.formula - target) <= tolerance * target
    within = "both" if counted and by_formula else "count" if counted else "formula" if by_formula else ""
    own = known.get((growth.depth, growth.width, growth.resolution), {})
    return {
        **_row(scaled),
        "within": within,
        **{name: f"{own[name]:g}" if name in own else "" for name in names},
    }


def _row(scaled: Scaled) -> dict[str, object]:
    growth = scaled.growth
    return {
        "model": scaled.model,
        "alpha": growth.depth,
        "beta": growth.width,
        "gamma": growth.resolution,
        "ratio": scaled.ratio,
        "formula": growth.formula,
        "macs": scaled.macs,
        "params": scaled.params,
    }


def _candidate_notes(
    base: Base,
    rows: Sequence[Record],
    reference: Scaled | None,
    target: Fraction,
    tolerance: Fraction,
    shown: int,
) -> list[str]:
    kinds = [row["within"] for row in rows]
    both = kinds.count("both")
    different = len(
        {(row["macs"], row["params"], row["gamma"]) for row in rows if row["within"] in ("count", "both")}
    )
    notes = [
        f"MACs of {base.network.name} grow by {float(target):g}x, give or take {float(100 * tolerance):g} %: "
        f"as counted for {plural(kinds.count('count') + both, 'candidate')}, {plural(different, 'network')} "
        "among them; "
        f"by alpha * beta^2 * gamma^2, the formula, for {kinds.count('formula') + both}; by both for {both}."
    ]
    if shown < len(rows):
        notes.append(f"{len(rows)} in all: --top 0 shows them.")
    if reference is not None:
        notes.append(f"EfficientNet's own {_difference(reference.growth, reference.ratio)}.")
    notes += _missing(base)
    return notes


def _difference(growth: Growth, ratio: Fraction | None) -> str:
    own = ", ".join(format_ratio(each, 3) for each in (growth.depth, growth.width, growth.resolution))
    return f"({own}): {format_ratio(growth.formula)}x by the formula, {format_ratio(ratio)}x as counted"


def _missing(base: Base) -> list[str]:
    if not base.missing:
        return []
    return [f"{base.network.name} has no multiplier of {' or '.join(base.missing)}, which stays as it is."]


def family_table(
    families: Sequence[tuple[Base, Sequence[Scaled], Sequence[tuple[Scaled, Mapping[str, str]]]]],
) -> Table:
    """Return a row per scaled network, and per network of that kind that somebody printed, by rising cost.

    Args:
        families: A base, what it was scaled to, and what was printed of networks that differ in size alone.
    """
    rows: list[Record] = []
    gaps: list[str] = []
    for base, scaled, printed in families:
        by_digest: dict[str, Mapping[str, str]] = {}
        for each, figures in printed:
            by_digest[each.digest] = {**figures, **by_digest.get(each.digest, {})}
        own = {each.digest for each in scaled}
        others = {
            each.digest: each
            for each, _ in printed
            if each.digest not in own and (each.macs or 0) >= (base.cost.macs or 0)
        }
        entries = sorted([*scaled, *others.values()], key=lambda each: each.macs or 0)
        rows += [_member(base, each, by_digest.get(each.digest, {}), own) for each in entries]
        for each in entries:
            figures = by_digest.get(each.digest, {})
            if "gap" in figures:
                what = f"{base.network.name}, {_label(each, own)}"
                gaps.append(f"{what}: {figures['macs']} was printed; {figures['gap']}.")
    first = families[0][0]
    several = len(families) > 1
    return Table(
        (
            Column("network", "model", priority=0 if several else 3),
            Column("label", "scaled by"),
            Column("alpha", "depth", "number", 2),
            Column("beta", "width", "number", 2),
            Column("pixels", "pixels", "exact"),
            *(replace(column, priority=0) for column in _COUNTS),
            Column("printed_macs", "printed MACs"),
            Column("printed_params", "params", priority=1),
        ),
        tuple(rows),
        "models",
        context=first.basis.record(),
        notes=(
            "counted: MACs over those of the first; formula: depth * width^2 * resolution^2.",
            *gaps,
            *(note for base, _, _ in families for note in _missing(base)),
            first.basis.words(),
        ),
    )


def _label(scaled: Scaled, own: Collection[str]) -> str:
    """Return what a network is: one of ours, or a variant of the spec."""
    return scaled.label if scaled.digest in own else f"@{scaled.label}"


def _member(base: Base, scaled: Scaled, printed: Mapping[str, str], own: Collection[str]) -> Record:
    return {
        **_row(scaled),
        "network": base.network.name,
        "label": _label(scaled, own),
        "pixels": scaled.pixels,
        "printed_macs": printed.get("macs", ""),
        "printed_params": printed.get("params", ""),
    }
