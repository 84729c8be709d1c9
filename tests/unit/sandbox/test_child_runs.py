"""A submission is run as a notebook is run, and what it left behind is told."""

from __future__ import annotations

import pytest

from grader.wire.messages import World


def problems(report):
    return [(cell.problem.types[0], cell.problem.line) for cell in report.cells if cell.problem]


def names(report):
    return {name.name: name.kind for name in report.names}


def test_a_failing_statement_is_told_and_the_next_one_runs(run):
    report = run("""\
        import torch
        x = torch.ones(3, requires_grad=True)
        def helper(t):
            t.backward()
        helper(x * 2)
        done = True
        """)
    failed = [cell for cell in report.cells if cell.status == "failed"]
    assert [(cell.lines, cell.problem.line, cell.problem.cell) for cell in failed] == [((5, 5), 4, 2)]
    problem = failed[0].problem
    assert problem.types[:2] == ("RuntimeError", "Exception")
    assert "implicitly created only for scalar" in problem.message
    assert problem.traceback.splitlines()[1:5] == [
        '  File "submission.py", line 5, in <module>',
        "    helper(x * 2)",
        '  File "submission.py", line 4, in helper',
        "    t.backward()",
    ]
    assert "site-packages" not in problem.traceback
    assert names(report)["done"] == "other"


def test_the_rest_of_a_failing_cell_does_not_run_but_the_next_cell_does(run):
    report = run("# %%\na = 1\nraise KeyError('k')\nb = 2\n# %%\nc = 3\n")
    assert set(names(report)) == {"a", "c"}
    assert [cell.status for cell in report.cells] == ["failed", "ok"]


def test_an_error_inside_the_engine_names_the_students_line(run):
    report = run("import torch\nx = torch.ones(2, requires_grad=True)\ny = (x**2).sum()\ny.backward()\ny.backward()\n")
    problem = report.runs[1].problem
    assert (problem.line, problem.cell) == (5, 4)
    assert report.cells[4].problem.line == 5


def test_a_syntax_error_tells_line_column_and_text(run):
    report = run("a = 1\nprint（a）\n")
    (cell,) = report.cells
    assert cell.problem.types[0] == "SyntaxError"
    assert (cell.problem.line, cell.problem.column, cell.problem.text) == (2, 6, "print（a）")


def test_what_only_the_compiler_refuses_fails_alone(run):
    report = run("a = 1\nreturn a\nb = 2\n")
    assert problems(report) == [("SyntaxError", 2)]
    assert set(names(report)) == {"a", "b"}


@pytest.mark.parametrize("source", ["a = 1\nb = '\0'\n", "a = " + "(" * 3000, "a = 1" + "+1" * 100_000])
def test_a_text_the_parser_gives_up_on_is_a_problem_of_the_cell(run, source):
    report = run(source)
    assert len(report.cells) == 1
    assert report.cells[0].status == "failed"


def test_main_is_real(run):
    report = run("""\
        from __future__ import annotations
        import dataclasses, inspect, pickle
        @dataclasses.dataclass
        class Point:
            x: Undefined
        copy = pickle.loads(pickle.dumps(Point(3)))
        source = inspect.getsource(Point)
        def main():
            global ran
            ran = True
        if __name__ == "__main__":
            main()
        """)
    assert problems(report) == []
    assert {"copy", "ran", "source"} <= set(names(report))


def test_sys_exit_ends_a_script_but_not_a_notebook(run, notebook):
    script = run("a = 1\nimport sys; sys.exit('bad')\nb = 2\n")
    assert set(names(script)) == {"a", "sys"}
    assert problems(script) == [("SystemExit", 2)]
    assert "b" in names(run(notebook("exit()", "b = 2"), "ipynb"))


def test_leaving_in_good_order_is_no_failure_but_is_noted(run):
    report = run("import sys\nsys.exit(0)\nb = 2\n")
    assert problems(report) == []
    assert report.notes == ("sys.exit() (line 2)",)


def test_an_endless_cell_costs_only_itself(run, monkeypatch):
    monkeypatch.setattr("grader.sandbox.execution.SOFT_CELL_SECONDS", 0.3)
    report = run("a = 1\nwhile True:\n    a += 1\nb = 2\n")
    assert [cell.status for cell in report.cells] == ["ok", "timed_out", "ok"]
    assert report.cells[1].problem.types[0] == "SubmissionTimeout"
    assert report.cells[1].problem.line in (2, 3)


def test_an_endless_loop_that_swallows_exceptions_and_prints_is_stopped(run, monkeypatch):
    monkeypatch.setattr("grader.sandbox.execution.SOFT_CELL_SECONDS", 0.3)
    report = run("""\
        def loop():
            while True:
                try:
                    while True:
                        print("x")
                except Exception:
                    pass
        loop()
        b = 2
        """)
    assert [cell.status for cell in report.cells] == ["ok", "timed_out", "ok"]
    assert report.truncated


def test_an_endless_torch_loop_is_stopped_while_operations_are_recorded(run, monkeypatch):
    monkeypatch.setattr("grader.sandbox.execution.SOFT_CELL_SECONDS", 0.5)
    source = "import torch\nb = torch.zeros(3)\nwhile b.norm() < 1000:\n    b = b * 2\nc = 2\n"
    report = run(source, world=World(ops=True, lines=True))
    assert [cell.status for cell in report.cells] == ["ok", "ok", "timed_out", "ok"]


def test_the_time_of_all_cells_together_is_limited(run, monkeypatch):
    monkeypatch.setattr("grader.sandbox.execution.SOFT_CELL_SECONDS", 0.2)
    monkeypatch.setattr("grader.sandbox.execution.SOFT_TOTAL_SECONDS", 0.3)
    report = run("while 1: pass\nwhile 2: pass\nwhile 3: pass\na = 1\n")
    assert [cell.status for cell in report.cells] == ["timed_out"] * 4


def test_endless_recursion_is_a_problem_and_harms_nothing(run):
    report = run(
        "def f(x):\n    return f(x) + 1\nf(1)\nimport torch\ny = torch.ones(1, requires_grad=True).sin().backward()\n"
    )
    assert problems(report) == [("RecursionError", 2)]
    assert len(report.cells[1].problem.traceback) < 3000
    assert report.runs_total == 1


def test_a_low_recursion_limit_does_not_stop_the_report(run):
    report = run("import sys\nsys.setrecursionlimit(60)\na = 1\n")
    assert "a" in names(report)


def test_standard_streams_behave_like_streams(run):
    report = run("""\
        import io, logging, sys, warnings
        print("plain", sys.stdout.isatty(), sys.stdout.encoding)
        sys.stdout.buffer.write("bytes ü\\n".encode())
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.close()
        print("after close")
        sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
        print("wrapped")
        logging.warning("logged")
        warnings.warn("warned")
        try:
            sys.stdout.fileno()
        except OSError:
            print("no descriptor")
        input("name? ")
        """)
    assert problems(report) == [("EOFError", 15)]
    assert report.stdout == "plain False utf-8\nbytes ü\nafter close\nwrapped\nno descriptor\nname? "
    assert "WARNING:root:logged" in report.stderr
    assert "submission.py:10: UserWarning: warned" in report.stderr


def test_output_is_capped_and_says_so(run):
    report = run("print('é' * 1_000_000)\nimport sys\nprint('e' * 100, file=sys.stderr)\n")
    assert len(report.stdout) == 65536
    assert report.truncated
    assert report.stderr == "e" * 100 + "\n"
    assert not run("print(1)").truncated


def test_numbers_are_the_same_in_every_run_of_a_seed(student):
    source = """\
        import random, numpy as np, torch
        drawn = [random.random(), np.random.rand(), np.random.default_rng().random(), torch.rand(1).item()]
        """
    first, again, other = (student(source, world=World(seed=seed)).read("drawn").value for seed in (3, 3, 4))
    assert first == again
    assert all(a != b for a, b in zip(first.items, other.items, strict=True))


def test_replaced_functions_are_met_under_all_their_names(student):
    child = student(
        """\
        import math, numpy as np, torch
        from torch import sin
        import d2l.torch as d2l
        x = torch.tensor([0.5])
        sines = (sin, torch.sin, torch.Tensor.sin, d2l.sin, lambda t: t.sin(), lambda t: sin(input=t))
        seen = [sine(x).item() for sine in sines]
        others = [float(np.sin(0.5)), math.sin(0.5), torch.cos(x).item()]
        """,
        world=World(replaced={"torch.sin": "lambda x: torch.sin(x) + 100", "math.sin": "lambda x: 7.0"}),
    )
    seen, others = (child.read(name).value.items for name in ("seen", "others"))
    assert [round(value) for value in seen] == [100] * 6
    assert others[0] < 1
    assert others[1] == 7.0


def test_asserts_can_be_switched_off(run):
    source = "a = 1\nassert a == 2, 'no'\nb = 2\n"
    assert problems(run(source)) == [("AssertionError", 2)]
    assert problems(run(source, world=World(assertions=False))) == []


def test_executed_lines_are_told(run, notebook):
    source = "def f(x):\n    if x:\n        return 1\n    return 2\nf(0)\n"
    assert run(source, world=World(lines=True)).lines == (1, 2, 4, 5)
    assert run(notebook("a = 1", source), "ipynb", World(lines=True)).lines == (1, 100001, 100002, 100004, 100005)


def test_a_notebook_problem_counts_lines_of_its_cell(run, notebook):
    report = run(notebook("def f():\n    1 / 0", ("markdown", "because"), "x = 1\nf()"), "ipynb")
    problem = report.cells[1].problem
    assert (problem.cell, problem.line) == (0, 2)
    assert 'File "cell 2", line 2' in problem.traceback
    assert report.prose == ("because",)


def test_await_at_top_level_of_a_notebook_works(run, notebook):
    report = run(notebook("async def f():\n    return 3\nx = await f()\ndef g():\n    return 1"), "ipynb")
    assert problems(report) == []
    assert names(report)["x"] == "other"


def test_names_have_kinds(run):
    report = run("""\
        import numpy as np
        import torch
        t = torch.ones(1)
        p = torch.nn.Parameter(t)
        a = np.ones(1)
        def f(): pass
        g = lambda: 1
        class C: pass
        n = 3
        """)
    assert names(report) == {
        "np": "module", "torch": "module", "t": "tensor", "p": "tensor", "a": "ndarray", "f": "function",
        "g": "function", "C": "class", "n": "other",
    }  # fmt: skip


def test_a_marked_world_marks_derivatives(student):
    source = "import torch\nx = torch.ones(2, requires_grad=True)\n(3 * x).sum().backward()\n"
    child = student(source, world=World(mark=2.0))
    assert child.report.runs[0].leaves[0].name == "x"
    assert child.read("x").value.grad.data == b"\0\0\xc0\x40" * 2


def test_operations_are_recorded_when_asked(run):
    source = "import torch\nx = torch.ones(2, requires_grad=True)\nx.sin().sum().backward()\n"
    ops = {(count.op, count.node) for count in run(source, world=World(ops=True)).ops}
    assert ("aten::cos", "SinBackward0") in ops
    assert run(source).ops == ()


def test_a_huge_report_is_cut_down_rather_than_lost(run):
    report = run("""\
        import torch
        import matplotlib.pyplot as plt
        for i in range(200):
            x = torch.zeros(4000, requires_grad=True)
            (x * x).sum().backward()
        for i in range(30):
            plt.figure()
            plt.plot(range(40000))
        a = 1
        """)
    assert "a" in names(report)
    assert report.runs_total == 200


def test_thousands_of_statements_are_reported_in_one_frame(run):
    report = run("a = 1\n" * 5000 + "1 / 0\n")
    assert problems(report) == [("ZeroDivisionError", 5001)]


def test_thousands_of_failing_statements_are_told_by_the_first_ones(run):
    report = run("1 / 0\n" * 2000 + "a = 1\n")
    assert len(report.cells) == 200
    assert "a" in names(report)


@pytest.mark.parametrize(
    "source",
    [
        "raise SyntaxError('why', ('submission.py', 'x', [], object()))",
        "raise SyntaxError('why', (['submission.py'], 1, 1, 'text'))",
        "class E(Exception):\n    def __setattr__(self, *_): raise self\n    def __str__(self): raise self\nraise E",
        "class E(Exception):\n    __traceback__ = __cause__ = __class__ = 3\nraise E(E)",
        "import sys, torch; sys.exit(torch.ones(3))",
        "raise BaseExceptionGroup('all', [ValueError(), KeyboardInterrupt()])",
        "raise KeyboardInterrupt",
        "def f(x): yield f(x)\nraise type('X' * 100_000, (Exception,), {})('m' * 100_000)",
    ],
)
def test_strange_exceptions_cost_only_their_cell(run, source):
    report = run(f"a = 1\n{source}\n")
    assert report.cells[-1].status == "failed"
    assert "RequestError" not in report.cells[-1].problem.types
    assert "a" in names(report)


def test_recursion_while_everything_is_recorded_harms_nothing(run):
    source = """\
        import torch
        def f(x):
            return f(x.sin()).cos()
        f(torch.ones(2, requires_grad=True))
        torch.ones(2, requires_grad=True).sin().sum().backward()
        """
    report = run(source, world=World(ops=True, lines=True, mark=2.0))
    assert problems(report) == [("RecursionError", 3)]
    assert report.runs_total == 1


def test_the_child_ends_when_nobody_asks_any_more(student):
    assert student("a = 1").close() == 0
