"""What a reference is made of: a file, and behind `@` variants and `param=value` terms, joined by `+`."""

from __future__ import annotations

import itertools
import math
import re
from fnmatch import fnmatchcase
from pathlib import Path

from costcalc.errors import Diagnostic, ModelReferenceError, did_you_mean
from costcalc.spec.expression import ExpressionError, compile_expression
from costcalc.spec.files import Files
from costcalc.spec.model import ALIASES, Cell, Slot, Spec
from costcalc.spec.resolve import RESOLUTION
from costcalc.spec.source import Scalar, Source
from costcalc.spec.text import Mapping as MappingTree

MOST_MODELS = 10_000
_MOST_SHOWN = 12

_DIMENSIONS = {
    "width": ("width", "width_mult", "width_multiplier"),
    "depth": ("depth", "depth_mult", "depth_multiplier"),
    "resolution": ("resolution_mult", "resolution_multiplier"),
}
"""What people call the factor by which a spec scales a dimension, whatever the spec calls it."""

_TWO_SIZES = re.compile(r"\s*(\d{1,9})\s*[x×]\s*(\d{1,9})\s*")


def split(reference: str, files: Files) -> tuple[str, str]:
    """Return the file and the terms that a reference is made of.

    Raises:
        ModelReferenceError: E005, it ends with `@`.
    """
    name, at, terms = reference.rpartition("@")
    if not at or files.exists(Path(reference)):
        return reference, ""
    if not terms:
        help = "write a variant or `param=value` behind it"
        raise ModelReferenceError(Diagnostic("E005", f"`{reference}` ends with `@`", None, help))
    return name, terms


def expand(spec: Spec, terms: str) -> list[str]:
    """Return the terms with every `*` replaced by the variants that match it.

    Each term expands by itself, so that `a*+r*` gives every pair.

    Raises:
        ModelReferenceError: E005, they are more than `MOST_MODELS`.
    """
    choices = []
    for term in _split(terms):
        if "*" in term and "=" not in term:
            choices.append([name for name in spec.variants if fnmatchcase(name, term)] or [term])
        else:
            choices.append([term])
    if terms == "*" and not spec.variants:
        return [""]
    models = math.prod(map(len, choices))
    if models > MOST_MODELS:
        raise ModelReferenceError(Diagnostic("E005", f"`{terms}` names {models} models; use `sweep`"))
    return ["+".join(combination) for combination in itertools.product(*choices)]


def overrides_of(spec: Spec, terms: str) -> dict[str, Slot]:
    """Return the parameters that terms such as `g8+x0.5` or `alpha=0.5+resolution=160` set.

    Later terms win over earlier ones.

    Raises:
        ModelReferenceError: E004 for each unknown variant or parameter, E12x for each value that is wrong.
    """
    overrides: dict[str, Slot] = {}
    errors = []
    for term in _split(terms):
        name, equals, value = term.partition("=")
        if not equals:
            if name in spec.variants:
                overrides |= spec.variants[name]
            else:
                errors.append(_unknown(spec, name, with_params=False))
            continue
        parameter = parameter_of(spec, name)
        if parameter is None:
            errors.append(_unknown(spec, name, with_params=True))
            continue
        try:
            overrides[parameter] = _value(parameter, value, f"{spec.name}@{term}")
        except ExpressionError as error:
            several = "a term has one value; `costcalc sweep` takes several" if "," in value else None
            errors.append(Diagnostic(error.code, f"`{term}`: {error.message}", help=several or error.help))
    if errors:
        raise ModelReferenceError(errors)
    return overrides


def parameter_of(spec: Spec, name: str) -> str | None:
    """Return what a spec calls a parameter: by its own name, a usual one, or that of what it scales."""
    if name in spec.params or name == RESOLUTION:
        return name
    if ALIASES.get(name) in spec.params:
        return ALIASES[name]
    for dimension, names in _DIMENSIONS.items():
        if name in names and dimension in spec.scaling and spec.scaling[dimension].factor.text in spec.params:
            return spec.scaling[dimension].factor.text
    return None


def _dimension_names(spec: Spec) -> list[str]:
    return [each for names in _DIMENSIONS.values() for each in names if parameter_of(spec, each)]


def _value(parameter: str, text: str, shown_in: str) -> Slot:
    """Return a value as given; a resolution may be two sizes, `480x640`."""
    sizes = _TWO_SIZES.fullmatch(text) if parameter == RESOLUTION else None
    if sizes:
        return tuple([value_cell(size, shown_in) for size in sizes.groups()])
    return value_cell(text, shown_in)


def value_cell(text: str, shown_in: str) -> Cell:
    """Return a value given on the command line or from Python as a cell.

    Raises:
        ExpressionError: the text is not an expression.
    """
    scalar = Scalar(text, True, 1, 1, len(text) + 1)
    root = MappingTree({}, 1, 1, 1)
    return Cell(text, compile_expression(text), scalar, Source(shown_in, text, root))


def _split(terms: str) -> list[str]:
    return [term for term in terms.split("+") if term]


def _unknown(spec: Spec, name: str, *, with_params: bool) -> Diagnostic:
    known = [*spec.params, RESOLUTION] if with_params else list(spec.variants)
    near = [*known, *_dimension_names(spec)] if with_params else known
    what = "parameter" if with_params else "variant"
    if not with_params and name in spec.params:
        help: str | None = f"`{name}` is a parameter: write `{name}=...`"
    elif known:
        more = ", ..." if len(known) > _MOST_SHOWN else ""
        help = did_you_mean(name, near) or f"it has {', '.join(known[:_MOST_SHOWN])}{more}"
    else:
        help = None
    return Diagnostic("E004", f"`{spec.name}` has no {what} `{name}`", help=help)
