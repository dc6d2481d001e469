"""Two networks, stage by stage and layer by layer: what was added, removed, changed, and by which row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from costcalc.cost import METRICS, Basis, Cost, Group, Metric, find_metric
from costcalc.gate.networks import REPORTED, Counted, whole
from costcalc.gate.result import ModelChange, PartChange, Place, Status, Values, place_of
from costcalc.spec.evaluate import show
from costcalc.spec.files import shown
from costcalc.units import plural


def change(
    now: Counted | None,
    before: Counted | None,
    basis: Basis,
    *,
    details: bool = True,
    renames: bool = True,
) -> ModelChange:
    """Return what became of a network; at least one of the two is there.

    Args:
        now: The network.
        before: The same in the base.
        basis: What the metrics rest on.
        details: Whether to look at stages and layers.
        renames: Whether another file means that it was renamed, not that two networks are compared.
    """
    target = (now or before).reference  # type: ignore[union-attr]
    status = _status(now, before, renames)
    parts: tuple[tuple[PartChange, ...], tuple[PartChange, ...]] = ((), ())
    if details and status != "unchanged" and not (_lacks_layers(now) or _lacks_layers(before)):
        sums = _sums(now or before)
        parts = tuple(_stages(now, before, sums)), tuple(_layers(_cost(now), _cost(before), sums))
    return ModelChange(
        model=target.name,
        status=status,
        metrics=_metrics(now, before, basis),
        file=shown(target.path),
        before=before.reference.name if now and before and now.reference != before.reference else None,
        stages=parts[0],
        layers=parts[1],
    )


def _status(now: Counted | None, before: Counted | None, renames: bool) -> Status:
    if before is None:
        return "added"
    if now is None:
        return "removed"
    if renames and now.reference.path != before.reference.path:
        return "renamed"
    return "changed" if differ(now, before) else "unchanged"


def differ(now: Counted, before: Counted) -> bool:
    """Tell whether two networks differ: in what they cost or, where that is known, in what they are."""
    if now is before:
        return False
    for basis in now.metrics.keys() & before.metrics.keys():
        former = before.metrics[basis]
        if any(now.metrics[basis][metric] != former[metric] for metric in former):
            return True
    if now.model is None or before.model is None:
        return False
    return now.model.graph.digest() != before.model.graph.digest()


def _metrics(now: Counted | None, before: Counted | None, basis: Basis) -> dict[str, Values]:
    nothing: Mapping[str, int | None] = {}
    left = now.metrics[basis] if now else nothing
    right = before.metrics.get(basis, nothing) if before else nothing
    names = dict.fromkeys((*REPORTED, *left, *right))
    return {name: Values(left.get(name), right.get(name)) for name in names}


def _cost(counted: Counted | None) -> Cost | None:
    return counted.cost if counted else None


# ---- parts -------------------------------------------------------------------------------------


def _lacks_layers(counted: Counted | None) -> bool:
    return counted is not None and counted.cost is None


def _stages(now: Counted | None, before: Counted | None, metrics: list[Metric]) -> Iterator[PartChange]:
    """Yield the stages that differ, with the cells of their rows that do."""
    left, right = _by_name(_cost(now)), _by_name(_cost(before))
    cells, former = _cells(now), _cells(before)
    for name in _merged(right, left):
        values = _values(left.get(name), right.get(name), metrics)
        words = _difference(cells.get(name), former.get(name))
        if words != ("", "") or _moved(values) or name not in left or name not in right:
            group = left.get(name) or right[name]
            yield PartChange(name, _part_status(name, left, right), values, _place(group), *words)


def _by_name(cost: Cost | None) -> dict[str, Group]:
    return {group.name: group for group in cost.by_stage()} if cost else {}


def _layers(now: Cost | None, before: Cost | None, metrics: list[Metric]) -> Iterator[PartChange]:
    """Yield the layers that differ, in what they are or in what they read."""
    left = {row.node.name: row for row in now.rows} if now else {}
    right = {row.node.name: row for row in before.rows} if before else {}
    for name in _merged(right, left):
        row, old = left.get(name), right.get(name)
        if row and old and (row.node.op, row.inputs) == (old.node.op, old.inputs):
            continue
        group, former = (
            None if each is None else Group(each.cost, name, (each.index,)) for each in (row, old)
        )
        values = _values(group, former, metrics)
        words = row.label if row else "", old.label if old else ""
        yield PartChange(name, _part_status(name, left, right), values, _place(group or former), *words)


def _part_status(name: str, now: Mapping[str, Any], before: Mapping[str, Any]) -> Status:
    return "added" if name not in before else "removed" if name not in now else "changed"


def _sums(counted: Counted | None) -> list[Metric]:
    """Return the metrics of a network that are sums over its parts."""
    names = next(iter(counted.metrics.values())) if counted else ()
    return [found for name in names if (found := find_metric(name)) is not None and found.is_sum]


def _values(now: Group | None, before: Group | None, metrics: list[Metric]) -> dict[str, Values]:
    return {each.name: Values(_of(now, each), _of(before, each)) for each in metrics}


def _of(group: Group | None, metric: Metric) -> int | None:
    return None if group is None else whole(metric.exact(group))


def _moved(metrics: Mapping[str, Values]) -> bool:
    return any(values.value != values.base for values in metrics.values())


def _merged(before: Iterable[str], now: Iterable[str]) -> Iterator[str]:
    """Yield the names of now in order, and those that are gone behind the one that they followed."""
    now = list(now)
    kept = set(now)
    gone: dict[str | None, list[str]] = {}
    last = None
    for name in before:
        if name in kept:
            last = name
        else:
            gone.setdefault(last, []).append(name)
    yield from gone.get(None, ())
    for name in now:
        yield name
        yield from gone.get(name, ())


def _place(group: Group | None) -> Place | None:
    origins = [row.node.origin for row in group.rows if row.node.origin] if group else []
    return place_of(origins[0]) if origins else None


# ---- rows --------------------------------------------------------------------------------------

_Cells = dict[str, str]


def _cells(counted: Counted | None) -> dict[str, list[_Cells]]:
    """Return, for every stage, the scaled cells of its rows, in the order of the spec's columns."""
    found: dict[str, list[_Cells]] = {}
    if counted is None or counted.model is None:
        return found
    columns = counted.model.spec.columns
    for row in counted.model.resolved.rows:
        cells = {"op": row.row.op.text, "n": str(row.copies)}
        cells |= {key: show(value) for key, value in row.values.items()}
        in_order = dict.fromkeys((*(key for key in columns if key in cells), *cells))
        found.setdefault(row.stage, []).append({key: cells[key] for key in in_order})
    return found


def _difference(now: list[_Cells] | None, before: list[_Cells] | None) -> tuple[str, str]:
    """Return the cells that differ, as they are and as they were."""
    if not now or not before or now == before:
        return "", ""
    if len(now) != len(before):
        return _rows(now), _rows(before)
    keys = [
        (index, key)
        for index, (left, right) in enumerate(zip(now, before, strict=True))
        for key in dict.fromkeys((*left, *right))
        if left.get(key) != right.get(key)
    ]
    return _listed(now, keys), _listed(before, keys)


def _rows(rows: list[_Cells]) -> str:
    return plural(len(rows), "row")


def _listed(rows: list[_Cells], keys: list[tuple[int, str]]) -> str:
    cells = [f"{key} = {rows[index][key]}" for index, key in keys if key in rows[index]]
    return ", ".join(dict.fromkeys(cells))


# ---- blame -------------------------------------------------------------------------------------


def blame(now: Counted, before: Counted | None, metric: str) -> Place | None:
    """Return the row of the spec that made a metric grow most or, without a base, that has most of it.

    A row that was edited goes before one that only reads what that makes.
    """
    if now.cost is None:
        return None
    if metric == "peak_memory":
        nodes = [row.node for row in now.cost.rows if row.node.name == now.cost.peak_memory.node]
        return place_of(nodes[0].origin) if nodes and nodes[0].origin else _place(now.cost)
    known = find_metric(metric)
    of = known if known is not None and known.is_sum else METRICS["params"]
    groups = now.cost.by_stage()
    if before is None or before.cost is None:
        return _place(max(groups, key=lambda group: _of(group, of) or 0))
    former = _by_name(before.cost)
    cells, old_cells = _cells(now), _cells(before)

    def grown(group: Group) -> int:
        old = former.get(group.name)
        return (_of(group, of) or 0) - (_of(old, of) or 0)

    edited = [group for group in groups if cells.get(group.name) != old_cells.get(group.name)]
    return _place(max([group for group in edited if grown(group) > 0] or groups, key=grown))
