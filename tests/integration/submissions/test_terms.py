"""A change of rules moves scores in the same transaction; a copy keeps the clock and takes nobody along."""

from datetime import UTC, date, datetime, timedelta

import pytest

from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Course
from submissions.models.people import Enrolment
from submissions.models.records import AuditEntry
from submissions.models.work import Standing, Submission
from submissions.store import accounts, courses, results, terms
from submissions.store.refused import Refused

# 9:00 in Berlin, before and after the clocks are put forward on 28 March 2027.
WINTER = datetime(2027, 3, 22, 8, 0, tzinfo=UTC)
SUMMER = datetime(2027, 3, 29, 7, 0, tzinfo=UTC)


@pytest.fixture
def teacher(database):
    return accounts.create_user(database, accounts.NewUser("teacher", "Teacher", None))


@pytest.fixture
def course(database, teacher):
    facts = {"title_en": "One", "title_zh": "一", "timezone": "Europe/Berlin"}
    return courses.create_course(database, Course(slug="one", **facts), teacher.id)


def handed_in(database, assignment, login, *, late, points=10.0, attempt=1):
    """A submission by somebody, `late` after the due date."""
    known = accounts.user_by_login(database, login)
    user = known or accounts.create_user(database, accounts.NewUser(login, login, None))
    with database.write() as session:
        made = Submission(
            public_id=f"{login}{attempt}", assignment_id=assignment.id, user_id=user.id, attempt=attempt,
            kind="python", name="a.py", size=1, sha256="0" * 64, state="graded", submitted_at=assignment.due_at + late,
        )  # fmt: skip
        session.add(made)
        session.flush()
    results.override(database, made.id, user.id, points, "so that it has a score")
    return user


def trace(database, action):
    with database.read() as session:
        return list(session.query(AuditEntry).filter_by(action=action))


def test_another_late_policy_changes_the_scores_of_those_who_were_late(database, teacher, course):
    due = utc_now() - timedelta(days=2)
    task = courses.add_assignment(
        database, Assignment(course_id=course.id, pack_id="p", due_at=due, late_policy="accept")
    )
    handed_in(database, task, "punctual", late=-timedelta(hours=1))
    handed_in(database, task, "late", late=timedelta(hours=1))

    effect = terms.change_rules(database, task.id, teacher.id, late_policy="deduct", late_percent=20.0)

    assert effect == terms.Effect(changed=True, scores=1)
    assert [entry.after["late_percent"] for entry in trace(database, "assignment.change")] == [20.0]
    assert terms.change_rules(database, task.id, teacher.id, late_percent=20.0) == terms.Effect(changed=False)
    assert terms.change_rules(database, task.id, teacher.id, position=7) == terms.Effect(changed=True)


def test_the_last_instead_of_the_best_changes_the_scores_of_those_who_did_worse_at_last(database, teacher, course):
    due = utc_now()
    task = courses.add_assignment(database, Assignment(course_id=course.id, pack_id="p", due_at=due))
    for attempt, points in ((1, 9.0), (2, 4.0)):
        handed_in(database, task, "ada", late=-timedelta(hours=1), points=points, attempt=attempt)
    handed_in(database, task, "bo", late=-timedelta(hours=1))

    assert terms.change_rules(database, task.id, teacher.id, counts="last") == terms.Effect(changed=True, scores=1)
    with database.read() as session:
        scores = dict(session.query(Standing.user_id, Standing.score).filter_by(assignment_id=task.id).all())
    assert sorted(scores.values()) == [4.0, 10.0]


def test_what_rules_come_to_is_the_same_as_counted_from_nothing(database, teacher, course):
    due = utc_now() - timedelta(days=5)
    task = courses.add_assignment(
        database, Assignment(course_id=course.id, pack_id="p", due_at=due, late_policy="accept")
    )
    for days in (-1, 1, 2, 4):
        handed_in(database, task, f"s{days}", late=timedelta(days=days, hours=-1))
    rounds = (
        {"late_policy": "deduct", "late_percent": 25.0},
        {"due_at": due + timedelta(days=1)},
        {"due_at": None, "late_policy": "none"},
    )
    effects = [terms.change_rules(database, task.id, teacher.id, **changes) for changes in rounds]
    with database.read() as session:
        written = session.query(Standing.user_id, Standing.score).filter_by(assignment_id=task.id).all()
    results.reapply_rules(database, task.id)
    with database.read() as session:
        counted = session.query(Standing.user_id, Standing.score).filter_by(assignment_id=task.id).all()

    assert [effect.scores for effect in effects] == [3, 3, 2]
    assert sorted(written) == sorted(counted)


def test_a_copy_keeps_rules_and_the_time_of_day_and_takes_nobody_along(database, teacher, course):
    courses.add_assignment(
        database, Assignment(course_id=course.id, pack_id="p", opens_at=WINTER, due_at=SUMMER, attempt_limit=3)
    )
    gone = courses.add_assignment(database, Assignment(course_id=course.id, pack_id="q"))
    courses.remove_assignment(database, gone.id, teacher.id)
    accounts.enrol(
        database, course.id, accounts.create_user(database, accounts.NewUser("ada", "Ada", None)).id, "student"
    )

    new = Course(slug="two", title_en="Two", title_zh="二", timezone="Europe/Berlin")
    made = terms.copy_course(database, course.id, new, teacher.id, begins=date(2027, 9, 20))

    (copied,) = courses.assignments(database, made.id)
    assert copied.opens_at == datetime(2027, 9, 20, 7, 0, tzinfo=UTC)
    assert copied.due_at == datetime(2027, 9, 27, 7, 0, tzinfo=UTC)
    assert (copied.pack_id, copied.attempt_limit) == ("p", 3)
    with database.read() as session:
        members = session.query(Enrolment).filter_by(course_id=made.id).all()
    assert [(row.user_id, row.role) for row in members] == [(teacher.id, "instructor")]
    assert [entry.after["from"] for entry in trace(database, "course.copy")] == ["one"]


def test_a_name_that_is_taken_leaves_nothing_behind(database, teacher, course):
    with pytest.raises(Refused):
        terms.copy_course(database, course.id, Course(slug="one", title_en="x", title_zh="x"), teacher.id, begins=None)
    assert len(courses.courses(database)) == 1
