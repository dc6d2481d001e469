"""`costcalc sweep`: networks at every combination of values."""

from __future__ import annotations

import functools
import time
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costcalc.cli.axes import axis_options, basis_axis, given_axes
from costcalc.cli.counting import counting_options
from costcalc.cli.options import output_options
from costcalc.cli.output import Output
from costcalc.cli.plot import draw_result, picture_format
from costcalc.cli.progress import Progress
from costcalc.cli.streams import write
from costcalc.cost import Basis
from costcalc.errors import Diagnostic, UsageError

if TYPE_CHECKING:
    from costcalc.sweeps.definition import Definition

DEFAULT_NETWORK = "mobilenet.yaml"
MOST_VALUES = 30
"""Values of an axis that `--dry-run` lists."""

_files_too = functools.partial(output_options, more_files=("parquet",))


@click.command("sweep merge")
@click.argument("parts", metavar="PART...", nargs=-1, type=click.Path(path_type=Path))
@_files_too
def merge_command(parts: tuple[Path, ...], output: Output) -> None:
    """Put the parts of a sweep together.

    PART is a file that `sweep --part` wrote, or a folder of `sweep --resume`. The result is what the sweep
    gives when it is counted at once, to the byte. A part that is missing or comes twice is an error.
    """
    from costcalc.cli.sweep_output import check_output, emit
    from costcalc.sweeps.parts import load_all, merge
    from costcalc.sweeps.result import Result

    check_output(output)
    if output.sort or output.columns:
        help = "give --sort and --columns to the sweep whose parts these are"
        raise UsageError(Diagnostic("E030", "parts are merged as the sweep says", help=help))
    emit(Result.of(merge(load_all(parts))), output)


class _Sweep(click.Command):
    """A command with another one below it: no network is called `merge`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["merge"]:
            return merge_command.make_context(f"{info_name} merge", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("sweep", cls=_Sweep)
@click.argument("references", metavar="[MODEL]...", nargs=-1)
@axis_options
@click.option("--variant", "variants", metavar="NAMES", help="Variants, e.g. g1,g8 or 'a*'; '*' is all.")
@click.option("--where", metavar="CONDITION", default="",
              help="Keep legal designs that meet it: 'macs <= 150M and peak_memory < 6MiB'.")  # fmt: skip
@click.option("--pareto", metavar="NAMES", default="",
              help="Keep designs that none beats in these, e.g. macs,params or macs,top1:max.")  # fmt: skip
@click.option("--top", metavar="N", type=click.IntRange(min=1), default=None, help="Keep the first N.")
@click.option("--sample", metavar="N", type=click.IntRange(min=1), default=None,
              help="Draw N designs at random; the space may be huge.")  # fmt: skip
@click.option("--seed", metavar="S", type=int, default=0, help="What to draw by.  [default: 0]")
@click.option("--metrics", "table", metavar="FILE",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A CSV file with more figures per design, e.g. model,top1.")  # fmt: skip
@click.option("--with-fvcore", is_flag=True, help="Let fvcore count the designs that are kept, too.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), default=1, help="Count in N processes.")
@click.option("--executor", metavar="URL", help="Count on a Dask cluster: dask://HOST:PORT.")
@click.option("--shard", metavar="I/N", help="Count the I-th of N parts alone, for `sweep merge`.")
@click.option("--part", "part_file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Write what was counted to a file for `sweep merge`.")  # fmt: skip
@click.option("--resume", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path),
              help="Keep finished parts in a folder, and do not count again what it has.")  # fmt: skip
@click.option("--plot", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Draw the designs, as SVG or PNG; `costcalc plot sweep` can do more.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be counted.")
@functools.partial(counting_options, several=basis_axis)
@_files_too
def command(
    references: tuple[str, ...],
    variants: str | None,
    where: str,
    pareto: str,
    top: int | None,
    sample: int | None,
    seed: int,
    table: Path | None,
    with_fvcore: bool,
    jobs: int,
    executor: str | None,
    shard: str | None,
    part_file: Path | None,
    resume: Path | None,
    plot: Path | None,
    dry_run: bool,
    basis: Basis,
    strict: bool,
    output: Output,
) -> int:
    """Count networks at every combination of values.

    MODEL is as for `compare`; without one it is `mobilenet.yaml`, whose paper introduced alpha. VALUES
    are a list, `0.25,0.5`, or a range with both ends, `0.25:1:0.05`. A design that is not legal is a row
    with the reason.

    `costcalc sweep merge PART...` puts together what `--shard` or `--resume` kept.
    """
    from costcalc.cli.sweep_output import check_output, emit, verdict
    from costcalc.sweeps.definition import Definition
    from costcalc.sweeps.parts import save, shard_rows, total
    from costcalc.sweeps.result import Result
    from costcalc.sweeps.run import run

    if basis.order == "best":
        help = "count single designs so: costcalc show MODEL --order best"
        raise UsageError(Diagnostic("E030", "a sweep counts in the order given", help=help))
    if shard and not (part_file or resume):
        help = "from which `sweep merge` puts the shards together"
        raise UsageError(Diagnostic("E030", "--shard needs --part FILE or --resume FOLDER", help=help))
    if part_file and not part_file.parent.is_dir():
        raise UsageError(Diagnostic("E032", f"--part {part_file}: there is no folder {part_file.parent}"))
    check_output(output)
    if plot:
        picture_format(plot)
    definition = Definition(
        references or (DEFAULT_NETWORK,),
        given_axes(),
        variants=tuple(name.strip() for name in variants.split(",")) if variants else (),
        metrics=output.columns,
        where=where,
        pareto=pareto,
        sort=output.sort or "",
        top=top or 0,
        sample=sample or 0,
        seed=seed,
        table=_text(table) if table else "",
        basis=basis,
        with_fvcore=with_fvcore,
    )
    if dry_run:
        write(_description(definition))
        return 0
    rows = shard_rows(definition, *_parse_shard(shard)) if shard else None
    with _executor(executor, jobs) as pool, Progress() as progress:
        counted = _Counted(progress, rows[1] - rows[0] if rows else total(definition))
        part = run(definition, rows=rows, executor=pool, journal=resume, progress=counted)
    if part_file:
        save(part, part_file)
    if shard:
        return 0
    found = Result.of(part)
    if plot:
        draw_result(found, plot)
    emit(found, output, *([] if references else [f"No MODEL given: this sweeps {DEFAULT_NETWORK}."]))
    return verdict(found) if strict else 0


def _text(table: Path) -> str:
    try:
        return table.read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError(Diagnostic("E605", f"--metrics: {table} is not UTF-8 text")) from None


def _parse_shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
        return int(number), int(of)
    help = "for example: --shard 1/8 for the first of eight"
    raise UsageError(Diagnostic("E030", f"--shard {text}: it takes I/N, I from 1 to N", help=help))


def _description(definition: Definition) -> str:
    """Say how many designs a sweep has, and which."""
    from costcalc.sweeps.definition import prepare
    from costcalc.sweeps.parts import total

    space = prepare(definition).job.space
    designs = f"{total(definition):,} designs"
    if definition.sample:
        designs += f", drawn of {space.size:,}"
    lines = [designs, f"model: {', '.join(network.name for network in space.networks)}"]
    for axis in space.axes:
        values = axis.texts if len(axis) <= MOST_VALUES else (*axis.texts[:8], "...", *axis.texts[-2:])
        lines.append(f"{axis.name}: {', '.join(values)} ({len(axis):,})")
    return "".join(f"{line}\n" for line in lines)


def _executor(url: str | None, jobs: int) -> AbstractContextManager[Executor | None]:
    if url is None:
        from costcalc.sweeps.run import processes

        return processes(jobs) if jobs > 1 else nullcontext()
    from costcalc.sweeps.run import dask

    return dask(url)


class _Counted:
    """How many designs are counted so far, as a line for people."""

    def __init__(self, progress: Progress, of: int) -> None:
        self._progress = progress
        self._of = of
        self._done = 0
        self._start = time.monotonic()

    def __call__(self, more: int) -> None:
        self._done += more
        spent = time.monotonic() - self._start
        rate = self._done / spent if spent else 0
        left = (self._of - self._done) / rate if rate else 0
        self._progress.update(
            f"{self._done:,} of {self._of:,} designs, {rate:,.0f} a second, {left:.0f} s left"
        )
