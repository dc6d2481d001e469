"""Options that say what varies: `--alpha 0.25,0.5`, `--set classes=10,1000`."""

from __future__ import annotations

from typing import Any

import click

from costcalc.errors import Diagnostic, UsageError

AXES = {
    "alpha": "width multipliers",
    "rho": "resolution multipliers",
    "resolution": "input sizes in pixels",
    "depth": "depth multipliers",
    "phi": "compound coefficients",
    "groups": "groups of convolutions",
    "scale": "ShuffleNet's scale factors",
}
_GIVEN = "costcalc.axes"


def axis_options(command: Any) -> Any:
    """Add an option per axis; the command finds what was given with `given_axes`."""
    command = click.option("--set", "parameters", metavar="PARAM=VALUES", multiple=True, expose_value=False,
                           callback=_note_parameters,
                           help="Values of any other parameter; may be repeated.")(command)  # fmt: skip
    for name, what in reversed(AXES.items()):
        command = click.option(f"--{name}", metavar="VALUES", expose_value=False, callback=_note_axis,
                               help=f"Values: {what}.")(command)  # fmt: skip
    return command


def basis_axis(context: click.Context, option: click.Parameter, text: str) -> Any:
    """Note several values of `--batch`, `--dtype` or `--fusion` as an axis, and return the default."""
    if any(sign in text for sign in ",:"):
        _note_axis(context, option, text)
        text = str(option.default)
    return click.IntRange(min=1)(text, option, context) if option.name == "batch" else text


def given_axes() -> tuple[tuple[str, str], ...]:
    """Return the axes of the command line and their values, in the order given."""
    return tuple(click.get_current_context().meta.get(_GIVEN, ()))


def _note_axis(context: click.Context, option: click.Parameter, text: str | None) -> None:
    if text is not None and option.name is not None:
        context.meta.setdefault(_GIVEN, []).append((option.name, text))


def _note_parameters(context: click.Context, _: click.Parameter, texts: tuple[str, ...]) -> None:
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not name.strip():
            help = "for example: --set classes=10,1000"
            raise UsageError(Diagnostic("E601", f"--set {text}: it takes PARAM=VALUES", help=help))
        context.meta.setdefault(_GIVEN, []).append((name.strip(), values))
