"""Who may import whom: the rooms of the package, and the libraries let into each of them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What a room knows, besides itself and the ground floor. Spec and cost do not know each other: either
# makes or reads a graph. Witness knows no cost, or its count would not be independent of ours.
GROUND = {"errors", "files", "units", "version"}
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "files": set(),
    "units": set(),
    "version": set(),
    "codes": set(),
    "graph": set(),
    "spec": {"graph"},
    "importers": {"graph"},
    "networks": {"graph", "spec", "importers"},
    "cost": {"graph"},
    "witness": {"graph"},
    "verification": {"graph", "spec", "networks", "cost", "witness"},
    "sweeps": {"graph", "spec", "networks", "cost", "witness"},
    "gate": {"graph", "spec", "networks", "cost"},
    "report": {"codes", "graph", "cost", "witness", "verification", "sweeps", "gate"},
    "api": {"graph", "spec", "networks", "cost"},
    "__init__": {
        "graph", "spec", "networks", "cost", "api", "witness", "verification", "sweeps", "gate", "report"
    },
    "cli": {
        "codes", "graph", "spec", "importers", "networks", "cost", "witness", "verification", "sweeps",
        "gate", "report",
    },
    "__main__": {"cli"},
}  # fmt: skip
LIBRARIES: dict[str, tuple[str, ...]] = {
    "click": ("costcalc.cli",),
    "rich": ("costcalc.cli", "costcalc.report"),
    "yaml": ("costcalc.spec.source",),
    "pandas": ("costcalc.report", "costcalc.sweeps"),
    "numpy": ("costcalc.sweeps",),  # at the top: nobody enters that room unasked
    "distributed": ("costcalc.sweeps",),
    "matplotlib": ("costcalc.report.plot",),
    "torch": ("costcalc.witness", "costcalc.importers"),
    "fvcore": ("costcalc.witness",),
    "ptflops": ("costcalc.witness",),
    "thop": ("costcalc.witness",),
    "torchinfo": ("costcalc.witness",),
    "calflops": ("costcalc.witness",),
    "torchprofile": ("costcalc.witness",),
}
# Too slow to be loaded by all of a room that may use them; numpy and torch are what their rooms are made of.
ONLY_WHEN_ASKED_FOR = {
    "pandas", "distributed", "matplotlib",
    "fvcore", "ptflops", "thop", "torchinfo", "calflops", "torchprofile",
}  # fmt: skip
IMPORTERS = {"importlib.import_module", "import_module", "__import__"}


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name; `deferred` when it waits for a call, or is for type checkers."""

    name: str
    line: int
    deferred: bool


def is_deferred(node: ast.AST) -> bool:
    """Tell whether what is inside a node does not run when its module is imported."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or (
        isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )


def imports(tree: ast.Module, package: str) -> Iterator[Import]:
    """Yield all that a module of `package` imports, relative ones resolved; `from a import b` is `a.b`."""
    deferred = {id(inner) for outer in ast.walk(tree) if is_deferred(outer) for inner in ast.walk(outer)}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*parents, *([node.module] if node.module else [])])
            names = [f"{source}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in IMPORTERS:
            names = [str(argument.value) for argument in node.args[:1] if isinstance(argument, ast.Constant)]
        for name in names:
            yield Import(name, getattr(node, "lineno", 0), id(node) in deferred)


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package; a package's own is `package.__init__`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


MODULES = {module_name(path): path for path in sorted((ROOT / "costcalc").rglob("*.py"))}
IMPORTS = {
    module: list(imports(ast.parse(path.read_text("utf-8")), module.rpartition(".")[0]))
    for module, path in MODULES.items()
}


def module_of(name: str) -> str:
    """Return the module that an imported name of ours is, or is defined in."""
    while name:
        if name in MODULES:
            return name
        if f"{name}.__init__" in MODULES:
            return f"{name}.__init__"
        name = name.rpartition(".")[0]
    raise LookupError(name)


def room(module: str) -> str:
    """Return the room of a module: `graph` of `costcalc.graph.layout`."""
    return module.split(".")[1]


@pytest.mark.parametrize("module", MODULES)
def test_rooms_import_only_rooms_below(module: str) -> None:
    allowed = ROOMS[room(module)] | GROUND | {room(module)}
    if room(module) in GROUND:
        allowed = {room(module)}
    wrong = [
        f"{MODULES[module].relative_to(ROOT)}:{each.line} imports {each.name}, which is above it"
        for each in IMPORTS[module]
        if each.name.split(".")[0] == "costcalc" and room(module_of(each.name)) not in allowed
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", MODULES)
def test_libraries_stay_in_their_rooms(module: str) -> None:
    wrong = []
    for each in IMPORTS[module]:
        library = each.name.split(".")[0]
        if library == "costcalc" or library in sys.stdlib_module_names:
            continue
        where = f"{MODULES[module].relative_to(ROOT)}:{each.line}"
        if not f"{module}.".startswith(tuple(f"{home}." for home in LIBRARIES.get(library, ()))):
            wrong.append(f"{where} imports {library}, which is not let in here")
        elif library in ONLY_WHEN_ASKED_FOR and not each.deferred:
            wrong.append(f"{where} imports {library} at the top; import it in the function that needs it")
    assert not wrong, "\n".join(wrong)


def test_modules_do_not_import_each_other_in_circles() -> None:
    graph = {
        module: {module_of(each.name) for each in found if each.name.split(".")[0] == "costcalc"}
        for module, found in IMPORTS.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


def test_every_kind_of_import_is_seen() -> None:
    source = """
import torch.nn as nn, yaml
from . import layout
from ..units import format_count
from costcalc import graph
def late():
    import pandas
    importlib.import_module("rich")
if TYPE_CHECKING:
    import numpy
class Here:
    import click
"""
    found = list(imports(ast.parse(source), "costcalc.graph"))
    assert {each.name for each in found if not each.deferred} == {
        "torch.nn",
        "yaml",
        "costcalc.graph.layout",
        "costcalc.units.format_count",
        "costcalc.graph",
        "click",
    }
    assert {each.name for each in found if each.deferred} == {"numpy", "pandas", "rich"}
    assert module_of("costcalc.units.format_count") == "costcalc.units"
    assert module_of("costcalc.graph") == "costcalc.graph.__init__"
