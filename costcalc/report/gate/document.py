"""What a check or a diff says: a result becomes one list of blocks, the most important first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from costcalc.gate.result import Finding, ModelChange, PartChange, Result
from costcalc.report.blocks import (
    JUDGEMENTS,
    JUDGEMENTS_ALIGN,
    Amount,
    Block,
    Card,
    Code,
    Document,
    Inline,
    Items,
    Judgement,
    Label,
    Rows,
    Sign,
    Soft,
    Words,
    judgement_rows,
)
from costcalc.report.gate.summary import (
    Blame,
    blames,
    growth,
    largest,
    moved,
    passes,
    severity,
    skipped,
    summary,
    worst_first,
)
from costcalc.report.gate.words import (
    HEADLINES,
    Numbers,
    advice,
    base_text,
    headlines,
    limit_text,
    metric_name,
    model_text,
    part_remark,
    rule_text,
    sentence,
)


def result_document(result: Result, *, raw: bool = False, top: int = 5) -> Document:
    """Return all that there is to say about a result.

    Args:
        result: What was found.
        raw: Exact integers instead of four significant digits.
        top: How many layers, and limits that are kept, are listed at most, those that matter most; 0 lists
            all.
    """
    is_check = result.command == "check"
    base = base_text(result.base) if result.base else ""
    numbers = Numbers(raw)
    return Document(
        kind=result.command,
        title=summary(result).rstrip("."),
        verdict=result.verdict if is_check else None,
        lead=("Compared with ", Code(base), ".") if base and is_check else (),
        blocks=(
            *_limit_changes(result),
            *_cards(result, numbers, top),
            *_changes(result, numbers, top),
            *_kept(result, numbers, top),
            *_notes(result),
        ),
        footer=result.context.words(),
    )


def _limit_changes(result: Result) -> Iterator[Block]:
    """Yield how this change moves budgets: first those that let more pass."""
    changes = sorted(result.limit_changes, key=lambda change: not change.loosened)
    items = tuple(
        (*((Label("warn"), " ") if change.loosened else ()), limit_text(change)) for change in changes
    )
    if items:
        yield Items("Budgets that this change moves", items)


def _cards(result: Result, numbers: Numbers, top: int) -> list[Card]:
    """Return a card per metric of a network that is not simply within its limits, the worst first."""
    found = blames(result, "fail", "warn", "note")
    found.sort(key=lambda blame: max(map(severity, blame.findings)), reverse=True)
    return [_card(blame, result, numbers, top) for blame in found]


def _card(blame: Blame, result: Result, numbers: Numbers, top: int) -> Card:
    card = Card(
        blame.verdict,
        blame.model.model,
        metric_name(blame.metric),
        tuple(_judgement(finding, numbers) for finding in worst_first(blame.findings)),
    )
    if blame.verdict == "note":
        return card
    rules = {finding.rule.name: finding.rule for finding in blame.findings}
    said = {
        name: " ".join(sentence(text) for text in (rule.reason, rule.message) if text)
        for name, rule in rules.items()
    }
    remarks: list[Words] = [(Code(name), f": {text}") for name, text in said.items() if text]
    if blame.verdict == "warn":
        return replace(card, remarks=tuple(remarks))
    remarks += dict.fromkeys(advice(finding) for finding in blame.findings if finding.verdict == "fail")
    values = blame.findings[0].values
    if result.base is None or values.base is None:
        change, total = "", values.value
    else:
        change, total = f"vs {base_text(result.base)}: {numbers.change(blame.metric, values, '')}", None
    stages, more_stages = largest(blame.model.stages, blame.metric, top)
    layers, more_layers = largest(blame.model.layers, blame.metric, top)
    parts = _parts(blame.model, blame.metric, stages, layers, more_stages + more_layers, numbers, total)
    return replace(card, change=change, parts=parts, remarks=tuple(remarks))


def _judgement(finding: Finding, numbers: Numbers) -> Judgement:
    return Judgement(
        finding.verdict,
        numbers.finding(finding),
        rule_text(finding.rule),
        finding.values.value,
        finding.limit,
    )


def _parts(
    model: ModelChange,
    metric: str,
    stages: Sequence[PartChange],
    layers: Sequence[PartChange],
    hidden: int,
    numbers: Numbers,
    total: int | None = None,
) -> Rows | None:
    """Return a row per stage and per layer: what it changes, or its share of a total; None without any."""
    parts = (*stages, *layers)
    if not parts:
        return None
    most = max(abs(growth(part, metric)) for part in parts) or 1
    rows = []
    for number, part in enumerate(parts):
        name = Code(part.name, strong=number < len(stages))
        sign = () if total is not None else (Sign(part.status),)
        amount = Amount(_part_text(part, metric, numbers, total), share=growth(part, metric) / most)
        rows.append((*sign, name, amount, Soft(part_remark(part, model.file))))
    signs = [] if total is not None else [""]
    headers = (*signs, "stage or layer", metric_name(metric), "")
    more = f"and {hidden:,} smaller; --top 0 shows all" if hidden else ""
    return Rows(headers, tuple(rows), "pp".rjust(len(headers), "l"), more=more)


def _part_text(part: PartChange, metric: str, numbers: Numbers, total: int | None) -> str:
    """Return what a part changes of a metric, or of another one where it leaves that as it was."""
    if not growth(part, metric):
        metric = next(iter(headlines(part.metrics)), metric)
    return numbers.part(part, metric, total) if metric in part.metrics else part.status


def _changes(result: Result, numbers: Numbers, top: int) -> Iterator[Block]:
    """Yield what became of every network that is not what it was; a diff says of each where."""
    models = moved(result)
    if not models:
        return
    headers = ("", "network", *map(metric_name, HEADLINES))
    rows = Rows(headers, tuple(_change(model, numbers) for model in models), "ll".ljust(len(headers), "r"))
    if result.command == "check":
        yield replace(rows, title=(f"What this change costs ({len(models):,})",), folded=True)
        return
    yield rows
    for model in models:
        metric = next(iter(headlines(model.metrics)), "")
        layers, hidden = largest(model.layers, metric, top)
        parts = _parts(model, metric, model.stages, layers, hidden, numbers)
        if parts:
            yield replace(parts, title=(Code(model_text(model)),), folded=True)


def _change(model: ModelChange, numbers: Numbers) -> tuple[Inline, ...]:
    """Return a row: the metrics that people ask about first; in words, others if none of these differs."""
    words = {metric: numbers.change(metric, values) for metric, values in headlines(model.metrics).items()}
    others = ", ".join(text for metric, text in words.items() if metric not in HEADLINES)
    cells = [Amount(numbers.cell(model, metric), words.get(metric, "")) for metric in HEADLINES]
    cells[0] = replace(cells[0], words=cells[0].words or others)
    return (Sign(model.status), Code(model_text(model)), *cells)


def _kept(result: Result, numbers: Numbers, top: int) -> Iterator[Block]:
    """Yield the limits that are kept, the closest first; of little concern while others are not."""
    kept = [(finding.model, _judgement(finding, numbers)) for finding in passes(result)]
    if kept:
        yield Rows(
            JUDGEMENTS,
            judgement_rows(kept),
            JUDGEMENTS_ALIGN,
            title=(f"Limits that are kept ({len(kept):,})",),
            folded=True,
            most=0 if result.verdict in ("warn", "fail") else top or None,
            further="further from their limits",
        )


def _notes(result: Result) -> Iterator[Block]:
    notes = (*result.notes, *skipped(result))
    if notes:
        yield Items("Notes", tuple((note,) for note in notes))
