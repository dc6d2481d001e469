"""Click's complaints about a command line, as diagnostics."""

from __future__ import annotations

import click

from costcalc.errors import Diagnostic, did_you_mean


def explain(error: click.ClickException) -> Diagnostic:
    """Return what is wrong with the command line, and what would be right if a guess is possible."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = f"`{context.command_path} --help` shows the usage" if context else None
    if isinstance(error, click.NoSuchOption):
        known = [name for name in _options(context) if name.startswith("--")]
        advice = did_you_mean(error.option_name, known)
        return Diagnostic("E030", f"there is no option `{error.option_name}`", help=advice or where)
    message = error.format_message().rstrip(".")
    return Diagnostic("E030", message[:1].lower() + message[1:], help=where)


def _options(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    return [name for parameter in context.command.get_params(context) for name in parameter.opts]
