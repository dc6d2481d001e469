"""A result as Markdown, for job summaries and comments: the verdict first, the rest to be unfolded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from costcalc import __version__
from costcalc.gate.result import Finding, ModelChange, Part, Result
from costcalc.report.gate.advice import advice
from costcalc.report.gate.places import limit_text, part_remark, place_text
from costcalc.report.gate.summary import blames, growth, largest, moved, passes, skipped, summary, worst_first
from costcalc.report.gate.words import (
    HEADLINES,
    LABELS,
    SIGNS,
    Words,
    base_text,
    headlines,
    metric_name,
    model_text,
)

_ICONS: Final = {"pass": "✅", "note": "✅", "warn": "⚠️", "fail": "❌"}
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#|~])")


def render_markdown(result: Result, *, raw: bool, top: int) -> str:
    """Return Markdown with the HTML that GitHub and GitLab let through."""
    return "\n\n".join(markdown_sections(result, raw=raw, top=top)) + "\n"


def markdown_sections(result: Result, *, raw: bool, top: int) -> list[str]:
    """Return its parts, the most important ones first; the last one says what the numbers rest on."""
    words = Words(raw)
    sections = [
        _heading(result),
        _limits(result),
        _findings(result, words),
        _rules(result),
        *_reasons(result, words, top),
        *_changes(result, words, top),
        _passes(result, words),
        "\n".join(f"- {escape(note)}" for note in (*result.notes, *skipped(result))),
        f"<sub>{escape(result.context.words())} costcalc {__version__}</sub>",
    ]
    return [section for section in sections if section]


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    text = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return " ".join(text.split())


def code(text: str) -> str:
    """Return text as code; in a table a bar must not end the cell."""
    text = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{text}`" if text else ""


def table(headers: Iterable[str], rows: Iterable[Iterable[str]], numbers: int = 0) -> str:
    """Return a table of cells that are Markdown already; the last columns may be numbers."""
    titles = list(headers)
    rules = [":--"] * (len(titles) - numbers) + ["--:"] * numbers
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, rules, *rows))


def details(title: str, body: str) -> str:
    """Return what is shown when somebody asks for it."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def _heading(result: Result) -> str:
    said = escape(summary(result).rstrip("."))
    if result.command == "diff":
        return f"### costcalc: {said}"
    against = f"Compared with {code(base_text(result.base))}." if result.base else ""
    heading = f"### {_ICONS[result.verdict]} costcalc: {said}"
    return "\n\n".join(filter(None, (heading, against)))


def _limits(result: Result) -> str:
    loosened = [change for change in result.limit_changes if change.loosened]
    others = [change for change in result.limit_changes if not change.loosened]
    lines = [f"- ⚠️ {escape(limit_text(change))}" for change in loosened]
    lines += [f"- {escape(limit_text(change))}" for change in others]
    return "\n".join(("**Budgets that this change moves**", "", *lines)) if lines else ""


def _findings(result: Result, words: Words) -> str:
    """Return a row per limit that is not simply kept."""
    shown = [each for each in worst_first(result.findings) if each.verdict != "pass"]
    rows = [_finding_row(finding, words) for finding in shown if finding.outcome != "skipped"]
    return table(("", "network", "", "rule"), rows) if rows else ""


def _finding_row(finding: Finding, words: Words) -> tuple[str, ...]:
    rule = finding.rule
    where = escape(place_text(rule.place)) if rule.place else "from the command line"
    label = f"{_ICONS[finding.verdict]} {LABELS[finding.verdict]}"
    return label, code(finding.model), escape(words.finding(finding)), f"{code(rule.name)} {where}"


def _rules(result: Result) -> str:
    """Return what the rules that are broken say, and what can be done."""
    troubled = [each for each in worst_first(result.findings) if each.verdict in ("warn", "fail")]
    rules = {each.rule.name: each.rule for each in troubled}
    said = {
        name: " ".join(escape(f"{text.rstrip('.')}.") for text in (rule.reason, rule.message) if text)
        for name, rule in rules.items()
    }
    lines = [f"- {code(name)}: {text}" for name, text in said.items() if text]
    todo = dict.fromkeys(advice(finding) for finding in troubled if finding.verdict == "fail")
    return "\n".join((*lines, *(f"- {escape(text)}" for text in todo)))


def _reasons(result: Result, words: Words, top: int) -> Iterator[str]:
    """Yield, per breach, how the metric changed and which stages and layers are to blame."""
    for blame in blames(result, "fail"):
        metric, values = blame.metric, blame.findings[0].values
        has_base = result.base is not None and values.base is not None
        change = f": {escape(words.change(metric, values, ''))}" if has_base else ""
        parts = _parts(blame.model, metric, words, top, None if has_base else values.value)
        if parts:
            yield f"**{code(blame.model.model)} {escape(metric_name(metric))}**{change}\n\n{parts}"


def _parts(model: ModelChange, metric: str, words: Words, top: int, total: int | None = None) -> str:
    """Return a row per stage and per layer that matters."""
    stages, _ = largest(model.stages, metric, 0)
    layers, hidden = largest(model.layers, metric, top)
    rows = [_part_row(part, model, metric, words, total) for part in (*stages, *layers)]
    if not rows:
        return ""
    shown = table(("", "stage or layer", metric_name(metric), ""), rows)
    return shown + (f"\n\nand {hidden:,} smaller" if hidden else "")


def _part_row(
    part: Part, model: ModelChange, metric: str, words: Words, total: int | None
) -> tuple[str, ...]:
    sign = "" if total is not None else code(SIGNS[part.status])
    return (
        sign,
        code(part.name),
        escape(words.part(part, metric, total)),
        escape(part_remark(part, model.file)),
    )


def _changes(result: Result, words: Words, top: int) -> list[str]:
    """Return what became of every network that is not what it was; a diff says of each where."""
    models = moved(result)
    if not models:
        return []
    rows = [
        (
            code(SIGNS[model.status]),
            code(model_text(model)),
            *(escape(words.cell(model, metric)) for metric in HEADLINES),
        )
        for model in models
    ]
    overview = table(("", "network", *map(metric_name, HEADLINES)), rows, numbers=len(HEADLINES))
    if result.command == "check":
        return [details(f"What this change costs ({len(models):,})", overview)]
    return [overview, *(_model_details(model, words, top) for model in models)]


def _model_details(model: ModelChange, words: Words, top: int) -> str:
    metric = next(iter(headlines(model.metrics)), "")
    parts = _parts(model, metric, words, top) if any(growth(part, metric) for part in model.layers) else ""
    return details(f"<code>{escape(model_text(model))}</code>", parts) if parts else ""


def _passes(result: Result, words: Words) -> str:
    rows = [_finding_row(finding, words) for finding in passes(result)]
    body = table(("", "network", "", "rule"), rows)
    return details(f"Limits that are kept ({len(rows):,})", body) if rows else ""
