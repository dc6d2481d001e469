"""`costcalc verify`: every other counter, and every printed figure, against ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cli.progress import Progress
from costcalc.errors import Diagnostic, MissingExtraError, UsageError
from costcalc.networks import Network, build_networks
from costcalc.report.verify import verify_table
from costcalc.verification import Check, Figure, check_published, figure_check, verify
from costcalc.witness.tools import TOOLS, missing_packages

FAILED = 1


@click.command("verify")
@click.argument("references", metavar="MODEL...", nargs=-1)
@click.option("--tool", "tools", type=click.Choice(list(TOOLS)), multiple=True,
              help="Ask this tool, and no other; may be repeated.")  # fmt: skip
@click.option("--tools/--no-tools", "with_tools", default=True, help="Ask the tools.  [default: yes]")
@click.option("--published/--no-published", default=True,
              help="Check the figures that the spec quotes.  [default: yes]")  # fmt: skip
@click.option("--memory/--no-memory", default=None,
              help="Check memory against PyTorch's.  [default: if it is installed]")  # fmt: skip
@output_options
def command(
    references: tuple[str, ...],
    tools: tuple[str, ...],
    with_tools: bool,
    published: bool,
    memory: bool | None,
    output: Output,
) -> int:
    """Check every count of a network against other counters, and against what was printed.

    MODEL is a spec's path or the name of one that ships, and what to set in it. Each tool runs on the
    network as a PyTorch module; `ours` is our count by its convention and must be the same integer.
    A printed figure may be off by one unit of its last digit. Without variants in MODEL, all figures of
    the spec are checked. Memory without fusion must be what PyTorch's eager execution moves and holds.

    Exits with 1 if anything is not as it should be; the notes say at which layer it starts.
    """
    if not references:
        example = "for example: costcalc verify mobilenet.yaml"
        raise UsageError(Diagnostic("E030", "verify needs a network", help=example))
    _require([*tools, *(["torch"] if memory else [])])
    networks = build_networks(references)
    checks: list[Check] = []
    with Progress() as progress:
        for each in networks:
            asked = (tools or tuple(TOOLS)) if with_tools else ()
            checks += verify(each.graph, asked, memory=memory, progress=progress.update)
    if published:
        checks += map(figure_check, _figures(networks))
    output.emit(verify_table(checks))
    return FAILED if any(check.fails for check in checks) else 0


def _require(tools: Sequence[str]) -> None:
    missing = dict.fromkeys(package for tool in tools for package in missing_packages(tool))
    if missing:
        names = " and ".join(missing)
        help = f"pip install {' '.join(missing)}"
        raise MissingExtraError(Diagnostic("E020", f"{names} is not installed", help=help))


def _figures(networks: Iterable[Network]) -> Iterator[Figure]:
    """Yield all figures of specs that are named alone, and those of the networks that are named."""
    figures: dict[str, list[Figure]] = {}
    for each in networks:
        if each.spec is None:
            continue
        name, _, terms = each.name.partition("@")
        file = each.spec.file
        if file not in figures:
            figures[file] = check_published(each.spec, name)
        digest = each.graph.digest()
        for figure in figures[file]:
            if not terms or figure.graph.digest() == digest:
                yield figure
