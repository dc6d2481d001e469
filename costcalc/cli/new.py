"""`costcalc new`: a spec to begin with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from costcalc.cli.files import write_file
from costcalc.cli.streams import write
from costcalc.errors import Diagnostic, UsageError
from costcalc.spec.reader import is_identifier

_TEMPLATE: Final = """\
# What this network is for, and where its table comes from.
costcalc: 1
name: NAME
source: "who designed it, and where it is described"
import: [std] # brings conv_bn_act, dwconv_bn_act, squeeze_excite, classifier
input: [3, 224, 224] # channels, height, width

# What may vary. Set one with `NAME@alpha=0.75`, or in `variants` below.
params: {alpha: 1, classes: 1000}

# alpha multiplies column c of the table, and nothing else; the result is rounded to a multiple of 8.
scaling:
  width: {factor: alpha, round: "make_divisible(x, 8)"}

# A block is a list of steps, each of which takes the result of the one before it.
blocks:
  # Two 3x3 convolutions and a shortcut, which is projected where the shape changes.
  residual:
    params: {c: ~, s: 1} # ~: it must be given
    body:
      - add:
          - [{conv_bn_act: {c: c, k: 1, s: s, act: none}, when: s != 1 or c_in != c}]
          - [conv_bn_act: {c: c, s: s}, conv_bn_act: {c: c, act: none}]
      - relu

# name, block, output channels c, repeats n, stride s of the first copy, output size (checked)
columns: [name, op, c, n, s, out]
stages:
  - [stem, conv_bn_act, 32, ~, 2, 112]
  - [stage1, residual, 64, 2, 2, 56]
  - [stage2, residual, 128, 2, 2, 28]
  - [stage3, residual, 256, 2, 2, 14]

heads: {logits: [classifier: classes]} # global average pooling, and a fully connected layer

variants: # NAME@half, NAME@small, NAME@half+small
  half: {alpha: 0.5}
  small: {resolution: 160}
"""
"""A spec to begin with: small, complete, and a comment at each thing to change."""


@click.command("new")
@click.argument("name", required=False)
@click.option("-o", "path", metavar="FILE", help="Where to write it.  [default: NAME.yaml]")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(name: str | None, path: str | None, force: bool) -> None:
    """Write a small spec with comments, to change into a network of your own.

    NAME is of letters, digits and underscores.
    """
    if name is None:
        raise UsageError(Diagnostic("E030", "new needs a name", help="for example: costcalc new my_net"))
    name = name.removesuffix(".yaml")  # whoever thinks of the file means the network in it
    if not is_identifier(name):
        legal = re.sub(r"\W", "_", name, flags=re.ASCII)
        legal = legal if is_identifier(legal) else f"net_{legal}"
        message = f"`{name}` is not a name of letters, digits and underscores"
        raise UsageError(Diagnostic("E030", message, help=f"for example: costcalc new {legal}"))
    file = Path(path or f"{name}.yaml")
    if file.exists() and not force:
        raise UsageError(Diagnostic("E035", f"{file} is there already", help="`--force` writes over it"))
    write_file(file, _TEMPLATE.replace("NAME", name))
    write(f"Wrote {file}. Try: costcalc compare {file} '{file}@*'\n")
