"""Ratchets: limits written to files, a little above what is measured, and moved where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from costcalc.cost import find_metric
from costcalc.cost import metric as metric_of
from costcalc.errors import CostcalcError, Diagnostic, UsageError, did_you_mean
from costcalc.gate import located, toml
from costcalc.gate.budget import HEADROOM, USUAL, Budget, Limit, round_limit
from costcalc.gate.config import Config
from costcalc.gate.gather import Pair
from costcalc.gate.networks import Counted, Networks
from costcalc.gate.patterns import collected, every_spec
from costcalc.gate.result import Place
from costcalc.networks import Reference
from costcalc.spec.files import shown
from costcalc.units import format_count


@dataclass(frozen=True, slots=True)
class Edit:
    """A limit that gets another value.

    Attributes:
        budget: Whose.
        metric: Which of its `max`.
        before: As it is written now.
        after: As it will be.
        place: Where, for people.
        path: Where, in its document.
    """

    budget: Budget
    metric: str
    before: str
    after: str
    place: Place | None
    path: located.Path


def tighter(budgets: Iterable[Budget], pairs: Iterable[Pair], headroom: Fraction | None = None) -> list[Edit]:
    """Return the limits that are further above what is measured than need be; nothing is ever raised.

    Args:
        budgets: Those whose limits to look at.
        pairs: Every network that they are about.
        headroom: Percent to leave above the largest network; None is what each budget says.
    """
    pairs = list(pairs)
    edits: list[Edit] = []
    for budget in budgets:
        room = budget.headroom if headroom is None else headroom
        for metric, limit in budget.max.items():
            measured = [pair.now.metrics[budget.basis][metric] for pair in pairs if budget in pair.budgets]
            known = [value for value in measured if value is not None]
            if not known or len(known) < len(measured):
                continue
            after = round_limit(-int(-max(known) * (100 + room) // 100), metric)
            if metric_of(metric).parse(after) < limit.value:
                edits.append(Edit(budget, metric, limit.written, after, limit.place, limit.path))
    return edits


def raised(config: Config, rule: str, limits: Mapping[str, str]) -> list[Edit]:
    """Return what it takes to raise limits of a budget.

    Raises:
        CostcalcError: there is no such budget or limit (E818), or the limit would not go up, or go above
            its ceiling (E817).
    """
    budget = next((each for each in config.budgets if each.name == rule), None)
    if budget is None:
        names = [each.name for each in config.budgets]
        help = did_you_mean(rule, names) or f"budgets: {', '.join(names) or 'none'}"
        raise UsageError(Diagnostic("E818", f"{shown(config.file)} has no budget `{rule}`", help=help))
    edits: list[Edit] = []
    errors: list[Diagnostic] = []
    for name, written in limits.items():
        known = find_metric(name)
        metric = known.name if known else name
        limit = budget.max.get(metric)
        if limit is None:
            help = did_you_mean(metric, budget.max) or f"its limits: {', '.join(budget.max) or 'none'}"
            errors.append(Diagnostic("E818", f"`{rule}` has no `max` for {metric}", help=help))
            continue
        problem = _refusal(budget, metric, limit, written)
        if problem is None:
            edits.append(Edit(budget, metric, limit.written, written, limit.place, limit.path))
        else:
            errors.append(problem)
    if errors:
        raise UsageError(errors)
    return edits


def _refusal(budget: Budget, metric: str, limit: Limit, written: str) -> Diagnostic | None:
    try:
        value = metric_of(metric).parse(written)
    except ValueError as error:
        return Diagnostic("E803", f"{metric}: {error}")
    if value <= limit.value:
        message = f"{written} does not raise the limit on {metric}, which is {limit.written}"
        return Diagnostic("E817", message, help="`costcalc budget tighten` lowers limits")
    ceiling = budget.ceiling.get(metric)
    if ceiling is not None and value > ceiling.value:
        message = f"{written} is above the ceiling on {metric} of `{budget.name}`, which is {ceiling.written}"
        where = f"{ceiling.place.file}:{ceiling.place.line}" if ceiling.place else "its budget"
        return Diagnostic("E817", message, help=f"whoever may move the ceiling edits {where}")
    return None


def rewritten(edits: Iterable[Edit], reason: str | None = None) -> dict[Path, str]:
    """Return the new texts of the files that edits are about.

    Args:
        edits: Limits to write.
        reason: What their budgets give as `reason` from now on; None leaves that alone.

    Raises:
        CostcalcError: a file cannot be read any more (E805).
    """
    by_file: dict[Path, list[Edit]] = {}
    for edit in edits:
        assert edit.budget.file is not None
        by_file.setdefault(edit.budget.file, []).append(edit)
    return {file: _rewritten(file, of_one, reason) for file, of_one in by_file.items()}


def _rewritten(file: Path, edits: list[Edit], reason: str | None) -> str:
    try:
        document = toml.parse(file.read_bytes(), shown(file))
    except OSError as error:
        raise CostcalcError(Diagnostic("E805", f"cannot read {shown(file)}: {error.strerror}")) from None
    replacements = []
    for edit in edits:
        span = document.spans[edit.path]
        replacements.append((span.start, span.end, _string(edit.after)))
    if reason is not None:
        for key in dict.fromkeys(edit.budget.key for edit in edits):
            replacements.append(_reason(document, key, reason))
    return document.edited(replacements)


def _reason(document: toml.TomlDocument, key: located.Path, reason: str) -> tuple[int, int, str]:
    """Return how to state a reason: in place of the old one, else on a line behind the limits."""
    if (*key, "reason") in document.spans:
        span = document.spans[*key, "reason"]
        return span.start, span.end, _string(reason)
    text, limits = document.text, document.spans[*key, "max"]
    after = document.spans[key].end if text[limits.key] == "[" else limits.end
    end = text.find("\n", after)
    end = len(text) if end < 0 else end - (text[end - 1] == "\r")
    line_end = "\r\n" if "\r\n" in text else "\n"
    return end, end, f"{line_end}reason = {_string(reason)}"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a basic string of TOML is one of JSON


# ---- the first limits --------------------------------------------------------------------------

LIMITED = ("macs", "params")

_HEAD = f"""\
# What networks may cost. `costcalc check` holds them to it; docs: costcalc check --help
# Limits are {HEADROOM} % above what was measured. `costcalc budget tighten` lowers them, and
# `costcalc budget raise NAME macs=... --reason "..."` raises one. Further keys: max_increase, message, level.
"""


def first_config(folder: Path) -> tuple[str, int]:
    """Return the text of a file of budgets for all specs below a folder, and how many budgets it has.

    A spec that has no defaults gets a budget for every variant.

    Raises:
        CostcalcError: there is no spec (E806), or some are wrong.
    """
    networks = Networks()
    counted: list[Counted] = []
    errors: list[Diagnostic] = []
    for target in every_spec(folder, networks):
        with collected(errors):
            for each in _buildable(target, networks):
                counted.append(networks.count(each, [USUAL]))
    if errors:
        raise CostcalcError(dict.fromkeys(errors))
    if not counted:
        help = "`costcalc new my_net` writes one to begin with"
        raise CostcalcError(Diagnostic("E806", f"there is no spec in {folder} or below", help=help))
    return "\n".join([_HEAD, *_budgets(counted, folder)]), len(counted)


def _buildable(target: Reference, networks: Networks) -> list[Reference]:
    spec = networks.spec(target.path)
    has_defaults = all(
        each.default is not None or name in spec.overrides for name, each in spec.params.items()
    )
    return [target] if has_defaults else networks.matching(target.path, "*")


def _budgets(counted: Iterable[Counted], folder: Path) -> Iterable[str]:
    for each in counted:
        path = each.reference.path.relative_to(folder).as_posix()
        match = f"{path}@{each.reference.terms}" if each.reference.terms else path
        measured = {name: each.metrics[USUAL][name] for name in LIMITED}
        known = {name: value for name, value in measured.items() if value is not None}
        limits = ", ".join(f'{name} = "{_limit(value, name)}"' for name, value in known.items())
        shown = ", ".join(f"{format_count(value)} {name}" for name, value in known.items())
        quoted = json.dumps(match, ensure_ascii=False)
        yield f"[[budget]]\nmatch = [{quoted}]\nmax = {{{limits}}}  # measured: {shown}\n"


def _limit(value: int, metric: str) -> str:
    return round_limit(-int(-value * (100 + HEADROOM) // 100), metric)
