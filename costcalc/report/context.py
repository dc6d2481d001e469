"""What numbers rest on: every report carries it for machines, says it to people, and shows other counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from costcalc.cost.convention import Convention
from costcalc.cost.conventions import PAPER
from costcalc.cost.count import Cost, Group
from costcalc.cost.dtype import Precision
from costcalc.report.record import AtLeast, Column, partial_sum
from costcalc.units import format_bytes

MORE_COLUMNS = (
    Column("flops", "FLOPs", "count"),
    Column("params_without_bn", "params without BN", "count"),
    Column("params_and_buffers", "params + buffers", "count"),
    Column("buffers", "buffers", "count"),
    Column("activations", "activations", "count"),
    Column("conv_activations", "conv activations", "count"),
    Column("read_bytes", "read", "bytes"),
    Column("written_bytes", "written", "bytes"),
)
"""What every cost has and few tables need: shown when `--columns` names it."""

_NAMED = 3  # of the largest layers and tensors


def more_counts(group: Group) -> dict[str, object]:
    """Return the values of those columns."""
    return {
        "flops": partial_sum(group.flops, len(group.unknown), len(group.rows)),
        "params_without_bn": group.params_without_bn,
        "params_and_buffers": group.params_and_buffers,
        "buffers": group.buffers,
        "activations": group.activations,
        "conv_activations": group.conv_activations,
        "read_bytes": group.read_bytes,
        "written_bytes": group.written_bytes,
    }


class Basis(Protocol):
    """What numbers rest on: a cost, or how a sweep counts."""

    @property
    def convention(self) -> Convention: ...
    @property
    def batch(self) -> int: ...
    @property
    def precision(self) -> Precision: ...
    @property
    def fusion(self) -> str: ...
    @property
    def weights_in_ram(self) -> bool: ...
    @property
    def order(self) -> str: ...


def context(cost: Basis) -> dict[str, object]:
    """Return the convention, batch, number formats, fusion, and what peak memory rests on."""
    return {
        "convention": cost.convention.name,
        "batch": cost.batch,
        "dtype": cost.precision.activations.name,
        "weights_dtype": cost.precision.weights.name,
        "fusion": cost.fusion,
        "weights_in_ram": cost.weights_in_ram,
        "order": cost.order,
    }


def context_note(cost: Basis) -> str:
    """Return the same as a footer line."""
    words = [f"{convention_note(cost.convention)}; batch {cost.batch}", str(cost.precision)]
    words += [f"fusion {cost.fusion}"]
    words += ["weights in RAM"] if cost.weights_in_ram else []
    words += [f"{cost.order} order"] if cost.order != "given" else []
    return f"{', '.join(words)}."


def convention_note(first: Convention) -> str:
    """Return what MACs are, and FLOPs under a convention that counts those."""
    name = first.name
    by_its_rules = f", FLOPs by the {name} convention" if first.unit == "FLOP" else f" ({name} convention)"
    return f"1 MAC = 1 multiply-add{by_its_rules}"


def largest(sized: Iterable[tuple[str, int]]) -> str:
    """Return the largest of some named bytes, `conv 1.531 MiB, bn 784.0 KiB, 4 more 98.00 KiB`."""
    ordered = sorted(sized, key=lambda each: -each[1])
    words = [f"{name} {format_bytes(size)}" for name, size in ordered[:_NAMED]]
    rest = sum(size for _, size in ordered[_NAMED:])
    if rest:
        words.append(f"{len(ordered) - _NAMED} more {format_bytes(rest)}")
    return ", ".join(words)


def unknown_notes(name: str, cost: Cost, conventions: Iterable[Convention]) -> list[str]:
    """Return, for every convention without a rule for some operators of a network, which those are."""
    notes = []
    for convention in conventions:
        rows = [row for row in cost.rows if row.counts[convention.name] is None]
        labels = dict.fromkeys(row.label for row in rows)
        if rows:
            where = rows[0].node.name + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
            notes.append(f"{name}: {convention.name} does not know {', '.join(labels)} ({where})")
    return notes


def known_macs(group: Group) -> int | AtLeast | None:
    """Return multiply-accumulates, as far as they are known."""
    return partial_sum(group.macs, len(group.unknown_macs), len(group.rows))


def macs_column(conventions: Sequence[Convention]) -> Column:
    """Return the column of multiply-accumulates, which says by whose rules they are if not a paper's."""
    first = conventions[0]
    plain = first.unit == "FLOP" or first.name == PAPER.name
    return Column("macs", "MACs" if plain else f"MACs ({first.name})", "count")


def other_conventions(conventions: Sequence[Convention]) -> list[Convention]:
    """Return those that `macs` does not show: all but the first, and that too if it counts FLOPs."""
    return [each for index, each in enumerate(conventions) if index or each.unit == "FLOP"]


def convention_columns(conventions: Iterable[Convention]) -> list[Column]:
    """Return a column per convention."""
    return [Column(_key(each), f"{each.unit}s ({each.name})", "count") for each in conventions]


def convention_counts(group: Group, conventions: Iterable[Convention]) -> dict[str, object]:
    """Return the values of those columns."""
    return {_key(each): _count(group, each.name) for each in conventions}


def _count(group: Group, convention: str) -> int | AtLeast | None:
    unknown = sum(row.counts[convention] is None for row in group.rows)
    return partial_sum(group.total(convention), unknown, len(group.rows))


def _key(convention: Convention) -> str:
    return f"{convention.unit.lower()}s_{convention.name.replace('-', '_')}"
