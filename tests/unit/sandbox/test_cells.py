"""How a submission is cut, and what is read out of texts that are no Python as they stand."""

from __future__ import annotations

import json
import textwrap

import pytest

from grader.sandbox.cells import plan_file
from grader.sandbox.magics import without_magics
from grader.sandbox.notebook import plan_notebook


def cut(source):
    return plan_file(textwrap.dedent(source))


def names_set(plan):
    """The names the plan's code assigns when it runs, by exec, without a child."""
    space = {}
    for cell in plan.cells:
        if cell.code.tree is not None:
            exec(compile(cell.code.tree, cell.file, "exec"), space)
    space.pop("__builtins__", None)
    return space


@pytest.mark.parametrize(
    ("mark", "label"),
    [
        ("# %%", "%%"),
        ("#%%", "%%"),
        ("# %% The title", "%% The title"),
        ("# In[3]:", "In[3]"),
        ("# In [ ]:", "In[]"),
        ("# <codecell>", "%%"),
        ("# -- cell", "%%"),
        ("# --- cell two", "%% two"),
    ],
)
def test_marks_cut_a_file_and_give_labels(mark, label):
    plan = cut(f"a = 1\n{mark}\nb = 2\nc = 3\n")
    assert [cell.label for cell in plan.cells] == [None, label]
    assert [cell.lines for cell in plan.cells] == [(1, 1), (2, 5)]
    assert names_set(plan) == {"a": 1, "b": 2, "c": 3}


def test_a_mark_inside_a_string_does_not_cut():
    plan = cut('a = """\n# %%\n"""\nb = 2\n')
    assert [cell.label for cell in plan.cells] == [None, None]


def test_statements_keep_decorators_and_branches_whole():
    plan = cut("""\
        import functools
        @functools.cache
        def f(x):
            return x
        if f(1):
            y = 1
        else:
            y = 2
        """)
    assert [cell.lines for cell in plan.cells] == [(1, 1), (2, 4), (5, 8)]
    assert plan.is_script


def test_line_numbers_of_marked_cells_are_those_of_the_file():
    plan = cut("a = 1\n# %%\n\nb = 2\n")
    assert plan.cells[1].code.tree.body[0].lineno == 4


def test_a_syntax_error_sinks_only_its_marked_cell():
    plan = cut("# %%\na = 1\n# %%\nb = = 2\n# %%\nc = 3\n")
    assert [cell.code.error is None for cell in plan.cells] == [True, False, True]
    assert plan.cells[1].code.error.lineno == 4


def test_markdown_cells_of_a_file_are_prose():
    plan = cut("# %% [markdown]\n# saved tensors are freed\n# %%\na = 1\n")
    assert plan.prose == ["saved tensors are freed"]
    assert len(plan.cells) == 1


def test_byte_order_mark_and_foreign_line_ends_do_no_harm():
    plan = plan_file("\ufeffa = 1\r\nif a:\r\n\tb = 2\r\n")
    assert names_set(plan) == {"a": 1, "b": 2}


def test_future_import_stands_alone_without_complaint():
    assert names_set(cut('"""Doc."""\nfrom __future__ import annotations\na = 1\n'))["a"] == 1


# ------------------------------------------------------------------------------------------------- magics


def test_magics_are_dropped_and_noted_without_moving_lines():
    plan = cut("""\
        %matplotlib inline
        !pip install torch 'x
        a = 1
        if a:
            %time b = 2
            !ls
        files = !ls *.py
        torch?
        c = 3
        """)
    assert plan.notes == [
        "%matplotlib inline", "!pip install torch 'x", "%time b = 2", "!ls", "files = !ls *.py", "torch?",
    ]  # fmt: skip
    assert names_set(plan) == {"a": 1, "b": 2, "c": 3}
    assert plan.cells[-1].lines == (9, 9)


def test_percent_and_exclamation_marks_of_python_are_left_alone():
    source = 'a = (7\n% 4)\nb = """\n%matplotlib\n!x\n"""\nc = 7 \\\n% 4\n'
    plan = cut(source + "%matplotlib inline\n")
    assert names_set(plan) == {"a": 3, "b": "\n%matplotlib\n!x\n", "c": 3}
    assert plan.notes == ["%matplotlib inline"]
    assert without_magics(source).text == source


def test_timeit_is_dropped_and_time_keeps_its_expression():
    assert names_set(cut("%timeit undefined()\nx = %time 1 + 1\n%time y = 3\n")) == {"x": 2, "y": 3}


def test_a_continued_shell_command_is_dropped_to_its_end():
    assert names_set(cut("!pip install \\\n  torch \\\n  numpy\na = 1\n")) == {"a": 1}


def test_pylab_magic_brings_the_names_it_promises():
    assert "pyplot as plt" in without_magics("%pylab inline").text


# ------------------------------------------------------------------------------------------- pasted texts


def test_a_pasted_python_session_is_read_without_its_outputs():
    plan = cut("""\
        Python 3.11.7 on linux
        >>> a = 1
        >>> def f(x):
        ...     return x
        ...
        >>> a
        1
        >>> b = f(2)
        """)
    space = names_set(plan)
    assert (space["a"], space["b"]) == (1, 2)
    assert plan.cells[-1].lines == (8, 8)


def test_a_pasted_ipython_session_is_read_without_its_outputs():
    space = names_set(
        cut("""\
        In [1]: a = 1

        In [2]: def f(x):
           ...:     return x
           ...:

        In [3]: f(a)
        Out[3]: <some thing>

        In [4]: b = f(2)
        """)
    )
    assert (space["a"], space["b"]) == (1, 2)


def test_a_copied_notebook_with_prompts_on_their_own_lines_is_read():
    assert names_set(cut("In [1]:\na = 1\nb = 2\nOut[1]:\nsome thing here\nIn [2]:\nc = 3\n")) == {
        "a": 1,
        "b": 2,
        "c": 3,
    }


def test_markdown_with_code_blocks_gives_code_and_prose():
    plan = cut("""\
        # Answer
        It doesn't work twice.

        ```python
        a = 1
        ```
        then (see below
        ```
        b = 2
        ```
        ```text
        RuntimeError: Trying to
        ```
        """)
    assert names_set(plan) == {"a": 1, "b": 2}
    assert "It doesn't work twice." in plan.prose[0]
    assert [cell.lines for cell in plan.cells] == [(5, 5), (9, 9)]


def test_broken_python_with_a_fence_in_a_docstring_stays_a_syntax_error():
    plan = cut('def f(x):\n    """Use:\n    ```python\n    f(1)\n    ```\n    """\n    return (x\n')
    assert [type(cell.code.error) for cell in plan.cells] == [SyntaxError]


def test_prose_between_code_of_a_file_becomes_prose():
    plan = cut("""\
        a = 1
        The second backward raises an error, because saved tensors are freed.
        That's it
        b = 2
        第二次反向传播会报错，因为缓冲区已经释放。
        c = 3
        """)
    assert names_set(plan) == {"a": 1, "b": 2, "c": 3}
    assert "saved tensors are freed" in plan.prose[0]
    assert "缓冲区" in plan.prose[1]


@pytest.mark.parametrize(
    "broken",
    [
        "print（a）",
        "def f(x)\n    return x",
        "x.backward(",
        "for i in range(3) print(i)",
        'print "this is the old way"',
        "y = torch.sin(x",
        "a b",
        "回归 = f（x）",
    ],
)
def test_broken_code_stays_a_syntax_error_of_the_whole_file(broken):
    plan = cut(f"a = 1\n{broken}\nb = 2\n")
    assert len(plan.cells) == 1
    assert isinstance(plan.cells[0].code.error, SyntaxError)
    assert plan.cells[0].lines == (1, 4 + broken.count("\n"))


@pytest.mark.parametrize("text", ["a = \0", "(" * 5000, "1" + "+1" * 200_000, "", "\n\n", "# only a comment\n"])
def test_no_text_raises_when_it_is_cut(text):
    plan_file(text)


# ---------------------------------------------------------------------------------------------- notebooks


def test_a_notebook_gives_its_code_cells_their_own_numbers(notebook):
    plan = plan_notebook(notebook("a = 1", ("markdown", "# Why\nfreed"), ("raw", "x x"), "", "%%html\n<b>", "b = 2"))
    assert [(cell.index, cell.file) for cell in plan.cells] == [(0, "cell 1"), (3, "cell 4")]
    assert plan.prose == ["# Why\nfreed"]
    assert plan.notes == ["%%html"]
    assert names_set(plan) == {"a": 1, "b": 2}


def test_format_3_and_lists_of_lines_are_read():
    sheet = {"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"], "prompt_number": 7}]}
    plan = plan_notebook(json.dumps({"nbformat": 3, "worksheets": [sheet]}))
    assert names_set(plan) == {"a": 1, "b": 2}
    assert plan.cells[0].label == "In[7]"


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 3", "%%capture out", "%%unknown"])
def test_cell_magics_that_run_python_keep_their_body(notebook, magic):
    assert names_set(plan_notebook(notebook(f"{magic}\na = 1")))["a"] == 1


@pytest.mark.parametrize("text", ["[]", "{}", '{"cells": 3}', "no json", '{"cells": [1, {"cell_type": "code"}]}'])
def test_what_is_no_notebook_raises_nothing(text):
    plan_notebook(text)


def test_text_cells_of_a_notebook_saved_by_colab_are_prose():
    plan = cut('''\
        # -*- coding: utf-8 -*-
        """Untitled.ipynb

        Automatically generated by Colab.
        """

        import torch

        """The first pass freed what the graph had saved."""

        a = 1

        """
        a = torch.ones(3)
        a.sum()
        """
        ''')
    assert plan.prose == ["The first pass freed what the graph had saved."]
    assert names_set(plan)["a"] == 1


def test_text_cells_of_a_notebook_saved_by_nbconvert_are_prose():
    plan = cut("""\
        #!/usr/bin/env python
        # coding: utf-8

        # In[1]:


        a = 1
        # a comment on the code


        # 第一次之后计算图被释放，
        # 所以第二次报错。

        # In[2]:


        # b = a + 1


        """)
    assert plan.prose == ["第一次之后计算图被释放，\n所以第二次报错。"]


def test_a_comment_in_a_plain_file_is_no_text_cell():
    assert cut("a = 1\n\n\n# The first pass freed what the graph had saved.\n\nb = 2\n").prose == []
