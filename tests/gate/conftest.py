"""A result with one of everything in it, made by hand."""

from __future__ import annotations

import pytest

from costcalc.gate.result import (
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

M1, M2, M3, OLD, SAME = (f"specs/mobile/{name}.yaml" for name in ("m1", "m2", "m3", "old", "same"))


def _rule(name: str, line: int, **more: str) -> Rule:
    return Rule(name, Place("costcalc.toml", line, 9), message=more.get("message"), reason=more.get("reason"))


def _m1() -> ModelChange:
    """A stage that was widened, which made the head larger too; one layer new, one gone."""
    stage3 = Part(
        "stage3",
        "changed",
        {"macs": Values(112_900_000, 101_000_000), "params": Values(410_000, 350_000)},
        Place(M1, 31, 13),
        "expand = 6",
        "expand = 4",
    )
    head = Part(
        "head",
        "changed",
        {"macs": Values(5_500_000, 5_000_000), "params": Values(1_281_000, 1_281_000)},
        Place(M1, 35, 5),
    )
    layers = (
        Part(
            "stage3.0.expand.conv",
            "changed",
            {"macs": Values(60_000_000, 40_000_000), "params": Values(60_000, 40_000)},
            Place(M1, 31, 13),
            "conv 1x1",
            "conv 1x1",
        ),
        Part(
            "stage3.1.se",
            "added",
            {"macs": Values(900_000), "params": Values(40_000)},
            Place(M1, 31, 13),
            "linear",
        ),
        Part(
            "stage3.1.old",
            "removed",
            {"macs": Values(None, 9_000_000), "params": Values(None, 20_000)},
            Place(M1, 30, 5),
            "",
            "conv dw 5x5",
        ),
        Part(
            "head.conv",
            "changed",
            {"macs": Values(5_500_000, 5_000_000), "params": Values(1_281_000, 1_281_000)},
            Place(M1, 35, 5),
            "conv 1x1",
            "conv 1x1",
        ),
    )
    metrics = {
        "macs": Values(312_400_000, 300_000_000),
        "params": Values(4_260_000, 4_200_000),
        "peak_memory": Values(8_388_608, 8_388_608),
    }
    return ModelChange(M1, "changed", metrics, M1, stages=(stage3, head), layers=layers)


@pytest.fixture
def example_result() -> Result:
    """A check against a branch: every status, every verdict and nearly every outcome."""
    int8 = Context(weights_dtype="int8", activations_dtype="int8", weights_in_ram=True)
    mobile = _rule(
        "mobile",
        14,
        message="Ask @mobile-perf before raising.",
        reason="Pixel 6 at 20 ms needs <= 300M",
    )
    growth = _rule("growth", 22)
    models = (
        _m1(),
        ModelChange(f"{M2}@x0.5", "unchanged", {"macs": Values(310_000_000, 310_000_000)}, M2),
        ModelChange(M3, "added", {"macs": Values(1_000_000), "peak_memory": Values(None)}, M3),
        ModelChange("specs/mobile/new.yaml", "renamed", {"macs": Values(7, 7)}, "specs/mobile/new.yaml", OLD),
        ModelChange("specs/gone.yaml", "removed", {"macs": Values(None, 5_000)}, "specs/gone.yaml"),
        ModelChange(SAME, "unchanged", {"macs": Values(100, 100)}, SAME),
    )
    m1 = models[0].metrics
    findings = (
        Finding(M1, "macs", "max", "fail", "crossed", m1["macs"], 300_000_000, mobile, Place(M1, 31, 13)),
        Finding(
            M1, "macs", "max_increase", "fail", "grew", m1["macs"], 306_000_000, growth, Place(M1, 31, 13)
        ),
        Finding(
            M1,
            "peak_memory",
            "max",
            "pass",
            "within",
            Values(2_097_152, 2_097_152),
            8_388_608,
            mobile,
            Place(M1, 1),
            int8,
        ),
        Finding(
            f"{M2}@x0.5",
            "macs",
            "max",
            "warn",
            "over_before",
            Values(310_000_000, 310_000_000),
            300_000_000,
            mobile,
            Place(M2, 1),
        ),
        Finding(M3, "macs", "max_increase", "pass", "new", Values(1_000_000), None, growth, Place(M3, 1)),
        Finding(M3, "peak_memory", "max", "fail", "unknown", Values(None), 8_388_608, mobile, Place(M3, 1)),
        Finding(
            "specs/mobile/new.yaml",
            "macs",
            "max_slack",
            "note",
            "slack",
            Values(7, 7),
            300_000_000,
            mobile,
            Place("specs/mobile/new.yaml", 1),
        ),
        Finding(
            SAME,
            "macs",
            "max",
            "pass",
            "within",
            Values(100, 100),
            200,
            Rule("--max macs=200"),
            Place(SAME, 1),
        ),
    )
    changes = (
        LimitChange("mobile", "max.macs", "280M", "300M", True, Place("costcalc.toml", 14, 9)),
        LimitChange("growth", "max_increase.params", "2%", None, True, Place("costcalc.toml", 25, 9)),
        LimitChange("tiny", "max.params", None, "1M", False, Place("costcalc.toml", 30, 9)),
    )
    notes = ("growth: macs may grow by 2% with every change; without a `max` that adds up.",)
    base = Base("origin/main", "3f2a9c1d8e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b", is_merge_base=True)
    return Result("check", Context(), models, findings, base, changes, notes)
