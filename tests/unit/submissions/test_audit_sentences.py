"""Every action that the code writes into the audit log can be read there, in both languages."""

import ast
import re
from pathlib import Path

from submissions.texts import catalogue

ROOT = Path(__file__).parents[3] / "submissions"
# Actions whose last word is only known when the program runs.
MADE = {
    r"regrade_request\.[a-z_]+": {"regrade_request.accepted", "regrade_request.declined"},
    r"[a-z_]+\.change": {"course.change", "assignment.change"},
}


class Collector(ast.NodeVisitor):
    """The actions in calls of `audit`, and in calls of whatever hands its own parameter `action` on to it."""

    def __init__(self, tree):
        self.found, self.patterns, self.unknown = set(), set(), []
        self.handing_on = {"audit": (2, None)}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name != "audit":
                names = [argument.arg for argument in node.args.posonlyargs + node.args.args]
                if "action" in names:
                    self.handing_on[node.name] = (names.index("action"), node)
        self.scope = []
        self.visit(tree)

    def visit_FunctionDef(self, node):
        self.scope.append(node)
        self.generic_visit(node)
        self.scope.pop()

    def visit_Call(self, node):
        self.generic_visit(node)
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in self.handing_on:
            place = self.handing_on[name][0]
            named = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
            given = named or node.args[place : place + 1]
            if given:
                self.take(given[0])

    def take(self, value):
        if isinstance(value, ast.Constant):
            self.found.add(value.value)
        elif isinstance(value, ast.IfExp):
            self.take(value.body)
            self.take(value.orelse)
        elif isinstance(value, ast.JoinedStr):
            parts = [re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z_]+" for part in value.values]
            self.patterns.add("".join(parts))
        elif isinstance(value, ast.Name):
            self.take_name(value)
        else:
            self.unknown.append(ast.dump(value))

    def take_name(self, value):
        scope = self.scope[-1]
        assigned = [
            node.value
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and any(getattr(one, "id", "") == value.id for one in node.targets)
        ]
        for one in assigned:
            self.take(one)
        if not assigned and value.id not in [argument.arg for argument in scope.args.args]:
            self.unknown.append(value.id)


def actions_in_the_code():
    found, unknown = set(), []
    for path in ROOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if "audit(" in source:
            seen = Collector(ast.parse(source))
            found |= seen.found.union(*(MADE[pattern] for pattern in seen.patterns))
            unknown += [(path.name, one) for one in seen.unknown]
    return found, unknown


def test_the_actions_are_found():
    found, unknown = actions_in_the_code()

    assert not unknown
    assert {"override.set", "regrade.cancel", "account.close", "extension.withdraw", "course.change"} <= found


def test_every_action_has_a_sentence_and_no_sentence_is_left_over():
    said = {key.removeprefix("audit.do_").replace("__", ".") for key in catalogue() if key.startswith("audit.do_")}

    assert said == actions_in_the_code()[0]
