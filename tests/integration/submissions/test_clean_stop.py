"""A worker as Celery runs it is told to stop in the middle of a grading that does not end."""

import signal

import pytest

from submissions import jobs
from submissions.db import Database
from submissions.models.base import Base
from submissions.store import queue
from tests.support.queue_world import world
from tests.support.stack import stack
from tests.support.waiting import eventually


@pytest.mark.slow
def test_it_gives_the_grading_back_within_its_grace_and_at_no_cost(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/service.db")
    Base.metadata.create_all(database.engine)
    course = world(database)
    submission = course.hand_in(course.student(), course.assignment())
    url = database.url.render_as_string()
    with stack(url, 600, workers=("worker",), grader=("tests.support.silent_grader",)) as running:
        jobs.ring(running.settings)
        assert eventually(lambda: course.again(submission).state == "running", 60)
        running.kill("worker", signal.SIGTERM)
        # The lease lasts ten minutes: only the worker itself can have given it back.
        assert eventually(lambda: course.gradings()[0].fence == 2, 60)
        assert course.gradings()[0].lost_leases == 0
        assert [record["event"] for record in running.logged()].count("given back") == 1
    assert queue.waiting(database) == 0
    database.dispose()
