"""One HTML file without scripts, that needs no network: for artifacts, mails and phones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from costcalc import __version__
from costcalc.gate.result import Finding, ModelChange, Part, Result
from costcalc.report.diagnostics import printable
from costcalc.report.gate.advice import advice
from costcalc.report.gate.places import limit_text, part_remark, rule_text
from costcalc.report.gate.style import STYLE
from costcalc.report.gate.summary import Blame, blames, growth, largest, moved, skipped, summary, worst_first
from costcalc.report.gate.words import (
    HEADLINES,
    Words,
    base_text,
    headlines,
    metric_name,
    model_text,
)


def render_html(result: Result, *, raw: bool, top: int) -> str:
    """Return the page."""
    words = Words(raw)
    title = f"costcalc {result.command}"
    body = [
        f"<p class='soft'>{title}</p>",
        f"<h1>{_verdict(result)}{_text(summary(result).rstrip('.'))}</h1>",
        _base(result),
        *_blames(result, words, top),
        *_section("Budgets that this change moves", _limits(result)),
        *_section("What changed", _changes(result, words, top)),
        *_section("Budgets", _findings(result, words)),
        *_section("Notes", [f"<p>{_text(note)}</p>" for note in (*result.notes, *skipped(result))]),
        f"<footer>{_text(result.context.words())} costcalc {_text(__version__)}</footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: {_text(summary(result))}</title>\n<style>{STYLE}</style>\n"
        + "\n".join(filter(None, body))
        + "\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _soft(text: str) -> str:
    return f"<span class='soft'>{_text(text)}</span>"


def _verdict(result: Result) -> str:
    return "" if result.command == "diff" else f"{_label(result.verdict)} "


def _label(verdict: str) -> str:
    return f"<b class='{verdict}'>{verdict.upper()}</b>"


def _base(result: Result) -> str:
    if result.base is None or result.command == "diff":
        return ""
    return f"<p class='soft'>compared with <code>{_text(base_text(result.base))}</code></p>"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = [*lines]
    if body:
        yield from (f"<h2>{title}</h2>", *body)


def _details(title: str, body: str, state: str = "") -> str:
    return f"<details {state}><summary>{title}</summary>{body}</details>"


def _table(headers: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f"<th>{header}" for header in headers)
    return f"<div class='scroll'><table><thead><tr>{head}</thead>{''.join(rows)}</table></div>"


def _row(*cells: str, titles: Iterable[str] = ()) -> str:
    """Return a row; a cell with a title is a number, and says so where there is no head."""
    names = [*titles]
    blank = [""] * (len(cells) - len(names))
    return "<tr>{}</tr>".format(
        "".join(
            f"<td class='number' title='{name}'>{cell}</td>" if name else f"<td>{cell}</td>"
            for cell, name in zip(cells, [*blank, *names], strict=True)
        )
    )


def _blames(result: Result, words: Words, top: int) -> Iterator[str]:
    for verdict in ("fail", "warn"):
        for blame in blames(result, verdict):
            yield f"<div class='card {verdict}'>{''.join(_blame(blame, result, words, top))}</div>"


def _blame(blame: Blame, result: Result, words: Words, top: int) -> Iterator[str]:
    values = blame.findings[0].values
    name = f"<code>{_text(blame.model.model)}</code> {_text(metric_name(blame.metric))}"
    yield f"<h3>{_label(blame.verdict)} {name}</h3>"
    for finding in blame.findings:
        yield f"<p>{_text(words.finding(finding))} {_soft(rule_text(finding.rule))}</p>{_bar(finding)}"
    for rule in {finding.rule.name: finding.rule for finding in blame.findings}.values():
        yield from (f"<p>{_text(text)}</p>" for text in (rule.reason, rule.message) if text)
    if blame.verdict == "fail":
        yield from (f"<p>{_text(text)}</p>" for text in dict.fromkeys(map(advice, blame.findings)))
        has_base = result.base is not None and values.base is not None
        yield _parts(blame.model, blame.metric, words, top, None if has_base else values.value)


def _bar(finding: Finding) -> str:
    """Draw the value against its limit, which is a line."""
    value, limit = finding.values.value, finding.limit
    if value is None or limit is None:
        return ""
    most = max(value, limit, 1)
    over = " class='over'" if value > limit else ""
    mark = min(100 * limit / most, 99.5)
    bar = f"<i{over} style='width:{100 * value / most:.2f}%'></i><u style='left:{mark:.2f}%'></u>"
    return f"<div class='limit'>{bar}</div>"


def _parts(model: ModelChange, metric: str, words: Words, top: int, total: int | None = None) -> str:
    stages, _ = largest(model.stages, metric, 0)
    layers, hidden = largest(model.layers, metric, top)
    if not (stages or layers):
        return ""
    most = max(abs(growth(part, metric)) for part in (*stages, *layers))
    rows = [_part(part, model, metric, words, total, most) for part in (*stages, *layers)]
    more = f"<p class='soft'>and {hidden:,} smaller</p>" if hidden else ""
    return _table(("stage or layer", "", metric_name(metric), ""), rows) + more


def _part(part: Part, model: ModelChange, metric: str, words: Words, total: int | None, most: int) -> str:
    amount = growth(part, metric)
    less = " class='less'" if amount < 0 else ""
    bar = f"<div class='share'><i{less} style='width:{max(100 * abs(amount) / most, 1):.1f}%'></i></div>"
    name = f"<code>{_text(part.name)}</code>"
    name = name if part in model.layers else f"<b>{name}</b>"
    return _row(name, bar, _text(words.part(part, metric, total)),
                _soft(part_remark(part, model.file)))  # fmt: skip


def _limits(result: Result) -> Iterator[str]:
    for change in result.limit_changes:
        mark = _label("warn") if change.loosened else ""
        yield f"<p>{mark} {_text(limit_text(change))}</p>"


def _changes(result: Result, words: Words, top: int) -> Iterator[str]:
    models = moved(result)
    titles = [metric_name(metric) for metric in HEADLINES]
    rows = [
        _row(
            f"<code>{_text(model_text(model))}</code>",
            model.status,
            *(_text(words.cell(model, metric)) for metric in HEADLINES),
            titles=titles,
        )
        for model in models
    ]
    if rows:
        yield _table(("network", "", *titles), rows)
    if result.command == "diff":
        for model in models:
            metric = next(iter(headlines(model.metrics)), "")
            if parts := _parts(model, metric, words, top):
                yield _details(f"<code>{_text(model_text(model))}</code>", parts, "open")


def _findings(result: Result, words: Words) -> Iterator[str]:
    rows = [
        _row(
            _label(finding.verdict),
            f"<code>{_text(finding.model)}</code>",
            _text(words.finding(finding)),
            _soft(rule_text(finding.rule)),
        )
        for finding in worst_first(result.findings)
    ]
    if rows:
        yield _details(f"all {len(rows):,} limits", _table(("", "network", "", "rule"), rows))
