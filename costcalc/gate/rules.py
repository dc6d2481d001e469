"""One `[[budget]]` table to a `Budget`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from costcalc.cost import CONVENTIONS, DTYPES, FUSIONS
from costcalc.gate import toml
from costcalc.gate.budget import HEADROOM, LEVELS, Budget, Growth, Limit
from costcalc.gate.metrics import METRICS, Metric
from costcalc.gate.pattern import Pattern, parse_pattern
from costcalc.gate.result import Context, Place, place_of
from costcalc.gate.table import Table, parse_percent

CONTEXT_KEYS: Final = (
    "convention",
    "batch",
    "dtype",
    "weights_dtype",
    "activations_dtype",
    "fusion",
    "weights_in_ram",
)
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
    *CONTEXT_KEYS,
)
GROWTH_KEYS: Final = ("pct", "abs")


def read_context(table: Table, keys: Mapping[str, toml.Path], default: Context) -> Context:
    """Return what numbers rest on: what a table says, and the default for the rest."""
    both = table.word(keys.get("dtype"), DTYPES, "number format")
    said: dict[str, Any] = {
        "convention": table.word(keys.get("convention"), CONVENTIONS, "convention"),
        "batch": table.count(keys.get("batch"), "`batch`"),
        "weights_dtype": table.word(keys.get("weights_dtype"), DTYPES, "number format") or both,
        "activations_dtype": table.word(keys.get("activations_dtype"), DTYPES, "number format") or both,
        "fusion": table.word(keys.get("fusion"), FUSIONS, "fusion"),
        "weights_in_ram": table.flag(keys.get("weights_in_ram"), "`weights_in_ram`"),
    }
    return replace(default, **{key: value for key, value in said.items() if value is not None})


def read_budget(
    table: Table, path: toml.Path, file: Path, context: Context, own: Pattern | None = None
) -> Budget | None:
    """Return a budget; None, after noting why, if it has none of what makes one.

    Args:
        table: What reads it.
        path: Where it is.
        file: The file that it stands in.
        context: What its numbers rest on unless it says otherwise.
        own: What it is about if it cannot say that itself.
    """
    before = len(table.errors)
    known = [key for key in BUDGET_KEYS if own is None or key != "match"]
    keys = table.known(path, known, "a budget")
    match = (own,) if own else _patterns(table, path, keys.get("match"), file.parent)
    maxima = _limits(table, keys.get("max"), "`max`")
    growths = _growths(table, keys.get("max_increase"))
    ceilings = _limits(table, keys.get("ceiling"), "`ceiling`")
    budget = Budget(
        name=table.text(keys.get("name"), "`name`") or (match[0].text if match else ""),
        match=match,
        max=maxima,
        max_increase=growths,
        ceiling=ceilings,
        max_slack=table.percent(keys.get("max_slack"), "`max_slack`"),
        headroom=_or(table.percent(keys.get("headroom"), "`headroom`"), HEADROOM),
        level=table.word(keys.get("level"), LEVELS, "level") or "error",
        message=table.text(keys.get("message"), "`message`"),
        reason=table.text(keys.get("reason"), "`reason`"),
        context=read_context(table, keys, context),
        place=place_of(table.document.key(path)),
        file=file,
        key=path,
    )
    if len(table.errors) == before and not (maxima or growths):
        example = 'for example `max = {macs = "300M"}`'
        table.wrong(path, f"budget `{budget.name}` has neither `max` nor `max_increase`", example)
    for metric, limit in maxima.items():
        if metric in ceilings and limit.value > ceilings[metric].value:
            where = (*keys["max"], metric)
            table.wrong(where, f"{limit.written} is above the ceiling of {ceilings[metric].written}", None)
    return budget if len(table.errors) == before else None


def _or(value: Fraction | None, default: Fraction) -> Fraction:
    return default if value is None else value


def _patterns(table: Table, path: toml.Path, key: toml.Path | None, folder: Path) -> tuple[Pattern, ...]:
    if key is None:
        table.wrong(path, "a budget says which networks it is about", 'add `match = ["specs/*.yaml"]`')
    patterns = []
    for text, where in table.texts(key, "`match`"):
        if Path(text).is_absolute():
            table.wrong(where, f"`{text}` is absolute", "paths are relative to the folder of this file")
        else:
            patterns.append(parse_pattern(text, folder, table.place(where)))
    return tuple(patterns)


def _limits(table: Table, path: toml.Path | None, what: str) -> dict[str, Limit]:
    limits = {}
    for name, where in ({} if path is None else table.known(path, METRICS, what)).items():
        value = _quantity(table, where, METRICS[name])
        if value is not None:
            limits[name] = Limit(value, str(table.at(where)), table.place(where))
    return limits


def _quantity(table: Table, path: toml.Path, metric: Metric) -> int | None:
    written = table.at(path)
    if type(written) not in (str, int):
        table.wrong(path, f"a limit on {metric.name} is a quantity", f'for example "{_example(metric)}"')
        return None
    try:
        return metric.parse(written)
    except ValueError as error:
        table.wrong(path, f"{metric.name}: {error}", None)
        return None


def _example(metric: Metric) -> str:
    return "8 MiB" if metric.is_bytes else "300M"


def _growths(table: Table, path: toml.Path | None) -> dict[str, Growth]:
    growths = {}
    for name, where in ({} if path is None else table.known(path, METRICS, "`max_increase`")).items():
        growth = _growth(table, where, METRICS[name])
        if growth is not None:
            growths[name] = growth
    return growths


def _growth(table: Table, path: toml.Path, metric: Metric) -> Growth | None:
    """Read `"2%"`, `"50k"` or `{pct = 2, abs = "50k"}`."""
    written = table.at(path)
    place = table.place(path)
    if not isinstance(written, dict):
        try:
            return parse_growth(written, metric, place)
        except ValueError as error:
            table.wrong(path, f"{metric.name}: {error}", None)
            return None
    keys = table.known(path, GROWTH_KEYS, "an increase")
    percent = table.percent(keys.get("pct"), "`pct`")
    amount = _quantity(table, keys["abs"], metric) if "abs" in keys else None
    if not keys:
        table.wrong(path, "an increase is a percentage, an amount, or both", '`{pct = 2, abs = "50k"}`')
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
