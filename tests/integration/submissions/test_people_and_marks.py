"""The gradebook's and the roster's questions mean the same to both databases."""

import pytest

from submissions.models.base import utc_now
from submissions.models.courses import Assignment, Course
from submissions.models.people import Enrolment
from submissions.models.records import Override
from submissions.models.work import Standing, Submission
from submissions.store import accounts, courses, gradebook, roster, roster_import
from submissions.store.gradebook import Wanted
from submissions.store.refused import Refused
from submissions.store.roster_import import Line


@pytest.fixture
def teacher(database):
    return accounts.create_user(database, accounts.NewUser("teacher", "Teacher", None))


@pytest.fixture
def course(database, teacher):
    return courses.create_course(database, Course(slug="one", title_en="One", title_zh="一"), teacher.id)


@pytest.fixture
def task(database, course):
    return courses.add_assignment(database, Assignment(course_id=course.id, pack_id="p"))


def student(database, course, task, login, score=None, *, late=0, override=False):
    user = accounts.create_user(database, accounts.NewUser(login, login.title(), None))
    accounts.enrol(database, course.id, user.id, "student")
    if score is None:
        return user
    with database.write() as session:
        made = Submission(
            public_id=login, assignment_id=task.id, user_id=user.id, attempt=1, kind="python", name="a.py", size=1,
            sha256="0" * 64, state="graded", score=score, late_seconds=late,
        )  # fmt: skip
        session.add(made)
        session.flush()
        facts = {"submitted": 1, "attempts": 1, "score": score, "counted_submission_id": made.id}
        session.add(Standing(assignment_id=task.id, user_id=user.id, **facts))
        if override:
            session.add(Override(submission_id=made.id, points=score, reason="r", author_id=user.id))
    return user


@pytest.mark.parametrize(("wanted", "logins"), [
    (Wanted(), ["ada", "bo", "cy"]),
    (Wanted(sort="login", descending=True), ["cy", "bo", "ada"]),
    (Wanted(sort="total", descending=True), ["bo", "ada", "cy"]),
    (Wanted(sort="total"), ["cy", "ada", "bo"]),
    (Wanted(text="ADA"), ["ada"]),
    (Wanted(text="_"), []),
    (Wanted(show="missing"), ["cy"]),
    (Wanted(show="late"), ["bo"]),
    (Wanted(show="overridden"), ["ada"]),
    (Wanted(page=9), ["ada", "bo", "cy"]),
])  # fmt: skip
def test_students_come_as_asked_for(database, course, task, wanted, logins):
    student(database, course, task, "ada", 3.0, override=True)
    student(database, course, task, "bo", 8.0, late=5)
    student(database, course, task, "cy")
    found = gradebook.window(database, course.id, [task.id], wanted)

    assert [row.login for row in found.students] == logins
    assert found.count == len(logins)


def test_a_mark_tells_lateness_and_hands(database, course, task):
    ada = student(database, course, task, "ada", 3.0, late=7, override=True)
    mark = gradebook.everybody(database, course.id, [task.id]).marks[ada.id, task.id]

    assert (mark.score, mark.late_seconds, mark.overridden, mark.public_id) == (3.0, 7, True, "ada")


def test_a_mark_that_the_machine_gives_again_is_not_by_hand(database, course, task):
    ada = student(database, course, task, "ada", 3.0, override=True)
    with database.write() as session:
        session.query(Override).one().revoked_at = utc_now()
    wanted = Wanted(show="overridden")

    assert not gradebook.everybody(database, course.id, [task.id]).marks[ada.id, task.id].overridden
    assert gradebook.window(database, course.id, [task.id], wanted).count == 0


def test_a_list_is_carried_out_as_planned_or_not_at_all(database, course, teacher):
    lines = [Line(2, "ada", "Ada"), Line(3, "bo", "Bo", role="assistant"), Line(4, "", "", fault="no_login")]
    agreed = roster_import.digest(roster_import.plan(database, course.id, lines, teacher.id))
    facts = {"agreed": agreed, "password_hashes": {"bo": "hash"}}
    created = roster_import.carry_out(database, course.id, lines, teacher.id, **facts)

    assert [(one.user.login, one.role, bool(one.token)) for one in created] == [
        ("ada", "student", True), ("bo", "assistant", False),
    ]  # fmt: skip
    assert [row.login for row in roster.members(database, course.id).members] == ["teacher", "bo", "ada"]
    with pytest.raises(Refused):
        roster_import.carry_out(database, course.id, lines, teacher.id, **facts)


def test_who_comes_back_has_one_place_again(database, course, teacher):
    ada = accounts.create_user(database, accounts.NewUser("ada", "Ada", None))
    accounts.enrol(database, course.id, ada.id, "student")
    roster.remove(database, course.id, ada.id, teacher.id)
    lines = [Line(2, "ada", "Ada")]
    agreed = roster_import.digest(roster_import.plan(database, course.id, lines, teacher.id))
    roster_import.carry_out(database, course.id, lines, teacher.id, agreed=agreed, password_hashes={})

    assert roster.role_of(database, course.id, ada.id) == "student"
    with database.read() as session:
        assert session.query(Enrolment).filter_by(user_id=ada.id).count() == 1


def test_an_account_is_taken_once(database, course, task):
    ada = student(database, course, task, "ada")
    _, token = roster.new_account_link(database, course.id, ada.id, ada.id)
    roster.take_account(database, token, "first")

    with pytest.raises(Refused):
        roster.take_account(database, token, "second")
    assert accounts.user_by_login(database, "ada").password_hash == "first"
