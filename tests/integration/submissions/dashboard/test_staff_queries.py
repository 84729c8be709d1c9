"""What the pages of health and of the audit log ask, asked of both databases."""

from datetime import timedelta

import pytest

from submissions.models.base import utc_now
from submissions.store import audit_reading, health, queue
from submissions.store.audit_reading import Wanted
from tests.support.queue_world import check, report, world


@pytest.fixture
def course(database):
    return world(database)


def test_health_is_the_same_on_both_databases(course):
    student, assignment = course.student(), course.assignment()
    course.graded(student, assignment, check("a"))
    for broken in (check("b", "broken"), check("b", "broken"), None):
        course.hand_in(student, assignment)
        claim = queue.claim(course.db, "w1")
        checks = (broken,) if broken else ()
        assert queue.finish(course.db, claim, report(*checks, status="broken_pack", fault="why"))
    course.hand_in(student, assignment)
    course.hand_in(course.student(), assignment)
    queue.claim(course.db, "w2")

    waiting, hour = health.waiting(course.db), health.last_hour(course.db)
    assert (waiting.live, waiting.running, waiting.oldest_at is not None) == (1, 1, True)
    assert [(one.name, one.running, one.ended) for one in hour.workers] == [
        ("w1", 0, 3), ("w2", 1, 0), ("worker", 0, 1),
    ]  # fmt: skip
    assert len(hour.waits) == len(hour.ends) == 4
    found = health.broken_checks(course.db, [course.course.id])
    assert [(one.name, one.times) for one in found] == [("b", 2), ("", 1)]
    assert all(one.last_at is not None and one.last_at.tzinfo for one in found)
    assert health.broken_checks(course.db, []) == health.faults(course.db, [], 10) == []
    faults = health.faults(course.db, None, 10)
    assert [(one.cause, one.detail) for one in faults] == [("broken_pack", "why")] * 3
    assert health.staffed(course.db, course.instructor.id) == {course.course.id}
    assert health.see(course.db, faults[0].alert.id, course.instructor.id, [course.course.id])
    assert len(health.faults(course.db, None, 10)) == 2
    assert health.database_bytes(course.db) > 0


@pytest.mark.parametrize("wanted", [
    {}, {"action": "grading.regrade"}, {"person": "instruct"}, {"person": "INSTRUCTOR"}, {"subject": "submission:1"},
    {"since": utc_now() - timedelta(days=1), "until": utc_now() + timedelta(days=1)},
])  # fmt: skip
def test_every_filter_of_the_log_works_on_both_databases(course, wanted):
    submission = course.graded(course.student(), course.assignment(), check("a"))
    queue.add_regrade(course.db, submission.id, course.instructor.id, "why")

    for course_id in (course.course.id, None):
        found = audit_reading.entries(course.db, Wanted(course_id=course_id, **wanted), None, 10)
        assert [row.action for row in found] == ["grading.regrade"]
        names = audit_reading.names(course.db, found)
        assert names.people[course.instructor.id].name == "Instructor"
        assert names.submissions[submission.id][1] == "Student"
        assert names.roles == {(course.instructor.id, course.course.id): "instructor"}
    assert audit_reading.entries(course.db, Wanted(person="50%"), None, 10) == []
