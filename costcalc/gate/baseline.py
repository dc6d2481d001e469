"""Baselines in a file: every metric of every network, for those who cannot compare with git."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from costcalc.cost import Basis
from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate import codec
from costcalc.gate.networks import REPORTED, Counted
from costcalc.gate.result import BASIS, Count
from costcalc.networks import Reference
from costcalc.spec.files import shown, zoo_directory

NAME: Final = "costcalc-baseline.json"
SCHEMA_VERSION: Final = "1.1"
MAX_BYTES: Final = 50_000_000

Metrics = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What networks cost when the file was written.

    Attributes:
        file: Where it is.
        basis: What its numbers rest on.
        costs: By network, then by metric.
        has_short_biases: Whether it counts biases beside 8-bit weights as 8-bit, as files of schema 1.0 do.
    """

    file: Path
    basis: Basis
    costs: Mapping[str, Metrics]
    has_short_biases: bool = False

    def name(self, target: Reference) -> str:
        """Return what the file calls a network: its path from here, so that the folder can move."""
        return _name(target, self.file.parent)

    def target(self, name: str) -> Reference:
        """Return the network that a name stands for."""
        path, at, terms = name.rpartition("@")
        path, terms = (path, terms) if at else (name, "")
        if not path.endswith((".yaml", ".yml")):
            return Reference(zoo_directory() / f"{path}.yaml", terms)
        return Reference(Path(os.path.normpath(self.file.parent / path)), terms)

    def metrics(self, name: str, basis: Basis, metrics: Iterable[str]) -> Metrics:
        """Return some metrics of a network on a basis.

        Raises:
            CostcalcError: it was not counted like that (E814).
        """
        if self.has_short_biases and basis.weights.bias_bytes != basis.weights.bytes:
            message = f"{shown(self.file)} was counted with biases of one byte; they are int32"
            raise CostcalcError(Diagnostic("E814", message, help="write it again: costcalc baseline write"))
        costs, suffix = self.costs[name], _suffix(basis, self.basis)
        found = {metric: costs[metric + suffix] for metric in metrics if metric + suffix in costs}
        missing = [metric for metric in metrics if metric not in found and metric not in REPORTED]
        if missing or not found:
            what = suffix[1:-1] or ", ".join(missing)
            message = f"{shown(self.file)} does not say what {name} costs in {what}"
            raise CostcalcError(Diagnostic("E814", message, help="write it again: costcalc baseline write"))
        return found


@dataclass(frozen=True, slots=True)
class _Content:
    """What a file says: costs by network, then by metric, with how it was counted if otherwise."""

    context: Annotated[Basis, BASIS]
    costs: Mapping[str, Mapping[str, Count]]


def write_baseline(networks: Iterable[Counted], basis: Basis, folder: Path) -> str:
    """Return the text of a baseline: sorted, a line per network and metric, so that changes merge."""
    costs = {
        _name(counted.reference, folder): {
            metric + _suffix(each, basis): value
            for each, metrics in counted.metrics.items()
            for metric, value in metrics.items()
        }
        for counted in networks
    }
    in_order = {name: dict(sorted(metrics.items())) for name, metrics in sorted(costs.items())}
    document = {"schema_version": SCHEMA_VERSION} | codec.encode(_Content(basis, in_order))
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_baseline(path: Path, basis: Basis) -> Baseline:
    """Return the baseline in a file.

    Raises:
        CostcalcError: it cannot be read or is not a baseline (E814), or its numbers rest on something else
            than the ones to compare (E815).
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot read {shown(path)}: {error.strerror}"
        help = "write one: costcalc baseline write"
        raise CostcalcError(Diagnostic("E814", message, help=help)) from None
    baseline = _parse(content, path)
    theirs, ours = baseline.basis.record(), basis.record()
    differing = [key for key in theirs if theirs[key] != ours[key]]
    if differing:
        was, now = (", ".join(f"{key} {each[key]}" for key in differing) for each in (theirs, ours))
        message = f"{shown(path)} was counted with {was}; now it is {now}"
        raise CostcalcError(Diagnostic("E815", message, help="write it again: costcalc baseline write"))
    return baseline


def _parse(content: bytes, path: Path) -> Baseline:
    try:
        document: Any = json.loads(content)
        if not isinstance(document, dict):
            raise ValueError("it is not an object")
        version = str(document["schema_version"])
        if version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
            raise ValueError(f"its schema version is {version}, this costcalc reads {SCHEMA_VERSION}")
        said = codec.decode(_Content, document)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = f"it has no `{error.args[0]}`" if isinstance(error, KeyError) else str(error)
        message = f"{shown(path)} is not a baseline: {reason}"
        help = "write one: costcalc baseline write"
        raise CostcalcError(Diagnostic("E814", message, help=help)) from None
    return Baseline(path, said.context, said.costs, has_short_biases=version == "1.0")


def _name(target: Reference, folder: Path) -> str:
    path = Path(os.path.relpath(target.path, folder)).as_posix()
    file = target.path.stem if target.path.parent == zoo_directory() and path.startswith("../") else path
    return f"{file}@{target.terms}" if target.terms else file


def _suffix(basis: Basis, default: Basis) -> str:
    """Return how a basis differs: `[activations_dtype=int8,weights_in_ram=true]`, empty if it does not."""
    ours, theirs = basis.record(), default.record()
    differing = [f"{key}={str(value).lower()}" for key, value in ours.items() if value != theirs[key]]
    return f"[{','.join(differing)}]" if differing else ""
