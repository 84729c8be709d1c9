"""Submissions made for a pack to find faults of its checks: an empty file, and one that always answers the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.packs import Pack
from grader.submission import Submission

# Whatever is asked, the answer is this number in the shape of the last tensor that was handed over. Its own picture
# is a flat line. Feedback about it can only vary with the seed if it tells of something hidden.
MUTE = """
import torch


def _answer(*given, **named):
    shapes = [value.shape for value in given if isinstance(value, torch.Tensor)]
    return torch.full(shapes[-1] if shapes else (), 0.731)

"""
MUTE_PICTURE = """
import matplotlib.pyplot as plt

plt.plot(torch.linspace(-3, 3, 60), torch.full((60,), 0.731), label="one")
plt.plot(torch.linspace(-3, 3, 60), torch.full((60,), 0.417), label="two")
plt.legend()
"""


def submissions(pack: Pack) -> Iterator[tuple[str, Submission]]:
    """(kind, submission) of every probe."""
    yield "empty", Submission("\n", "py", "empty.py")
    names = function_names((pack.path / "solution.py").read_text(encoding="utf-8"))
    source = MUTE + "".join(f"{name} = _answer\n" for name in names)
    yield "mute", Submission(source if names else source + MUTE_PICTURE, "py", "mute.py")


def function_names(source: str) -> list[str]:
    """The functions that the solution defines at top level; none for a source that is not Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
