"""The changes that a mutant may have, each a small mistake that somebody could make in an autodiff exercise.

A mutator takes a source and one of its nodes and yields edits: (what it is, from byte, to byte, new text).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from grader.packcheck.splicing import Source


class Edit(NamedTuple):
    """One change of a source. `operator` names the kind of mistake."""

    operator: str
    start: int
    end: int
    text: str


Mutator = Callable[[Source, ast.AST], Iterator[Edit]]

OPERATORS = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.Pow: "*", ast.FloorDiv: "*", ast.Mod: "*",
    ast.MatMult: "*", ast.BitOr: "&", ast.BitAnd: "|",
}  # fmt: skip
SYMBOLS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%",
    ast.MatMult: "@", ast.BitOr: "|", ast.BitAnd: "&",
}  # fmt: skip
COMPARISONS = {
    ast.Lt: ("<", ("<=", ">")), ast.LtE: ("<=", ("<", ">=")), ast.Gt: (">", (">=", "<")), ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)), ast.Is: ("is", ("is not",)), ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)), ast.NotIn: ("not in", ("in",)),
}  # fmt: skip
FUNCTIONS = {
    "sin": "cos", "cos": "sin", "exp": "log", "log": "exp", "tanh": "sigmoid", "sqrt": "abs", "abs": "neg",
    "sum": "mean", "mean": "sum", "norm": "sum", "max": "min", "min": "max", "dot": "outer", "relu": "abs",
    "ones": "zeros", "zeros": "ones", "ones_like": "zeros_like", "zeros_like": "ones_like", "allclose": "equal",
    "detach": "clone", "clone": "detach", "append": "count", "extend": "append", "any": "all", "all": "any",
}  # fmt: skip


def operators(source: Source, node: ast.AST) -> Iterator[Edit]:
    """`+` for `-`, `*` for `/`, in an expression or as `+=`."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        old, new = SYMBOLS[type(node.op)], OPERATORS[type(node.op)]
        yield from _infix(source, "operator", node, (node.left, node.right), (old, new))
    if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
        start, end = source.end(node.target), source.start(node.value)
        old = SYMBOLS[type(node.op)] + "="
        for new in (OPERATORS[type(node.op)] + "=", "="):
            yield Edit("operator", start, end, source.between(start, end).replace(old, new, 1))


def comparisons(source: Source, node: ast.AST) -> Iterator[Edit]:
    """`<` for `<=`, `and` for `or`, the negation left out."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        old, others = COMPARISONS[type(node.ops[0])]
        for new in others:
            yield from _infix(source, "comparison", node, (node.left, node.comparators[0]), (old, new))
    if isinstance(node, ast.BoolOp):
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        yield from _infix(source, "comparison", node, (node.values[0], node.values[1]), words)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield Edit("operator", source.start(node), source.end(node), f"({source.of(node.operand)})")


def _infix(
    source: Source, operator: str, node: ast.expr, sides: tuple[ast.expr, ast.expr], words: tuple[str, str]
) -> Iterator[Edit]:
    """The operator between the two sides replaced, and brackets around the whole so that nothing else changes."""
    start, end = source.start(node), source.end(node)
    left, right = source.end(sides[0]), source.start(sides[1])
    between = re.sub(re.escape(words[0]), lambda _: words[1], source.between(left, right), count=1)
    yield Edit(operator, start, end, f"({source.between(start, left)}{between}{source.between(right, end)})")


def constants(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Another number, the other truth value, an empty text."""
    if not isinstance(node, ast.Constant):
        return
    start, end, value = source.start(node), source.end(node), node.value
    if isinstance(value, bool):
        yield Edit("flag", start, end, str(not value))
    elif isinstance(value, int):
        yield from (
            Edit("constant", start, end, f"{other}" if other >= 0 else f"({other})") for other in (value + 1, value - 1)
        )
    elif isinstance(value, float):
        yield from (Edit("constant", start, end, f"{other!r}") for other in (value * 2, value + 1))
    elif isinstance(value, str) and value:
        yield Edit("text", start, end, '""')


def conditions(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A condition negated, which swaps the branches."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        test = node.test
        yield Edit("condition", source.start(test), source.end(test), f"(not ({source.of(test)}))")


def statements(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A statement left out: zeroing dropped, a pass through the graph forgotten, a loop that does nothing."""
    kinds = (ast.Expr, ast.Assign, ast.AugAssign, ast.Delete, ast.For, ast.While, ast.If, ast.With, ast.Try, ast.Raise)
    simple = (*kinds, ast.Continue, ast.Break, ast.Assert)
    if isinstance(node, simple):
        yield Edit("statement", source.start(node), source.end(node), "pass")


def returns(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Nothing returned, or the negative of it."""
    if isinstance(node, ast.Return) and node.value is not None:
        start, end = source.start(node.value), source.end(node.value)
        yield Edit("return", start, end, "None")
        if not isinstance(node.value, ast.Constant | ast.Tuple | ast.Dict | ast.List):
            yield Edit("return", start, end, f"-({source.of(node.value)})")


def detachments(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A value cut off from its graph before it is used or returned."""
    value = node.value if isinstance(node, ast.Assign | ast.Return) else None
    if isinstance(value, ast.Call | ast.BinOp | ast.Attribute | ast.Name | ast.IfExp | ast.Subscript):
        start, end = source.start(value), source.end(value)
        yield Edit("detach", start, end, f"({source.of(value)}).detach()")


def keywords(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A keyword argument left out: retain_graph, create_graph, requires_grad, a label."""
    if not isinstance(node, ast.Call):
        return
    passed: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    given = sorted(passed, key=source.start)
    for place, argument in enumerate(given):
        if not isinstance(argument, ast.keyword) or argument.arg is None:
            continue
        start = source.end(given[place - 1]) if place else source.start(argument)
        end = source.start(given[1]) if not place and len(given) > 1 else source.end(argument)
        yield Edit("keyword", start, end, "")


def functions(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Another function: sin for cos, mean for sum, detach for clone."""
    if isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
        end = source.end(node)
        yield Edit("function", end - len(node.attr), end, FUNCTIONS[node.attr])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        yield Edit("function", source.start(node.func), source.end(node.func), FUNCTIONS[node.func.id])


def arguments(source: Source, node: ast.AST) -> Iterator[Edit]:
    """The first two arguments in the other order."""
    if isinstance(node, ast.Call) and len(node.args) > 1:
        one, two = node.args[:2]
        if not isinstance(one, ast.Starred) and not isinstance(two, ast.Starred):
            middle = source.between(source.end(one), source.start(two))
            yield Edit("arguments", source.start(one), source.end(two), f"{source.of(two)}{middle}{source.of(one)}")


def labels(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A label that belongs to another curve."""
    if not (isinstance(node, ast.keyword) and node.arg == "label"):
        return
    others = [
        source.of(other.value)
        for other in ast.walk(source.tree)
        if isinstance(other, ast.keyword) and other.arg == "label" and ast.dump(other.value) != ast.dump(node.value)
    ]
    if others:
        yield Edit("label", source.start(node.value), source.end(node.value), others[0])


def handlers(source: Source, node: ast.AST) -> Iterator[Edit]:
    """An `except` for another kind of exception."""
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield Edit("handler", source.start(node.type), source.end(node.type), "KeyError")


MUTATORS: tuple[Mutator, ...] = (
    operators, comparisons, constants, conditions, statements, returns, detachments, keywords, functions, arguments,
    labels, handlers,
)  # fmt: skip
