"""Results with one of everything in them, made by hand: for the tests of what finds and of what renders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from costcalc.cost import Basis, parse_basis
from costcalc.gate.result import (
    Base,
    Finding,
    LimitChange,
    LimitSource,
    ModelChange,
    PartChange,
    Place,
    Result,
    Status,
    Values,
)

M1 = "specs/mobile/m1.yaml"
MOBILE = LimitSource(
    "mobile",
    Place("costcalc.toml", 14),
    message="Ask @mobile-perf before raising.",
    reason="Pixel 6 at 20 ms needs <= 300M",
)
FLAGS = LimitSource("--max-increase")
BASE = Base("origin/main", "3f2a9c1d0e5b47a6988f4c0b7a3d2e1f00aa11bb", is_merge_base=True)


def part(name: str, value: int | None, base: int | None, line: int = 0, **about: Any) -> PartChange:
    """Return a stage or layer by its MACs, with a parameter per thousand of them."""
    status: Status = "added" if base is None else "removed" if value is None else "changed"
    params = Values(*(None if each is None else each // 1000 for each in (value, base)))
    place = Place(M1, line, 13) if line else None
    return PartChange(name, status, {"macs": Values(value, base), "params": params}, place, **about)


LAYERS = (
    part("stage3.1.expand", 10_000_000, 6_000_000, 31, now="conv 1x1 64 -> 384", before="conv 1x1 64 -> 256"),
    part("stage3.1.dw", 5_000_000, 4_000_000, 31, now="conv dw 3x3", before="conv dw 3x3"),
    part("stage3.3.expand", 6_900_000, None, 31, now="conv 1x1"),
    part("head.1", 1_500_000, 1_000_000, 40, now="linear", before="linear"),
    part("old", None, 1_000, 9, before="conv 3x3"),
    *(
        part(f"stage4.{number}", 1_000 + number, 1_000, 35, now="conv 1x1", before="conv 1x1")
        for number in (1, 2)
    ),
)
STAGES = (
    part("stage3", 151_900_000, 140_000_000, 31, now="expand = 6", before="expand = 4"),
    part("head", 1_500_000, 1_000_000, 40),
)
METRICS = {
    "macs": Values(312_400_000, 300_000_000),
    "flops": Values(624_800_000, 600_000_000),
    "params": Values(4_231_976, 4_231_976),
    "memory_access": Values(57_845_760, 57_840_000),
    "peak_memory": Values(8_388_609, 8_388_608),
}
CHANGED = ModelChange(M1, "changed", METRICS, M1, stages=STAGES, layers=LAYERS)
FINE = {metric: Values(each.base, each.base) for metric, each in METRICS.items()}


def finding(
    model: str, metric: str, value: int | None, base: int | None, limit: int | None, **about: Any
) -> Finding:
    """Return a finding about a `max` of the rule for mobiles, unless said otherwise."""
    rest: dict[str, Any] = {"kind": "max", "verdict": "pass", "outcome": "within", "rule": MOBILE} | about
    return Finding(model, metric, values=Values(value, base), limit=limit, **rest)


FAIL = {"verdict": "fail", "place": Place(M1, 31, 13)}
WARN = {"verdict": "warn", "outcome": "over_before"}
INCREASE = {"kind": "max_increase"}
SLACK = {"kind": "max_slack", "verdict": "note", "outcome": "slack"}
SKIPPED = {"verdict": "note", "outcome": "skipped"}


def broken_result() -> Result:
    """Return a check that fails, warns, notes and passes."""
    return Result(
        "check",
        Basis(),
        (
            CHANGED,
            ModelChange("specs/new.yaml", "added", {"macs": Values(5_000_000)}, "specs/new.yaml"),
            ModelChange("specs/gone.yaml", "removed", {"macs": Values(None, 7_000_000)}, "specs/gone.yaml"),
            ModelChange("specs/b.yaml@x2", "renamed", FINE, "specs/b.yaml", before="specs/a.yaml@x2"),
            ModelChange("specs/same.yaml", "unchanged", FINE, "specs/same.yaml"),
        ),
        (
            finding(M1, "macs", 312_400_000, 300_000_000, 300_000_000, **FAIL, outcome="crossed"),
            finding(
                M1,
                "macs",
                312_400_000,
                300_000_000,
                306_000_000,
                **FAIL,
                **INCREASE,
                outcome="grew",
                rule=FLAGS,
            ),
            finding(M1, "peak_memory", 8_388_609, 8_388_608, 8_388_608, verdict="fail", outcome="crossed"),
            finding("specs/new.yaml", "macs", 5_000_000, None, None, **INCREASE, outcome="new"),
            finding("specs/new.yaml", "macs", 5_000_000, None, 300_000_000, **SLACK),
            finding("specs/b.yaml@x2", "macs", 300_000_000, 300_000_000, 250_000_000, **WARN),
            finding("specs/same.yaml", "macs", 300_000_000, 300_000_000, 300_000_000),
            finding("specs/same.yaml", "params", 4_231_976, 4_231_976, None, **INCREASE, **SKIPPED),
        ),
        BASE,
        (LimitChange("mobile", "max.macs", "280M", "300M", True, Place("costcalc.toml", 15)),),
        ("--against auto chose origin/main",),
    )


def fine_result() -> Result:
    """Return a check without a base that passes."""
    models = (ModelChange("mobilenet", "added", {"macs": Values(568_740_352)}, "mobilenet.yaml"),)
    return Result("check", Basis(), models, (finding("mobilenet", "macs", 568_740_352, None, 600_000_000),))


def difference() -> Result:
    """Return a diff of the same networks."""
    return replace(broken_result(), command="diff", findings=(), limit_changes=(), notes=())


def everything() -> Result:
    """Return `broken_result` and what is rare: other number formats, unknown counts, limits that are gone."""
    broken = broken_result()
    int8 = parse_basis(weights_dtype="int8", activations_dtype="int8", weights_in_ram=True)
    rare = (
        finding(M1, "peak_memory", 2_097_152, 2_097_152, 8_388_608, context=int8, place=Place(M1, 1)),
        finding("specs/new.yaml", "peak_memory", None, None, 8_388_608, verdict="fail", outcome="unknown"),
    )
    moved = (
        LimitChange("growth", "max_increase.params", "2%", None, True, Place("costcalc.toml", 25, 9)),
        LimitChange("tiny", "max.params", None, "1M", False, Place("costcalc.toml", 30, 9)),
    )
    return replace(broken, findings=(*broken.findings, *rare), limit_changes=(*broken.limit_changes, *moved))
