"""Courses and assignments keep their order, extensions replace each other, and every change leaves its trace."""

from datetime import timedelta

import pytest

from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Course, Extension
from submissions.models.people import Enrolment
from submissions.models.records import AuditEntry
from submissions.store import accounts, courses


@pytest.fixture
def ada(database):
    return accounts.create_user(database, accounts.NewUser("ada", "Ada", None))


@pytest.fixture
def course(database, ada):
    return courses.create_course(database, Course(slug="one", title_en="One", title_zh="一"), ada.id)


def assign(database, course, pack_id, **rules):
    return courses.add_assignment(database, Assignment(course_id=course.id, pack_id=pack_id, **rules))


def trace(database, action):
    with database.read() as session:
        return list(session.query(AuditEntry).filter_by(action=action).order_by(AuditEntry.id))


def test_whoever_creates_a_course_teaches_it(database, ada, course):
    with database.read() as session:
        assert session.get_one(Enrolment, (ada.id, course.id)).role == "instructor"
    assert [entry.actor_id for entry in trace(database, "course.create")] == [ada.id]


def test_assignments_come_in_their_order_and_by_track(database, course):
    last = assign(database, course, "c", position=9, track="b")
    first, second = assign(database, course, "a", position=1, track="a"), assign(database, course, "d", track="b")

    assert [found.id for found in courses.assignments(database, course.id)] == [first.id, last.id, second.id]
    assert [found.id for found in courses.assignments(database, course.id, "b")] == [last.id, second.id]
    assert courses.tracks(database, course.id) == ["a", "b"]


def test_a_removed_assignment_is_not_found_any_more(database, ada, course):
    gone = assign(database, course, "a")
    courses.remove_assignment(database, gone.id, ada.id)

    assert courses.assignment(database, gone.id) is None
    assert courses.assignments(database, course.id) == []


def test_a_change_tells_what_was_there_before(database, ada, course):
    found = assign(database, course, "a")
    due = utc_now() + timedelta(days=3)
    courses.change_assignment(database, found.id, ada.id, due_at=due, counts="best")

    assert courses.assignment(database, found.id).due_at == due
    (entry,) = trace(database, "assignment.change")
    assert entry.before == {"due_at": None}
    assert entry.after == {"due_at": due.isoformat()}


@pytest.mark.parametrize("name", ["pack_id", "course_id", "id", "removed_at"])
def test_what_an_assignment_is_can_not_be_changed(name, database, ada, course):
    found = assign(database, course, "a")

    with pytest.raises(ValueError, match=name):
        courses.change_assignment(database, found.id, ada.id, **{name: 1})


def test_an_extension_replaces_the_one_before_and_can_be_withdrawn(database, ada, course):
    found = assign(database, course, "a")
    for extra in (1, 2):
        wish = Extension(assignment_id=found.id, user_id=ada.id, extra_attempts=extra, granted_by=ada.id, reason="ill")
        courses.grant_extension(database, wish)

    assert courses.extension(database, found.id, ada.id).extra_attempts == 2
    assert len(courses.extensions(database, found.id)) == 1
    second = trace(database, "extension.grant")[-1]
    assert (second.before["extra_attempts"], second.after["extra_attempts"], second.reason) == (1, 2, "ill")

    courses.withdraw_extension(database, found.id, ada.id, ada.id)
    assert courses.extension(database, found.id, ada.id) is None


def test_an_archived_course_is_listed_apart(database, ada, course):
    courses.change_course(database, course.id, ada.id, archived_at=utc_now())

    assert courses.courses(database) == []
    assert [found.id for found in courses.courses(database, archived=True)] == [course.id]


def test_codes_are_long_and_free_of_letters_that_look_alike():
    codes = {courses.new_code() for _ in range(200)}

    assert len(codes) == 200
    assert not set("".join(codes)) & set("01OIL")
