"""Accounts, invitations and enrolments when two requests come at the same moment, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from submissions.models.courses import Course
from submissions.models.people import Enrolment, User
from submissions.models.records import AuditEntry
from submissions.store import accounts, api_tokens, courses, login_sessions
from submissions.store.accounts import NewUser
from submissions.store.refused import Refused

AT_ONCE = 8


@pytest.fixture
def course(database):
    return courses.create_course(database, Course(slug="c", title_en="C", title_zh="课", code="CODE2345"))


def all_at_once(action):
    """The outcomes of `action(number)`, run in as many threads at the same moment."""
    barrier = Barrier(AT_ONCE)

    def one(number):
        barrier.wait(30)
        try:
            return action(number)
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def count(database, *conditions, of=User):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(of).where(*conditions))


def test_one_login_is_given_once(database, course):
    outcomes = all_at_once(lambda _: accounts.sign_up(database, NewUser("ann", "Ann", None), "", code="CODE2345"))

    assert outcomes.count("login_taken") == AT_ONCE - 1
    assert count(database) == 1
    assert count(database, AuditEntry.action == "account.create", of=AuditEntry) == 1


def test_one_invitation_lets_one_person_in(database, course):
    host = accounts.create_user(database, NewUser("host", "Host", None))
    guests = [accounts.create_user(database, NewUser(f"guest{n}", "Guest", None)) for n in range(AT_ONCE)]
    _, token = accounts.invite(database, course.id, "instructor", host.id)

    outcomes = all_at_once(lambda number: accounts.accept_invitation(database, guests[number].id, token))

    assert outcomes.count("used_invitation") == AT_ONCE - 1
    assert count(database, Enrolment.role == "instructor", of=Enrolment) == 1


def test_a_code_typed_twice_at_once_enrols_once(database, course):
    ann = accounts.create_user(database, NewUser("ann", "Ann", None))

    outcomes = all_at_once(lambda _: accounts.join(database, ann.id, "code2345").id)

    assert outcomes == [course.id] * AT_ONCE
    assert count(database, of=Enrolment) == 1
    assert count(database, AuditEntry.action == "enrolment.set", of=AuditEntry) == 1


def test_characters_that_no_database_keeps_are_unknown_rather_than_an_error(database, course):
    assert accounts.user_by_login(database, "an\0n") is None
    accounts.create_user(database, NewUser("a\0nn", "Ann", None))
    assert accounts.user_by_login(database, "ann\0").login == "ann"
    with pytest.raises(Refused, match="unknown_code"):
        accounts.join(database, 1, "\0")
    assert accounts.invitation(database, "\0\ud800") is None


def test_sessions_and_keys_end_as_on_the_other_database(database, course):
    ann = accounts.create_user(database, NewUser("ann", "Ann", "hash"))
    first, second = (login_sessions.open_session(database, ann.id, "", "") for _ in range(2))
    key, token = api_tokens.create_token(database, ann.id, "laptop", ["submit"], 30)

    keep = login_sessions.signed_in(database, second).session.id
    login_sessions.change_password(database, ann.id, "other", keep=keep)

    assert login_sessions.signed_in(database, first) is None
    assert login_sessions.signed_in(database, second).user.password_hash == "other"
    assert api_tokens.token_owner(database, token)[0].id == ann.id
    assert api_tokens.revoke_token(database, ann.id + 1, key.id) is False
    assert api_tokens.revoke_token(database, ann.id, key.id) is True
    assert api_tokens.token_owner(database, token) is None
