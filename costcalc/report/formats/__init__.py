"""The output formats. Each is one module here, named like the format, and defines `PRINTER`.

`--format`, `-o FORMAT=PATH`, their help and their checks read what is here: to add a format, add a module.
A module is imported when its format is asked for, or when all are listed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from costcalc.report.record import Table

if TYPE_CHECKING:  # what a table needs none of
    from costcalc.gate.result import Result
    from costcalc.report.blocks import Document

SCHEMA_VERSION = "2.0"
"""Of tables as JSON: a new key raises the minor version, anything else the major one."""

What = Literal["table", "result"]
"""What can be printed: a table of costs, or the result of a check or a diff."""

DEFAULT = "text"


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader wants, as `render` takes it; formats for programs look at `folder` alone."""

    width: int | None = None
    colour: bool = False
    raw: bool = False
    top: int = 5
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Printer:
    """One output format.

    Attributes:
        name: As it is asked for.
        suffix: Of its files.
        table: Prints a table; None if it cannot.
        document: Prints the blocks that are made from a result.
        result: Prints a result itself, for programs. Without either it prints none.
        aliases: Further names.
    """

    name: str
    suffix: str
    table: Callable[[Table, Look], str] | None = None
    document: Callable[[Document, Look], str] | None = None
    result: Callable[[Result, Look], str] | None = None
    aliases: tuple[str, ...] = ()

    def prints(self, what: What) -> bool:
        """Tell whether it can print this."""
        return self.table is not None if what == "table" else bool(self.document or self.result)


def formats(what: What) -> tuple[str, ...]:
    """Return the names of the formats that can print this, the one for people first."""
    names = sorted(each.name for each in _all() if each.prints(what))
    return (DEFAULT, *(name for name in names if name != DEFAULT))


def find_printer(name: str, what: What) -> Printer | None:
    """Return the printer of a format, by its name or an alias; None if none of that name prints this."""
    found = _load(name) or next((each for each in _all() if name in each.aliases), None)
    return found if found and found.prints(what) else None


def render(
    thing: Table | Result,
    format: str = DEFAULT,
    *,
    width: int | None = None,
    colour: bool = False,
    raw: bool = False,
    top: int = 5,
    folder: str = "",
) -> str:
    """Return a table, or the result of a check or a diff, in one of its `formats`.

    Args:
        thing: What to print.
        format: One of `formats("table")` or `formats("result")`.
        width: Of the terminal; None breaks no line and shows every column.
        colour: Whether to use ANSI colours.
        raw: Exact integers instead of four significant digits, in what people read.
        top: How many layers of a result are listed at most, those that matter most; 0 lists all.
        folder: Where the files are that a result names, from the root of the repository, which is what
            sites want for what they show beside the code.

    Raises:
        ValueError: there is no such format of this.
    """
    look = Look(width, colour, raw, top, folder)
    what: What = "table" if isinstance(thing, Table) else "result"
    printer = find_printer(format, what)
    if printer is None:
        raise ValueError(f"`{format}` is not one of {', '.join(formats(what))}")
    if isinstance(thing, Table):
        assert printer.table is not None
        return printer.table(thing, look)
    if printer.result is not None:
        return printer.result(thing, look)
    from costcalc.report.gate.document import result_document

    assert printer.document is not None
    return printer.document(result_document(thing, raw=raw, top=top), look)


def _load(name: str) -> Printer | None:
    """Return the printer of a module here, if there is one of that name."""
    if not name.isidentifier():
        return None
    module = f"{__name__}.{name}"
    try:
        printer = import_module(module).PRINTER
    except ModuleNotFoundError as error:
        if error.name == module:
            return None
        raise
    assert isinstance(printer, Printer)
    return printer


def _all() -> list[Printer]:
    import pkgutil  # which costs more than the one format that a command prints

    found = [_load(module.name) for module in pkgutil.iter_modules(__path__)]
    return [printer for printer in found if printer]
