"""What the pack backward-twice promises beyond its samples, which test_samples.py grades, with a real child."""

import json
from pathlib import Path

import pytest

from grader.packs import load_pack
from tests.support.local_worlds import grade

FOLDER = Path(__file__).resolve().parents[2] / "exercises" / "backward-twice"
PACK = load_pack(FOLDER)
RIGHT = [FOLDER / "solution.py", *sorted((FOLDER / "right").iterdir())]
WRONG = sorted((FOLDER / "wrong").glob("*.py"))


@pytest.mark.parametrize("seed", [0, 1, 2**40 + 3])
def test_the_seed_changes_no_verdict(seed):
    for path in (RIGHT[1], RIGHT[6], WRONG[0], WRONG[10]):
        assert grade(PACK, path, seed) == grade(PACK, path, seed=7)


def test_the_starter_fails_kindly():
    verdicts = grade(PACK, FOLDER / "starter.py")
    assert set(verdicts.values()) == {"never-run-twice", "explanation-missing"}


def test_the_points_are_those_of_the_specification():
    assert [(check.name, check.points) for check in PACK.checks] == [
        ("second_backward_raises", 2),
        ("error_is_reported_not_hard_coded", 2),
        ("same_graph_backward_twice_accumulates", 3),
        ("zeroed_between", 2),
        ("explanation", 1),
    ]


def test_saved_outputs_of_a_notebook_are_no_evidence(tmp_path):
    notebook = json.loads((FOLDER / "right" / "19_notebook.ipynb").read_text(encoding="utf-8"))
    error = {"output_type": "error", "ename": "RuntimeError", "evalue": "Trying to backward through the graph a second time", "traceback": []}  # fmt: skip  # noqa: E501
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"], cell["outputs"] = "pass", [error]
    (tmp_path / "answer.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    verdicts = grade(PACK, tmp_path / "answer.ipynb")
    assert verdicts["second_backward_raises"] == "never-run-twice"
    assert verdicts["zeroed_between"] == "never-run-twice"
