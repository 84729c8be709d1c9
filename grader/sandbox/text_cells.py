"""Finds the Markdown cells of a notebook that was saved as a Python file.

Colab writes each as a string that stands alone, nbconvert as a block of comments behind two empty lines.
"""

from __future__ import annotations

import ast
import re

_COMMENT = re.compile(r"#(?!\s?(?:%%|In\s?\[|!))\s?(?P<text>.*)$")


def text_cells(tree: ast.Module) -> list[str]:
    """The strings that stand alone as statements, but for code put away and for a docstring that opens other code."""
    texts = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    opens = len(tree.body) > 1 and ast.get_docstring(tree) is not None
    return [text for text in texts[opens:] if not _is_code(text)]


def commented_cells(lines: list[str]) -> list[str]:
    """The blocks of comments that stand alone behind two empty lines."""
    found: list[str] = []
    block: list[str] = []
    for place, line in enumerate([*lines, ""]):
        match = _COMMENT.match(line)
        if match is not None and (block or not any(map(str.strip, lines[max(0, place - 2) : place]))):
            block.append(match["text"])
        elif block:
            if match is None and not line.strip():
                found.append("\n".join(block))
            block = []
    return [text for text in found if not _is_code(text)]


def _is_code(text: str) -> bool:
    """Whether the text is Python that does something. A word alone, as Chinese prose may be, does not."""
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not all(isinstance(node, ast.Expr) and isinstance(node.value, (ast.Name, ast.Constant)) for node in body)
