"""What a check or a diff found: values, never how they are told. Every output is made from this alone.

The type hints are also what is published: the keys of the JSON that `to_json` writes, their words in the
JSON Schema, and what `from_json` lets through.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from costcalc.cost import CONVENTIONS, DTYPES, FUSIONS, ORDERS, Basis, parse_basis
from costcalc.errors import CostcalcError, Diagnostic, Location
from costcalc.gate import codec
from costcalc.gate.codec import FLAT, DecodeError, Key, Range, Record, derived
from costcalc.version import __version__

SCHEMA_VERSION: Final = "1.1"
"""Of the JSON. A new key raises the minor version, anything else the major one."""

SCHEMA_FILE: Final = "result.schema.json"
"""Its schema, beside the schema of specs."""

Verdict = Literal["pass", "note", "warn", "fail"]
VERDICTS: Final[tuple[Verdict, ...]] = ("pass", "note", "warn", "fail")
"""From best to worst: of several, the worst one counts."""

Kind = Literal["max", "max_increase", "max_slack"]
Outcome = Literal["within", "new", "crossed", "grew", "growing", "over_before", "slack", "skipped", "unknown"]
"""Why a verdict is what it is: `crossed` the budget, `grew` by more than allowed, over it and `growing`,
`over_before` this change, far under it (`slack`), `skipped` for want of a base, count `unknown`."""

Status = Literal["added", "removed", "renamed", "changed", "unchanged"]

Count = Annotated[int | None, Range(-(10**24), 10**24)]
"""None is what is unknown, or not there."""

_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, without its text, so that equal findings are equal wherever they are made."""

    file: str
    line: Annotated[int, "Counted from 1.", Range(1)]
    column: Annotated[int, "Counted from 1.", Range(1)] = 1


def place_of(location: Location) -> Place:
    """Return a location without its text."""
    return Place(location.file, location.line, location.column)


BASIS_WORDS: Final[Mapping[str, Iterable[str]]] = {
    "convention": CONVENTIONS,
    "weights_dtype": DTYPES,
    "activations_dtype": DTYPES,
    "fusion": FUSIONS,
    "order": ORDERS,
}
"""The words that may be said of a basis, by its keys."""


def read_basis(document: object) -> Basis:
    """Return the basis that `Basis.record` wrote; schema 1.0 had no `order`.

    Raises:
        DecodeError: it is not one.
    """
    if not isinstance(document, dict):
        raise DecodeError("it is not an object")
    said: codec.Json = {}
    for key, usual in Basis().record().items():
        if key not in document and key != "order":
            raise DecodeError(f"it has no `{key}`")
        value = said[key] = document.get(key, usual)
        words = BASIS_WORDS.get(key)
        if type(value) is not type(usual):
            raise DecodeError(f"its `{key}` is not {_TYPES[type(usual)][1]}")
        if words is not None and str(value) not in words:
            raise DecodeError(f"its `{key}` is `{str(value)[:40]}`, not one of {', '.join(words)}")
        if type(value) is int and value < 1:
            raise DecodeError(f"its `{key}` is out of range")
    return parse_basis(**said)


def _basis_schema() -> codec.Json:
    properties: codec.Json = {}
    for key, usual in Basis().record().items():
        properties[key] = {"type": _TYPES[type(usual)][0]}
        if key in BASIS_WORDS:
            properties[key]["enum"] = [*BASIS_WORDS[key]]
        elif type(usual) is int:
            properties[key]["minimum"] = 1
    required = [key for key in properties if key != "order"]  # which schema 1.0 did not have
    return {"type": "object", "properties": properties, "required": required}


_TYPES: Final = {
    str: ("string", "a text"),
    int: ("integer", "a whole number"),
    bool: ("boolean", "true or false"),
}

BASIS: Final = Record(Basis.record, read_basis, _basis_schema)


@dataclass(frozen=True, slots=True)
class LimitSource:
    """Who set a limit."""

    name: Annotated[str, "Its name in the config, or the option that sets the limit.", Key("id")]
    place: Annotated[Place | None, "Where the limit is written; not on the command line.", FLAT] = None
    level: Annotated[Literal["error", "warn"], "What a breach is."] = "error"
    message: Annotated[str | None, "What to tell whoever breaches it."] = None
    reason: Annotated[str | None, "Why the limit is what it is."] = None


@dataclass(frozen=True, slots=True)
class Values:
    """A metric of one thing, now and in the base. Null: the thing is not there, or the count is unknown."""

    value: Annotated[Count, "Now."]
    base: Annotated[Count, "In the base."] = None

    @derived
    def delta(self) -> Annotated[Count, "How much it grew; null without both sides."]:
        """How much it grew; None without both sides."""
        return None if self.value is None or self.base is None else self.value - self.base

    @derived
    def pct(self) -> Annotated[float | None, "By how many percent; null if it is new or was zero."]:
        """By how many percent it grew; None where that means nothing: it is new, or was zero."""
        if self.delta is None or not self.base:
            return None
        return float(round(100 * self.delta / self.base, _DECIMALS))


Metrics = Annotated[Mapping[str, Values], "By name: `macs`, `params`, `peak_memory` ..."]


@dataclass(frozen=True, slots=True)
class Finding:
    """One limit on one metric of one network."""

    model: Annotated[str, "The network, as reports call it."]
    metric: Annotated[str, "`macs`, `params`, `peak_memory` ..."]
    kind: Annotated[Kind, "Which key of the rule it is about."]
    verdict: Annotated[Verdict, "What follows for the exit code."]
    outcome: Annotated[Outcome, "Why."]
    values: Annotated[Values, FLAT]
    limit: Annotated[Count, "The largest integer that would pass; of `max_slack` the `max` to lower."]
    rule: Annotated[LimitSource, "Who says so."]
    place: Annotated[Place | None, "The line of the spec that is most to blame, else its first.", FLAT] = None
    context: Annotated[Basis | None, "What it rests on, where a rule counts otherwise.", BASIS] = None

    @derived
    def slack(self) -> Annotated[Count, "How far below the limit; negative above it."]:
        """How far below the limit the value is; negative above it."""
        if self.limit is None or self.values.value is None:
            return None
        return self.limit - self.values.value


@dataclass(frozen=True, slots=True)
class PartChange:
    """A stage or a layer that differs from the base."""

    name: Annotated[str, "Its path: `stage3`, `stage3.1.conv`."]
    status: Annotated[Status, "Whether it was added, removed or changed."]
    metrics: Annotated[Metrics, "What it costs, and cost."]
    place: Annotated[Place | None, "The row of the spec that makes it; the base's, if removed.", FLAT] = None
    now: Annotated[str, "What the layer is, or the cells of the stage's row that changed; may be empty."] = ""
    before: Annotated[str, "What it was, likewise."] = ""


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A network now and in the base. Without a base, every network is `added`."""

    model: Annotated[str, "Its reference."]
    status: Annotated[Status, "What became of it."]
    metrics: Annotated[Metrics, "All that was counted."]
    file: Annotated[str, "Its spec; the base's, if it was removed."]
    before: Annotated[str | None, "Its reference in the base, if another."] = None
    stages: Annotated[tuple[PartChange, ...], "Those that differ, in execution order."] = ()
    layers: Annotated[tuple[PartChange, ...], "Those that differ, in execution order."] = ()


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit that this change sets, lifts, raises or lowers."""

    rule: Annotated[str, "The rule's name."]
    key: Annotated[str, "Which limit: `max.macs`."]
    before: Annotated[str | None, "As written in the base; null if there was none."]
    after: Annotated[str | None, "As written now; null if it was removed."]
    loosened: Annotated[bool, "Whether more passes than before."]
    place: Annotated[Place, "Where it is written now, or was before.", FLAT]


@dataclass(frozen=True, slots=True)
class Base:
    """What is compared with."""

    name: Annotated[str, "As it was asked for: `origin/main`, `baseline.json`, `mobilenet`."]
    commit: Annotated[str | None, "The commit that was read, if it was git's."] = None
    is_merge_base: Annotated[bool, "Whether that is where the branches parted, not the ref itself."] = False


@dataclass(frozen=True, slots=True)
class Result:
    """All that a check or a diff has to say."""

    command: Annotated[Literal["check", "diff"], "Which of the two."]
    context: Annotated[Basis, "What all numbers rest on.", BASIS]
    models: Annotated[tuple[ModelChange, ...], "Every network looked at, in the order asked for."]
    findings: Annotated[tuple[Finding, ...], "Every limit on every network; a diff has none."] = ()
    base: Annotated[Base | None, "What is compared with, if anything."] = None
    limit_changes: Annotated[tuple[LimitChange, ...], "Budgets that this change moves."] = ()
    notes: Annotated[tuple[str, ...], "What else a reader should know."] = ()

    @derived
    def verdict(self) -> Annotated[Verdict, "The worst of all findings."]:
        """The worst of all findings."""
        return max((finding.verdict for finding in self.findings), key=VERDICTS.index, default="pass")


# ---- as JSON -----------------------------------------------------------------------------------


def to_json(result: Result) -> codec.Json:
    """Return everything that a result says, as values that `json.dumps` takes; counts stay exact."""
    head = {"schema_version": SCHEMA_VERSION, "tool": {"name": "costcalc", "version": __version__}}
    return head | {"verdict": result.verdict} | codec.encode(result)  # the verdict first, for people


def from_json(document: object, name: str = "the document") -> Result:
    """Return the result that `to_json` made a document of.

    Args:
        document: What `json.loads` gave.
        name: What messages call it: its file.

    Raises:
        CostcalcError: it is not a result, or one of another major version (E821).
    """
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(version, str):
        raise _refused(name, "is not a result of `check` or `diff`", "write one: costcalc check -o json=PATH")
    ours = SCHEMA_VERSION.partition(".")[0]
    if version.partition(".")[0] != ours:
        help = "write it again with this version of costcalc"
        raise _refused(name, f"has schema version {version[:40]}; this costcalc reads {ours}.x", help)
    try:
        return codec.decode(Result, document)
    except DecodeError as error:
        raise _refused(name, f"is not a result of `check` or `diff`: {error}", None) from None


def _refused(name: str, problem: str, help: str | None) -> CostcalcError:
    return CostcalcError(Diagnostic("E821", f"{name} {problem}", help=help))


def schema_text() -> str:
    """Return the schema as the JSON text that is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> codec.Json:
    """Return the JSON Schema (draft-07) of what `to_json` writes."""
    text = {"type": "string"}
    tool = {"type": "object", "properties": {"name": text, "version": text}, "required": ["name", "version"]}
    version = {"description": "MAJOR.MINOR: a new key raises the minor one.", **text}
    found = codec.schema(Result)
    properties = found.pop("properties")
    verdict = {"verdict": properties["verdict"]}
    found["properties"] = {"schema_version": version, "tool": tool} | verdict | properties
    found["required"] = [*found["properties"]]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "costcalc result",
        **found,
        "description": "What `costcalc check` or `costcalc diff` found. Counts are exact integers; null is "
        "what is unknown, or not there.",
    }
