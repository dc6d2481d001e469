"""`costcalc sweep`: networks at every combination of values."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costcalc.cli.options import Counting, counting_options, output_options
from costcalc.cli.output import Output
from costcalc.cli.progress import Progress
from costcalc.cli.streams import write
from costcalc.errors import Diagnostic, UsageError

if TYPE_CHECKING:
    from costcalc.sweeps.definition import Definition

DEFAULT_NETWORK = "mobilenet.yaml"
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
MOST_VALUES = 30


def axis_options(command: Any) -> Any:
    """Add an option per axis; the command finds what was given with `given_axes`."""
    command = click.option("--set", "parameters", metavar="PARAM=VALUES", multiple=True, expose_value=False,
                           callback=_note_parameters,
                           help="Values of any other parameter; may be repeated.")(command)  # fmt: skip
    for name, what in reversed(AXES.items()):
        command = click.option(f"--{name}", metavar="VALUES", expose_value=False, callback=_note_axis,
                               help=f"Values: {what}.")(command)  # fmt: skip
    return command


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


@click.command("sweep")
@click.argument("references", metavar="[MODEL]...", nargs=-1)
@axis_options
@click.option("--variant", "variants", metavar="NAMES", help="Variants, e.g. g1,g8 or a*; * is every one.")
@click.option(
    "--where",
    metavar="CONDITION",
    default="",
    help="Keep legal designs that meet it: 'macs <= 150M and peak_memory < 6MiB'.",
)
@click.option(
    "--pareto",
    metavar="NAMES",
    default="",
    help="Keep designs that none beats in these, e.g. macs,params or macs,top1:max.",
)
@click.option("--top", metavar="N", type=click.IntRange(min=1), default=None, help="Keep the first N.")
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(min=1),
    default=None,
    help="Draw N designs at random; the space may be huge.",
)
@click.option("--seed", metavar="S", type=int, default=0, help="What to draw by.  [default: 0]")
@click.option(
    "--metrics",
    "table",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file with more figures per design, e.g. model,top1.",
)
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), default=1, help="Count in N processes.")
@click.option("--executor", metavar="URL", help="Count on a Dask cluster: dask://HOST:PORT.")
@click.option("--shard", metavar="I/N", help="Count the I-th of N parts alone; needs --part.")
@click.option(
    "--part",
    "part_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was counted, for `sweep merge`.",
)
@click.option(
    "--resume",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep finished parts in a folder, and do not count again what it has.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be counted.")
@counting_options
@output_options
def command(
    references: tuple[str, ...],
    variants: str | None,
    where: str,
    pareto: str,
    top: int | None,
    sample: int | None,
    seed: int,
    table: Path | None,
    jobs: int,
    executor: str | None,
    shard: str | None,
    part_file: Path | None,
    resume: Path | None,
    dry_run: bool,
    counting: Counting,
    output: Output,
) -> None:
    """Count networks at every combination of values.

    MODEL is as for `compare`; without one it is `mobilenet.yaml`, whose paper introduced alpha. VALUES
    are a list, `0.25,0.5`, or a range with both ends, `0.25:1:0.05`. A design that is not legal is a row
    with the reason.

    `costcalc sweep merge FILE...` puts together what `--shard` or `--resume` kept.
    """
    from costcalc.cli.sweep_output import emit
    from costcalc.sweeps.definition import Definition
    from costcalc.sweeps.metrics import metrics_of
    from costcalc.sweeps.parts import load_all, merge, save, shard_rows
    from costcalc.sweeps.result import result
    from costcalc.sweeps.workers import run

    if references[:1] == ("merge",):
        emit(result(merge(load_all(map(Path, references[1:])))), output)
        return
    first, *others = counting.conventions
    definition = Definition(
        references or (DEFAULT_NETWORK,),
        given_axes(),
        tuple(name.strip() for name in variants.split(",")) if variants else (),
        metrics_of(output.columns, others),
        where,
        pareto,
        output.sort or "",
        top or 0,
        sample or 0,
        seed,
        table.read_text("utf-8") if table else "",
        first.name,
        counting.batch,
        counting.precision.weights.name,
        counting.precision.activations.name,
        counting.fusion,
        counting.weights_in_ram,
    )
    if shard and not part_file:
        raise UsageError(
            Diagnostic("E030", "--shard needs --part FILE", help="which `sweep merge` puts together")
        )
    if dry_run:
        write(_description(definition))
        return
    rows = shard_rows(definition, *_parse_shard(shard)) if shard else None
    with _executor(executor, jobs) as pool, Progress() as progress:
        tell = _teller(progress)
        part = run(definition, rows=rows, executor=pool, journal=resume, tell=tell)
    if part_file:
        save(part, part_file)
    if rows is None:
        emit(
            result(part), output, *([] if references else [f"No MODEL given: this sweeps {DEFAULT_NETWORK}."])
        )


def _parse_shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of):
        return int(number), int(of)
    help = "for example: --shard 1/8 for the first of eight"
    raise UsageError(Diagnostic("E030", f"--shard {text}: it takes I/N, I from 1 to N", help=help))


def _description(definition: Definition) -> str:
    """Say how many designs a sweep has, and which."""
    from costcalc.sweeps.definition import prepare
    from costcalc.sweeps.parts import total

    space = prepare(definition).job.space
    lines = [f"{total(definition):,} designs"]
    lines.append(f"model: {', '.join(network.name for network in space.networks)}")
    for axis in space.axes:
        values = axis.texts if len(axis) <= MOST_VALUES else (*axis.texts[:8], "...", *axis.texts[-2:])
        lines.append(f"{axis.name}: {', '.join(values)} ({len(axis):,})")
    return "".join(f"{line}\n" for line in lines)


def _executor(url: str | None, jobs: int) -> AbstractContextManager[Executor | None]:
    if url is None:
        from costcalc.sweeps.api import processes

        return processes(jobs) if jobs > 1 else nullcontext()
    from costcalc.sweeps.cluster import connect

    return connect(url)


def _teller(progress: Progress) -> Callable[[int, int], None]:
    start = time.monotonic()

    def tell(done: int, of: int) -> None:
        spent = time.monotonic() - start
        rate = done / spent if spent else 0
        left = (of - done) / rate if rate else 0
        progress.update(f"{done:,} of {of:,} designs, {rate:,.0f} a second, {left:.0f} s left")

    return tell
