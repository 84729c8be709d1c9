"""Accounts as people use them: new ones, signing in and out, sessions, passwords, ways into a course."""

import statistics
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from submissions.models.base import utc_now
from submissions.models.people import Invitation, LoginSession, User
from submissions.models.records import AuditEntry
from submissions.store import accounts, login_sessions
from tests.support.web import PASSWORD

NEW = {"name": "Li Hua 李华", "login": "s1234", "email": "", "password": PASSWORD}


def audited(site, action):
    with site.db.read() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def role_in(site, user, course):
    return {found.id: enrolment.role for enrolment, found in accounts.enrolments(site.db, user.id)}.get(course.id)


def is_signed_in(browser):
    return browser.get("/account").status_code == 200


# ---------------------------------------------------------------------------------------------- sign up


def test_a_course_code_makes_an_account_and_a_student(site):
    course, browser = site.course(), site.browser()

    answer = browser.submit("/sign-up", code=f" {course.code.lower()} ", **NEW)

    assert (answer.status_code, answer.location) == (303, "/courses/autodiff")
    user = accounts.user_by_login(site.db, "S1234")
    assert (user.name, user.is_admin) == ("Li Hua 李华", False)
    assert role_in(site, user, course) == "student"
    assert is_signed_in(browser)
    assert user.password_hash.startswith("$argon2id$")
    assert [entry.actor_id for entry in audited(site, "account.create")] == [user.id]


@pytest.mark.parametrize("code", ["", " ", "WRONG999", "%", "'; --"])
def test_without_a_known_code_there_is_no_account(site, code):
    site.course()
    site.course("closed", code=None)

    answer = site.browser().submit("/sign-up", code=code, **NEW)

    assert answer.status_code == 422
    assert accounts.user_by_login(site.db, "s1234") is None


@pytest.mark.parametrize("way", [{"code": "WRONG999"}, {"invitation": "wrong"}])
def test_without_a_way_in_nobody_learns_which_logins_are_taken(site, way):
    site.person("s1234")
    known, unknown = (
        site.browser().submit("/sign-up", **NEW | {"login": login} | way).get_data(as_text=True)
        for login in ("s1234", "s5678")
    )

    assert "taken" not in known
    assert known.count("aria-invalid") == unknown.count("aria-invalid")


def test_the_code_of_an_archived_course_is_unknown(site):
    course = site.course(archived_at=utc_now())

    assert site.browser().submit("/sign-up", code=course.code, **NEW).status_code == 422


@pytest.mark.parametrize("role", accounts.ROLES)
def test_an_invitation_gives_its_role_once(site, role):
    course = site.course(code=None)
    token = site.invitation(course, role)

    first = site.browser().submit("/sign-up", invitation=token, **NEW)
    second = site.browser().submit("/sign-up", invitation=token, **NEW | {"login": "s5678"})

    assert (first.status_code, second.status_code) == (303, 422)
    assert role_in(site, accounts.user_by_login(site.db, "s1234"), course) == role
    assert accounts.user_by_login(site.db, "s5678") is None


def test_an_invitation_that_has_expired_is_worth_nothing(site):
    course, user = site.course(code=None), site.person("ann")
    token = site.invitation(course, "instructor", days=-1)

    assert site.browser().get(f"/invite/{token}").status_code == 404
    assert site.browser(user).submit(f"/invite/{token}").status_code == 404
    assert role_in(site, user, course) is None


def test_only_the_hash_of_an_invitation_is_kept(site):
    token = site.invitation(site.course())

    with site.db.read() as session:
        assert session.scalars(select(Invitation.token_hash)).one() == accounts.secret_hash(token) != token


def test_an_invitation_never_lowers_a_role(site):
    course = site.course()
    teacher = site.member("teacher", course, "instructor")

    site.browser(teacher).submit(f"/invite/{site.invitation(course, 'student')}")

    assert role_in(site, teacher, course) == "instructor"


def test_a_login_is_taken_whatever_its_case_or_width(site):
    course = site.course()
    site.person("ann")

    for login in ("ann", "ANN", " Ann ", "\uff41nn"):
        answer = site.browser().submit("/sign-up", code=course.code, **NEW | {"login": login})
        assert answer.status_code == 422


@pytest.mark.parametrize(("field", "value"), [
    ("login", "a"), ("login", "a" * 65), ("login", "a b"), ("login", "<b>x</b>"), ("login", "x\u202ey"),
    ("login", "x\x1b[31m"), ("login", ".dot"), ("login", "a\u200bb"),
    ("name", ""), ("name", " \u202e\u200b "), ("name", "n" * 101),
    ("password", "short"), ("password", "aaaaaaaaaaaaaa"), ("password", "xxs1234-2026"), ("password", "x1y2" * 100),
    ("email", "nobody"), ("email", "a b@c"),
])  # fmt: skip
def test_a_form_that_is_not_in_order_makes_no_account(site, field, value):
    course = site.course()

    answer = site.browser().submit("/sign-up", code=course.code, **NEW | {field: value})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    with site.db.read() as session:
        assert session.scalars(select(User)).all() == []


def test_nobody_becomes_an_admin_or_more_than_a_student_by_a_form(site):
    course = site.course()
    extra = {"is_admin": "1", "admin": "true", "role": "instructor", "is_active": "1", "id": "1"}

    browser = site.browser()
    browser.submit("/sign-up", code=course.code, **NEW, **extra)
    for path in ("/account/name", "/account/password", "/preferences", "/join"):
        browser.submit(path, code=course.code, name="x", old=PASSWORD, password=f"{PASSWORD}!", locale="zh", **extra)

    user = accounts.user_by_login(site.db, "s1234")
    assert (user.is_admin, role_in(site, user, course)) == (False, "student")


# ---------------------------------------------------------------------------------------------- sign in


def test_login_and_password_sign_in(site):
    user, browser = site.person("ann"), site.browser()

    assert browser.submit("/sign-in", login=" ANN ", password=PASSWORD).status_code == 303
    assert is_signed_in(browser)
    assert [entry.subject for entry in audited(site, "session.open")] == [f"user:{user.id}"]


def test_an_unknown_login_and_a_wrong_password_read_alike(site):
    site.person("ann")
    site.person("bob", password_hash=None)
    site.person("closed")
    accounts.set_active(site.db, accounts.user_by_login(site.db, "closed").id, active=False, actor_id=None)
    tries = {"ann": "wrong wrong", "nobody": PASSWORD, "bob": "", "closed": PASSWORD}

    pages = set()
    for login, password in tries.items():
        answer = site.browser().submit("/sign-in", login=login, password=password)
        assert answer.status_code == 422
        assert not answer.headers.getlist("Set-Cookie") or "login=" not in str(answer.headers.getlist("Set-Cookie"))
        start = answer.get_data(as_text=True).index('role="alert"')
        pages.add(answer.get_data(as_text=True)[start : start + 200])
    assert len(pages) == 1


def test_an_unknown_login_takes_as_long_as_a_wrong_password(site):
    from submissions.auth.passwords import Passwords

    hasher = Passwords(passes=2, kibibytes=16384, lanes=1)
    stored = hasher.hash(PASSWORD)
    hasher.matches(None, "warm")

    def seconds(given):
        begun = time.thread_time()
        hasher.matches(given, "wrong password")
        return time.thread_time() - begun

    known, unknown = (statistics.median(seconds(given) for _ in range(7)) for given in (stored, None))
    assert 0.5 < unknown / known < 2


def test_signing_in_begins_another_session_and_ends_the_planted_one(site):
    ann, eve = site.person("ann"), site.person("eve")
    planted = login_sessions.open_session(site.db, eve.id, "", "")
    browser = site.browser()
    browser.client.set_cookie("login", planted)

    browser.submit("/sign-in", login=ann.login, password=PASSWORD)

    assert browser.client.get_cookie("login").value != planted
    assert login_sessions.signed_in(site.db, planted) is None


def test_signing_in_makes_the_token_from_before_it_worthless(site):
    site.person("ann")
    browser = site.browser()
    before = browser.token()
    browser.submit("/sign-in", login="ann", password=PASSWORD)

    assert browser.client.post("/account/name", data={"csrf_token": before, "name": "X"}).status_code == 400


def test_signing_out_ends_the_session_on_the_server(site):
    browser = site.browser(site.person("ann"))
    kept = browser.client.get_cookie("login").value

    browser.submit("/sign-out")

    assert login_sessions.signed_in(site.db, kept) is None
    assert not is_signed_in(browser)


@pytest.mark.parametrize("column", ["expires_at", "seen_at"])
def test_a_session_ends_by_its_age_and_by_not_being_used(site, column):
    browser = site.browser(site.person("ann"))
    past = {"expires_at": utc_now(), "seen_at": utc_now() - login_sessions.IDLE - timedelta(seconds=1)}
    with site.db.write() as session:
        session.execute(update(LoginSession).values({column: past[column]}))

    assert not is_signed_in(browser)


def test_a_password_hashed_under_older_costs_is_hashed_anew(site):
    from submissions.auth.passwords import Passwords

    site.person("ann", password_hash=Passwords(passes=1, kibibytes=16, lanes=1).hash(PASSWORD))

    assert is_signed_in(site.browser(accounts.user_by_login(site.db, "ann")))
    assert "m=8," in accounts.user_by_login(site.db, "ann").password_hash


@pytest.mark.parametrize(("target", "landed"), [
    ("/courses/x?y=1", "/courses/x?y=1"),
    ("https://evil.example/", "/"), ("//evil.example/", "/"), ("/\\evil.example", "/"), ("\\\\evil", "/"),
    ("/\t/evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("/x\r\nSet-Cookie: a=b", "/"),
])  # fmt: skip
def test_after_signing_in_one_stays_on_this_site(site, target, landed):
    site.person("ann")

    assert site.browser().submit("/sign-in", login="ann", password=PASSWORD, next=target).location == landed
    assert (
        site.browser(accounts.user_by_login(site.db, "ann")).get("/sign-in", query_string={"next": target}).location
        == landed
    )


def test_whoever_must_sign_in_comes_back_to_where_he_was(site):
    answer = site.browser().get("/join?code=ABC")

    assert answer.location == "/sign-in?next=/join?code%3DABC"


# ---------------------------------------------------------------------------------------------- account


def test_a_new_password_signs_every_other_browser_out(site):
    ann = site.person("ann")
    here, there = site.browser(ann), site.browser(ann)

    answer = here.submit("/account/password", old=PASSWORD, password="another long secret")

    assert answer.status_code == 303
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert site.browser().submit("/sign-in", login="ann", password=PASSWORD).status_code == 422
    assert site.browser().submit("/sign-in", login="ann", password="another long secret").status_code == 303
    assert len(audited(site, "account.password")) == 1


def test_a_new_password_needs_the_present_one(site):
    ann = site.person("ann")
    browser = site.browser(ann)

    assert browser.submit("/account/password", old="guess guess", password="another long secret").status_code == 422
    assert browser.submit("/account/password", old=PASSWORD, password="short").status_code == 422
    assert accounts.user_by_login(site.db, "ann").password_hash == ann.password_hash


def test_a_person_sees_and_ends_the_own_sessions_and_no_others(site):
    ann, eve = site.person("ann"), site.person("eve")
    here, there, stranger = site.browser(ann), site.browser(ann), site.browser(eve)
    newest = login_sessions.sessions_of(site.db, ann.id)[0].id
    assert here.get("/account").get_data(as_text=True).count("/revoke") == 1

    stranger.submit(f"/account/sessions/{newest}/revoke")
    assert is_signed_in(there)
    here.submit(f"/account/sessions/{newest}/revoke")
    assert not is_signed_in(there)
    assert len(audited(site, "session.revoke")) == 1


def test_a_name_is_changed_and_the_change_is_on_record(site):
    ann = site.person("ann", "Ann")
    browser = site.browser(ann)

    assert browser.submit("/account/name", name=" Ann\u202e  Lee ", email="ann@example.org").status_code == 303
    assert accounts.user_by_login(site.db, "ann").name == "Ann Lee"
    (entry,) = audited(site, "account.change")
    assert (entry.before["name"], entry.after["name"], entry.actor_id) == ("Ann", "Ann Lee", ann.id)


def test_another_course_is_joined_by_its_code(site):
    first, second = site.course(), site.course("second")
    ann = site.member("ann", first)

    assert site.browser(ann).submit("/join", code="NOSUCH").status_code == 422
    assert site.browser(ann).submit("/join", code=second.code).location == "/courses/second"
    assert role_in(site, ann, second) == "student"
    assert [entry.course_id for entry in audited(site, "enrolment.set")][-1] == second.id


def test_whoever_was_taken_off_a_course_may_come_back_by_its_code_as_a_student(site):
    course = site.course()
    ann = site.member("ann", course, "assistant")
    accounts.leave(site.db, course.id, ann.id, None)

    site.browser(ann).submit("/join", code=course.code)

    assert role_in(site, ann, course) == "student"


def test_a_change_and_its_record_are_one_transaction(site, monkeypatch):
    course = site.course()
    monkeypatch.setattr(accounts, "audit", lambda *_args, **_facts: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        accounts.sign_up(site.db, accounts.NewUser("ann", "Ann", None), "", code=course.code)
    assert accounts.user_by_login(site.db, "ann") is None
