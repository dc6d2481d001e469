"""The expression language: the small formulas that stand where a spec wants a number, a name or a condition.

    make_divisible(32 * alpha, 8)      1.2 ** phi      s == 1 and c_in == c      c if wide else c / 2

Names, decimals, `+ - * / // % **`, comparisons, `and or not`, `a if t else b`, `true` and `false`, calls
of `FUNCTIONS` and of a spec's tables. Arithmetic is exact (`value`); text is checked before Python's
parser sees it (`grammar`), and compiled to closures (`compile`). Conditions over metrics, which only
those who filter need, are in `condition`.
"""

from costcalc.spec.expression.compile import Expression, Functions, Scope, compile_expression
from costcalc.spec.expression.rounding import FUNCTIONS
from costcalc.spec.expression.value import ExpressionError, Fixed, Value, is_batched

__all__ = [
    "FUNCTIONS",
    "Expression",
    "ExpressionError",
    "Fixed",
    "Functions",
    "Scope",
    "Value",
    "compile_expression",
    "is_batched",
]
