"""Whether networks fit a chip, and what to shrink where they do not."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.cost import Cost
from costcalc.cost.count import format_dtypes
from costcalc.cost.fits import Fit
from costcalc.report.columns import largest
from costcalc.report.record import Column, Record, Table
from costcalc.units import format_bytes


def fits_table(entries: Sequence[tuple[str, Cost, Fit]]) -> Table:
    """Return a row per network; what does not fit gets a note that says what is largest in it."""
    _, cost, chip = entries[0]
    basis = cost.basis
    columns = [
        Column("model", "model"),
        Column("weights_bytes", "weights", "bytes"),
        Column("tensors_bytes", "tensors", "bytes"),
        Column("node", "at", priority=2),
        Column("ram_needed_bytes", "RAM", "bytes"),
        Column("ram_missing_bytes", "missing", "bytes", 1),
    ]
    where = "weights and tensors in RAM"
    if chip.flash is not None:
        columns.append(Column("flash_missing_bytes", "flash missing", "bytes", 1))
        where = f"weights in {format_bytes(chip.flash)} of flash, tensors in RAM"
    notes = [note for name, _, fit in entries if not fit.fits for note in _advice(name, fit)]
    return Table(
        (*columns, Column("fits", "fits", "flag")),
        tuple(_row(name, cost, fit) for name, cost, fit in entries),
        "models",
        context={"ram_bytes": chip.ram, "flash_bytes": chip.flash, **basis.record()},
        notes=(
            *notes,
            f"{format_bytes(chip.ram)} of RAM, {where}; "
            f"batch {basis.batch}, {format_dtypes(basis.weights, basis.activations)}, fusion {basis.fusion}"
            f"{f', {basis.order} order' if basis.order != 'given' else ''}.",
        ),
    )


def _row(name: str, cost: Cost, fit: Fit) -> Record:
    return {
        "model": name,
        "macs": cost.macs,
        "params": cost.params,
        "weights_bytes": fit.weights,
        "tensors_bytes": fit.tensors,
        "node": fit.node,
        "ram_needed_bytes": fit.ram_needed,
        "ram_missing_bytes": max(fit.ram_missing, 0),
        "flash_missing_bytes": max(fit.flash_missing, 0),
        "fits": fit.fits,
        "live": dict(fit.live),
        "layers": dict(fit.layers),
    }


def _advice(name: str, fit: Fit) -> list[str]:
    """Return what is too large, by how much, and the largest parts of it."""
    notes = []
    weights = f"largest weights: {largest(fit.layers)}"
    tensors = f"alive at {fit.node}: {largest(fit.live)}"
    if fit.ram_missing > 0:
        words = [f"{name} lacks {format_bytes(fit.ram_missing)} of RAM", tensors]
        if fit.flash is None:
            words[1:] = [_culprits(fit), weights, tensors]
        notes.append(f"{'; '.join(words)}.")
    if fit.flash_missing > 0:
        notes.append(f"{name} lacks {format_bytes(fit.flash_missing)} of flash; {weights}.")
    return notes


def _culprits(fit: Fit) -> str:
    """Return which of weights and tensors would not fit even without the other."""
    match fit.weights > fit.ram, fit.tensors > fit.ram:
        case True, True:
            return "the weights alone are too much, and so are the tensors"
        case True, False:
            return "the weights alone are too much"
        case False, True:
            return "the tensors alone are too much"
    return "either the weights or the tensors would fit alone"
