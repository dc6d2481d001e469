"""The table of primitives in the documentation is the one that the language has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from costcalc.graph import ACTIVATIONS
from costcalc.spec.evaluate import show
from costcalc.spec.files import Files, zoo_directory
from costcalc.spec.link import gather
from costcalc.spec.model import Cell
from costcalc.spec.primitives import MERGES, PRIMITIVES, REQUIRED, Argument, Formulas, Primitive

DOCUMENT = Path(__file__).parents[2] / "docs" / "spec-language.md"
TABLE = re.compile(r"(?<=<!-- primitives -->\n).*?(?=<!-- end of primitives -->)", re.DOTALL)


def table() -> str:
    """Return the table of all primitives."""
    rows = [row(f"`{name}`", primitive) for name, primitive in PRIMITIVES.items() if name not in ACTIVATIONS]
    activations = ", ".join(f"`{name}`" for name in ACTIVATIONS)
    rows.insert(9, f"| {activations} | activations | | as the input | 0 | 0 |")
    rows += [
        "| `add` | sum of branches | branches | as each of them | 0 | 0 |",
        "| `mul` | product of branches, broadcast | branches | as the largest | 0 | 0 |",
        "| `concat` | channels side by side | branches | channels add up | 0 | 0 |",
    ]
    assert len(MERGES) == 3
    return "\n".join(
        ["| step | what | arguments | output | MACs | parameters |", "|---|---|---|---|---|---|", *rows, ""]
    )


def row(name: str, primitive: Primitive) -> str:
    arguments = ", ".join(argument(each, said) for each, said in primitive.arguments.items())
    macs, params = (
        f"`{cost}`" if cost != "0" else cost for cost in (primitive.formulas.macs, primitive.formulas.params)
    )
    return (
        f"| {name} | {primitive.summary} | {arguments} | {output(primitive.formulas)} | {macs} | {params} |"
    )


def argument(name: str, said: Argument) -> str:
    if said.default is REQUIRED:
        return f"`{name}`"
    default = "p" if said.default is None else said.default  # the sides of `pad`
    one = isinstance(default, tuple) and default[0] == default[1]
    return f"`{name}: {show(default[0] if one else default)}`"


def output(formulas: Formulas) -> str:
    if formulas.width is None and formulas.height == "h_in":
        return "as the input" if formulas.channels == "c_in" else f"channels `{formulas.channels}`"
    channels = "" if formulas.channels == "c_in" else f"channels `{formulas.channels}`, "
    width = f", width `{formulas.width}`" if formulas.width else ""
    return f"{channels}height `{formulas.height}`{width}"


def test_the_documented_table_is_up_to_date(update_docs: bool) -> None:
    text = DOCUMENT.read_text("utf-8")
    found = TABLE.search(text)
    assert found
    if found[0] != table() and update_docs:
        DOCUMENT.write_text(TABLE.sub(lambda _: table(), text), "utf-8")
    else:
        assert found[0] == table(), "pytest tests/docs --update-docs writes it anew"


@pytest.mark.parametrize("name", ["conv", "hsigmoid", "split", "concat"])
def test_every_step_is_in_it(name: str) -> None:
    assert f"`{name}`" in table()


def test_the_blocks_of_std_are_documented_with_their_arguments() -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \|(.*?)\|", DOCUMENT.read_text("utf-8"), re.MULTILINE))
    blocks = gather(zoo_directory() / "std.yaml", Files()).blocks
    for name, block in blocks.items():
        defaults = {key: each.default for key, each in block.parameters.items()}
        arguments = [
            f"`{key}: {default.text}`" if isinstance(default, Cell) else f"`{key}`"
            for key, default in defaults.items()
        ]
        assert documented[name].strip() == ", ".join(arguments)
