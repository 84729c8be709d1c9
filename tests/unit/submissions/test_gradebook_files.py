"""Titles that another system would misread."""

import pytest

from submissions.dashboard.gradebook.files import canvas_title


@pytest.mark.parametrize(("title", "written"), [
    ("Plot sin", "Plot sin"),
    ("Exercise (3)", "Exercise [3]"),
    ("Exercise (a)", "Exercise (a)"),
    ("The Final Score", "The Final-Score"),
    ("自动微分 (12) ", "自动微分 [12]"),
])  # fmt: skip
def test_canvas_takes_no_title_for_an_id_or_for_a_sum_of_its_own(title, written):
    assert canvas_title(title) == written
