"""`costcalc zoo`: the networks that ship."""

from __future__ import annotations

from fnmatch import fnmatchcase

import click

from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cli.processes import in_two
from costcalc.cost import METRICS, Basis
from costcalc.errors import Diagnostic, ModelReferenceError, did_you_mean
from costcalc.networks import Door
from costcalc.report.zoo import CONDITIONS, Entry, metrics, published_table, variants_table, zoo_table
from costcalc.spec.build import build
from costcalc.spec.expression.condition import parse_condition
from costcalc.spec.files import is_network, network_names, zoo_directory, zoo_names
from costcalc.spec.model import Spec
from costcalc.spec.resolve import Resolved, resolve
from costcalc.spec.terms import overrides_of
from costcalc.verification import BASE, check_published


@click.command("zoo")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--family", help="Only families that match, e.g. 'MobileNet*'.")
@click.option("--where", help="Only what satisfies a condition, e.g. 'macs <= 300M and year >= 2018'.")
@click.option(
    "--published", is_flag=True, help="Every printed figure beside the counted one; exit 1 if one is off."
)
@output_options
def command(
    names: tuple[str, ...], family: str | None, where: str | None, published: bool, output: Output
) -> int:
    """List the networks that ship, with what they cost.

    With one NAME: its variants, what figures were printed for, and where its table comes from.
    """
    condition = parse_condition(where, CONDITIONS) if where else None
    if names:
        _require_networks(names)
    if published:
        figures = [
            figure for name in names or network_names() for figure in check_published(_spec(name), name)
        ]
        output.emit(published_table(figures))
        return 0 if all(figure.holds for figure in figures) else 1
    if len(names) == 1:
        spec = _spec(names[0])
        printed = [figures.variant for figures in spec.published if figures.variant != BASE]
        variants = dict.fromkeys(("", *spec.variants, *printed))
        entries = [_entry(spec, names[0], variant) for variant in variants]
    else:
        entries = [entry for entry in in_two(_base, names or zoo_names()) if entry]
    if family:
        entries = [entry for entry in entries if fnmatchcase(entry.family.lower(), family.lower())]
    if condition:
        entries = [entry for entry in entries if condition.holds(metrics(entry))]
    if len(names) == 1:
        output.emit(variants_table(entries, spec.title or spec.name, spec.source or "no source given"))
    else:
        output.emit(zoo_table(entries))
    return 0


def _require_networks(names: tuple[str, ...]) -> None:
    shipped = network_names()
    unknown = [name for name in names if name not in shipped]
    if unknown:
        raise ModelReferenceError(
            Diagnostic("E003", f"no network of the zoo is named `{name}`", None, did_you_mean(name, shipped))
            for name in unknown
        )


def _spec(name: str) -> Spec:
    return Door().spec(zoo_directory() / f"{name}.yaml")


def _base(name: str) -> Entry | None:
    return _entry(_spec(name), name, "") if is_network(name) else None


def _entry(spec: Spec, name: str, variant: str) -> Entry:
    model = build(spec, f"{name}@{variant}" if variant else name, overrides_of(spec, variant))
    cost = Basis().count(model.graph)
    return Entry(
        name=model.name,
        input=model.graph.input_shape,
        counts={metric.name: metric.of(cost) for metric in METRICS.values()},
        family=spec.family or spec.title or spec.name,
        year=spec.year,
        source=spec.source or "",
        variants=len(spec.variants),
        top1=_top1(model.resolved),
    )


def _top1(network: Resolved) -> str:
    """Return the first accuracy that is printed for a network, by whatever name of a variant."""
    for printed in network.spec.published:
        if "top1" in printed.figures:
            terms = "" if printed.variant == BASE else printed.variant
            other = resolve(network.spec, overrides_of(network.spec, terms))
            if (other.scope, other.input_shape) == (network.scope, network.input_shape):
                return printed.figures["top1"]
    return ""
