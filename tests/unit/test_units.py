"""Quantities as people write them: read exactly or refused, and written back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.units import (
    agrees,
    format_bytes,
    format_count,
    format_percent,
    format_ratio,
    last_digit,
    parse_quantity,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("300M", 300_000_000),
        ("4.1 G", 4_100_000_000),
        ("0.39B", 390_000_000),
        ("5_288_548", 5_288_548),
        ("5,288,548", 5_288_548),
        ("1e6", 1_000_000),
        ("1.5e3k", 1_500_000),
        ("-2", -2),
    ],
)
def test_counts(text: str, value: int) -> None:
    assert parse_quantity(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8 MiB", 8 * 1024**2),
        ("6MB", 6_000_000),
        ("512k", 512_000),
        ("2M", 2_000_000),
        ("64Ki", 65_536),
        ("65536", 65_536),
        ("7B", 7),
    ],
)
def test_bytes(text: str, value: int) -> None:
    assert parse_quantity(text, bytes_=True) == value


@pytest.mark.parametrize(
    "text", ["0,13M", "1,30", "1,300M", "1,234.5", "12,34,567", "1,2345", ",123", "1,,000", "1.000,5k"]
)
def test_a_comma_that_may_be_a_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a comma separates thousands"):
        parse_quantity(text)


@pytest.mark.parametrize(
    "text", ["", "M", "1.M", "1__0", "_1", "1_", "0x10", "nan", "inf", "1e", "٣", "9" * 65, "1 0"]
)
def test_what_is_not_a_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        parse_quantity(text)


@pytest.mark.parametrize(("text", "near"), [("300m", "300M"), ("4g", "4G")])
def test_the_case_that_was_meant_is_suggested(text: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"write it like {near}$"):
        parse_quantity(text)


@pytest.mark.parametrize("text", ["1e99", "1e25", "10000000000000T"])
def test_more_than_anything_costs_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is more than anything costs"):
        parse_quantity(text)


def test_a_printed_billion_is_one() -> None:
    assert last_digit("0.39B") == 10_000_000
    assert agrees("0.39B", 391_000_000)
    assert not agrees("0.39B", 420_000_000)


@given(st.integers(0, 10**70))
def test_any_whole_number_is_written(value: int) -> None:
    for text in (
        format_count(value),
        format_bytes(value),
        format_ratio(Fraction(value, 7)),
        format_percent(value),
    ):
        assert text


@given(st.text(max_size=70), st.booleans())
def test_any_text_is_read_or_refused(text: str, bytes_: bool) -> None:
    try:
        assert abs(parse_quantity(text, bytes_=bytes_)) <= 10**24
    except ValueError as error:
        assert "`" in str(error)
