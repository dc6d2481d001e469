"""Random specs and damaged ones: each is a network that can be counted, or is refused where it is wrong."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costcalc.api import count
from costcalc.errors import SpecError
from costcalc.networks import load

NIGHTLY = os.environ.get("COSTCALC_NIGHTLY") == "1"
fuzzing = settings(
    max_examples=5_000 if NIGHTLY else 250,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
ZOO = sorted(path for path in (Path(__file__).parents[2] / "specs").glob("*.yaml"))

GOOD_NUMBERS = st.sampled_from(
    ["1", "2", "4", "8", "16", "8*alpha", "fixed(4)", "'max(alpha, 4)'", "8 if wide else 4", "t(1)"]
)
BAD_NUMBERS = st.sampled_from(
    ["0", "3", "0.5", "-1", "1e9", "9**9**9", "1/3", "x", "same", "nope", "$op", "[]", "~"]
)
NUMBERS = st.integers(0, 11).flatmap(lambda slip: GOOD_NUMBERS if slip else BAD_NUMBERS)
"""Now and then one that few places take."""
STEPS_THAT_FIT = st.sampled_from(
    [
        "bn",
        "relu",
        "prelu",
        "bn_relu",
        "{conv: 8}",
        "{conv: 16}",
        "{shuffle: 2}",
        "{dropout: 0.2}",
        "{scale: 0.5}",
        "{group_norm: 2}",
        "{upsample: 2}",
        "{conv: {c: 8, k: 3}}",
        "{dwconv: {k: 3}}",
        "{max_pool: {k: 3, s: 2}}",
        "{avg_pool: {k: 3, s: 1}}",
        "{act: silu}",
        "{conv: {c: c_in, k: [1, 3]}}",
        "{squeeze_excite: 4}",
        "{conv_transpose: {c: 8, k: 4, s: 2}}",
        "{conv_bn_act: {c: 8}}",
    ]
)
OPERATORS = st.sampled_from(
    [
        "conv",
        "dwconv",
        "conv_transpose",
        "linear",
        "bn",
        "group_norm",
        "relu",
        "max_pool",
        "gap",
        "flatten",
        "split",
        "slice",
        "pad",
        "unit",
        "pair",
        "$op",
        "nope",
    ]
)
KEYS = st.sampled_from(
    ["c", "k", "s", "g", "pad", "dilation", "bias", "m", "act", "p", "ceil_mode", "start", "stop"]
)
ARGUMENTS = st.dictionaries(KEYS, NUMBERS, max_size=3).map(
    lambda given: "{" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}"
)
LABELS = st.sampled_from(["a", "b", "in", "x"])
CONTROLS = (
    st.just("")
    | st.sampled_from(["", ", as: a", ", as: b", ", as: [a, b]", ", from: in", ", from: [a, in]"])
    | (st.builds(", when: {}".format, NUMBERS) | st.builds(", share: {}".format, LABELS))
)
SLIPS = OPERATORS | st.builds("{{{}: {}{}}}".format, OPERATORS, ARGUMENTS | NUMBERS, CONTROLS)
PLAIN_STEPS = st.integers(0, 9).flatmap(lambda slip: STEPS_THAT_FIT if slip else SLIPS)


def merged(steps: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    branches = st.lists(st.lists(steps, max_size=2).map(", ".join).map("[{}]".format), min_size=1, max_size=3)
    kinds = st.sampled_from(["concat", "concat", "add", "mul"])
    return st.builds("{{{}: [{}]{}}}".format, kinds, branches.map(", ".join), CONTROLS)


STEPS = st.recursive(PLAIN_STEPS, merged, max_leaves=4)
HALVES = st.just(
    "{split: c_in/2, as: [left, right]}, {conv: c_right, as: r, from: right}, {concat: ~, from: [left, r]}"
)
BODIES = st.lists(STEPS | HALVES, max_size=4).map(", ".join).map("[{}]".format)
ROW_OPERATORS = st.sampled_from(["conv", "conv", "unit", "unit", "conv_bn_act"]) | OPERATORS
ROWS = st.builds(
    "  - [{}, {}, {}, {}, {}]\n".format, st.sampled_from(["conv", "unit", "unit"]), *[NUMBERS] * 4
) | (st.builds("  - [{}, {}, ~, ~, ~]\n".format, ROW_OPERATORS, NUMBERS))
MULTIPLIERS = st.sampled_from(["1", "2", "0.5", "1/3", "0"])
SCALINGS = st.sampled_from(
    [
        "",
        "scaling: {{width: {{factor: {0}}}}}\n",
        "scaling: {{width: {{factor: alpha, round: {0}}}}}\n",
        "scaling: {{{1}: {{factor: {0}, round: floor(x)}}}}\n",
    ]
)


@st.composite
def specs(draw: st.DrawFn) -> str:
    """A spec by the grammar, as a careless author might write it."""
    scaled = draw(st.sampled_from(["width", "depth", "resolution"]))
    return (
        "costcalc: 1\nname: fuzz\nimport: [std]\n"
        f"input: [{draw(NUMBERS)}, 32, 32]\n"
        f"params: {{alpha: {draw(MULTIPLIERS)}, wide: true, op: {draw(ROW_OPERATORS)}}}\n"
        + draw(SCALINGS).format(draw(NUMBERS), scaled)
        + f"blocks:\n  unit: {{params: {{c: 8, s: 1, k: {draw(NUMBERS)}, g: 1}}, body: {draw(BODIES)}}}\n"
        + f"  pair: {{inputs: [a, b], let: {{mid: {draw(NUMBERS)}}}, body: {draw(BODIES)}}}\n"
        + f"columns: [op, c, n, s, {draw(st.sampled_from(['k', 'g', 'when', 'out', 'from']))}]\n"
        + f"stages:\n{''.join(draw(st.lists(ROWS, min_size=1, max_size=4)))}"
        + draw(st.sampled_from(["", f"heads: {{logits: {draw(BODIES)}}}\n"]))
        + f"tables: {{t: {{1: {draw(st.sampled_from(['2', '8', 'nope']))}, 2: 4}}}}\n"
        + f"variants: {{v: {{alpha: {draw(MULTIPLIERS)}, resolution: 16}}}}\n"
        + draw(st.sampled_from(["", f"published: {{v: {{macs: {draw(NUMBERS)}}}, base: {{params: 1M}}}}\n"]))
    )


def damaged(text: bytes, chance: random.Random) -> bytes:
    """A spec with one to three slips: bytes flip, words swap, lines go or come twice, numbers change."""
    for _ in range(chance.randint(1, 3)):
        lines = text.split(b"\n")
        line = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                place = chance.randrange(len(text)) if text else 0
                text = text[:place] + bytes([chance.randrange(256)]) + text[place + 1 :]
                continue
            case 1:
                words = lines[line].split(b" ")
                one, other = chance.randrange(len(words)), chance.randrange(len(words))
                words[one], words[other] = words[other], words[one]
                lines[line] = b" ".join(words)
            case 2:
                del lines[line]
            case 3:
                lines.insert(chance.randrange(len(lines)), lines[line])
            case _:
                digits = [place for place, sign in enumerate(text) if chr(sign).isdigit()]
                place = chance.choice(digits) if digits else 0
                number = chance.choice(
                    [b"0", b"-1", b"3", b"1e9", b"0.3", b"99999999", b"7*c_in", b"x", b"~"]
                )
                text = text[:place] + number + text[place + 1 :]
                continue
        text = b"\n".join(lines)
    return text


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Counter[str]]:
    """How often each outcome was seen. Every case counts: a fuzzer that only sees refusals tests little."""
    yield (seen := Counter[str]())
    print(f"\n{seen.total()} cases: " + ", ".join(f"{number} {what}" for what, number in seen.most_common()))


def outcome(path: Path) -> str:
    """Load and count the spec; return `network`, or the code of the first error."""
    try:
        model = load(str(path))
    except SpecError as error:
        assert error.diagnostics
        for found in error.diagnostics:
            assert found.code.startswith("E")
            assert found.message
            assert found.location is not None, found
            assert found.location.line >= 1 and 1 <= found.location.column < found.location.end_column
        return error.diagnostics[0].code
    cost = count(model.graph)
    assert cost.macs >= 0
    assert str(cost.macs)
    assert len(cost.rows) == len(model.graph.nodes) - 1
    return "network"


@given(text=specs())
@fuzzing
def test_a_random_spec_is_a_network_or_refused(
    text: str, tmp_path_factory: pytest.TempPathFactory, outcomes: Counter[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_text(text, "utf-8")
    outcomes[outcome(path)] += 1


@given(path=st.sampled_from(ZOO), seed=st.integers(0, 2**32))
@fuzzing
def test_a_damaged_spec_is_a_network_or_refused(
    path: Path, seed: int, tmp_path_factory: pytest.TempPathFactory, outcomes: Counter[str]
) -> None:
    copy = tmp_path_factory.getbasetemp() / "damaged.yaml"
    copy.write_bytes(damaged(path.read_bytes(), random.Random(seed)))
    outcomes[outcome(copy)] += 1


def test_the_cases_are_not_all_of_one_kind(outcomes: Counter[str]) -> None:
    if outcomes.total() < 400:
        pytest.skip("only after the tests above")
    assert outcomes["network"] > outcomes.total() / 20
    assert len(outcomes) > 15
