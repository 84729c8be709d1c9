"""Branches: found in any file a student may hand in, and reached exactly where something of their body ran."""

import json
import sys
import textwrap
import time

import pytest

from grader.checks.branches import line_names, own_functions
from grader.sandbox.lines import LineTracer
from grader.sandbox.sources import Sources
from grader.wire.messages import CELL_LINES

SIGNS = """\
def g(x):
    if x > 0:
        y = 2
    elif x < -5:
        y = 3
    else:
        y = 4
    return y
"""


def ran(source, *calls, name="submission.py", index=0, own_file=False):
    """The tracer of these calls (expressions) of what the source defines."""
    sources = Sources()
    sources.add_file(name, source)
    sources.add_cell(name, (1, source.count("\n") + 1), index, own_file=own_file)
    scope = {}
    exec(compile(source, name, "exec"), scope)
    before = sys.gettrace()
    tracer = LineTracer(sources, enabled=True)
    with tracer:
        for call in calls:
            eval(call, scope)
    sys.settrace(before)
    return tracer


def unreached(source, *calls):
    source = textwrap.dedent(source)
    tracer = ran(source, *calls)
    return own_functions(source, "py").unreached(tracer.places(), tracer.lines())


@pytest.mark.parametrize(
    ("calls", "missed"),
    [(["g(1)"], [5, 7]), (["g(1)", "g(-1)"], [5]), (["g(-9)", "g(0)"], [3]), (["g(1)", "g(-9)", "g(0)"], [])],
)
def test_a_branch_is_reached_when_its_body_ran(calls, missed):
    assert unreached(SIGNS, *calls) == missed


def test_loops_and_match_have_bodies_too():
    source = """\
        def g(n):
            while n > 5:
                n -= 1
            for _ in range(n):
                n += 0
            match n:
                case 0:
                    return 1
                case _:
                    return 2
        """
    assert unreached(source, "g(0)") == [3, 5, 10]
    assert unreached(source, "g(0)", "g(7)") == []


def test_helpers_count_once_they_were_called():
    called = "def h(x):\n    if x:\n        return 1\n    return 2\ndef g(x): return h(x)\n"
    source = called + "def other(x):\n    if x:\n        x\n"
    assert unreached(source, "g(0)") == [3]
    assert unreached(source, "g(1)") == []


def test_the_sides_of_a_conditional_lambda_on_one_line_are_told_apart():
    source = "g = lambda x: x + 1 if x > 0 else x - 1\n"
    assert unreached(source, "g(1)") == [1]
    assert unreached(source, "g(1)", "g(-1)") == []


def test_a_body_on_the_line_of_its_test_is_told_from_the_test():
    source = "def g(x):\n    if x > 0: x = x * 2\n    return x\n"
    assert unreached(source, "g(-1)") == [2]
    assert unreached(source, "g(1)") == []


def test_jumps_are_reached_where_they_were_taken():
    source = "def g(n):\n    for i in range(9):\n        if i > n:\n            break\n    return i\n"
    assert unreached(source, "g(3)") == []
    assert unreached(source, "g(30)") == [4]


@pytest.mark.parametrize(
    "guard",
    [
        "if not isinstance(x, int):\n        x = int(x)",
        "if x is None:\n        x = 1",
        "if x == 99:\n        raise ValueError(x)",
        "if x == 99:\n        print(x)",
    ],
)
def test_care_for_arguments_is_no_branch(guard):
    assert unreached(f"def g(x):\n    {guard}\n    return x\n", "g(1)") == []


def test_a_choice_for_each_element_goes_both_ways_in_one_run():
    source = "def g(xs):\n    out = 0\n    for x in xs:\n        if x > 0:\n            out += x\n    return out\n"
    functions = own_functions(source, "py")
    assert functions.goes_both_ways(ran(source, "g([1, -1])").places())
    assert not functions.goes_both_ways(ran(source, "g([1, 2])").places())


def test_prose_magics_and_transcripts_hide_no_function():
    text = "Here is my answer to it\n%matplotlib inline\n" + SIGNS + "and that was all of it\n"
    (found,) = [branches for _, branches in own_functions(text, "py").found]
    assert sorted(branch.line for branch in found) == [5, 7, 9]
    transcript = "".join(f"{'>>>' if n == 0 else '...'} {line}\n" for n, line in enumerate(SIGNS.splitlines())) + "3\n"
    assert any(branches for _, branches in own_functions(transcript, "py").found)


def test_a_notebooks_lines_carry_their_cell():
    cells = ["import math", SIGNS]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    tracer = ran(SIGNS, "g(1)", name="cell 2", index=1, own_file=True)
    missed = own_functions(json.dumps(notebook), "ipynb").unreached(tracer.places(), tracer.lines())
    assert missed == [CELL_LINES + 5, CELL_LINES + 7]
    assert line_names(missed, "ipynb") == "cell 2 line 5, cell 2 line 7"
    assert line_names([5, 7], "py") == "5, 7"


HOSTILE = {
    "brackets": "(" * 90_000 + ")" * 90_000,
    "signs": "-" * 150_000 + "1",
    "attributes": "a" + ".a" * 90_000,
    "sums": "1" + "+1" * 90_000,
    "calls": "f" + "()" * 50_000,
    "statements": "x\n" * 90_000,
    "broken statements": "x (\n" * 40_000,
    "nested ifs": "\n".join(" " * n + "if x:" for n in range(99)),
    "null": "def g():\0 pass",
    "lambdas": "lambda: " * 20_000 + "1",
    "comparisons": "a" + "<a" * 80_000,
    "strings": "'''" * 50_001,
    "powers": "1" + "**1" * 60_000,
    "ternaries": "a if b else " * 20_000 + "a",
    "elifs": "if a: pass\n" + "elif a: pass\n" * 15_000,
}


@pytest.mark.parametrize("source", [source[:99_000] for source in HOSTILE.values()], ids=HOSTILE)
def test_a_hostile_source_is_read_in_bounded_time_or_not_at_all(source):
    began = time.process_time()
    own_functions(source, "py")
    own_functions(json.dumps({"cells": [{"cell_type": "code", "source": source}]}), "ipynb")
    assert time.process_time() - began < 8


@pytest.mark.parametrize("source", ["", "{}", "[" * 100_000, '{"cells": 3}', '{"cells": [3, {"cell_type": "code"}]}'])
def test_what_is_no_notebook_has_no_functions(source):
    assert own_functions(source, "ipynb").found == ()
