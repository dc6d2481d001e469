"""Where specs are found: files on disk, and the zoo that is shipped."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from costcalc.errors import Diagnostic, Location, ModelReferenceError, SpecError, did_you_mean
from costcalc.spec.decode import Document, decode
from costcalc.spec.source import read

SUFFIXES = (".yaml", ".yml")


@lru_cache(maxsize=1)
def zoo_directory() -> Path:
    """Return the folder of shipped specs: inside an installed package, or beside a checkout's."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "specs"
    return installed if installed.is_dir() else package.parent / "specs"


@lru_cache(maxsize=1)
def zoo_names() -> tuple[str, ...]:
    """Return the names of all shipped specs, libraries of blocks included, in order."""
    return tuple(sorted(path.stem for path in zoo_directory().glob("*.yaml")))


@lru_cache(maxsize=1)
def network_names() -> tuple[str, ...]:
    """Return the names of all shipped networks, in order; libraries of blocks bring none."""
    return tuple(name for name in zoo_names() if is_network(name))


def is_network(name: str) -> bool:
    """Tell whether a shipped spec is a network, not only a library of blocks."""
    document = Files().read(zoo_directory() / f"{name}.yaml")
    return bool(document.extends) or "stages" in document.fields


def shown(path: Path) -> str:
    """Return a path as messages show it: relative when it lies in the working directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


class Files:
    """Reads spec files. Another source of files, such as a git revision, overrides `read` and `exists`."""

    def read(self, path: Path) -> Document:
        """Return a decoded file; unchanged files are decoded once.

        Raises:
            ModelReferenceError: there is no such file, or it cannot be read (E001, E002, E009).
            SpecError: the file is not a spec.
        """
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ModelReferenceError(Diagnostic("E001", f"cannot read {shown(path)}: {reason}")) from None
        if path.is_dir():
            help = "name a file in it"
            raise ModelReferenceError(
                Diagnostic("E002", f"{shown(path)} is a directory, not a spec", None, help)
            )
        if not path.is_file():
            raise ModelReferenceError(Diagnostic("E009", f"{shown(path)} is not a regular file"))
        return _decoded(path, shown(path), status.st_mtime_ns, status.st_size)

    def exists(self, path: Path) -> bool:
        """Tell whether there is such a file or folder."""
        try:
            return path.exists()
        except OSError:  # a name that is too long, a folder that is closed
            return False

    def locate(self, name: str) -> Path:
        """Return the file that a reference names: a path, or the name of a shipped spec.

        Raises:
            ModelReferenceError: E001 with the nearest name.
        """
        path = Path(name)
        if name and self.exists(path):
            return path
        if os.sep in name or "/" in name:
            raise ModelReferenceError(Diagnostic("E001", f"no file {name}", None, _near_file(path)))
        stem = path.stem if path.suffix in SUFFIXES else name
        shipped = zoo_directory() / f"{stem}.yaml"
        if stem and self.exists(shipped):
            return shipped
        help = self._near_network(stem) or "see `costcalc zoo` for the networks that are shipped"
        raise ModelReferenceError(
            Diagnostic("E003", f"no file and no network of the zoo is named `{name}`", None, help)
        )

    def _near_network(self, name: str) -> str | None:
        """Return the shipped network that was probably meant: `resnet@18` for `resnet18`."""
        typed = _plain(name)
        families = [each for each in zoo_names() if typed.startswith(_plain(each))]
        for family in sorted(families, key=len, reverse=True):
            rest = typed.removeprefix(_plain(family))
            if not rest:
                return f"did you mean `{family}`?"
            document = self.read(zoo_directory() / f"{family}.yaml")
            variants = [each for each in document.fields.get("variants", {}) if _plain(each) == rest]
            if variants:
                return f"did you mean `{family}@{variants[0]}`?"
        return None if families else did_you_mean(name, zoo_names())

    def locate_import(self, name: str, beside: Path, where: Location) -> Path:
        """Return the file of `import: [name]`: beside the importing file, or in the zoo.

        Raises:
            SpecError: E008 for a path that leaves the folder, E006 for one that is not there.
        """
        path = Path(name)
        leaves = Diagnostic(
            "E008", f"`{name}` leaves the folder of this file", where, "import by name: `import: [std]`"
        )
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.name:
            raise SpecError(leaves)
        file = path if path.suffix in SUFFIXES else path.with_name(f"{path.name}.yaml")
        for folder in (beside.parent, zoo_directory()):
            if self.exists(folder / file):
                if folder != zoo_directory() and not (folder / file).resolve().is_relative_to(
                    folder.resolve()
                ):
                    raise SpecError(leaves)  # through a link: errors would quote a file that nobody named
                return folder / file
        help = did_you_mean(path.stem, zoo_names()) or f"looked in {shown(beside.parent)} and in the zoo"
        raise SpecError(Diagnostic("E006", f"nothing to import is named `{name}`", where, help))


def _plain(name: str) -> str:
    """Return a name without what people write differently: case, dashes, underscores, dots."""
    return "".join(each for each in name.casefold() if each.isalnum())


@lru_cache(maxsize=256)
def _decoded(path: Path, file: str, modified: int, size: int) -> Document:
    return decode(read(path, file))


def _near_file(path: Path) -> str | None:
    folder = path.parent
    try:
        names = [entry.name for entry in folder.iterdir() if entry.suffix in SUFFIXES]
    except (OSError, ValueError):
        return f"there is no folder {folder}"
    return did_you_mean(path.name, names)
