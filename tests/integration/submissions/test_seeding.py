"""Copies of graded submissions are rows like any other: every table agrees about them."""

import pytest
from sqlalchemy import func, select

from submissions.db import Database
from submissions.models.base import Base
from submissions.models.work import CheckRow, Grading, Source, Standing, Submission
from submissions.store import queue, reading, seeding
from submissions.store.result_reading import result
from tests.support.queue_world import SOURCE, check, world


@pytest.fixture
def sqlite(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'service.db'}")
    Base.metadata.create_all(made.engine)
    yield made
    made.dispose()


@pytest.fixture
def course(sqlite):
    return world(sqlite)


def count(db, model):
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_every_user_gets_so_many_copies_of_every_template(sqlite, course, monkeypatch):
    monkeypatch.setattr(seeding, "CHUNK", 10)
    author, first, second = course.student(), course.assignment(), course.assignment()
    templates = [
        course.graded(author, first, check("a"), check("b", "failed")),
        course.graded(author, second, check("c")),
    ]
    users = [course.student() for _ in range(5)]

    made = seeding.copy_submissions(sqlite, [(templates[0].id, 3), (templates[1].id, 1)], [user.id for user in users])

    assert made == 20
    assert (count(sqlite, Submission), count(sqlite, Grading), count(sqlite, Source)) == (22, 22, 22)
    assert count(sqlite, CheckRow) == 3 + 5 * (3 * 2 + 1)
    assert count(sqlite, Standing) == 2 + 5 * 2
    for user in users:
        standing = course.standing(user, first)
        assert (standing.submitted, standing.attempts, standing.score) == (3, 3, templates[0].score)
        newest = seeding.newest_graded(sqlite, user.id)[0]
        assert (newest.attempt, newest.id) == (3, standing.counted_submission_id)


def test_a_copy_has_its_own_report_and_source_and_the_pages_read_it(sqlite, course):
    author, user, assignment = course.student(), course.student(), course.assignment()
    template = course.graded(author, assignment, check("a"))
    seeding.copy_submissions(sqlite, [(template.id, 2)], [user.id])
    (newest,) = seeding.newest_graded(sqlite, user.id)
    found = result(sqlite, newest.id)
    assert (found.report.checks[0].name, found.source) == ("a", SOURCE.decode())
    assert [one.attempt for one in reading.attempts_before(sqlite, user.id, assignment.id, None, 9)] == [2, 1]
    assert newest.published_grading_id not in (None, template.published_grading_id)
    assert course.hand_in(user, assignment).attempt == 3


def test_held_submissions_run_and_stay(sqlite, course):
    author, assignment = course.student(), course.assignment()
    template = course.graded(author, assignment, check("a"))
    users = [course.student() for _ in range(3)]
    seeding.copy_submissions(sqlite, [(template.id, 1)], [user.id for user in users])
    held = seeding.keep_running(sqlite, [user.id for user in users])
    assert len(set(held)) == 3
    assert queue.requeue_expired(sqlite) == 0
    assert queue.claim(sqlite, "worker") is None
    with sqlite.read() as session:
        states = session.execute(select(Submission.public_id, Submission.state, Submission.user_id)).all()
    assert {(public_id, user_id) for public_id, state, user_id in states if state == "running"} == {
        (public_id, user.id) for public_id, user in zip(held, users, strict=True)
    }


def test_it_is_for_sqlite_alone(database):
    if not database.is_sqlite:
        with pytest.raises(ValueError, match="SQLite"):
            seeding.copy_submissions(database, [(1, 1)], [1])
