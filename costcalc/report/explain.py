"""Conventions and error codes, as their definitions say them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from costcalc.codes import Code
from costcalc.cost.convention import Convention
from costcalc.cost.conventions import PAPER
from costcalc.report.record import Column, Table

_WIDTH = 80


def conventions_table(conventions: Iterable[Convention]) -> Table:
    """Return a row per convention: what it counts in, and what."""
    return Table(
        (
            Column("convention", "convention"),
            Column("unit", "counts"),
            Column("description", "what", "prose"),
            Column("version", "version", priority=1),
            Column("source", "source", priority=2),
        ),
        tuple(
            {
                "convention": each.name,
                "unit": f"{each.unit}s",
                "description": each.description,
                "version": each.version,
                "source": each.source,
            }
            for each in conventions
        ),
        "conventions",
        notes=("`costcalc explain NAME` prints the rules of one.",),
    )


def rules_table(convention: Convention) -> Table:
    """Return a row per rule of a convention, with the operators that it is for."""
    rules: dict[str, list[str]] = {}
    for op in PAPER.rules:  # which has one for every operator
        rule = convention.rules.get(op)
        rules.setdefault("unknown: it has no rule" if rule is None else rule.text, []).append(op.kind)
    version = f", version {convention.version}" if convention.version else ""
    return Table(
        (Column("operators", "operator", "prose"), Column("rule", f"{convention.unit}s", "prose")),
        tuple({"operators": ", ".join(kinds), "rule": text} for text, kinds in rules.items()),
        "rules",
        context={
            "convention": convention.name,
            "unit": convention.unit,
            "source": convention.source,
            "version": convention.version,
        },
        notes=(convention.description, f"Source: {convention.source}{version}."),
    )


def code_text(name: str, code: Code) -> str:
    """Return the explanation of an error code, with an example of it and of its cure."""
    parts = [f"{name}: {code.title}", textwrap.fill(code.why, _WIDTH)]
    for heading, example in (("Wrong:", code.wrong), ("Right:", code.right)):
        if example:
            parts.append(f"{heading}\n\n{_indented(example)}")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").splitlines())
