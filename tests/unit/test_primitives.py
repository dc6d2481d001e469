"""The formulas that the table of primitives prints are those that the graph computes."""

from __future__ import annotations

from typing import Any

import pytest

from costcalc.errors import OperatorError
from costcalc.graph import GraphBuilder, Shape, Slice
from costcalc.spec.expression import compile_expression
from costcalc.spec.primitives import PRIMITIVES, REQUIRED, Primitive

IMAGE: Shape = (8, 13, 15)
VECTOR: Shape = (24,)
PAIRS = ("pair", "offsets", "padding")

SAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("conv", {"c": 6}),
    ("conv", {"c": 12, "k": (3, 5), "s": (2, 1), "g": 4, "pad": (1, 0), "dilation": (1, 2), "bias": True}),
    ("dwconv", {}),
    ("dwconv", {"k": (1, 5), "s": (3, 2), "m": 3, "pad": (0, 1), "dilation": (2, 1), "bias": True}),
    ("conv_transpose", {"c": 6, "k": (4, 2), "s": (2, 2)}),
    ("conv_transpose", {"c": 4, "k": (3, 5), "s": (2, 3), "g": 2, "pad": (1, 0), "out_pad": (1, 2)}),
    ("conv_transpose", {"c": 4, "k": (1, 1), "bias": True}),
    ("conv_transpose", {"c": 4, "k": (3, 3), "s": (1, 1), "dilation": (2, 3)}),
    ("linear", {"c": 10}),
    ("linear", {"c": 10, "bias": False}),
    ("bn", {}),
    ("bn", {"affine": False}),
    ("group_norm", {"g": 4}),
    ("layer_norm", {}),
    ("lrn", {}),
    ("act", {"f": "tanh"}),
    ("prelu", {}),
    ("prelu", {"per_channel": False}),
    ("max_pool", {"k": (3, 3), "s": (2, 2)}),
    ("avg_pool", {"k": (2, 3), "s": (2, 2), "pad": (0, 1), "ceil_mode": True}),
    ("gap", {}),
    ("gmp", {"size": (3, 2)}),
    ("flatten", {}),
    ("shuffle", {"g": 4}),
    ("slice", {"start": 2, "stop": 7}),
    ("crop", {"top": 1, "left": 2, "right": 3}),
    ("pad", {"p": 1}),
    ("pad", {"p": 1, "left": 0, "bottom": 3}),
    ("upsample", {"s": (2, 3)}),
    ("dropout", {}),
    ("scale", {"factor": 2}),
    ("identity", {}),
)  # fmt: skip


def arguments(primitive: Primitive, given: dict[str, Any]) -> dict[str, Any]:
    """Return all arguments; what is not given has its default."""
    values = {name: given.get(name, argument.default) for name, argument in primitive.arguments.items()}
    assert REQUIRED not in values.values()
    assert set(given) <= set(values)
    return values


def names(values: dict[str, Any], out: Shape) -> dict[str, Any]:
    """Return the names in formulas: arguments, pairs by axis, sizes."""
    scope: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, tuple):
            scope[f"{name}_h"], scope[f"{name}_w"] = value
        elif name in ("left", "right", "top", "bottom") and value is None:
            scope[name] = values["p"]
        elif value != "same":
            scope[name] = value
    scope["c_out"], scope["h_out"], scope["w_out"] = (*out, 1, 1)[:3]
    return scope


def padded(values: dict[str, Any], name: str) -> dict[str, Any]:
    """Return arguments with the padding that `same` stands for."""
    if values.get("pad") != "same":
        return values
    kernel, stride, dilation = values["k"], values["s"], values.get("dilation", (1, 1))
    spans = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if name == "conv_transpose":
        spans = [span + 1 - s for span, s in zip(spans, stride, strict=True)]
    return values | {"pad": (spans[0] // 2, spans[1] // 2)}


@pytest.mark.parametrize(
    ("name", "given"), SAMPLES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_formulas_are_what_is_computed(name: str, given: dict[str, Any]) -> None:
    primitive = PRIMITIVES[name]
    shape = VECTOR if name == "linear" else IMAGE
    values = arguments(primitive, given)
    builder = GraphBuilder("net", shape)
    out, macs, params = 0, 0, 0
    for op in primitive.make(values, shape):
        read = builder.shape(out)
        macs += op.macs(read)
        params += sum(weight.size for weight in op.weights(read))
        out = builder.add(op, (out,), name)
    scope = names(padded(values, name), builder.shape(out))
    scope["c_in"], scope["h_in"], scope["w_in"] = (*shape, 1, 1)[:3]

    def formula(text: str) -> Any:
        return compile_expression(text).evaluate(scope)

    rule = primitive.formulas
    width = rule.width or rule.height.replace("_h", "_w").replace("h_in", "w_in")
    assert (formula(rule.channels), formula(rule.height), formula(width)) == (*builder.shape(out), 1, 1)[:3]
    assert formula(rule.macs) == macs
    assert formula(rule.params) == params


@pytest.mark.parametrize(("given", "channels"), [((3,), [3, 5]), ((1, 3, 4), [1, 3, 4]), ((2,) * 4, [2] * 4)])
def test_split_gives_the_first_channels_and_the_rest_or_what_is_listed(
    given: tuple[int, ...], channels: list[int]
) -> None:
    parts = PRIMITIVES["split"].make({"c": given}, IMAGE)
    assert [part.out_shape(IMAGE) for part in parts] == [(each, 13, 15) for each in channels]
    assert [op.start for op in parts if isinstance(op, Slice)] == [
        sum(channels[:i]) for i in range(len(parts))
    ]
    assert PRIMITIVES["split"].formulas.channels == "c, c_in - c"


def test_every_primitive_is_tried() -> None:
    activations = PRIMITIVES["act"].arguments["f"].choices
    assert {name for name, _ in SAMPLES} | {"split", *activations} == set(PRIMITIVES)


@pytest.mark.parametrize(
    ("name", "given", "shape", "code"),
    [
        ("dropout", {"p": 2}, IMAGE, "E317"),
        ("conv", {"c": 4, "k": (2, 3)}, IMAGE, "E317"),
        ("conv_transpose", {"c": 4, "k": (3, 3), "s": (2, 2)}, IMAGE, "E317"),
        ("conv_transpose", {"c": 4, "k": (1, 1), "s": (3, 3)}, IMAGE, "E317"),
        ("crop", {"top": 1}, VECTOR, "E310"),
        ("split", {"c": (8,)}, IMAGE, "E316"),
        ("split", {"c": (9,)}, IMAGE, "E316"),
        ("split", {"c": (4, 3)}, IMAGE, "E316"),
        ("split", {"c": (4, 3, 2)}, IMAGE, "E316"),
    ],
)
def test_what_primitives_refuse(name: str, given: dict[str, Any], shape: Shape, code: str) -> None:
    primitive = PRIMITIVES[name]
    with pytest.raises(OperatorError) as caught:
        primitive.make(arguments(primitive, given), shape)
    assert caught.value.code == code


def test_the_padding_same_keeps_or_divides_the_size() -> None:
    for dilation in ((1, 1), (2, 3)):
        conv = PRIMITIVES["conv"]
        (op,) = conv.make(arguments(conv, {"c": 4, "k": (3, 5), "s": (2, 3), "dilation": dilation}), IMAGE)
        assert op.out_shape(IMAGE) == (4, 7, 5)
        up = PRIMITIVES["conv_transpose"]
        given = {"c": 4, "k": (3, 5), "s": (1, 3), "dilation": (dilation[0], 1)}
        (op,) = up.make(arguments(up, given), IMAGE)
        assert op.out_shape(IMAGE) == (4, 13, 45)
