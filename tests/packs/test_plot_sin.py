"""What the pack plot-sin promises beyond its samples, with a real child."""

import json
from pathlib import Path

import pytest

from grader.checks import attachments
from grader.packs import load_pack
from tests.support.local_worlds import LocalWorlds, grade

FOLDER = Path(__file__).resolve().parents[2] / "exercises" / "plot-sin"
PACK = load_pack(FOLDER)

ONE_BY_ONE = """
import torch
import matplotlib.pyplot as plt
for i in range({count}):
    x = torch.tensor(12 * i / {count} - 6, requires_grad=True)
    y = torch.sin(x)
    y.backward()
    plt.{draw}(x.item(), y.item(){style})
    plt.{draw}(x.item(), x.grad.item(){style})
plt.text(0, 0, 'sin')
plt.text(0, 1, 'derivative')
plt.show()
"""
STRICT = """
import sys
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-5, 5, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
if (x.grad - torch.cos(x)).abs().max() > 1e-6:
    sys.exit(1)
plt.plot(x.detach(), y.detach(), label='y')
plt.plot(x.detach(), {derivative}, label='dy/dx')
plt.legend()
"""


def graded(text, folder, name="answer.py", seed=7):
    (folder / name).write_text(text, encoding="utf-8")
    return grade(PACK, folder / name, seed)


def test_the_points_and_caps_are_those_of_the_specification():
    assert [(check.name, check.points, check.cap) for check in PACK.checks] == [
        ("sine_curve", 2, None),
        ("derivative_curve", 2, None),
        ("derivative_comes_from_autodiff", 3, 5),
        ("no_hand_written_cos_rule", 1, 5),
        ("curves_are_smooth", 1, None),
        ("curves_can_be_told_apart", 1, None),
    ]


def test_the_starter_fails_kindly():
    verdicts = grade(PACK, FOLDER / "starter.py")
    assert verdicts["sine_curve"] == "passed"
    assert verdicts["derivative_curve"] == "not-there"


@pytest.mark.parametrize("sample", ["right/07_reference_and_assert.py", "right/09_exit_if_not_close.py"])
@pytest.mark.parametrize("seed", [0, 1, 2**40 + 3])
def test_the_seed_changes_no_verdict(sample, seed):
    assert set(grade(PACK, FOLDER / sample, seed).values()) == {"passed"}


@pytest.mark.parametrize(("draw", "style"), [("plot", ", 'k.'"), ("scatter", "")])
@pytest.mark.parametrize("count", [60, 700])
def test_curves_drawn_one_point_at_a_time_are_read_whole(tmp_path, draw, style, count):
    assert set(graded(ONE_BY_ONE.format(count=count, draw=draw, style=style), tmp_path).values()) == {"passed"}


def test_code_that_tolerates_no_difference_from_cos_is_believed_only_if_it_draws_the_gradient(tmp_path):
    assert set(graded(STRICT.format(derivative="x.grad"), tmp_path).values()) == {"passed"}
    cheat = graded(STRICT.format(derivative="torch.cos(x).detach()"), tmp_path)
    assert cheat["derivative_comes_from_autodiff"] == "cos-used"


def test_an_honest_answer_needs_one_extra_run(monkeypatch):
    worlds = []
    run = LocalWorlds.run
    monkeypatch.setattr(LocalWorlds, "run", lambda self, world: worlds.append(world) or run(self, world))
    assert set(grade(PACK, FOLDER / "solution.py").values()) == {"passed"}
    assert len(set(map(repr, worlds))) == 2


def test_the_curve_is_shown_beside_the_expected_one(tmp_path):
    attachments.take()
    graded("import torch, matplotlib.pyplot as plt\nx = torch.linspace(-3, 3, 90)\nplt.plot(x, x.sin())", tmp_path)
    shown = attachments.take()
    assert (len(shown.yours), len(shown.expected)) == (90, 200)


def test_saved_outputs_of_a_notebook_are_no_evidence(tmp_path):
    notebook = json.loads((FOLDER / "right" / "21_notebook.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            picture = {"output_type": "display_data", "data": {"image/png": ""}, "metadata": {}}
            cell["source"], cell["outputs"] = "pass", [picture]
    assert graded(json.dumps(notebook), tmp_path, "answer.ipynb")["sine_curve"] == "no-figure"
