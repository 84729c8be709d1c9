"""What the reading of a submission puts before the instructor, and what it leaves in peace."""

import json
from pathlib import Path

import pytest

from grader.checks.review import sentences
from grader.runner.out_of_place import NAMES, out_of_place
from grader.submission import submission_from_file

PACKS = Path(__file__).parents[3] / "exercises"


def codes(source, kind="py"):
    return [(found.code, found.line) for found in out_of_place(source, kind)]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import sys\nsys._getframe(1)", "frames"),
        ("import sys as s\ns._getframe(1)", "frames"),
        ("\nfrom sys import _getframe as up", "frames"),
        ("import sys\nlook = getattr(sys, '_getframe')", "frames"),
        ("def f(e):\n    return e.__traceback__.tb_frame", "frames"),
        ("def f(g):\n    return g.__closure__", "frames"),
        ("import os\nos._exit(0)", "ends-the-process"),
        ("import sys\nsys.modules['math']", "loaded-modules"),
        ("import torch\ntorch._C._current_autograd_node()", "torch-internals"),
        ("import torch as t\nt.autograd._engine_run_backward", "torch-internals"),
        ("\nfrom torch import _C", "torch-internals"),
        ("\nfrom grader.sandbox import autograd_log", "grader-inside"),
        ("import importlib\nm = importlib.import_module('grader.checks.altered')", "grader-inside"),
        ("\n__import__('gc').get_objects()", "live-objects"),
        ("\nimport ctypes", "raw-memory"),
        ("import torch\ntorch.Tensor.backward = print", "patched-library"),
        ("import torch\nsetattr(torch, 'allclose', print)", "patched-library"),
        ("from torch import Tensor as T\nT.backward = print", "patched-library"),
        ("import torch\nvars(torch)['sin'] = print", "patched-library"),
        ("import matplotlib.pyplot as plt\nplt.plot = print", "patched-library"),
        ("import builtins\nbuiltins.print = None", "patched-library"),
        ("from unittest import mock\nmock.patch('torch.equal')", "patched-library"),
        ("import torch\nfor torch.pi in [3]: pass", "patched-library"),
        ("import torch\nf = getattr(torch, 'c' + 'os')", "hidden-name"),
        ("\nexec('import gc')", "hidden-name"),
    ],
)
def test_what_an_answer_does_not_need_is_found_with_its_line(source, code):
    assert (code, 2) in codes(source)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nx = torch.ones(3, requires_grad=True)\nx.grad = None\nx.data = x * 2",
        "import matplotlib.pyplot as plt\nplt.rcParams['axes.unicode_minus'] = False\nplt.rcParams.update({})",
        "import torch\ntorch.backends.cudnn.deterministic = True\ntorch.set_grad_enabled(True)",
        "class A:\n    def __init__(self):\n        self.gc, self.inspect = 1, 2\nA().gc",
        "import torch\nnet = torch.nn.Linear(1, 1)\nnet.eval()\nnet.weight.grad = None",
        "import sys\nprint(sys.version, file=sys.stderr)\nsys.exit()",
        "import torch\nprint(torch.__version__)\nprint(getattr(torch, 'sin'))",
        "y = 1\ny.grad_fn._saved_self",
    ],
)
def test_what_students_write_is_left_in_peace(source):
    assert codes(source) == []


def test_cells_of_a_notebook_are_named_and_their_own_lines_counted():
    cells = [
        {"cell_type": "markdown", "source": "import gc"},
        {"cell_type": "code", "source": ["import sys as interpreter\n", "%matplotlib inline"]},
        {"cell_type": "code", "source": ["x = 1\n", "  interpreter._getframe()"]},
        {"cell_type": "code", "source": ["x = 1\n", "interpreter._getframe()\n"]},
    ]
    (found,) = out_of_place(json.dumps({"cells": cells}), "ipynb")
    assert (found.code, found.cell, found.line, found.source) == ("frames", 3, 2, "interpreter._getframe()")


def test_marked_cells_of_a_file_are_named_and_the_file_s_lines_counted():
    (found,) = out_of_place("# %%\nx = 1\n# %%\nimport gc\n", "py")
    assert (found.cell, found.line) == (2, 4)


@pytest.mark.parametrize("source", ["import gc\ndef f(:\n", "(" * 5000, "\0", "-" * 60_000 + "1", ""])
def test_what_is_no_python_breaks_nothing(source):
    assert codes(source) == []


@pytest.mark.parametrize("source", ["{", '{"cells": 3}', "[]", '{"cells": [1, {"cell_type": "code", "source": 7}]}'])
def test_what_is_no_notebook_breaks_nothing(source):
    assert codes(source, "ipynb") == []


def test_a_broken_cell_does_not_hide_the_others():
    assert codes("# %%\ndef f:\n# %%\nimport gc\n") == [("live-objects", 4)]


def test_a_sentence_is_in_both_languages_and_names_what_was_found():
    (found,) = out_of_place("import gc", "py")
    assert "gc" in found.text["en"]
    assert "gc" in found.text["zh"]
    assert set(NAMES.values()) <= set(sentences())
    assert all(set(said) == {"en", "zh"} for said in sentences().values())


def test_of_very_many_findings_the_first_are_told():
    assert len(codes("import gc\n" + "gc.collect()\n" * 200)) == 20


@pytest.mark.parametrize("path", sorted(PACKS.glob("*/right/*")), ids=lambda path: path.parent.parent.name + path.stem)
def test_no_right_sample_is_put_before_the_instructor(path):
    submission = submission_from_file(path)
    assert [found.text["en"] for found in out_of_place(submission.source, submission.kind)] == []
