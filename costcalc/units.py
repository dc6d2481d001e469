"""Quantities as people write them: `569M` and `8 MiB`, to integers and back.

Counts take SI prefixes (k M G T, 1000), bytes take SI or IEC ones (kB or KiB, 1024). A number
is rounded here, once, and nowhere else.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

_SI: Final = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_BYTES: Final = {"": 1, "B": 1} | {
    f"{prefix}{kind}": base**power
    for kind, base in (("", 1000), ("B", 1000), ("i", 1024), ("iB", 1024))
    for prefix, power in (("k", 1), ("K", 1), ("M", 2), ("G", 3), ("T", 4))
}
_QUANTITY: Final = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*)"
    r"(?P<fraction>(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)"
    r"\s*(?P<suffix>[A-Za-z]*)",
    re.ASCII,
)
_WITH_COMMAS: Final = re.compile(r"[+-]?[\d.]*,[\d,.]*\s*[A-Za-z]*", re.ASCII)
LARGEST: Final = 10**24
"""No network costs more; what is written to be more is a slip."""

_LONGEST: Final = 64
_EXACT: Final = Context(prec=120)
"""Digits enough to divide what is counted without losing one that is shown."""


def parse_quantity(text: str, *, bytes_: bool = False) -> Fraction:
    """Return the exact value of `300M`, `4.1 G`, `5_288_548`, `5,288,548` or, with `bytes_`, `8 MiB`, `512k`.

    A comma stands before three digits of a plain whole number, and nowhere else: `0,13M` may be meant as
    130k or as 13M, and is refused. In bytes `k`, `M` and `G` are kB, MB and GB; in counts `B` is a billion.

    Raises:
        ValueError: it is not a quantity, with how to write one; or more than `LARGEST`.

    >>> parse_quantity("4.1 G")
    Fraction(4100000000, 1)
    >>> parse_quantity("6MB", bytes_=True), parse_quantity("512k", bytes_=True)
    (Fraction(6000000, 1), Fraction(512000, 1))
    """
    shown = text.strip()[:_LONGEST]
    match, suffixes = _QUANTITY.fullmatch(text.strip()), _BYTES if bytes_ else _SI
    if _WITH_COMMAS.fullmatch(shown) and not (match and _is_plain(match)):
        raise ValueError(
            f"`{shown}` is ambiguous: a comma separates thousands; write it {_without_comma(shown)}"
        )
    if match is None or len(text.strip()) > _LONGEST or match["suffix"] not in suffixes:
        example = "8 MiB, 6MB, 65536" if bytes_ else "300M, 4.1G, 5288548"
        raise ValueError(f"`{shown}` is not a quantity; write it like {_near(match, suffixes) or example}")
    value = _number(match) * suffixes[match["suffix"]]
    if abs(value) > LARGEST:
        raise ValueError(f"`{shown}` is more than anything costs")
    return value


def _is_plain(match: re.Match[str]) -> bool:
    return not (match["fraction"] or match["suffix"])


def _number(match: re.Match[str]) -> Fraction:
    digits = match["number"].replace("_", "").replace(",", "")
    return Fraction(f"{match['sign']}{digits}{match['fraction']}")


def _without_comma(text: str) -> str:
    head, _, tail = text.partition(",")
    as_point = f"`{head}.{tail}`".replace(",", "")
    return f"{as_point} or `{text.replace(',', '')}`"


def _near(match: re.Match[str] | None, suffixes: dict[str, int]) -> str:
    """Return the same number with the suffix that differs in case alone: `300M` for `300m`."""
    if match is None:
        return ""
    written = match["suffix"].casefold()
    near = [suffix for suffix in suffixes if suffix.casefold() == written]
    return f"{match[0].removesuffix(match['suffix']).strip()}{near[0]}" if near else ""


def last_digit(text: str, *, bytes_: bool = False) -> Fraction:
    """Return the size of one unit of the last printed digit.

    >>> last_digit("4.2M"), last_digit("569M"), last_digit("0.39B"), last_digit("5288548")
    (Fraction(100000, 1), Fraction(1000000, 1), Fraction(10000000, 1), Fraction(1, 1))
    """
    match = _QUANTITY.fullmatch(text.strip()[:_LONGEST])
    suffixes = _BYTES if bytes_ else _SI
    if match is None or match["suffix"] not in suffixes:
        raise ValueError(f"`{text[:_LONGEST]}` is not a quantity")
    mantissa, _, exponent = match["fraction"].lower().partition("e")
    decimals = max(len(mantissa) - 1, 0) - int(exponent or 0)
    return suffixes[match["suffix"]] * Fraction(10) ** -decimals


def agrees(printed: str, counted: int | Fraction, *, bytes_: bool = False) -> bool:
    """Tell whether a count is what was printed.

    Integers without a suffix must be equal; anything else may differ by one unit of the last
    printed digit, because papers round, truncate and round up.

    >>> agrees("569M", 568_740_352), agrees("4.2M", 4_231_976), agrees("5288548", 5_288_549)
    (True, True, False)
    """
    value = parse_quantity(printed, bytes_=bytes_)
    unit = last_digit(printed, bytes_=bytes_)
    if value.denominator == 1 and unit == 1:
        return value == counted
    return abs(counted - value) <= unit


def _format(value: int, suffixes: tuple[str, ...], step: int, digits: int) -> str:
    """Scale by powers of `step` until less than one step is left, after rounding."""
    if abs(value) < step:
        return f"{value}{suffixes[0]}"
    scaled = Decimal(value)
    for suffix in suffixes[1:]:
        scaled = _EXACT.divide(scaled, Decimal(step))
        places = max(digits - 1 - max(scaled.adjusted(), 0), 0)
        rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
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
    number = _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    if number:  # to `digits` significant digits first: 9.99996 has one digit less after the point
        least = Decimal(1).scaleb(min(number.adjusted() - digits + 1, 0))
        number = number.quantize(least, ROUND_HALF_UP, _EXACT)
    places = max(digits - 1 - number.adjusted(), 0) if number else 0
    return f"{number.quantize(Decimal(1).scaleb(-places), None, _EXACT):f}"


def format_percent(value: Fraction | int | None) -> str:
    """Render a share of one with two decimals, as papers print them; what would round to nothing is `<0.01%`.

    >>> format_percent(Fraction(1, 8)), format_percent(Fraction(1, 30000)), format_percent(None)
    ('12.50%', '<0.01%', '?')
    """
    if value is None:
        return "?"
    if 0 < value < Fraction(1, 20000):
        return "<0.01%"
    percent = _EXACT.divide(Decimal(value.numerator * 100), Decimal(value.denominator))
    return f"{percent.quantize(Decimal('0.01'), ROUND_HALF_UP, _EXACT)}%"


def plural(number: int, noun: str) -> str:
    """Render a number of things.

    >>> plural(1, "network"), plural(1200, "network")
    ('1 network', '1,200 networks')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
