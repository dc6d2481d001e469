"""The digest of a graph: equal for equal networks, whatever their nodes are called."""

from __future__ import annotations

import pickle

from costcalc import graph as g


def towers(first: str, second: str, *, shared: bool = True, width: int = 4) -> g.Graph:
    builder = g.GraphBuilder(first, (4, 8, 8))
    conv = g.Conv2d(width, (3, 3), padding=(1, 1))
    one = builder.add(conv, (0,), first)
    two = builder.add(conv, (0,), second, shares=first if shared else None)
    return builder.build({"out": builder.add(g.Add(), (one, two), "add")})


def test_names_do_not_matter_even_of_shared_weights() -> None:
    assert towers("near", "far").digest() == towers("left", "right").digest()


def test_what_decides_a_count_matters() -> None:
    digest = towers("near", "far").digest()
    assert towers("near", "far", shared=False).digest() != digest
    assert towers("near", "far", width=5).digest() != digest


def test_operators_are_values_whether_or_not_they_add_arguments() -> None:
    pool = g.MaxPool2d((3, 3))
    assert pool == g.MaxPool2d((3, 3))
    assert len({pool, g.MaxPool2d((3, 3)), g.AvgPool2d((3, 3))}) == 2
    assert len({g.Add(), g.Add(), g.Mul()}) == 2
    assert repr(pool).startswith("MaxPool2d(kernel_size=(3, 3)")
    for op in (pool, g.Add(), g.Flatten()):
        assert pickle.loads(pickle.dumps(op)) == op
        assert not hasattr(op, "__dict__")
