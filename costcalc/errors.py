"""What can go wrong, and where: located diagnostics and the exception tree.

    CostcalcError            anything that stops the work; the command line exits with 2
    ├── SpecError            a spec is wrong; carries every diagnostic of the failing layer
    ├── ModelReferenceError     a model reference names no file, network, variant or parameter
    ├── UsageError           an argument that no spec is to blame for
    └── MissingExtraError    an optional library is not installed

`OperatorError` stands apart: an operator refuses its inputs without knowing where in a
file it was written. Whoever built the operator turns it into a located `Diagnostic`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

MOST_NAMED: Final = 3
"""Networks that a message lists."""

LONGEST_WORD: Final = 64
MOST_KNOWN: Final = 500
"""Comparing more, or longer, words takes longer than a suggestion is worth."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text file. Lines and columns count from 1; `end_column` is exclusive."""

    file: str
    line: int
    column: int
    end_column: int
    source_line: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a stable code, what is wrong, where, and what would help."""

    code: str
    message: str
    location: Location | None = None
    help: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        advice = f" ({self.help})" if self.help else ""
        return f"{place}{self.code} {self.message}{advice}"


class CostcalcError(Exception):
    """The root of everything that stops the work."""

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        self.diagnostics = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> tuple[type[CostcalcError], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)  # other processes raise it too


class SpecError(CostcalcError):
    """A spec is wrong. Carries all diagnostics of the layer that failed."""


class ModelReferenceError(CostcalcError):
    """A model reference names no file, network, variant or parameter."""


class UsageError(CostcalcError):
    """An argument is wrong, and no file is to blame."""


class MissingExtraError(CostcalcError):
    """An optional library is not installed."""


class OperatorError(ValueError):
    """An operator cannot take these inputs (or arguments).

    Raised by `costcalc.graph`, which knows no files; caught where a location is known.
    """

    def __init__(self, code: str, message: str, help: str | None = None) -> None:
        self.code, self.message, self.help = code, message, help
        super().__init__(message)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return "did you mean `stride`?" when a known word is close to `word`.

    >>> did_you_mean("strde", ["stride", "padding"])
    'did you mean `stride`?'
    """
    import difflib  # which no run without a mistake needs

    if len(word) > LONGEST_WORD:
        return None
    candidates = [each for each in islice(known, MOST_KNOWN) if len(each) <= LONGEST_WORD]
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else None


def said_once(errors: Mapping[str, Sequence[Diagnostic]], of: int) -> list[Diagnostic]:
    """Return the errors of some of `of` things, each once; what not all of them have says who does."""
    having: dict[Diagnostic, list[str]] = {}
    for name, found in errors.items():
        for each in dict.fromkeys(found):
            having.setdefault(each, []).append(name)
    return [
        each if len(names) == of else replace(each, message=f"{_listed(names)}: {each.message}")
        for each, names in having.items()
    ]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def one_of(word: str, known: Iterable[str]) -> str:
    """Return the known word that is close to `word`, as `did_you_mean` does, or else all of them.

    >>> one_of("sum", ["stride", "padding"])
    'one of: stride, padding'
    """
    words = list(known)
    return did_you_mean(word, words) or f"one of: {', '.join(words)}"
