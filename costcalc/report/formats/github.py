"""Annotations: lines that GitHub Actions shows beside the code of a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from costcalc.gate.result import Finding, LimitChange, ModelChange, Place, Result
from costcalc.report.blocks import plain_text
from costcalc.report.formats import Look, Printer
from costcalc.report.gate.summary import growth, largest, moved, worst_first
from costcalc.report.gate.words import (
    Numbers,
    advice,
    from_root,
    headlines,
    limit_text,
    model_text,
    rule_text,
)

MOST: Final = 10
"""GitHub drops what exceeds this, without a word."""

_MESSAGE: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


@dataclass(frozen=True, slots=True)
class _Annotation:
    level: Literal["error", "warning", "notice"]
    title: str
    message: str
    place: Place | None


def print_result(result: Result, look: Look) -> str:
    """Return an annotation per line, the worst ones; the last one says how many more there are."""
    annotations = [*_annotations(result, Numbers(look.raw))]
    shown = annotations[:MOST]
    more = len(annotations) - len(shown)
    return "".join(
        _line(annotation, look.folder, more if number == len(shown) else 0)
        for number, annotation in enumerate(shown, 1)
    )


def _annotations(result: Result, numbers: Numbers) -> Iterator[_Annotation]:
    findings = worst_first(result.findings)
    yield from (_finding(each, numbers, result) for each in findings if each.verdict == "fail")
    yield from (_limit(change) for change in result.limit_changes if change.loosened)
    yield from (_finding(each, numbers, result) for each in findings if each.verdict == "warn")
    if result.command == "diff":
        yield from (_change(model, numbers) for model in moved(result))


def _finding(finding: Finding, numbers: Numbers, result: Result) -> _Annotation:
    said = [numbers.finding(finding), rule_text(finding.rule)]
    said += [f"{text}" for text in (finding.rule.reason, finding.rule.message) if text]
    if finding.verdict == "fail":
        said.append(plain_text(advice(finding)))
    place = finding.place or _first_line(finding.model, result)
    level: Literal["error", "warning"] = "error" if finding.verdict == "fail" else "warning"
    return _Annotation(level, f"{finding.model}: {finding.metric}", "\n".join(said), place)


def _first_line(model: str, result: Result) -> Place | None:
    return next((Place(each.file, 1) for each in result.models if each.model == model), None)


def _limit(change: LimitChange) -> _Annotation:
    return _Annotation("warning", "a budget is loosened", limit_text(change), change.place)


def _change(model: ModelChange, numbers: Numbers) -> _Annotation:
    """Return a notice on the stage that changed most; one on a file that is gone would be shown nowhere."""
    changes = headlines(model.metrics)
    text = "\n".join(numbers.change(metric, values) for metric, values in changes.items()) or model.status
    metric = next(iter(changes), "")
    stages = [stage for stage in model.stages if stage.place and growth(stage, metric)]
    most, _ = largest(stages, metric, 1)
    place = most[0].place if most else Place(model.file, 1)
    return _Annotation("notice", model_text(model), text, None if model.status == "removed" else place)


def _line(annotation: _Annotation, folder: str, more: int) -> str:
    message = annotation.message + (f"\n+{more:,} more, in the job summary" if more else "")
    properties = {"title": annotation.title}
    if annotation.place:
        file = from_root(annotation.place.file, folder)
        properties = {"file": file, "line": str(annotation.place.line)} | properties
    said = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{annotation.level} {said}::{message.translate(_MESSAGE)}\n"


PRINTER: Final = Printer("github", ".txt", result=print_result)
