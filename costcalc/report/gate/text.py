"""A check or a diff for a terminal or a log, which people read from its end."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from costcalc.gate.result import Finding, ModelChange, Part, Result
from costcalc.report.diagnostics import printable
from costcalc.report.gate.advice import advice
from costcalc.report.gate.places import limit_text, part_remark, rule_text
from costcalc.report.gate.summary import Blame, blames, growth, largest, moved, passes, skipped, summary
from costcalc.report.gate.words import LABELS, SIGNS, Words, base_text, headlines, model_text

_BELOW: Final = 5
"""What explains a verdict stands below it, under the name behind the label."""

_MOST_CAUSES: Final = 3
_NARROWEST: Final = 30
_COLOURS: Final = {
    "FAIL": "1;31",
    "WARN": "1;33",
    "NOTE": "1;36",
    "PASS": "1;32",
    "+": "32",
    "-": "31",
    "~": "33",
    ">": "36",
}
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:[KMGT]i)?B\b)")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that may have to be broken: how far it is indented, a label or sign, and the text."""

    text: str
    mark: str = ""
    indent: int = 0

    def drawn(self, width: int | None, colour: bool) -> str:
        """Return the line, broken if it is too wide: at double blanks if that helps, else between words."""
        start = " " * self.indent + (f"{self.mark} " if self.mark else "")
        below = " " * (len(start) if self.mark else self.indent + 2)
        lines = [start]
        for phrase in printable(self.text.replace("\n", " ")).split("  "):
            gap = "" if lines[-1].isspace() or lines[-1] in ("", start) else "  "
            if width is None or len(lines[-1]) + len(gap) + len(phrase) <= width:
                lines[-1] += gap + phrase
            elif len(below) + len(phrase) <= width:
                lines.append(below + phrase)
            else:
                lines[-1:] = _wrapped(lines[-1] + gap + phrase, width, below)
        text = "\n".join(line.rstrip() for line in lines)
        if colour and self.mark:
            return text.replace(self.mark, f"\x1b[{_COLOURS[self.mark]}m{self.mark}\x1b[0m", 1)
        return text


def _wrapped(text: str, width: int, below: str) -> list[str]:
    """Break a line between words, of which an amount with its unit is one, and a long name too."""
    lines = textwrap.wrap(
        _UNIT.sub("\N{NO-BREAK SPACE}", text),
        max(width, _NARROWEST),
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def render_text(result: Result, *, width: int | None, colour: bool, raw: bool, top: int) -> str:
    """Return the result for people, the most important line last.

    Args:
        result: What to tell.
        width: Where to break lines; None breaks none.
        colour: Whether to paint verdicts and signs.
        raw: Exact integers.
        top: How many layers, and passes, are listed: the most important ones. 0 lists all.
    """
    writer = _Writer(result, Words(raw), top)
    blocks = ["\n".join(line.drawn(width, colour) for line in block) for block in writer.blocks()]
    return "\n\n".join(filter(None, blocks)) + "\n"


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes a result in blocks, between which stands an empty line."""

    result: Result
    words: Words
    top: int

    def blocks(self) -> Iterator[list[_Line]]:
        if self.result.command == "diff":
            for model in moved(self.result):
                yield [*self._model(model), *self._parts(model)]
        else:
            yield [line for model in moved(self.result) for line in self._model(model)]
        yield [*self._limits()]
        yield [_Line(text, "NOTE") for text in (*self.result.notes, *skipped(self.result))]
        yield [line for blame in blames(self.result, "note") for line in self._verdicts(blame)]
        if not blames(self.result, "warn", "fail"):
            yield [*self._passes()]
        yield [line for blame in blames(self.result, "warn") for line in self._verdicts(blame)]
        for blame in blames(self.result, "fail"):
            yield [*self._verdicts(blame), *self._why(blame), *self._advice(blame)]
        yield [_Line(self.result.context.words()), _Line(summary(self.result))]

    def _model(self, model: ModelChange) -> Iterator[_Line]:
        name, sign = model_text(model), SIGNS[model.status]
        changes = [self.words.change(metric, values) for metric, values in headlines(model.metrics).items()]
        first, *others = changes or [model.status]
        yield _Line(f"{name}  {first}", sign)
        for change in others:
            yield _Line(change, indent=len(name) + 4)

    def _parts(self, model: ModelChange) -> Iterator[_Line]:
        metric = next(iter(headlines(model.metrics)), "")
        for stage in model.stages:
            yield self._part(stage, model, metric, 2)
        shown, hidden = largest(model.layers, metric, self.top)
        if shown:
            yield _Line("layers, the largest changes first:", indent=2)
        yield from (self._part(layer, model, metric, 4) for layer in shown)
        if hidden:
            yield _Line(f"and {hidden:,} smaller; --top 0 shows all", indent=4)

    def _part(
        self, part: Part, model: ModelChange, metric: str, indent: int, total: int | None = None
    ) -> _Line:
        changing = headlines(part.metrics)
        metric = metric if metric in changing else next(iter(changing), metric)
        change = self.words.part(part, metric, total) if metric in part.metrics else part.status
        remark = part_remark(part, model.file)
        sign = "" if total is not None else SIGNS[part.status]
        return _Line(f"{part.name}  {change}" + (f"  {remark}" if remark else ""), sign, indent)

    def _limits(self) -> Iterator[_Line]:
        if self.result.limit_changes:
            yield _Line("Budgets that this change moves:")
        yield from (_Line(limit_text(change), indent=2) for change in self.result.limit_changes)

    def _passes(self) -> Iterator[_Line]:
        """List those that come closest to their limits."""
        kept = passes(self.result)
        shown = kept[: self.top] if self.top else kept
        yield from (_Line(self._finding(finding), LABELS["pass"]) for finding in shown)
        if len(kept) > len(shown):
            more = f"and {len(kept) - len(shown):,} further from their limits; --top 0 shows all"
            yield _Line(more, indent=_BELOW)

    def _finding(self, finding: Finding) -> str:
        return f"{finding.model}  {self.words.finding(finding)}  {rule_text(finding.rule)}"

    def _verdicts(self, blame: Blame) -> Iterator[_Line]:
        for finding in blame.findings:
            yield _Line(self._finding(finding), LABELS[finding.verdict])

    def _why(self, blame: Blame) -> Iterator[_Line]:
        """Say what the metric was, and which stages and layers are to blame."""
        metric, values = blame.metric, blame.findings[0].values
        total = None
        if self.result.base is None or values.base is None:
            total = values.value
        else:
            stages, _ = largest(blame.model.stages, metric, 0)
            causes = [self._cause(stage, blame.model, metric) for stage in stages[:_MOST_CAUSES]]
            change = self.words.change(metric, values, "")
            line = f"vs {base_text(self.result.base)}: {change}"
            yield _Line("  ".join(filter(None, (line, ", ".join(causes)))), indent=_BELOW)
        shown, hidden = largest(blame.model.layers, metric, self.top)
        yield from (self._part(layer, blame.model, metric, _BELOW, total) for layer in shown)
        if hidden:
            yield _Line(f"and {hidden:,} smaller; --top 0 shows all", indent=_BELOW)

    def _cause(self, stage: Part, model: ModelChange, metric: str) -> str:
        remark = part_remark(stage, model.file)
        amount = self.words.signed(metric, growth(stage, metric))
        return f"{stage.name} {amount}" + (f" ({remark})" if remark else "")

    def _advice(self, blame: Blame) -> Iterator[_Line]:
        """Say what the rules say, and what can be done."""
        rules = {finding.rule.name: finding.rule for finding in blame.findings}.values()
        for rule in rules:
            said = " ".join(filter(None, (rule.reason and f"{rule.reason.rstrip('.')}.", rule.message)))
            if said:
                yield _Line(said, indent=_BELOW)
        for text in dict.fromkeys(map(advice, blame.findings)):
            yield _Line(text.replace(": costcalc", ":  costcalc"), indent=_BELOW)  # to be copied: in one line
