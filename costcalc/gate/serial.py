"""Results as JSON and back: what a check found can be told later, elsewhere, and in any format.

What follows from other values (verdict, delta, pct, slack) is written for readers in other languages,
and computed anew when it is read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Final

from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate.result import (
    VERDICTS,
    Base,
    Context,
    Finding,
    LimitChange,
    ModelChange,
    Part,
    Place,
    Result,
    Rule,
    Values,
)
from costcalc.version import __version__

SCHEMA_VERSION: Final = "1.0"
"""A new key raises the minor version, anything else the major one."""

_DECIMALS: Final = 4

Json = Mapping[str, Any]


def to_json(result: Result) -> dict[str, Any]:
    """Return everything that a result says, as values that `json.dumps` takes; counts stay exact."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "costcalc", "version": __version__},
        "command": result.command,
        "verdict": result.verdict,
        "context": dataclasses.asdict(result.context),
        "base": None if result.base is None else dataclasses.asdict(result.base),
        "models": [_model(model) for model in result.models],
        "findings": [_finding(finding) for finding in result.findings],
        "limit_changes": [_limit_change(change) for change in result.limit_changes],
        "notes": list(result.notes),
    }


def percent(values: Values) -> float | None:
    """Return by how many percent a value grew; None where that means nothing: it is new, or was zero."""
    if values.delta is None or not values.base:
        return None
    return round(100 * values.delta / values.base, _DECIMALS)


def _values(values: Values) -> dict[str, Any]:
    return {"value": values.value, "base": values.base, "delta": values.delta, "pct": percent(values)}


def _metrics(metrics: Mapping[str, Values]) -> dict[str, Any]:
    return {name: _values(values) for name, values in metrics.items()}


def _place(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"file": None, "line": None, "column": None}
    return dataclasses.asdict(place)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        **_place(rule.place),
        "level": rule.level,
        "message": rule.message,
        "reason": rule.reason,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "model": finding.model,
        "metric": finding.metric,
        "kind": finding.kind,
        "verdict": finding.verdict,
        "outcome": finding.outcome,
        **_values(finding.values),
        "limit": finding.limit,
        "slack": finding.slack,
        "rule": _rule(finding.rule),
        **_place(finding.place),
        "context": None if finding.context is None else dataclasses.asdict(finding.context),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "status": part.status,
        "now": part.now,
        "before": part.before,
        **_place(part.place),
        "metrics": _metrics(part.metrics),
    }


def _model(model: ModelChange) -> dict[str, Any]:
    return {
        "model": model.model,
        "status": model.status,
        "file": model.file,
        "before": model.before,
        "metrics": _metrics(model.metrics),
        "stages": [_part(part) for part in model.stages],
        "layers": [_part(part) for part in model.layers],
    }


def _limit_change(change: LimitChange) -> dict[str, Any]:
    return {
        "rule": change.rule,
        "key": change.key,
        "before": change.before,
        "after": change.after,
        "loosened": change.loosened,
        **_place(change.place),
    }


# ---- and back ----------------------------------------------------------------------------------


def from_json(document: object, name: str = "the document") -> Result:
    """Return the result that `to_json` made a document of.

    Args:
        document: What `json.loads` gave.
        name: What messages call it: its file.

    Raises:
        CostcalcError: it is no result, or one of another major version (E821).
    """
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(version, str):
        raise _refused(name, "is not a result of `check` or `diff`", "write one: costcalc check -o json=PATH")
    major, ours = version.partition(".")[0], SCHEMA_VERSION.partition(".")[0]
    if major != ours:
        help = "write it again with this version of costcalc"
        raise _refused(name, f"has schema version {version}; this costcalc reads {ours}.x", help)
    try:
        return _read_result(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"no key {error}" if isinstance(error, KeyError) else str(error)
        raise _refused(name, f"is not a result of `check` or `diff`: {reason}", None) from None


def _refused(name: str, problem: str, help: str | None) -> CostcalcError:
    return CostcalcError(Diagnostic("E821", f"{name} {problem}", help=help))


def _read_result(document: Json) -> Result:
    base = document["base"]
    return Result(
        command=_one_of(document["command"], ("check", "diff")),
        context=Context(**_known(document["context"], Context)),
        models=tuple(map(_read_model, document["models"])),
        findings=tuple(map(_read_finding, document["findings"])),
        base=None if base is None else Base(**_known(base, Base)),
        limit_changes=tuple(map(_read_limit_change, document["limit_changes"])),
        notes=tuple(document["notes"]),
    )


def _known(values: Json, of: Any) -> dict[str, Any]:
    """Leave out keys that a later minor version may have added."""
    return {field.name: values[field.name] for field in dataclasses.fields(of) if field.name in values}


def _one_of(word: str, words: Iterable[str]) -> Any:
    if word not in words:
        raise ValueError(f"`{word}` is none of {', '.join(words)}")
    return word


def _count(value: object) -> int | None:
    if value is not None and type(value) is not int:
        raise ValueError(f"`{value}` is not a count")
    return value


def _read_place(values: Json) -> Place | None:
    return None if values["file"] is None else Place(values["file"], values["line"], values["column"])


def _read_values(values: Json) -> Values:
    return Values(_count(values["value"]), _count(values["base"]))


def _read_metrics(metrics: Json) -> dict[str, Values]:
    return {name: _read_values(values) for name, values in metrics.items()}


def _read_rule(rule: Json) -> Rule:
    level = _one_of(rule["level"], ("error", "warn"))
    return Rule(rule["id"], _read_place(rule), level, rule["message"], rule["reason"])


def _read_finding(finding: Json) -> Finding:
    context = finding["context"]
    return Finding(
        model=finding["model"],
        metric=finding["metric"],
        kind=finding["kind"],
        verdict=_one_of(finding["verdict"], VERDICTS),
        outcome=finding["outcome"],
        values=_read_values(finding),
        limit=_count(finding["limit"]),
        rule=_read_rule(finding["rule"]),
        place=_read_place(finding),
        context=None if context is None else Context(**_known(context, Context)),
    )


def _read_part(part: Json) -> Part:
    return Part(
        part["name"],
        part["status"],
        _read_metrics(part["metrics"]),
        _read_place(part),
        part["now"],
        part["before"],
    )


def _read_model(model: Json) -> ModelChange:
    return ModelChange(
        model=model["model"],
        status=model["status"],
        metrics=_read_metrics(model["metrics"]),
        file=model["file"],
        before=model["before"],
        stages=tuple(map(_read_part, model["stages"])),
        layers=tuple(map(_read_part, model["layers"])),
    )


def _read_limit_change(change: Json) -> LimitChange:
    place = _read_place(change)
    if place is None:
        raise ValueError("a limit that stands nowhere")
    return LimitChange(
        change["rule"], change["key"], change["before"], change["after"], change["loosened"], place
    )
