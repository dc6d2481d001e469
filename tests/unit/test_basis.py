"""One way to count: it counts, says itself in words, and as a record that can be read back."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.cost import CONVENTIONS, DTYPES, FUSIONS, Basis, find_metric, metric_names, parse_basis
from costcalc.cost.metrics import METRICS, all_metrics, metric
from costcalc.errors import UsageError

bases = st.builds(
    Basis,
    st.lists(st.sampled_from(list(CONVENTIONS.values())), min_size=1, max_size=3, unique=True).map(tuple),
    st.integers(1, 512),
    st.sampled_from(list(DTYPES.values())),
    st.sampled_from(list(DTYPES.values())),
    st.sampled_from(FUSIONS),
    st.sampled_from(["given", "best"]),
    st.booleans(),
)


@given(bases)
def test_a_record_is_read_back(basis: Basis) -> None:
    assert parse_basis(**basis.record()) == basis  # type: ignore[arg-type]


@given(bases)
def test_it_can_be_a_key_and_be_sent_to_another_process(basis: Basis) -> None:
    assert pickle.loads(pickle.dumps(basis)) == basis
    assert {basis: 1}[pickle.loads(pickle.dumps(basis))] == 1


def test_its_words() -> None:
    assert Basis().words() == "1 MAC = 1 multiply-add (paper convention); batch 1, fp32, fusion conv-bn-act."
    other = parse_basis(
        "torch", 8, "fp16", weights_dtype="int8", fusion="none", order="best", weights_in_ram=True
    )
    assert other.words() == (
        "1 MAC = 1 multiply-add, FLOPs by the torch convention; batch 8, int8 weights, fp16 activations, "
        "fusion none, weights in RAM, best order."
    )


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        parse_basis("papper", 0, "fp33", fusion="nun", order="bets")
    assert [each.code for each in caught.value.diagnostics] == ["E502", "E501", "E503", "E030", "E504"]


def test_every_name_alias_and_header_is_typed() -> None:
    for each in all_metrics():
        for name in (each.name, each.header, *each.aliases, each.name.upper(), f" {each.header.lower()} "):
            found = find_metric(name)
            assert found is not None
            assert found.name == each.name, name
    assert len(set(metric_names())) == len(metric_names())


def test_a_metric_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"E031.*did you mean `params`"):
        metric("parms")


@pytest.mark.parametrize(("name", "written", "limit"), [("macs", "1.5k", 1500), ("peak", "8 KiB", 8192)])
def test_a_limit_is_the_largest_whole_number_within(name: str, written: str, limit: int) -> None:
    assert metric(name).parse(written) == limit


def test_what_is_printed_once_is_listed_once() -> None:
    headers = [each.header for each in all_metrics()]
    assert len(set(headers)) == len(headers)
    assert list(METRICS) == [each.name for each in METRICS.values()]
