"""Other people's counters: which there are, whether they are installed, and what they say.

They may be missing or noisy, and they may fail. Importing this module loads none of them.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from costcalc.errors import Diagnostic, MissingExtraError

TOOLS: Mapping[str, str] = {
    "fvcore": "fvcore",
    "torch": "torch",
    "ptflops": "ptflops",
    "ptflops-aten": "ptflops",
    "thop": "thop",
    "torchinfo": "torchinfo",
    "calflops": "calflops",
    "calflops-flops": "calflops",
    "torchprofile": "torchprofile",
}
"""The package that has each tool. Its name is that of the convention that describes what it counts."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Another tool's count of one graph, for a batch of one.

    Attributes:
        tool: The tool's name, e.g. `fvcore`.
        version: Its version.
        torch: The version of the torch that it ran on.
        unit: What it counts: multiply-accumulates, or operations (two per multiply-accumulate).
        total: Its count of the whole graph.
        by_operator: Its count by its own operator names, e.g. `{"conv": ..., "batch_norm": ...}`.
        by_node: Its count by the names of our nodes, in execution order, without the input.
        uncounted: How often it met an operator that it has no rule for and took as zero.

    The last three are empty for a tool that does not tell.
    """

    tool: str
    version: str
    torch: str
    unit: Literal["MAC", "FLOP"]
    total: int
    by_operator: Mapping[str, int]
    by_node: Mapping[str, int]
    uncounted: Mapping[str, int]


# ---- what is installed -------------------------------------------------------------------------


def missing_packages(tool: str) -> list[str]:
    """Return the packages that a tool needs and that are not installed."""
    return [package for package in dict.fromkeys(("torch", TOOLS[tool])) if not installed_version(package)]


def installed_version(package: str) -> str | None:
    """Return the version of an installed package, or None if it is not there."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    # The folder's name says it: importing importlib.metadata takes longer than counting a network.
    infos = list(Path(spec.submodule_search_locations[0]).parent.glob(f"{package}-*.dist-info"))
    if len(infos) == 1:
        return infos[0].name.removeprefix(f"{package}-").removesuffix(".dist-info")
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def require(*packages: str) -> tuple[str, ...]:
    """Return the versions of packages that belong to the extra `torch`.

    Raises:
        MissingExtraError: one of them is not installed (E020).
    """
    versions = {package: installed_version(package) for package in packages}
    missing = [package for package, version in versions.items() if version is None]
    if missing:
        verb = "are" if len(missing) > 1 else "is"
        message = f"{' and '.join(missing)} {verb} not installed"
        raise MissingExtraError(Diagnostic("E020", message, help='pip install "costcalc[torch]"'))
    return tuple(version for version in versions.values() if version is not None)
