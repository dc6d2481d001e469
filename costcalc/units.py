"""Quantities as people write them: `569M` and `8 MiB`, to integers and back.

Counts take SI prefixes (k M G T, 1000), bytes take SI or IEC ones (kB or KiB, 1024). A number
is rounded here, once, and nowhere else.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_SI = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_BYTES = {"": 1} | {
    f"{prefix}{kind}": base**power
    for kind, base in (("B", 1000), ("iB", 1024))
    for prefix, power in (("", 0), ("k", 1), ("K", 1), ("M", 2), ("G", 3), ("T", 4))
    if prefix or kind == "B"
}
_QUANTITY = re.compile(r"([+-]?(?:\d[\d_,]*)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)\s*([A-Za-z]*)")


def parse_quantity(text: str, *, bytes_: bool = False) -> Fraction:
    """Return the exact value of `300M`, `4.1 G`, `5_288_548` or, with `bytes_`, `8 MiB`.

    Raises ValueError, with the accepted suffixes, for anything else.

    >>> parse_quantity("4.1 G")
    Fraction(4100000000, 1)
    >>> parse_quantity("6MB", bytes_=True)
    Fraction(6000000, 1)
    """
    match = _QUANTITY.fullmatch(text.strip()[:64])
    suffixes = _BYTES if bytes_ else _SI
    if match is None or match[2] not in suffixes:
        example = "8 MiB, 6MB, 65536" if bytes_ else "300M, 4.1G, 5288548"
        raise ValueError(f"`{text[:64]}` is not a quantity; write it like {example}")
    return Fraction(match[1].replace("_", "").replace(",", "")) * suffixes[match[2]]


def last_digit(text: str) -> Fraction:
    """Return the size of one unit of the last printed digit.

    >>> last_digit("4.2M"), last_digit("569M"), last_digit("5288548")
    (Fraction(100000, 1), Fraction(1000000, 1), Fraction(1, 1))
    """
    match = _QUANTITY.fullmatch(text.strip()[:64])
    if match is None:
        raise ValueError(f"`{text[:64]}` is not a quantity")
    decimals = len(match[1].partition(".")[2])
    return Fraction((_SI | _BYTES)[match[2]], 10**decimals)


def agrees(printed: str, counted: int | Fraction, *, bytes_: bool = False) -> bool:
    """Tell whether a count is what was printed.

    Integers without a suffix must be equal; anything else may differ by one unit of the last
    printed digit, because papers round, truncate and round up.

    >>> agrees("569M", 568_740_352), agrees("4.2M", 4_231_976), agrees("5288548", 5_288_549)
    (True, True, False)
    """
    value = parse_quantity(printed, bytes_=bytes_)
    if value.denominator == 1 and last_digit(printed) == 1:
        return value == counted
    return abs(counted - value) <= last_digit(printed)


def _format(value: int, suffixes: tuple[str, ...], step: int, digits: int) -> str:
    """Scale by powers of `step` until less than one step is left, after rounding."""
    if abs(value) < step:
        return f"{value}{suffixes[0]}"
    scaled = Decimal(value)
    for suffix in suffixes[1:]:
        scaled /= step
        places = max(digits - 1 - max(scaled.adjusted(), 0), 0)
        rounded = scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        if abs(rounded) < step or suffix == suffixes[-1]:
            break
    return f"{rounded}{suffix}"


def format_count(value: int | None, digits: int = 4) -> str:
    """Render a count with an SI prefix; `None`, the unknown, is a question mark.

    >>> format_count(568_740_352), format_count(999_999), format_count(12), format_count(None)
    ('568.7M', '1.000M', '12', '?')
    """
    if value is None:
        return "?"
    return _format(value, ("", "k", "M", "G", "T"), 1000, digits)


def format_bytes(value: int | None, digits: int = 4) -> str:
    """Render bytes with an IEC prefix.

    >>> format_bytes(6 * 1024 * 1024), format_bytes(512), format_bytes(None)
    ('6.000 MiB', '512 B', '?')
    """
    if value is None:
        return "?"
    return _format(value, (" B", " KiB", " MiB", " GiB", " TiB"), 1024, digits)


def format_ratio(value: Fraction | int | None, digits: int = 4) -> str:
    """Render a plain number with `digits` significant digits.

    >>> format_ratio(Fraction(1, 3)), format_ratio(Fraction(12345, 10)), format_ratio(None)
    ('0.3333', '1235', '?')
    """
    if value is None:
        return "?"
    number = Decimal(value.numerator) / value.denominator
    if number:  # to `digits` significant digits first: 9.99996 has one digit less after the point
        number = number.quantize(Decimal(1).scaleb(min(number.adjusted() - digits + 1, 0)), ROUND_HALF_UP)
    places = max(digits - 1 - number.adjusted(), 0) if number else 0
    return f"{number.quantize(Decimal(1).scaleb(-places)):f}"


def format_percent(value: Fraction | int | None) -> str:
    """Render a share of one with two decimals, as papers print them; what would round to nothing is `<0.01%`.

    >>> format_percent(Fraction(1, 8)), format_percent(Fraction(1, 30000)), format_percent(None)
    ('12.50%', '<0.01%', '?')
    """
    if value is None:
        return "?"
    if 0 < value < Fraction(1, 20000):
        return "<0.01%"
    return f"{(Decimal(value.numerator * 100) / value.denominator).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


def plural(number: int, noun: str) -> str:
    """Render a number of things.

    >>> plural(1, "network"), plural(1200, "network")
    ('1 network', '1,200 networks')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
