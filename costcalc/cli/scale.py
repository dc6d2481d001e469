"""`costcalc scale`: how to make a network larger in depth, width and resolution together."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import click

from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.errors import Diagnostic, UsageError


@click.command("scale")
@click.argument("references", metavar="MODEL...", nargs=-1)
@click.option("--target", metavar="FACTOR", default="2x", help="By how much MACs grow.  [default: 2x]")
@click.option("--step", metavar="STEP", default="0.05", help="Between multipliers.  [default: 0.05]")
@click.option("--tolerance", metavar="SHARE", default="5%",
              help="By how much the growth may be off.  [default: 5%]")  # fmt: skip
@click.option("--top", metavar="N", type=click.IntRange(min=0), default=20,
              help="Candidates to show; 0 for all.  [default: 20]")  # fmt: skip
@click.option("--metrics", "table", metavar="FILE",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A CSV file alpha,beta,gamma,top1 of what was trained; the best come first.")  # fmt: skip
@click.option("--alpha", metavar="A", help="Scale depth by A to the power phi: shows the family.")
@click.option("--beta", metavar="B", help="Scale width by B to the power phi.")
@click.option("--gamma", metavar="C", help="Scale resolution by C to the power phi.")
@click.option("--phi", metavar="VALUES", default="0:7", help="Of the family.  [default: 0:7]")
@click.option("--alone", is_flag=True, help="Scale each dimension alone by the target.")
@click.option("--convention", metavar="NAME", default="paper", help="What counts as a MAC.")
@output_options
def command(
    references: tuple[str, ...],
    target: str,
    step: str,
    tolerance: str,
    top: int,
    table: Path | None,
    alpha: str | None,
    beta: str | None,
    gamma: str | None,
    phi: str,
    alone: bool,
    convention: str,
    output: Output,
) -> None:
    """Scale a network in depth, width and resolution, as EfficientNet does.

    Without multipliers, its first step: a grid of alpha, beta and gamma from 1 on, and those for which MACs
    grow by the target, as counted on the networks themselves and as alpha * beta^2 * gamma^2 has it.

    With `--alpha 1.2 --beta 1.1 --gamma 1.15`, its second step: the family for phi = 0, 1, ..., beside what
    was printed of such networks. With `--alone`, one dimension at a time, as in its Table 3:
    `costcalc scale mobilenet mobilenet_v2 resnet --target 4x --alone`.
    """
    from costcalc.cost import parse_basis
    from costcalc.networks import open_networks
    from costcalc.report.scale import candidates_table, family_table
    from costcalc.sweeps.axes import parse_axis
    from costcalc.sweeps.compound import (
        EFFICIENTNET,
        Base,
        Growth,
        candidates,
        family,
        one_by_one,
        parse_figures,
        parse_share,
        parse_target,
    )
    from costcalc.sweeps.solve import parse_number

    if not references:
        example = "for example: costcalc scale efficientnet --target 2x"
        raise UsageError(Diagnostic("E030", "scale needs a network", help=example))
    basis = parse_basis(convention)
    bases = [Base(network, basis) for network in open_networks(references)]
    wanted = parse_target(target)
    given = {"alpha": alpha, "beta": beta, "gamma": gamma}
    multipliers = [parse_number(text or "1", f"--{name} {text}") for name, text in given.items()]
    if alone or any(given.values()):
        phis = [Fraction(value) for value in parse_axis("phi", phi).values if value is not None]
        members = [
            (
                base,
                [
                    *(one_by_one(base, wanted) if alone else ()),
                    *(family(base, Growth(*multipliers), phis) if any(given.values()) else ()),
                ],
                base.printed(),
            )
            for base in bases
        ]
        output.emit(family_table(members))
        return
    if len(bases) > 1:
        raise UsageError(
            Diagnostic("E030", "the grid search takes one network", help="--alone takes several")
        )
    base, near = bases[0], parse_share(tolerance)
    output.emit(
        candidates_table(
            base,
            candidates(base, wanted, parse_share(step), near),
            base.scaled(EFFICIENTNET) if wanted == 2 and not base.missing else None,
            target=wanted,
            tolerance=near,
            top=top,
            figures=parse_figures(table.read_text("utf-8")) if table else None,
        )
    )
