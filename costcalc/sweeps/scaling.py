"""Compound scaling from Python and the command line: from words to what `scale.py` takes."""

from __future__ import annotations

import csv
from fractions import Fraction

from costcalc.cost.conventions import parse_convention
from costcalc.errors import Diagnostic, ModelReferenceError, UsageError
from costcalc.sweeps.limits import parse_number
from costcalc.sweeps.metrics import Counting
from costcalc.sweeps.scale import Base, Growth, Scaled, candidates
from costcalc.sweeps.space import space

STEP, TOLERANCE = "0.05", "5%"
SYMBOLS = ("alpha", "beta", "gamma")

EFFICIENTNET = Growth(Fraction("1.2"), Fraction("1.1"), Fraction("1.15"))
"""What EfficientNet's own search came to (arXiv:1905.11946, section 4)."""

Figures = dict[tuple[Fraction, Fraction, Fraction], dict[str, float]]
"""By alpha, beta and gamma, figures such as accuracies."""


def scale(
    reference: str,
    target: str | float = 2,
    *,
    step: str | float = STEP,
    tolerance: str | float = TOLERANCE,
    convention: str = "paper",
) -> list[Scaled]:
    """Search multipliers of depth, width and resolution by which a network's MACs grow as wanted.

    EfficientNet's step 1 (arXiv:1905.11946), counted on the networks themselves rather than by its formula,
    alpha * beta^2 * gamma^2: rounding makes small networks grow faster.

    Args:
        reference: A network, as `costcalc.load` takes it.
        target: By how much MACs are to grow: `2` or `"2x"`.
        step: Of the grid, which begins at 1.
        tolerance: By how much the growth may be off, as a share: `0.05` or `"5%"`. Candidates within it by
            the formula alone are there, too.
        convention: What counts as a MAC.

    Returns:
        The candidates, those whose MACs grow most nearly as wanted first.

    Raises:
        CostcalcError: whatever is wrong with the spec or the arguments (E70x).

    >>> first = scale("shufflenet", 2)[0]
    >>> first.model, round(float(first.ratio), 3), round(float(first.growth.formula), 3)
    ('shufflenet@scale=1.05+resolution=291', 2.006, 1.863)
    """
    bases = bases_of([reference], Counting(parse_convention(convention)))
    if len(bases) != 1:
        message = f"`{reference}` names {len(bases)} models"
        raise ModelReferenceError(Diagnostic("E005", message, help="scale one after the other"))
    return candidates(
        bases[0], parse_target(str(target)), parse_share(str(step)), parse_share(str(tolerance))
    )


def bases_of(references: list[str], counting: Counting) -> list[Base]:
    """Return the networks to scale.

    Raises:
        CostcalcError: what is wrong with them.
    """
    return [Base(network, counting) for network in space(references, ()).networks]


def parse_target(text: str) -> Fraction:
    """Return by how much to grow: `2x` or `2`.

    Raises:
        UsageError: E706, it is no number above 1.
    """
    target = parse_number(text.removesuffix("x"), f"--target {text}")
    if target <= 1:
        help = "for example: --target 2x"
        raise UsageError(Diagnostic("E706", f"--target {text}: a network grows by more than 1", help=help))
    return target


def parse_share(text: str) -> Fraction:
    """Return a positive number, or a share: `0.05` or `5%`.

    Raises:
        UsageError: E706, it is none.
    """
    share = parse_number(text.removesuffix("%"), text) / (100 if text.endswith("%") else 1)
    if share <= 0:
        raise UsageError(Diagnostic("E706", f"`{text}` is not positive", help="for example: 0.05, or 5%"))
    return share


def parse_figures(text: str) -> tuple[list[str], Figures]:
    """Return the names of the figures of a CSV file that names alpha, beta and gamma, and the figures.

    Raises:
        UsageError: E605, it does not, or holds something else than numbers.
    """
    header, *lines = list(csv.reader(text.lstrip("\ufeff").splitlines())) or [[]]
    names = [name for name in header if name not in SYMBOLS]
    if not set(SYMBOLS) <= set(header) or not names:
        raise _wrong("the first line does not name alpha, beta, gamma and a figure")
    figures: Figures = {}
    for number, line in enumerate(lines, 2):
        cells = dict(zip(header, line, strict=False))
        try:
            alpha, beta, gamma = (Fraction(cells[symbol].strip()) for symbol in SYMBOLS)
            figures[alpha, beta, gamma] = {name: float(cells[name]) for name in names}
        except (KeyError, ValueError, ZeroDivisionError):
            raise _wrong(f"line {number} does not have a number in every column") from None
    return names, figures


def _wrong(problem: str) -> UsageError:
    help = (
        "for example `alpha,beta,gamma,top1` and a line `1.2,1.1,1.15,77.9` for each design that was trained"
    )
    return UsageError(Diagnostic("E605", f"--metrics: {problem}", help=help))
