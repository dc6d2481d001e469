"""The command line: arguments, files, streams and exit codes; no arithmetic.

Exit codes: 0 fine, 1 a check failed, 2 anything that stopped the work, 130 interrupted, 141 nobody
reads the output any more. Click and Python would both use 1 for their own troubles, which CI could
not tell from a failed check; so nothing but a command's own verdict may exit with 1.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from costcalc.cli.group import group
from costcalc.cli.streams import abandon_output, finish_output, report
from costcalc.cli.usage import explain as explain_usage  # the package has a module `explain`
from costcalc.errors import CostcalcError, Diagnostic

STOPPED = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


def main() -> NoReturn:
    """Run the command line and leave the process."""
    gc.set_threshold(100_000)  # a short life that makes no cycles to speak of: a fifth less time
    code = run(sys.argv[1:])
    gc.freeze()  # or the interpreter would look for cycles in all that there is before it ends
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; no exception escapes."""
    try:
        code = _invoke(arguments)
        finish_output()
        return code
    except CostcalcError as error:
        report(error.diagnostics)
        return STOPPED
    except click.ClickException as error:
        report([explain_usage(error)])
        return STOPPED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        abandon_output()
        return BROKEN_PIPE
    except OSError as error:
        abandon_output()
        report([Diagnostic("E033", f"cannot read or write: {error}")])
        return STOPPED
    except Exception as error:
        report([_crash(error)])
        return STOPPED


def _invoke(arguments: Sequence[str]) -> int:
    if "_COSTCALC_COMPLETE" in os.environ:  # the shell asks for completions; exits
        group.main(prog_name="costcalc")
    # Not `group.main`: it would exit with 1 when a pipe breaks.
    try:
        with group.make_context("costcalc", list(arguments)) as context:
            code = group.invoke(context)
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    return code if isinstance(code, int) else 0


def _crash(error: Exception) -> Diagnostic:
    if os.environ.get("COSTCALC_TRACEBACK"):
        import traceback

        traceback.print_exc()
    return Diagnostic(
        "E039",
        f"costcalc failed, which is a bug: {type(error).__name__}: {error}",
        help="COSTCALC_TRACEBACK=1 shows where; please report it with the spec",
    )
