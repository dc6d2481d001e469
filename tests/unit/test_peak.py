"""Peak memory: which tensors are alive together."""

from costcalc.api import count
from costcalc.cost import Fusion, Peak
from costcalc.graph import (
    Activation,
    AdaptiveAvgPool2d,
    Add,
    BatchNorm,
    Conv2d,
    Flatten,
    Graph,
    GraphBuilder,
    Linear,
    Mul,
    Slice,
)


def peak_of(graph: Graph, fusion: Fusion = "conv-bn-act", *, weights_in_ram: bool = False) -> Peak:
    return count(graph, dtype="fp8", fusion=fusion, weights_in_ram=weights_in_ram).peak_memory


def test_a_chain_holds_the_input_and_the_output_of_one_kernel() -> None:
    builder = GraphBuilder("chain", (1, 10, 10))  # 100
    a = builder.add(Conv2d(3), (0,), "a")  # 300
    b = builder.add(Conv2d(2), (a,), "b")  # 200
    graph = builder.build({"out": builder.add(Conv2d(1), (b,), "c")})
    assert peak_of(graph) == Peak(500, "b", (("a", 300), ("b", 200)))


def test_a_residual_connection_keeps_its_source_alive() -> None:
    builder = GraphBuilder("residual", (1, 10, 10))
    x = builder.add(Conv2d(2), (0,), "x")  # 200, alive until the sum
    a = builder.add(Conv2d(4), (x,), "a")  # 400
    b = builder.add(Conv2d(2), (a,), "b")  # 200
    graph = builder.build({"out": builder.add(Add(), (x, b), "sum")})
    assert peak_of(graph) == Peak(800, "b", (("x", 200), ("a", 400), ("b", 200)))


def test_an_output_lives_to_the_end() -> None:
    builder = GraphBuilder("heads", (1, 10, 10))
    side = builder.add(Conv2d(3), (0,), "side")
    a = builder.add(Conv2d(2), (0,), "a")
    b = builder.add(Conv2d(2), (a,), "b")
    assert peak_of(builder.build({"out": b, "side": side})).bytes == 300 + 200 + 200
    # What no output needs is not run.
    assert [node.name for node in builder.build({"out": b}).unread] == ["side"]
    assert peak_of(builder.build({"out": b})) == Peak(400, "b", (("a", 200), ("b", 200)))


def test_epilogues_work_in_place_only_when_fused() -> None:
    builder = GraphBuilder("net", (1, 10, 10))
    x = builder.add(Conv2d(3), (0,), "conv")
    x = builder.add(BatchNorm(), (x,), "bn")
    graph = builder.build({"out": builder.add(Activation("relu"), (x,), "relu")})
    assert peak_of(graph) == Peak(400, "conv", (("input", 100), ("conv", 300)))
    assert peak_of(graph, "none") == Peak(600, "bn", (("conv", 300), ("bn", 300)))


def test_a_view_keeps_all_of_its_source_alive() -> None:
    builder = GraphBuilder("views", (1, 10, 10))
    x = builder.add(Conv2d(4), (0,), "x")  # 400
    half = builder.add(Slice(0, 0, 1), (x,), "half")
    a = builder.add(Conv2d(2), (half,), "a")  # 200
    b = builder.add(Conv2d(2), (a,), "b")  # 200
    rest = builder.add(Slice(0, 1, 3), (x,), "rest")
    graph = builder.build({"out": builder.add(Add(), (b, rest), "sum")})
    assert peak_of(graph) == Peak(800, "b", (("x", 400), ("a", 200), ("b", 200)))


def test_a_view_that_is_the_output_keeps_its_source_alive() -> None:
    builder = GraphBuilder("views", (2, 1, 1))
    pool = builder.add(AdaptiveAvgPool2d(), (0,), "pool")
    flat = builder.add(Flatten(), (pool,), "flatten")
    fc = builder.add(Linear(5), (flat,), "fc")
    assert peak_of(builder.build({"features": flat, "out": fc})).live == (("pool", 2), ("fc", 5))


def test_eager_sums_of_many_tensors_hold_a_partial_one() -> None:
    builder = GraphBuilder("sum", (1, 10, 10))
    a, b, c = (builder.add(Conv2d(1), (0,), name) for name in "abc")
    graph = builder.build({"out": builder.add(Add(), (a, b, c), "sum")})
    assert peak_of(graph).bytes == 400
    assert peak_of(graph, "none") == Peak(
        500, "sum", (("a", 100), ("b", 100), ("c", 100), ("sum", 100), ("sum (partial)", 100))
    )


def test_eager_products_hold_a_partial_one_of_its_own_size() -> None:
    builder = GraphBuilder("product", (4, 5, 5))
    gate = builder.add(AdaptiveAvgPool2d(), (0,), "gate")
    graph = builder.build({"out": builder.add(Mul(), (gate, gate, 0), "mul")})
    assert peak_of(graph, "none").bytes == 100 + 4 + 100 + 4


def test_weights_in_ram() -> None:
    builder = GraphBuilder("net", (1, 10, 10))
    x = builder.add(Conv2d(2), (0,), "conv")
    x = builder.add(BatchNorm(), (x,), "bn")
    x = builder.add(Conv2d(2), (x,), "mix")
    graph = builder.build({"out": builder.add(Conv2d(2), (x,), "again", shares="mix")})
    folded, eager = 2 + 2 + 4, 2 + 4 + 4 + 4
    assert peak_of(graph, weights_in_ram=True) == Peak(
        400 + folded, "mix", (("weights", folded), ("conv", 200), ("mix", 200))
    )
    assert peak_of(graph, "none", weights_in_ram=True).bytes == 400 + eager


def test_batch_and_number_formats() -> None:
    builder = GraphBuilder("net", (1, 10, 10))
    graph = builder.build({"out": builder.add(Conv2d(2), (0,), "conv")})
    peak = count(graph, batch=3, dtype="fp16", weights_dtype="fp8", weights_in_ram=True).peak_memory
    assert peak.live == (("weights", 2), ("input", 600), ("conv", 1200))
    assert peak.bytes == 1802
