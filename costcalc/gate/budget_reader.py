"""Budgets as they are written: in tables of configs, in specs, and as options of the command line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from costcalc.cost import BASIS_KEYS, DTYPES, METRICS, Basis, Metric, find_metric, metric_names, parse_basis
from costcalc.errors import CostcalcError, Diagnostic, UsageError, did_you_mean
from costcalc.gate import located
from costcalc.gate.budget import HEADROOM, LEVELS, Budget, Growth, Limit
from costcalc.gate.located import Reader, parse_percent, spec_document
from costcalc.gate.patterns import Pattern, exactly, parse_pattern
from costcalc.gate.result import BASIS_WORDS, Place, place_of
from costcalc.spec.model import Spec

BASIS_OPTIONS: Final = ("dtype", *BASIS_KEYS)
"""What says how to count; `dtype` is that of weights and activations."""

BUDGET_KEYS: Final = (
    "match",
    "name",
    "max",
    "max_increase",
    "level",
    "message",
    "reason",
    "headroom",
    "ceiling",
    "max_slack",
    *BASIS_OPTIONS,
)
GROWTH_KEYS: Final = ("pct", "abs")


def read_basis(reader: Reader, keys: Mapping[str, located.Path], default: Basis) -> Basis:
    """Return what numbers rest on: what a table says, and the default for the rest."""
    said: dict[str, Any] = {
        key: reader.word(keys.get(key), words, _KINDS[key]) for key, words in BASIS_WORDS.items()
    }
    said["batch"] = reader.count(keys.get("batch"), "`batch`")
    said["weights_in_ram"] = reader.flag(keys.get("weights_in_ram"), "`weights_in_ram`")
    both = reader.word(keys.get("dtype"), DTYPES, _KINDS["weights_dtype"])
    for key in ("weights_dtype", "activations_dtype"):
        said[key] = said[key] or both
    return parse_basis(
        **(default.record() | {key: value for key, value in said.items() if value is not None})
    )


_KINDS: Final = {
    "convention": "a convention",
    "weights_dtype": "a number format",
    "activations_dtype": "a number format",
    "fusion": "a fusion",
    "order": "an order of execution",
}


def read_budget(
    reader: Reader, path: located.Path, file: Path, basis: Basis, own: Pattern | None = None
) -> Budget | None:
    """Return a budget; None, after noting why, if it has none of what makes one.

    Args:
        reader: What reads it.
        path: Where it is.
        file: The file that it stands in.
        basis: What its numbers rest on unless it says otherwise.
        own: What it is about if it cannot say that itself.
    """
    before = len(reader.errors)
    known = [key for key in BUDGET_KEYS if own is None or key != "match"]
    keys = reader.known(path, known, "a budget")
    match = (own,) if own else _patterns(reader, path, keys.get("match"), file.parent)
    maxima = _limits(reader, keys.get("max"), "`max`")
    growths = _growths(reader, keys.get("max_increase"))
    ceilings = _limits(reader, keys.get("ceiling"), "`ceiling`")
    budget = Budget(
        name=reader.text(keys.get("name"), "`name`") or (match[0].text if match else ""),
        match=match,
        max=maxima,
        max_increase=growths,
        ceiling=ceilings,
        max_slack=reader.percent(keys.get("max_slack"), "`max_slack`"),
        headroom=_or(reader.percent(keys.get("headroom"), "`headroom`"), HEADROOM),
        level=reader.word(keys.get("level"), LEVELS, "a level") or "error",
        message=reader.text(keys.get("message"), "`message`"),
        reason=reader.text(keys.get("reason"), "`reason`"),
        basis=read_basis(reader, keys, basis),
        place=place_of(reader.document.key(path)),
        file=file,
        key=path,
    )
    if len(reader.errors) == before and not (maxima or growths):
        example = 'for example `max = {macs = "300M"}`'
        reader.wrong(path, f"budget `{budget.name}` has neither `max` nor `max_increase`", example)
    for metric, limit in maxima.items():
        if metric in ceilings and limit.value > ceilings[metric].value:
            reader.wrong(
                limit.path, f"{limit.written} is above the ceiling of {ceilings[metric].written}", None
            )
    return budget if len(reader.errors) == before else None


def _or(value: Fraction | None, default: Fraction) -> Fraction:
    return default if value is None else value


def _patterns(
    reader: Reader, path: located.Path, key: located.Path | None, folder: Path
) -> tuple[Pattern, ...]:
    if key is None:
        reader.wrong(path, "a budget says which networks it is about", 'add `match = ["specs/*.yaml"]`')
    patterns = []
    for text, where in reader.texts(key, "`match`"):
        if Path(text).is_absolute():
            reader.wrong(where, f"`{text}` is absolute", "paths are relative to the folder of this file")
        else:
            patterns.append(parse_pattern(text, folder, reader.place(where)))
    return tuple(patterns)


def _limits(reader: Reader, path: located.Path | None, what: str) -> dict[str, Limit]:
    limits = {}
    for metric, where in _metrics(reader, path, what):
        value = _quantity(reader, where, metric)
        if value is not None:
            limits[metric.name] = Limit(value, str(reader.document.at(where)), reader.place(where), where)
    return limits


def _metrics(reader: Reader, path: located.Path | None, what: str) -> Iterator[tuple[Metric, located.Path]]:
    """Yield the entries of a table whose keys are metrics, by whatever name."""
    found: dict[str, str] = {}
    for name in {} if path is None else reader.table(path, what, '`{macs = "300M"}`'):
        where = (*path, name) if path is not None else (name,)
        metric = find_metric(name)
        if metric is None:
            reader.unknown(where, f"{what} has no key `{name}`", _known(name))
        elif metric.name in found:
            reader.wrong(where, f"`{name}` is `{found[metric.name]}`, which {what} has already", None)
        else:
            found[metric.name] = name
            yield metric, where


def _known(name: str) -> str:
    """Return the metric that is close to a name, else the usual ones."""
    return did_you_mean(name, metric_names()) or f"metrics: {', '.join(METRICS)}, and those of conventions"


def _quantity(reader: Reader, path: located.Path, metric: Metric) -> int | None:
    written = reader.document.at(path)
    if type(written) not in (str, int):
        reader.wrong(path, f"a limit on {metric.name} is a quantity", f'for example "{_example(metric)}"')
        return None
    try:
        return metric.parse(written)
    except ValueError as error:
        reader.wrong(path, f"{metric.name}: {error}", None)
        return None


def _example(metric: Metric) -> str:
    return "8 MiB" if metric.is_bytes else "300M"


def _growths(reader: Reader, path: located.Path | None) -> dict[str, Growth]:
    growths = {}
    for metric, where in _metrics(reader, path, "`max_increase`"):
        growth = _growth(reader, where, metric)
        if growth is not None:
            growths[metric.name] = growth
    return growths


def _growth(reader: Reader, path: located.Path, metric: Metric) -> Growth | None:
    """Read `"2%"`, `"50k"` or `{pct = 2, abs = "50k"}`."""
    written = reader.document.at(path)
    place = reader.place(path)
    if not isinstance(written, dict):
        try:
            return parse_growth(written, metric, place)
        except ValueError as error:
            reader.wrong(path, f"{metric.name}: {error}", None)
            return None
    keys = reader.known(path, GROWTH_KEYS, "an increase")
    percent = reader.percent(keys.get("pct"), "`pct`")
    amount = _quantity(reader, keys["abs"], metric) if "abs" in keys else None
    if not keys:
        reader.wrong(path, "an increase is a percentage, an amount, or both", '`{pct = 2, abs = "50k"}`')
    if percent is None and amount is None:
        return None
    parts = [f"{written['pct']}%".replace("%%", "%")] if percent is not None else []
    parts += [str(written["abs"])] if amount is not None else []
    return Growth(percent, amount, " and ".join(parts), place)


def parse_growth(written: object, metric: Metric, place: Place | None = None) -> Growth:
    """Return an increase written as `2%` or as an amount, `50k`.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(written, str) and written.strip().endswith("%"):
        return Growth(parse_percent(written), None, written, place)
    if type(written) is int or isinstance(written, str):
        with contextlib.suppress(ValueError):
            return Growth(None, metric.parse(written), str(written), place)
    raise ValueError(f'`{written}` is neither a percentage nor an amount; write "2%" or "{_example(metric)}"')


# ---- in specs ----------------------------------------------------------------------------------


def spec_budget(spec: Spec, path: Path, basis: Basis) -> Budget | None:
    """Return the budget that a spec has for itself, if it has one: `budget: {max: {macs: 300M}}`.

    Args:
        spec: A linked spec.
        path: Its file.
        basis: What numbers rest on unless it says otherwise.

    Raises:
        CostcalcError: everything that is wrong with it (E802, E803).
    """
    if spec.budget is None:
        return None
    reader = Reader(spec_document(spec.budget))
    budget = read_budget(reader, (), path, basis, exactly(path))
    if reader.errors:
        raise CostcalcError(reader.errors)
    return budget


# ---- as options --------------------------------------------------------------------------------


WrittenLimits = Mapping[str, str | int]
"""By metric: `{"macs": "300M"}`."""


def parse_pairs(flag: str, texts: Iterable[str]) -> dict[str, str]:
    """Return what every `METRIC=LIMIT` says.

    Raises:
        UsageError: one of them is not such a pair (E803).
    """
    pairs = {}
    for text in texts:
        name, equals, limit = text.partition("=")
        if not equals or not name or not limit:
            message = f"{flag} {text}: it takes METRIC=LIMIT"
            raise UsageError(Diagnostic("E803", message, help=f"for example: {flag} macs=300M"))
        pairs[name.strip()] = limit.strip()
    return pairs


def flag_budgets(
    max: WrittenLimits | None = None, max_increase: WrittenLimits | None = None, basis: Basis | None = None
) -> tuple[Budget, ...]:
    """Return a budget for every limit, about every network that is looked at.

    Args:
        max: Limits by metric.
        max_increase: Limits on growth by metric.
        basis: What they count by; None is the usual basis.

    Raises:
        UsageError: no such metric (E802), or not a quantity (E803); all of them.
    """
    errors: list[Diagnostic] = []
    budgets = []
    options = [("--max", *each) for each in (max or {}).items()]
    options += [("--max-increase", *each) for each in (max_increase or {}).items()]
    for option, name, written in options:
        rule = f"{option} {name}={written}"
        metric = find_metric(name)
        if metric is None:
            errors.append(Diagnostic("E802", f"{rule}: there is no metric `{name}`", help=_known(name)))
            continue
        try:
            if option == "--max":
                limits: dict[str, Any] = {"max": {metric.name: Limit(metric.parse(written), str(written))}}
            else:
                limits = {"max_increase": {metric.name: parse_growth(written, metric)}}
        except ValueError as error:
            errors.append(Diagnostic("E803", f"{rule}: {error}"))
        else:
            budgets.append(Budget(rule, None, basis=basis or Basis(), **limits))
    if errors:
        raise UsageError(errors)
    return tuple(budgets)
