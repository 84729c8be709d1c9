"""A short piece of the chaos table of `python -m tests.chaos`, on both databases."""

import pytest

from tests.chaos import Plan, chaos

FAULTS_IN_SHORT = (
    "kill -9 worker", "kill -9 valkey", "kill -9 web", "kill -9 grader server", "SIGSTOP worker",
    "kill -9 fork-servers",
)  # fmt: skip


@pytest.mark.slow
def test_whatever_dies_or_freezes_every_submission_is_graded_once_and_at_no_cost(database_url):
    outcome = chaos(database_url, Plan(submissions=16, seconds=12, faults=FAULTS_IN_SHORT, students=8))
    print(outcome.row())
    assert outcome.faults.total() == len(FAULTS_IN_SHORT)
    assert (outcome.handed_in, outcome.done, outcome.twice, outcome.wrong) == (16, 16, 0, [])
