"""Grids written out: one int64 for every design of a box."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from costcalc.errors import Diagnostic, UsageError
from costcalc.sweeps.exact import Exact, Term
from costcalc.sweeps.factor import Factor, constant, fits, plus


def spread(value: Any, shape: tuple[int, ...]) -> Any:
    """Return whole numbers as an array of int64 with one element per design.

    Raises:
        UsageError: E603, one of them is too large.
    """
    return _sum(_merged(_terms(value)), shape)


def spread_largest(values: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Return the largest of some whole numbers, design by design."""
    sums = {_key(terms): terms for terms in (_merged(_terms(value)) for value in values)}
    largest = np.full(shape, -(2**63), np.int64)
    for terms in sorted(_upper(list(sums.values())), key=_bound, reverse=True):
        if _bound(terms) > largest.min():
            np.maximum(largest, _sum(terms, shape), out=largest)
    return largest


def _terms(value: Any) -> tuple[Term, ...]:
    return value.terms if isinstance(value, Exact) else ((constant(value),),)


def _bound(terms: tuple[Term, ...]) -> int:
    total = 0
    for term in terms:
        product = 1
        for factor in term:
            product *= factor.largest
        total += product
    return total


def _require_fit(most: int) -> None:
    if not fits(-most, most):
        raise UsageError(
            Diagnostic("E603", "a count is too large for 64 bits", help="make the largest designs smaller")
        )


def _sum(terms: tuple[Term, ...], shape: tuple[int, ...]) -> Any:
    """Return the sum of products. Every partial result fits if the sum of the largest products does."""
    _require_fit(_bound(terms))
    total = np.zeros(shape, np.int64)
    for term in terms:
        total += functools.reduce(np.multiply, [factor.array for factor in term])
    return total


def _merged(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return fewer terms with the same sum: those that differ in one array only become one.

    The layers of a stage share the image size: a hundred layers make a handful of terms.
    """
    masks = dict.fromkeys(factor.axes for term in terms for factor in term)
    for mask in masks:
        together: dict[Any, tuple[Factor | None, Term]] = {}
        for number, term in enumerate(terms):
            mine = next((factor for factor in term if factor.axes == mask), None)
            others = tuple(sorted((factor for factor in term if factor.axes != mask), key=lambda f: f.axes))
            key: Any = number if mine is None else _term_key(others)
            before = together.get(key)
            if before is not None and before[0] is not None and mine is not None:
                mine = plus(before[0], mine)
            together[key] = mine, others
        terms = tuple([others if mine is None else (mine, *others) for mine, others in together.values()])
    return terms


def _term_key(term: Term) -> Any:
    return ("term", *((factor.axes, _content(factor.array)) for factor in term))


def _key(terms: tuple[Term, ...]) -> Any:
    return frozenset(_term_key(tuple(sorted(term, key=lambda f: f.axes))) for term in terms)


def _content(array: Any) -> Any:
    if not isinstance(array, np.ndarray):
        return array
    return tuple(array.ravel().tolist()) if array.dtype == object else array.tobytes()


def _upper(sums: list[tuple[Term, ...]]) -> list[tuple[Term, ...]]:
    """Join sums of one product each that differ in one array only, to one with its larger elements."""
    joined: dict[Any, tuple[Term, ...]] = {}
    for number, terms in enumerate(sums):
        key: Any = number
        if len(terms) == 1 and len(terms[0]) == 2 and all(factor.low >= 0 for factor in terms[0]):
            first, second = sorted(terms[0], key=lambda f: f.axes)
            key = (first.axes, _term_key((second,)))
            if key in joined:
                other = sorted(joined[key][0], key=lambda f: f.axes)[0]
                array = np.maximum(first.array, other.array)
                low, high = max(first.low, other.low), max(first.high, other.high)
                first = Factor(first.axes, array, low, high)
            terms = ((first, second),)
        joined[key] = terms
    return list(joined.values())
