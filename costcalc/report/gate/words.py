"""How a check and a diff speak: amounts, changes and findings in words that all formats share."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Final

from costcalc.cost import Basis, find_metric, format_dtypes
from costcalc.gate.budget import round_limit
from costcalc.gate.result import (
    Base,
    Finding,
    LimitChange,
    LimitSource,
    ModelChange,
    PartChange,
    Place,
    Values,
)
from costcalc.report.blocks import Code, Words
from costcalc.units import format_bytes, format_count, format_percent, parse_quantity

HEADLINES: Final = ("macs", "params", "memory_access", "peak_memory")
"""What people ask about first; the other metrics follow from these or are for machines."""

_DELTA_DIGITS: Final = 3


def metric_name(name: str) -> str:
    """Return a metric as a sentence says it: `MACs`, `peak memory`."""
    metric = find_metric(name)
    if metric is not None and metric.unit in ("MACs", "FLOPs"):
        return metric.header
    return "weights" if name == "param_bytes" else name.replace("_", " ")


def is_bytes(name: str) -> bool:
    """Tell whether a metric is measured in bytes; all others are counts."""
    metric = find_metric(name)
    return metric is not None and metric.is_bytes


def base_text(base: Base) -> str:
    """Return `origin/main@3f2a9c1`, and whether that is where the branches parted."""
    commit = f"@{base.commit[:7]}" if base.commit else ""
    return f"{base.name}{commit}{' (merge base)' if base.is_merge_base else ''}"


def _conditions(basis: Basis, metric: str) -> str:
    """Return what a metric rests on beside what numbers rest on unless somebody says otherwise."""
    usual = Basis()
    in_bytes = is_bytes(metric)
    conditions = [
        format_dtypes(basis.weights, basis.activations) if in_bytes else "",
        "weights in RAM" if in_bytes and basis.weights_in_ram else "",
        f"fusion {basis.fusion}" if in_bytes and basis.fusion != usual.fusion else "",
        f"{basis.order} order" if in_bytes and basis.order != usual.order else "",
        f"{basis.convention.name} convention" if basis.convention != usual.convention else "",
        f"batch {basis.batch}" if basis.batch != usual.batch else "",
    ]
    return ", ".join(filter(None, conditions))


def headlines(metrics: Mapping[str, Values]) -> dict[str, Values]:
    """Return the metrics that differ: those that people ask about first, or others if none of those does."""
    differing = {metric: values for metric, values in metrics.items() if values.value != values.base}
    return {name: differing[name] for name in HEADLINES if name in differing} or differing


def percent_text(delta: int, base: int) -> str:
    """Return a change relative to what was: one decimal, two below one percent.

    >>> percent_text(124, 4000), percent_text(-1, 300), percent_text(3, 100_000)
    ('+3.1%', '-0.33%', '+<0.01%')
    """
    share = Decimal(100 * delta) / base
    if 0 < abs(share) < Decimal("0.005"):
        return f"{'-' if share < 0 else '+'}<0.01%"
    places = "0.01" if 0 < abs(share) < 1 else "0.1"
    return f"{share.quantize(Decimal(places), ROUND_HALF_UP):+f}%"


def _sign(delta: int) -> str:
    return "-" if delta < 0 else "+"


def _shorter(text: str) -> str:
    number = text.rstrip("BiKMGTk ")
    return _plain(Decimal(number.replace(",", ""))) + text[len(number) :]


def _exact(metric: str, value: int) -> str:
    return f"{value:,} B" if is_bytes(metric) else f"{value:,}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Numbers:
    """Puts numbers into words: four significant digits, or exact integers when `raw`."""

    raw: bool = False

    def amount(self, metric: str, value: int | None, digits: int = 4) -> str:
        """Return an amount, without zeros that say nothing: `300M`, `312.4M`, `8 MiB`."""
        if value is None:
            return "?"
        if self.raw:
            return f"{value} B" if is_bytes(metric) else str(value)
        text = (format_bytes if is_bytes(metric) else format_count)(value, digits)
        short = _shorter(text)
        return short if parse_quantity(short, bytes_=is_bytes(metric)) == value else text

    def pair(self, metric: str, left: int | None, right: int | None, digits: int = 4) -> tuple[str, str]:
        """Return two amounts that are read against each other: exact, if rounding would make them equal."""
        texts = self.amount(metric, left, digits), self.amount(metric, right, digits)
        if left is None or right is None or left == right or _shorter(texts[0]) != _shorter(texts[1]):
            return texts
        return _exact(metric, left), _exact(metric, right)

    def signed(self, metric: str, delta: int) -> str:
        """Return a difference with its sign."""
        return f"{_sign(delta) if delta else ''}{self.amount(metric, abs(delta), _DELTA_DIGITS)}"

    def change(self, metric: str, values: Values, name: str | None = None) -> str:
        """Return `+12.4M MACs (+3.1%, 401.2M -> 413.6M)`."""
        name = metric_name(metric) if name is None else name
        named = f" {name}" if name else ""
        match values.value, values.base:
            case None, None:
                return f"?{named}"
            case int() as value, None:
                return f"{self.signed(metric, value)}{named} (new)"
            case None, int() as base:
                return f"{self.signed(metric, -base)}{named} (gone)"
            case int() as value, int() as base:
                before, after = self.pair(metric, base, value)
                share = percent_text(value - base, base) if base else "new"
                return f"{self.signed(metric, value - base)}{named} ({share}, {before} -> {after})"
        raise AssertionError(values)

    def cell(self, model: ModelChange, metric: str) -> str:
        """Return a metric of a network for a table: what it is now, and how much more."""
        if metric not in model.metrics:
            return ""
        value, base = model.metrics[metric].value, model.metrics[metric].base
        if model.status == "removed":
            return self.amount(metric, base)
        if model.status == "added" or value is None or base is None or value == base:
            return self.amount(metric, value)
        return f"{self.amount(metric, value)} ({percent_text(value - base, base) if base else 'new'})"

    def part(self, part: PartChange, metric: str, total: int | None = None) -> str:
        """Return what a stage or a layer changes, or which share of a total it is."""
        values = part.metrics[metric]
        if total is None or values.value is None:
            return self.change(metric, values)
        share = f" ({format_percent(Fraction(values.value, total))})" if total else ""
        return f"{self.amount(metric, values.value)} {metric_name(metric)}{share}"

    def finding(self, finding: Finding) -> str:
        """Return one finding without the network and the rule: `macs 312.4M > 300M by 12.4M (4.1%)`."""
        remark = _conditions(finding.context, finding.metric) if finding.context else ""
        return self._finding(finding) + (f" [{remark}]" if remark else "")

    def _finding(self, finding: Finding) -> str:
        if finding.outcome == "skipped":
            return f"{finding.metric}: {finding.kind} is skipped, as there is no base"
        if finding.values.value is None or finding.outcome == "unknown":
            limit = (
                ""
                if finding.limit is None
                else f", the limit is {self.amount(finding.metric, finding.limit)}"
            )
            return f"{finding.metric} is unknown{limit}"
        if finding.limit is None:
            return f"{finding.metric} {self.amount(finding.metric, finding.values.value)} ({finding.outcome})"
        if finding.kind == "max_increase":
            return self._increase(finding, finding.values.value, finding.limit)
        return self._against_limit(finding, finding.values.value, finding.limit)

    def _against_limit(self, finding: Finding, value: int, limit: int) -> str:
        metric, room = finding.metric, abs(limit - value)
        measured, allowed = self.pair(metric, value, limit)
        amount = self.amount(metric, room, _DELTA_DIGITS)
        share = f" ({percent_text(room, limit)[1:]})" if limit else ""
        if value > limit:
            remark = {"growing": ", and growing", "over_before": ", as before this change"}
            return f"{metric} {measured} > {allowed} by {amount}{share}{remark.get(finding.outcome, '')}"
        if finding.kind == "max_slack":
            lower = ": the limit can be lowered" if finding.outcome == "slack" else ""
            return f"{metric} {measured} is {amount}{share} under {allowed}{lower}"
        new = ", new" if finding.outcome == "new" else ""
        return f"{metric} {measured} <= {allowed}, {amount}{share} left{new}"

    def _increase(self, finding: Finding, value: int, limit: int) -> str:
        metric, base = finding.metric, finding.values.base
        if base is None:
            return f"{metric} {self.amount(metric, value)}, new"
        grown, allowed = value - base, limit - base
        amounts = self.pair(metric, abs(grown), abs(allowed), _DELTA_DIGITS)
        change, most = (
            f"{_sign(delta)}{amount}" + (f" ({percent_text(delta, base)})" if base else "")
            for delta, amount in zip((grown, allowed), amounts, strict=True)
        )
        return f"{metric} {change if grown else 'unchanged'}, allowed {most}"


def model_text(model: ModelChange) -> str:
    """Return a network by its reference, and by the former one if it was renamed."""
    return f"{model.before} -> {model.model}" if model.status == "renamed" and model.before else model.model


# ---- where things are written -------------------------------------------------------------------


def place_text(place: Place) -> str:
    """Return `net.yaml:31`."""
    return f"{place.file}:{place.line}"


def from_root(file: str, folder: str) -> str:
    """Return the path of a file of a folder from where the folder's own path starts.

    >>> from_root("nets/a.yaml", "ml"), from_root("../a.yaml", "ml"), from_root("nets/a.yaml", "")
    ('ml/nets/a.yaml', 'a.yaml', 'nets/a.yaml')
    """
    return posixpath.normpath(PurePath(folder, file).as_posix())


def sentence(text: str) -> str:
    """Return what somebody wrote as a sentence.

    >>> sentence("ask first "), sentence("Really?")
    ('ask first.', 'Really?')
    """
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def rule_text(rule: LimitSource) -> str:
    """Return who set a limit, and where it is written."""
    return f'rule "{rule.name}" {place_text(rule.place)}' if rule.place else f"rule {rule.name}"


def part_remark(part: PartChange, file: str) -> str:
    """Return what a stage or a layer is and was, and its line, in short if it is in the network's file."""
    place = part.place
    if place is None:
        return _transition(part)
    name = PurePath(place.file)
    where = f"{name.name if place.file == file or name.is_absolute() else place.file}:{place.line}"
    return ", ".join(filter(None, (_transition(part), where)))


def _transition(part: PartChange) -> str:
    """Return `c = 96 -> 128`, `conv 3x3 -> conv 5x5`, or what there is of the two."""
    if not (part.before and part.now) or part.before == part.now:
        return part.now or part.before
    name, equals, value = part.now.partition(" = ")
    same = equals and part.before.startswith(name + equals) and "," not in part.before + part.now
    return f"{part.before} -> {value if same else part.now}"


def limit_text(change: LimitChange) -> str:
    """Return how a limit moved: `max.macs 300M -> 320M, loosened, rule "mobile" costcalc.toml:14`."""
    match change.before, change.after:
        case None, after:
            moved = f"{after}, new"
        case before, None:
            moved = f"{before}, removed"
        case before, after:
            moved = f"{before} -> {after}, {'loosened' if change.loosened else 'tightened'}"
    return f'{change.key} {moved}, rule "{change.rule}" {place_text(change.place)}'


# ---- what can be done ----------------------------------------------------------------------------


def advice(finding: Finding) -> Words:
    """Return what to do about a breach: the command that allows it, for whoever decides so."""
    if finding.values.value is None:
        return "Choose a convention that knows all of its operators: ", Code("costcalc explain")
    place, metric = finding.rule.place, finding.metric
    if place is None and finding.kind == "max_increase":
        return "Shrink it, or allow more: ", Code(f"--max-increase {metric}=...")
    limit = round_limit(finding.values.value, metric, grain=5)
    if place is None:
        return "Shrink it, or allow more: ", Code(f"--max {metric}={limit}")
    if finding.kind == "max_increase" or not place.file.endswith(".toml"):  # which the command cannot raise
        return (f"Shrink it, or allow more: {finding.kind}.{metric}, {place_text(place)}",)
    rule = shlex.quote(finding.rule.name)
    return "Shrink it, or: ", Code(f'costcalc budget raise {rule} {metric}={limit} --reason "..."')
