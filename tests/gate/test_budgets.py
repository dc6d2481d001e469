"""Configs: found, extended, read, refused; and which networks their patterns are about."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from costcalc.cost import parse_basis
from costcalc.errors import CostcalcError
from costcalc.gate.budget import Growth, limit_changes
from costcalc.gate.config import Config, find_config, load_config
from costcalc.gate.patterns import parse_pattern
from costcalc.gate.result import LimitChange

BUDGET = '[[budget]]\nmatch = ["*.yaml"]\nmax = {macs = "300M"}\n'


def config(folder: Path, text: str, name: str = "costcalc.toml") -> Config:
    path = folder / name
    path.write_text(text, "utf-8")
    return load_config(path)


def errors(folder: Path, text: str) -> list[str]:
    with pytest.raises(CostcalcError) as caught:
        config(folder, text)
    return [f"{each.code} {each.message} ({each.help})" for each in caught.value.diagnostics]


def test_everything_that_a_budget_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = config(
        tmp_path,
        """\
dtype = "fp16"
[[budget]]
name = "chip"
match = ["nets/*.yaml", "mobilenet@a0.*"]
max = {macs = "300M", flops = 600_000_000, params = "5.5 M", peak_memory = "8 MiB", depth = 60}
max_increase = {macs = "2%", params = {pct = 2.5, abs = "50k"}, activations = "1M"}
ceiling.macs = "350M"
max_slack = "25%"
headroom = 10
level = "warn"
message = "ask @perf"
reason = "the chip has 8 MiB"
weights_dtype = "int8"
weights_in_ram = true
""",
    )
    (budget,) = loaded.budgets
    assert loaded.basis == parse_basis(dtype="fp16")
    assert budget.basis == parse_basis(weights_dtype="int8", activations_dtype="fp16", weights_in_ram=True)
    assert {metric: limit.value for metric, limit in budget.max.items()} == {
        "macs": 300_000_000,
        "flops": 600_000_000,
        "params": 5_500_000,
        "peak_memory": 8 * 1024 * 1024,
        "depth": 60,
    }
    assert budget.max["peak_memory"].place is not None
    assert (budget.max["peak_memory"].place.file, budget.max["peak_memory"].place.line) == (
        "costcalc.toml",
        5,
    )
    growths = budget.max_increase
    assert (growths["macs"].percent, growths["macs"].amount) == (Fraction(2), None)
    assert (growths["params"].percent, growths["params"].amount) == (Fraction(5, 2), 50_000)
    assert growths["params"].written == "2.5% and 50k"
    assert (growths["activations"].percent, growths["activations"].amount) == (None, 1_000_000)
    assert (budget.max_slack, budget.headroom) == (Fraction(25), Fraction(10))
    assert budget.ceiling["macs"].value == 350_000_000
    assert (budget.level, budget.rule(None).level) == ("warn", "warn")
    assert (budget.message, budget.reason, budget.name) == ("ask @perf", "the chip has 8 MiB", "chip")


@pytest.mark.parametrize(
    ("percent", "amount", "base", "most"),
    [
        (2, None, 1000, 1020),
        (2, None, 1049, 1069),  # 20.98: what is allowed is not rounded up
        (None, 50, 1000, 1050),
        (2, 50, 1000, 1050),  # both must be exceeded
        (2, 50, 10_000, 10_200),
        (0, None, 1000, 1000),
        (150, None, 1000, 2500),
        (2, None, 0, 0),
    ],
)
def test_growth_is_exact(percent: int | None, amount: int | None, base: int, most: int) -> None:
    growth = Growth(None if percent is None else Fraction(percent), amount, "")
    assert growth.most(base) == most


def test_the_nearest_config_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_config(inner) is None or not find_config(inner).is_relative_to(tmp_path)  # type: ignore[union-attr]
    (tmp_path / "costcalc.toml").write_text("")
    assert find_config(inner) == tmp_path / "costcalc.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\n")
    assert find_config(inner) == tmp_path / "costcalc.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.costcalc]\n")
    assert find_config(inner) == tmp_path / "a" / "pyproject.toml"
    (tmp_path / "a" / ".costcalc.toml").write_text("")
    assert find_config(inner) == tmp_path / "a" / ".costcalc.toml"
    (tmp_path / "a" / "costcalc.toml").write_text("")
    assert find_config(inner) == tmp_path / "a" / "costcalc.toml"


def test_a_table_in_pyproject(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\n[[tool.costcalc.budget]]\nmatch = 'a.yaml'\nmax.macs = '1M'\n"
    (budget,) = config(tmp_path, text, "pyproject.toml").budgets
    assert budget.name == "a.yaml"
    assert budget.max["macs"].place is not None and budget.max["macs"].place.line == 5


def test_metrics_have_all_their_names(tmp_path: Path) -> None:
    limits = '"FLOP/B" = 9, peak = "8 MiB", memory_access_bytes = "9 MiB", read = "5 MiB", fvcore = "1G"'
    (budget,) = config(
        tmp_path, f'order = "best"\n[[budget]]\nmatch = "*.yaml"\nmax = {{{limits}}}\n'
    ).budgets
    assert list(budget.max) == [
        "arithmetic_intensity",
        "peak_memory",
        "memory_access",
        "read_bytes",
        "macs_fvcore",
    ]
    assert budget.max["peak_memory"].value == 8 * 1024**2
    assert budget.basis == parse_basis(order="best")


def test_extending(tmp_path: Path) -> None:
    base = 'batch = 8\n[[budget]]\nname = "a"\nmatch = "*.yaml"\nmax.macs = "1M"\n'
    config(tmp_path, base + base.replace('"a"', '"b"').removeprefix("batch = 8\n"), "base.toml")
    inner = tmp_path / "inner"
    inner.mkdir()
    text = 'extend = "../base.toml"\n[[budget]]\nname = "b"\nmatch = "*.yaml"\nmax.macs = "2M"\n'
    loaded = config(inner, text)
    limits = [(each.name, each.max["macs"].value) for each in loaded.budgets]
    assert limits == [("a", 10**6), ("b", 2 * 10**6)]
    assert loaded.basis.batch == 8 and loaded.budgets[1].basis.batch == 8
    a, b = loaded.budgets
    assert a.match and a.match[0].root == tmp_path and b.match and b.match[0].root == inner
    (tmp_path / "base.toml").write_text('extend = "inner/costcalc.toml"')
    with pytest.raises(CostcalcError, match=r"E805.*extend each other"):
        load_config(inner / "costcalc.toml")


def test_errors_of_all_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("budgets = 1\n")
    found = errors(tmp_path, 'extend = "base.toml"\n[[budget]]\nmatch = "a.yaml"\nmax.macs = "x"\n')
    assert [each[:4] for each in found] == ["E802", "E803"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BUDGET + "lable = 1\n", "E802 a budget has no key `lable`"),
        ("batch = 0\n", "E803 `batch` is a whole number above zero"),
        ("budget = 3\n", "E803 budgets are a list of tables (begin each of them with `[[budget]]`)"),
        ("[budget]\nmatch = 'a'\n", "begin each of them with `[[budget]]`"),
        ("[[budget]]\nmax.macs = '1M'\n", "a budget says which networks it is about"),
        ("[[budget]]\nmatch = []\nmax.macs = '1M'\n", "`match` is a list of texts"),
        ("[[budget]]\nmatch = ['/a/*.yaml']\nmax.macs = '1M'\n", "is absolute"),
        ("[[budget]]\nmatch = 'a.yaml'\nmax = '1M'\n", "`max` is a table"),
        ("[[budget]]\nmatch = 'a.yaml'\nmax.macs = 3e8\n", "a limit on macs is a quantity"),
        ("[[budget]]\nmatch = 'a.yaml'\nmax.macs = true\n", "a limit on macs is a quantity"),
        ("[[budget]]\nmatch = 'a.yaml'\nmax.peak_memory = '8Q'\n", "8 MiB"),
        ("[[budget]]\nmatch = 'a.yaml'\nmax_increase.macs = {}\n", "a percentage, an amount, or both"),
        ("[[budget]]\nmatch = 'a.yaml'\nmax_increase.macs = '-2%'\n", "below zero"),
        ("[[budget]]\nmatch = 'a.yaml'\nmax_increase.macs = {pcnt = 2}\n", "did you mean `pct`?"),
        (BUDGET + BUDGET, "a budget called `*.yaml` stands on line 1 already"),
        (BUDGET + "dtype = 'fp31'\n", "`fp31` is not a number format (did you mean `fp32`?)"),
        (BUDGET + "order = 'bets'\n", "`bets` is not an order of execution (did you mean `best`?)"),
        (BUDGET.replace("macs", "mcas"), "E802 `max` has no key `mcas` (did you mean `macs`?)"),
        (BUDGET.replace("macs", "memory_acces"), "(did you mean `memory_access`?)"),
        (BUDGET.replace("macs =", "MACs = '1M', macs ="), "`macs` is `MACs`, which `max` has already"),
        (BUDGET + "weights_in_ram = 1\n", "is true or false"),
        (BUDGET + "name = ''\n", "`name` is a text"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in each for each in errors(tmp_path, text))


# ---- patterns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("specs/*.yaml", "specs/a.yaml", True),
        ("specs/*.yaml", "specs/deep/a.yaml", False),
        ("specs/**/*.yaml", "specs/a.yaml", True),
        ("specs/**/*.yaml", "specs/very/deep/a.yaml", True),
        ("specs/net?.yaml", "specs/net1.yaml", True),
        ("specs/net[12].yaml", "specs/net3.yaml", False),
        ("specs/net[!12].yaml", "specs/net3.yaml", True),
        ("./specs/../specs/a.yaml", "specs/a.yaml", True),
        ("a.yaml", "a+yaml", False),
        ("*.yaml", "a.yml", False),
    ],
)
def test_globs(tmp_path: Path, pattern: str, path: str, matches: bool) -> None:
    assert parse_pattern(pattern, tmp_path).matches_file(tmp_path / path) is matches
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    assert (file in parse_pattern(pattern, tmp_path).files()) is matches


@pytest.mark.parametrize(
    ("pattern", "terms", "matches"),
    [
        ("a.yaml", "", True),
        ("a.yaml", "x0.5", False),
        ("a.yaml@*", "x0.5", True),
        ("a.yaml@x*", "x0.5", True),
        ("a.yaml@x*", "g8", False),
        ("*.yaml@g8+x*", "g8+x0.5", True),
    ],
)
def test_variants(tmp_path: Path, pattern: str, terms: str, matches: bool) -> None:
    assert parse_pattern(pattern, tmp_path).matches(tmp_path / "a.yaml", terms) is matches


def test_a_name_is_a_shipped_network_unless_it_is_a_file(tmp_path: Path) -> None:
    (shipped,) = parse_pattern("mobilenet@a*", tmp_path).files()
    assert shipped.name == "mobilenet.yaml" and not shipped.is_relative_to(tmp_path)
    (tmp_path / "mobilenet.yaml").touch()
    assert parse_pattern("mobilenet.yaml", tmp_path).files() == [tmp_path / "mobilenet.yaml"]


def test_hidden_folders_are_left_alone(tmp_path: Path) -> None:
    for name in (".git", "node_modules", "specs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").touch()
    assert parse_pattern("**/*.yaml", tmp_path).files() == [tmp_path / "specs" / "a.yaml"]


# ---- limits that moved ---------------------------------------------------------------------------


def moves(folder: Path, now: str, before: str) -> tuple[LimitChange, ...]:
    return limit_changes(config(folder, now).budgets, config(folder, before, "old.toml").budgets)


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        ('max.macs = "1M"', 'max.macs = "1000k"', []),
        ('max.macs = "1M"', 'max.macs = "2M"', [("max.macs", "1M", "2M", True)]),
        ('max.macs = "2M"', 'max.macs = "1M"', [("max.macs", "2M", "1M", False)]),
        (
            'max.macs = "1M"',
            'max.params = "1M"',
            [("max.params", None, "1M", False), ("max.macs", "1M", None, True)],
        ),
        (
            'max_increase.macs = "2%"',
            'max_increase.macs = {pct = 2, abs = "50k"}',
            [("max_increase.macs", "2%", "2% and 50k", True)],
        ),
        (
            'max_increase.macs = {pct = 2, abs = "50k"}',
            'max_increase.macs = "3%"',
            [("max_increase.macs", "2% and 50k", "3%", True)],
        ),
        ('max_increase.macs = "2%"', 'max_increase.macs = "1%"', [("max_increase.macs", "2%", "1%", False)]),
        (
            'max.macs = "1M"',
            'max.macs = "1M"\nlevel = "warn"',
            [("level", "error", "warn", True)],
        ),
        (
            'max.macs = "1M"\nlevel = "off"',
            'max.macs = "1M"',
            [("level", "off", "error", False)],
        ),
    ],
)
def test_limits_that_moved(
    tmp_path: Path, before: str, now: str, moved: list[tuple[str, str | None, str | None, bool]]
) -> None:
    head = '[[budget]]\nname = "a"\nmatch = "*.yaml"\n'
    changes = moves(tmp_path, head + now, head + before)
    assert [(each.key, each.before, each.after, each.loosened) for each in changes] == moved


def test_rules_that_came_and_went(tmp_path: Path) -> None:
    old = BUDGET.replace('match = ["*.yaml"]', 'name = "a"\nmatch = ["a.yaml", "b.yaml"]')
    new = BUDGET.replace('match = ["*.yaml"]', 'name = "a"\nmatch = ["a.yaml"]')
    changes = moves(tmp_path, new, old)
    assert [(each.key, each.loosened) for each in changes] == [("match", True)]
    gone = moves(tmp_path, new.replace('"a"', '"b"'), new)
    assert [(each.rule, each.loosened) for each in gone] == [("b", False), ("a", True)]
    assert moves(tmp_path, new, "")[0].before is None
