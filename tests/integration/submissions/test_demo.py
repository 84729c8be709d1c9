"""The demo course is made once, its passwords stay secret, and it stays open however long it is kept."""

import json
import stat
from datetime import timedelta

import pytest

from submissions import demo
from submissions.auth.passwords import Passwords
from submissions.migrations import schema
from submissions.models.base import utc_now
from submissions.models.people import Enrolment, User
from submissions.service import make_service
from submissions.settings import read_service_settings
from submissions.store import accounts, courses, login_sessions


@pytest.fixture(scope="module")
def logins(tmp_path_factory):
    """Passwords and hashes, made once: they are slow on purpose."""
    path = tmp_path_factory.mktemp("logins") / demo.LOGINS_FILE
    demo.read_logins(path)
    return path


@pytest.fixture
def service(tmp_path, logins):
    (tmp_path / demo.LOGINS_FILE).write_bytes(logins.read_bytes())
    made = make_service(read_service_settings({"SUBMISSIONS_DATA": str(tmp_path)}))
    schema.upgrade(made.db)
    yield made
    made.live.close()
    made.db.dispose()


def test_it_has_every_exercise_of_the_track_in_its_order(service):
    made = demo.ensure(service)

    found = courses.assignments(service.db, made.course.id)
    (track,) = service.packs.course().tracks
    assert [assignment.pack_id for assignment in found] == list(track.packs)
    assert {assignment.max_score for assignment in found} == {10}
    assert courses.tracks(service.db, made.course.id) == [track.id]


def test_the_track_names_every_exercise_there_is(service):
    (track,) = service.packs.course().tracks

    assert sorted(track.packs) == service.packs.ids()
    assert set(track.title) == {"en", "zh"}


def test_there_is_somebody_for_each_role(service):
    made = demo.ensure(service)

    with service.db.read() as session:
        roles = {role for (role,) in session.query(Enrolment.role).filter_by(course_id=made.course.id)}
        assert session.query(User).filter_by(is_admin=True).count() == 1
    assert roles == {"student", "assistant", "instructor"}


def test_the_passwords_shown_are_the_ones_that_sign_in(service):
    made = demo.ensure(service)

    assert made.passwords.keys() == {person.login for person in demo.PEOPLE}
    stored = accounts.user_by_login(service.db, "student").password_hash
    assert Passwords().matches(stored, made.passwords["student"])
    assert not Passwords().matches(stored, made.passwords["classmate"])


def test_the_file_with_the_passwords_is_for_its_owner_alone(logins):
    assert stat.S_IMODE(logins.stat().st_mode) == 0o600
    kept = json.loads(logins.read_text())
    assert len({login["password"] for login in kept.values()}) == len(demo.PEOPLE)


def test_a_second_start_changes_nothing(service):
    first, second = demo.ensure(service), demo.ensure(service)

    assert (first.is_new, second.is_new) == (True, False)
    assert second.course.id == first.course.id
    assert second.passwords == first.passwords
    assert len(courses.assignments(service.db, first.course.id)) == 5


def test_a_password_that_was_changed_is_not_shown_any_more(service):
    demo.ensure(service)
    student = accounts.user_by_login(service.db, "student")
    login_sessions.change_password(service.db, student.id, Passwords(1, 8, 1).hash("something else"))

    assert "student" not in demo.ensure(service).passwords


def test_what_is_past_its_due_date_opens_again(service):
    made = demo.ensure(service)
    old, *others = courses.assignments(service.db, made.course.id)
    courses.change_assignment(service.db, old.id, None, due_at=utc_now() - timedelta(days=1))

    demo.ensure(service)

    assert courses.assignment(service.db, old.id).due_at > utc_now()
    assert courses.assignment(service.db, others[0].id).due_at == others[0].due_at


def test_the_sample_is_handed_in_once(service):
    made = demo.ensure(service)

    first = demo.submit_sample(service, made)
    assert demo.submit_sample(service, made).id == first.id
