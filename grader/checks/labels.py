"""What a label calls a curve: the function itself, its derivative, or something we can't tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Words and signs that call a curve a derivative. "cos" is among them: for the exercise it is the derivative's name.
_DERIVATIVE = re.compile(
    r"""
      导 | 導 | 微分 | 梯度 | 斜率 | 变化率 | 余弦
    | deriv | ableitung | grad | slope | prime | \\dot | \bdiff\b | differenti | jvp | vjp | backward
    | cos(?!t)
    | ∂ | ∇ | \\partial | \\nabla
    | \bd\s*\^?\s*\w{0,3}\s*/\s*d | d\s*[({\w].{0,24}/\s*d\s*\w | \\[dt]?frac\s*\{\s*(?:\\mathrm\s*\{\s*)?d
    | \bd_?[yf]\b | \bdsin | \bD\s*[\[(] | ^dx$
    | (?<=[\w)\]}])['`](?![a-z])
    | \^\s*\{?\s*'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FUNCTION = re.compile(
    r"sin(?!g|ce)|正弦|函数|\bf\s*\(|^\$?[yfsuz]\$?\s*(\(|=|$)|\bfunction\b|\boriginal\b|\bforward\b", re.IGNORECASE
)


def names_derivative(label: str) -> bool:
    """Whether the label calls its curve a derivative: "f'(x)", "dy/dx", "导数", "cos(x)", "x.grad", LaTeX included."""
    return _DERIVATIVE.search(_plain(label)) is not None


def names_function(label: str) -> bool:
    """Whether the label calls its curve the function itself, and not its derivative: "sin(x)", "f(x)", "y", "正弦"."""
    return not names_derivative(label) and _FUNCTION.search(_plain(label)) is not None


def swapped(labels: Iterable[str], derivative_labels: Iterable[str]) -> bool:
    """Whether the function's labels and those of its derivative have changed places.

    Only where it is clear: all that is said about the function calls it a derivative and nothing calls the derivative
    one. A label that speaks of both needs the other curve to be called the function. Unknown names accuse nobody.
    """
    labels, derivative_labels = list(labels), list(derivative_labels)
    function_misnamed = any(map(names_derivative, labels)) and not any(map(names_function, labels))
    if not function_misnamed or any(map(names_derivative, derivative_labels)):
        return False
    mixed = any(_FUNCTION.search(_plain(label)) for label in labels)
    return any(map(names_function, derivative_labels)) or not mixed


def _plain(label: str) -> str:
    """The label without accents, dollar signs and the quotes around it."""
    bare = label.strip().strip("$").strip()
    while len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"`":
        bare = bare[1:-1].strip()
    bare = bare.replace("\\prime", "'")
    for sign in "′’´ʹ":
        bare = bare.replace(sign, "'")
    decomposed = unicodedata.normalize("NFKD", bare)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
