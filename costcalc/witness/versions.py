"""Which of the optional libraries are installed, found out without importing them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from costcalc.errors import Diagnostic, MissingExtraError


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
