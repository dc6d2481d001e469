"""What people read of a check or a diff, in a terminal and in a log."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from costcalc.cost import Basis, parse_basis
from costcalc.gate.budget import round_limit
from costcalc.gate.result import Finding, Kind, LimitSource, ModelChange, PartChange, Place, Result, Values
from costcalc.report.blocks import plain_text
from costcalc.report.formats import render
from costcalc.report.gate.words import Numbers, advice, percent_text
from costcalc.units import parse_quantity

BREACH = """\
FAIL specs/mobile/m1.yaml  macs 312.4M > 300M by 12.4M (4.1%)
     rule "mobile" costcalc.toml:14
FAIL specs/mobile/m1.yaml  macs +12.4M (+4.1%), allowed +6M (+2.0%)
     rule --max-increase
     vs origin/main@3f2a9c1 (merge base): +12.4M (+4.1%, 300M -> 312.4M)
     ~ stage3  +11.9M MACs (+8.5%, 140M -> 151.9M)  expand = 4 -> 6, m1.yaml:31
     ~ head  +500k MACs (+50.0%, 1M -> 1.5M)  m1.yaml:40
     + stage3.3.expand  +6.9M MACs (new)  conv 1x1, m1.yaml:31
     ~ stage3.1.expand  +4M MACs (+66.7%, 6M -> 10M)
       conv 1x1 64 -> 256 -> conv 1x1 64 -> 384, m1.yaml:31
     ~ stage3.1.dw  +1M MACs (+25.0%, 4M -> 5M)  conv dw 3x3, m1.yaml:31
     ~ head.1  +500k MACs (+50.0%, 1M -> 1.5M)  linear, m1.yaml:40
     - old  -1k MACs (gone)  conv 3x3, m1.yaml:9
     and 2 smaller; --top 0 shows all
     mobile: Pixel 6 at 20 ms needs <= 300M. Ask @mobile-perf before raising.
     Shrink it, or:  costcalc budget raise mobile macs=315M --reason "..."
     Shrink it, or allow more:  --max-increase macs=...
"""

DIFF = """\
specs/mobile/m1.yaml
  ~ stage3  +11.9M MACs (+8.5%, 140M -> 151.9M)  expand = 4 -> 6, m1.yaml:31
  ~ head  +500k MACs (+50.0%, 1M -> 1.5M)  m1.yaml:40
  + stage3.3.expand  +6.9M MACs (new)  conv 1x1, m1.yaml:31
  ~ stage3.1.expand  +4M MACs (+66.7%, 6M -> 10M)  conv 1x1 64 -> 256 -> conv 1x1 64 -> 384, m1.yaml:31
  and 5 smaller; --top 0 shows all

~ specs/mobile/m1.yaml  +12.4M MACs (+4.1%, 300M -> 312.4M)
                        +5.63 KiB memory access (+0.01%, 55.16 MiB -> 55.17 MiB)
                        +1 B peak memory (+<0.01%, 8,388,608 B -> 8,388,609 B)
+ specs/new.yaml  +5M MACs (new)
- specs/gone.yaml  -7M MACs (gone)
> specs/a.yaml@x2 -> specs/b.yaml@x2  renamed

1 MAC = 1 multiply-add (paper convention); batch 1, fp32, fusion conv-bn-act.
1 changed, 1 added, 1 removed, 1 renamed, 1 unchanged against origin/main@3f2a9c1 (merge base).
"""


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_breach_says_what_where_why_and_what_to_do(broken: Result) -> None:
    assert BREACH in render(broken, "text", width=80)


def test_the_last_line_says_it_all(broken: Result, fine: Result) -> None:
    *_, last = render(broken, "text").splitlines()
    assert last == "1 network failed, 1 over before this change (warning), 2 passed, 1 budget loosened."
    *_, last = render(fine, "text").splitlines()
    assert last == "1 network passed."


def test_a_diff_says_what_became_of_every_network_that_changed(difference: Result) -> None:
    assert render(difference, "text", top=2) == DIFF


def test_all_layers_can_be_seen(difference: Result) -> None:
    text = render(difference, "text", top=0)
    assert "stage4.2  +2 MACs" in text
    assert "--top" not in text


@pytest.mark.parametrize("width", [80, 60, 40])
def test_lines_fit_the_terminal_and_no_number_or_name_is_broken(
    broken: Result, difference: Result, width: int
) -> None:
    for result in (broken, difference):
        wide, narrow = render(result, "text"), render(result, "text", width=width)
        assert max(map(len, narrow.splitlines())) <= width
        assert narrow.split() == wide.split()
        assert not re.search(r"\d\n *(KiB|MiB|B)\b", narrow)


def test_colour_adds_nothing_but_colour(broken: Result) -> None:
    painted, text = (render(broken, "text", width=80, colour=colour) for colour in (True, False))
    assert plain(painted) == text
    assert "\x1b[1;31mFAIL\x1b[0m specs/mobile/m1.yaml" in painted
    assert "\x1b" not in text


def test_exact_integers_where_rounding_would_hide_the_difference() -> None:
    assert Numbers().pair("macs", 300_000_001, 300_000_000) == ("300,000,001", "300,000,000")
    assert Numbers().pair("peak_memory", 8_388_609, 8_388_608) == ("8,388,609 B", "8,388,608 B")
    assert Numbers().pair("macs", 301_000_000, 300_000_000) == ("301M", "300M")
    increase = Finding(
        "a", "macs", "max_increase", "fail", "grew", Values(2_000_001, 1_000_000), 2_000_000, LimitSource("r")
    )
    assert Numbers().finding(increase) == "macs +1,000,001 (+100.0%), allowed +1,000,000 (+100.0%)"


def test_raw_means_exact_integers(broken: Result) -> None:
    text = render(broken, "text", raw=True)
    assert "macs 312400000 > 300000000 by 12400000 (4.1%)" in text
    assert "312.4M" not in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (Values(413_600_000, 401_200_000), "+12.4M MACs (+3.1%, 401.2M -> 413.6M)"),
        (Values(5, None), "+5 MACs (new)"),
        (Values(5, 0), "+5 MACs (new, 0 -> 5)"),
        (Values(None, 5), "-5 MACs (gone)"),
        (Values(300, 900), "-600 MACs (-66.7%, 900 -> 300)"),
        (Values(None, None), "? MACs"),
    ],
)
def test_new_is_never_a_hundred_percent(values: Values, said: str) -> None:
    assert Numbers().change("macs", values) == said


@pytest.mark.parametrize(
    ("delta", "base", "text"),
    [(1, 10**9, "+<0.01%"), (-1, 10**9, "-<0.01%"), (0, 3, "+0.0%"), (3, 1, "+300.0%")],
)
def test_percentages(delta: int, base: int, text: str) -> None:
    assert percent_text(delta, base) == text


@pytest.mark.parametrize("metric", ["macs", "peak_memory"])
@pytest.mark.parametrize(
    "value", [0, 1, 7, 999, 1000, 1023, 1024, 4_231_976, 315_000_000, 315_000_001, 10**15 - 1]
)
def test_a_suggested_limit_is_written_as_one_and_holds(metric: str, value: int) -> None:
    limit = parse_quantity(round_limit(value, metric, grain=5), bytes_=metric == "peak_memory")
    assert value <= limit <= value * 1.06


@pytest.mark.parametrize(
    ("kind", "place", "said"),
    [
        ("max", Place("costcalc.toml", 3), "costcalc budget raise 'my nets' macs=415k --reason \"...\""),
        ("max", Place("nets/a.yaml", 4), "allow more: max.macs, nets/a.yaml:4"),
        ("max", None, "allow more: --max macs=415k"),
        ("max_increase", Place("costcalc.toml", 3), "allow more: max_increase.macs, costcalc.toml:3"),
        ("max_increase", None, "allow more: --max-increase macs=..."),
    ],
)
def test_advice_is_what_works(kind: Kind, place: Place | None, said: str) -> None:
    over = Finding(
        "a", "macs", kind, "fail", "crossed", Values(413_000, 1), 200, LimitSource("my nets", place)
    )
    assert plain_text(advice(over)).endswith(said)


def test_without_a_base_layers_are_shares_of_the_whole() -> None:
    layers = tuple(
        PartChange(name, "added", {"macs": Values(macs)}, Place("a.yaml", 3), "conv 1x1")
        for name, macs in (("small", 100), ("large", 300))
    )
    model = ModelChange("a.yaml", "added", {"macs": Values(400)}, "a.yaml", layers=layers)
    over = Finding(
        "a.yaml",
        "macs",
        "max",
        "fail",
        "crossed",
        Values(400),
        200,
        LimitSource("mobile", Place("c.toml", 1)),
    )
    text = render(Result("check", Basis(), (model,), (over,)), "text")
    assert "     large  300 MACs (75.00%)  conv 1x1, a.yaml:3\n     small  100 MACs (25.00%)" in text
    assert "+ " not in text


def test_what_is_unknown_is_never_zero() -> None:
    unknown = Finding("a", "macs", "max", "fail", "unknown", Values(None, 3), 200, LimitSource("mobile"))
    text = render(Result("check", Basis(), (), (unknown,)), "text")
    assert "FAIL a  macs is unknown, the limit is 200" in text


def test_passes_closest_to_their_limits_come_first(fine: Result) -> None:
    (close,) = fine.findings
    findings = tuple(replace(close, model=f"m{number}", limit=600_000_000 + number) for number in range(9))
    lines = render(replace(fine, findings=findings[::-1]), "text", top=2).splitlines()
    assert [line.split()[1] for line in lines[:2]] == ["m0", "m1"]
    assert lines[2] == "     and 7 further from their limits; --top 0 shows all"


def test_other_conditions_of_a_rule_are_said() -> None:
    int8 = parse_basis(weights_dtype="int8", activations_dtype="fp16", weights_in_ram=True)
    over = Finding(
        "a", "peak_memory", "max", "fail", "crossed", Values(4096), 1024, LimitSource("r"), context=int8
    )
    assert Numbers().finding(over) == (
        "peak_memory 4 KiB > 1 KiB by 3 KiB (300.0%) [int8 weights, fp16 activations, weights in RAM]"
    )


def test_a_message_of_several_lines_stays_where_it_belongs(broken: Result) -> None:
    first, *others = broken.findings
    long = replace(first, rule=replace(first.rule, message="ask first\nPASS everything\n"))
    text = render(replace(broken, findings=(long, *others)), "text")
    assert "     mobile: Pixel 6 at 20 ms needs <= 300M. ask first PASS everything.\n" in text


def test_a_message_cannot_drive_the_terminal(broken: Result) -> None:
    first, *others = broken.findings
    evil = replace(first, rule=replace(first.rule, message="\x1b[2J\x1b]0;x\x07"), model="a\x1b[31m")
    assert "\x1b" not in render(replace(broken, findings=(evil, *others)), "text", width=80)
