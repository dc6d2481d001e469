"""A sweep counts what counting each design by itself counts, and refuses in the same words."""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np
import pytest

from costcalc.cost import CONVENTIONS, Basis, Convention, metric, parse_basis
from costcalc.cost.metrics import metric_of
from costcalc.errors import SpecError
from costcalc.sweeps.axes import parse_axis
from costcalc.sweeps.count import DEFAULT, UNKNOWN, Columns, Job
from costcalc.sweeps.space import open_space

SPACES: dict[str, tuple[list[str], dict[str, str]]] = {
    "rounding down": (["mobilenet"], {"alpha": "0.02:1.2:0.02", "rho": "0.1:1.2:0.05"}),
    "tables and groups": (
        ["shufflenet"],
        {"groups": "1,2,3,4,5,8", "scale": "0.1:2.5:0.1", "resolution": "16:256:16"},
    ),
    "repeats": (["efficientnet"], {"w": "0.3:2:0.1", "d": "0.5:3:0.25", "resolution": "20:300:35"}),
    "irrational powers": (["efficientnet"], {"phi": "0:7:0.25"}),
    "groups that do not divide": (["resnet"], {"groups": "1,2,3,5,32", "w": "0.5:2:0.1"}),
    "several networks": (
        ["mobilenet_v2", "ghostnet", "mnasnet@*", "mobilenet_v3"],
        {"alpha": "0.1:2:0.1", "resolution": "7:300:17"},
    ),
    "too small for its windows": (["squeezenet", "googlenet", "densenet"], {"resolution": "3:300:1"}),
    "widths that are not whole": (
        ["densenet_cifar"],
        {"growth": "1,2,3,12,24.5,13", "L": "10,22,23,40", "theta": "1/2,1"},
    ),
    "a line of widths": (["regnet"], {"w0": "8:80:8", "wa": "10:40:3.1", "g": "1,3,8,16"}),
    "rows that read other rows": (["nasnet@f=8"], {"skip": "-1,0,1,1/2", "n": "0,2", "resolution": "64,224"}),
    "no numbers": (
        ["mobilenet"],
        {"block": "dw_separable,full_conv", "se": "true,false", "depth": "1,1.4,2"},
    ),
}


def single(job: Job, row: int) -> tuple[Mapping[str, int], str | None, str]:
    """Count one design by itself: its counts, or the code and message of its first error."""
    try:
        cost = Basis().count(job.space.design(row).graph)
    except SpecError as error:
        first = error.diagnostics[0]
        return dict.fromkeys(job.metrics, UNKNOWN), first.code, first.message
    counts = (cost.macs, cost.params, cost.activations, cost.memory_access, cost.peak_memory.bytes)
    return dict(zip(DEFAULT, counts, strict=True)), None, ""


def swept(columns: Columns, place: int) -> tuple[Mapping[str, int], str | None]:
    code = columns.codes[place]
    counts = {name: int(values[place]) for name, values in columns.metrics.items()}
    return counts, columns.errors[code - 1] if code else None


@pytest.mark.parametrize("name", SPACES)
def test_a_sample_of_every_space(name: str) -> None:
    references, axes = SPACES[name]
    job = Job(open_space(references, [parse_axis(*axis) for axis in axes.items()]), DEFAULT, Basis())
    columns = job.rows(0, job.space.size)
    assert len(columns) == job.space.size

    chance = random.Random(name)
    illegal = np.flatnonzero(columns.codes).tolist()
    sample = chance.sample(range(len(columns)), min(90, len(columns)))
    sample += chance.sample(illegal, min(10, len(illegal)))
    rows = np.array(sample)
    again = job.designs(rows)
    refused = [place for place, row in enumerate(sample) if columns.codes[row]]
    reasons, which = job.reasons(rows[refused])
    reason_of = dict(zip(refused, [reasons[each] for each in which], strict=True))
    for place, row in enumerate(sample):
        counts, code, message = single(job, row)
        where = f"{name}, row {row}: {job.space.texts(row)}"
        assert swept(columns, row) == (counts, code), where
        assert swept(again, place) == (counts, code), where
        assert reason_of.get(place, "") == message, where


def test_how_networks_are_counted_can_vary_too() -> None:
    axes = [
        parse_axis("batch", "1,3"),
        parse_axis("groups", "1:3"),
        parse_axis("dtype", "fp32,int8,fp16"),
        parse_axis("scale", "0.5:1:0.25"),
        parse_axis("fusion", "none,conv-bn-act"),
    ]
    job = Job(open_space(["shufflenet"], axes), DEFAULT, Basis(weights_in_ram=True))
    columns = job.rows(0, job.space.size)
    sample = random.Random(0).sample(range(job.space.size), 30)
    again = job.designs(np.array(sample))
    for place, row in enumerate(sample):
        batch, _, dtype, _, fusion = job.space.texts(row)
        basis = parse_basis(batch=int(batch), dtype=dtype, fusion=fusion, weights_in_ram=True)
        cost = basis.count(job.space.design(row).graph)
        counts = {name: metric(name).of(cost) for name in DEFAULT}
        assert swept(columns, row) == swept(again, place) == (counts, None), job.space.texts(row)


@pytest.mark.parametrize("convention", CONVENTIONS.values(), ids=list(CONVENTIONS))
def test_every_convention_counts_many_designs_at_once(convention: Convention) -> None:
    counted = metric_of(convention)
    axes = [parse_axis("scale", "0.25:2:0.25"), parse_axis("resolution", "160,224,256")]
    job = Job(open_space(["shufflenet"], axes), (counted.name,), Basis())
    columns = job.rows(0, job.space.size)
    for row in range(job.space.size):
        cost = Basis((convention,)).count(job.space.design(row).graph)
        assert swept(columns, row) == ({counted.name: counted.of(cost)}, None), job.space.texts(row)


def test_a_range_of_rows_is_that_part_of_all_rows() -> None:
    axes = [
        parse_axis("alpha", "0.5:1:0.1"),
        parse_axis("resolution", "96:224:32"),
        parse_axis("depth", "1,2"),
    ]
    job = Job(open_space(["mobilenet", "mobilenet_v2"], axes), ("macs",), Basis())
    whole = job.rows(0, job.space.size)
    for start, stop in [(0, 1), (3, 4), (5, 27), (7, 100), (59, 61), (0, job.space.size)]:
        part = job.rows(start, stop)
        assert part.rows.tolist() == list(range(start, stop))
        assert part.metrics["macs"].tolist() == whole.metrics["macs"][start:stop].tolist()
