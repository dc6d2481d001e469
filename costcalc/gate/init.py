"""A first file of budgets: limits a little above what every network here costs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from costcalc.errors import CostcalcError, Diagnostic
from costcalc.gate.budget import HEADROOM
from costcalc.gate.metrics import DEFAULT_CONTEXT, round_limit
from costcalc.gate.networks import Counted, Networks, Target
from costcalc.gate.selection import collected, every_spec
from costcalc.spec.files import Files
from costcalc.units import format_count

LIMITED = ("macs", "params")

_HEAD = f"""\
# What networks may cost. `costcalc check` holds them to it; docs: costcalc check --help
# Limits are {HEADROOM} % above what was measured. `costcalc budget tighten` lowers them, and
# `costcalc budget raise NAME macs=... --reason "..."` raises one. Further keys: max_increase, message, level.
"""


def first_config(folder: Path) -> tuple[str, int]:
    """Return the text of a file of budgets for all specs below a folder, and how many budgets it has.

    A spec that has no defaults gets a budget for every variant.

    Raises:
        CostcalcError: there is no spec (E806), or some are wrong.
    """
    networks = Networks(Files())
    counted: list[Counted] = []
    errors: list[Diagnostic] = []
    for target in every_spec(folder, networks):
        with collected(errors):
            for each in _buildable(target, networks):
                counted.append(networks.count(each, [DEFAULT_CONTEXT]))
    if errors:
        raise CostcalcError(dict.fromkeys(errors))
    if not counted:
        help = "`costcalc new my_net` writes one to begin with"
        raise CostcalcError(Diagnostic("E806", f"there is no spec in {folder} or below", help=help))
    return "\n".join([_HEAD, *_budgets(counted, folder)]), len(counted)


def _buildable(target: Target, networks: Networks) -> list[Target]:
    spec = networks.spec(target.path)
    has_defaults = all(
        each.default is not None or name in spec.overrides for name, each in spec.params.items()
    )
    return [target] if has_defaults else networks.expand(target.path, "*")


def _budgets(counted: Iterable[Counted], folder: Path) -> Iterable[str]:
    for each in counted:
        path = each.target.path.relative_to(folder).as_posix()
        match = f"{path}@{each.target.terms}" if each.target.terms else path
        measured = {name: each.metrics[DEFAULT_CONTEXT][name] for name in LIMITED}
        known = {name: value for name, value in measured.items() if value is not None}
        limits = ", ".join(f'{name} = "{_limit(value, name)}"' for name, value in known.items())
        shown = ", ".join(f"{format_count(value)} {name}" for name, value in known.items())
        quoted = json.dumps(match, ensure_ascii=False)
        yield f"[[budget]]\nmatch = [{quoted}]\nmax = {{{limits}}}  # measured: {shown}\n"


def _limit(value: int, metric: str) -> str:
    return round_limit(-int(-value * (100 + HEADROOM) // 100), metric)
