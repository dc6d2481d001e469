"""A spec to begin with: small, complete, and a comment at each thing to change."""

from __future__ import annotations

from typing import Final

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


def template(name: str) -> str:
    """Return the text of a spec called `name`."""
    return _TEMPLATE.replace("NAME", name)
