"""The commands by name. A command's module is imported when the command runs, not before."""

from __future__ import annotations

from importlib import import_module

import click

from costcalc.errors import Diagnostic, UsageError, did_you_mean

COMMANDS = {
    "compare": ("costcalc.cli.compare", "Put networks side by side: MACs, parameters, memory."),
    "show": ("costcalc.cli.show", "Show where one network spends what it costs."),
    "sweep": ("costcalc.cli.sweep", "Count networks at every combination of values."),
    "solve": (
        "costcalc.cli.solve",
        "Find the largest design within a budget, and those just above and below.",
    ),
    "scale": ("costcalc.cli.scale", "Scale a network in depth, width and resolution, as EfficientNet does."),
    "plot": ("costcalc.cli.plot", "Draw results as pictures, SVG or PNG."),
    "fits": ("costcalc.cli.fits", "Tell whether networks fit a chip."),
    "check": ("costcalc.cli.check", "Hold networks to their budgets."),
    "diff": ("costcalc.cli.diff", "Show what a change costs, by stage and by layer."),
    "budget": ("costcalc.cli.budget", "Lower or raise the limits of budgets, in the file that they are in."),
    "baseline": (
        "costcalc.cli.baseline",
        "Remember what networks cost, for repositories whose history is out of reach.",
    ),
    "init": (
        "costcalc.cli.init",
        "Write a costcalc.toml with a budget for every spec in this folder and below.",
    ),
    "verify": (
        "costcalc.cli.verify",
        "Check every count of a network against other counters, and against what was printed.",
    ),
    "resolve": (
        "costcalc.cli.resolve",
        "Print the rows of a spec with every multiplier and variant applied.",
    ),
    "lint": ("costcalc.cli.lint", "Check spec files: every name in them, and the network of every variant."),
    "render": (
        "costcalc.cli.render",
        "Write the result of a check or a diff in another format, without counting again.",
    ),
    "comment": ("costcalc.cli.comment", "Tell the result of a check or a diff under a pull request."),
    "explain": ("costcalc.cli.explain", "Explain a convention, or an error code."),
    "zoo": ("costcalc.cli.zoo", "List the networks that ship, with what they cost."),
    "new": ("costcalc.cli.new", "Write a small spec with comments, to change into a network of your own."),
    "schema": (
        "costcalc.cli.schema",
        "Print the JSON Schema (draft-07) of specs, of costcalc.toml, or of the results of check and diff.",
    ),
}
"""Name: the module that holds `command`, and the first line of its help."""


class LazyGroup(click.Group):
    """A group whose help is printed without importing a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = import_module(module).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            advice = did_you_mean(name, COMMANDS) or f"commands: {', '.join(COMMANDS)}"
            raise UsageError(Diagnostic("E030", f"there is no command `{name}`", help=advice))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from costcalc.cost.conventions import PAPER
    from costcalc.report.formats import SCHEMA_VERSION
    from costcalc.version import __version__

    convention = " ".join(filter(None, (PAPER.name, PAPER.version)))
    click.echo(f"costcalc {__version__} (result schema {SCHEMA_VERSION}, convention {convention})")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
              help="Print the versions of costcalc, its results and its convention.")  # fmt: skip
@click.pass_context
def group(ctx: click.Context) -> None:
    """What a neural-network architecture costs, before anyone trains it.

    A network is a YAML spec, by path or by the name of one that ships (`mobilenet`), and may name
    variants and parameters: `shufflenet@g8+x0.5`, `mobilenet@alpha=0.5`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
