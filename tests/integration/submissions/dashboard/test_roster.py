"""People come into a course by hand, by link and by list; nobody reaches beyond his course or above himself."""

import io
import re

import pytest

from submissions.models.people import Enrolment, User
from submissions.models.records import AuditEntry
from submissions.store import accounts
from tests.support.web import PASSWORD, make_site

ROSTER = "/courses/autodiff/setup/roster"
LIST = "login,name,email,role\nada,Ada,ada@x.org,\nbo,Bo,,assistant\n"


@pytest.fixture
def site(tmp_path):
    made = make_site(tmp_path)
    yield made
    made.close()


@pytest.fixture
def course(site):
    return site.course("autodiff")


@pytest.fixture
def teacher(site, course):
    return site.member("teacher", course, "instructor", locale="en")


@pytest.fixture
def browser(site, teacher):
    return site.browser(teacher)


def words(answer):
    return answer.get_data(as_text=True)


def role(site, course, login):
    user = accounts.user_by_login(site.db, login)
    with site.db.read() as session:
        found = user and session.get(Enrolment, (user.id, course.id))
        return found.role if found and found.removed_at is None else None


def actions(site):
    with site.db.read() as session:
        return [entry.action for entry in session.query(AuditEntry).order_by(AuditEntry.id)]


def agreed(page):
    return re.search(r'name="agreed" value="([0-9a-f]+)"', page)[1]


def import_list(browser, listed=LIST, **fields):
    """Preview and confirm; the last answer."""
    page = words(browser.submit(f"{ROSTER}/import", words=listed))
    return browser.submit(f"{ROSTER}/import/confirm", words=listed, agreed=agreed(page), **fields)


# ------------------------------------------------------------------------------------------------ members


def test_members_are_found_fifty_a_page_and_staff_first(site, course, browser):
    for number in range(55):
        site.member(f"s{number:02}", course)

    page = words(browser.get(ROSTER))
    assert page.count('<th scope="row">') == 50
    assert page.index(">teacher<") < page.index(">s00<")
    assert words(browser.get(f"{ROSTER}?q=S54")).count('<th scope="row">') == 1
    assert words(browser.get(f"{ROSTER}?role=instructor")).count('<th scope="row">') == 1
    assert words(browser.get(f"{ROSTER}?page=2")).count('<th scope="row">') == 6


def test_an_instructor_makes_assistants_and_instructors_and_never_an_admin(site, course, browser):
    ada = site.member("ada", course)
    for wanted in ("assistant", "instructor"):
        browser.submit(f"{ROSTER}/{ada.id}/role", role=wanted)
        assert role(site, course, "ada") == wanted
    browser.submit(f"{ROSTER}/{ada.id}/role", role="admin", is_admin="1")

    assert role(site, course, "ada") == "instructor"
    assert not accounts.user_by_login(site.db, "ada").is_admin
    assert actions(site).count("enrolment.set") == 4  # both came in, and two changes


def test_nobody_changes_or_ends_his_own_part(site, course, browser, teacher):
    browser.submit(f"{ROSTER}/{teacher.id}/role", role="student")
    browser.submit(f"{ROSTER}/{teacher.id}/remove")

    assert role(site, course, "teacher") == "instructor"


def test_whoever_is_removed_is_out_and_traced(site, course, browser):
    ada = site.member("ada", course)
    browser.submit(f"{ROSTER}/{ada.id}/remove")

    assert role(site, course, "ada") is None
    assert actions(site)[-1] == "enrolment.end"
    browser.submit(f"{ROSTER}/{ada.id}/role", role="instructor")
    assert role(site, course, "ada") is None


def test_the_file_of_the_roster_is_one_that_can_be_imported(site, course, browser):
    site.member("ada", course, email="ada@x.org")
    listed = browser.get(f"{ROSTER}.csv").get_data()
    answer = browser.submit(f"{ROSTER}/import", file=(io.BytesIO(listed), "roster.csv"))

    assert "Nothing would change." in words(answer)


# -------------------------------------------------------------------------------------------------- links


def test_an_invitation_is_shown_once_and_can_be_withdrawn(site, course, browser):
    page = words(browser.submit(f"{ROSTER}/invitations", role="assistant", email=""))
    link = re.search(r"http://localhost(/invite/[\w-]+)", page)[1]
    assert link not in words(browser.get(ROSTER))
    assert site.browser().get(link).status_code == 200

    number = re.search(r'name="invitation" value="(\d+)"', words(browser.get(ROSTER)))[1]
    foreign = site.browser(site.member("foreign", site.course("other"), "instructor"))
    foreign.submit("/courses/other/setup/roster/invitations/withdraw", invitation=number)
    assert site.browser().get(link).status_code == 200
    browser.submit(f"{ROSTER}/invitations/withdraw", invitation=number)
    assert site.browser().get(link).status_code == 404


def test_a_link_gives_its_account_a_password_once_and_nothing_else(site, course, browser):
    page = words(import_list(browser))
    link = re.search(r"http://localhost(/welcome/[\w-]+)", page)[1]
    new = site.browser()
    assert new.get(link.replace("/welcome/", "/invite/")).status_code == 404
    assert new.submit(link, password="short", again="short").status_code == 422
    assert new.submit(link, password=PASSWORD, again="another one").status_code == 422
    assert new.submit(link, password=PASSWORD, again=PASSWORD).status_code == 303
    assert new.submit(link, password="taken over by me", again="taken over by me").status_code == 404

    signed_in = site.browser(accounts.user_by_login(site.db, "ada"))
    assert signed_in.get("/courses/autodiff").status_code == 200


def test_a_new_link_ends_the_one_before(site, course, browser):
    first = re.search(r"http://localhost(/welcome/[\w-]+)", words(import_list(browser)))[1]
    ada = accounts.user_by_login(site.db, "ada")
    second = re.search(r"http://localhost(/welcome/[\w-]+)", words(browser.submit(f"{ROSTER}/{ada.id}/link")))[1]

    assert site.browser().get(first).status_code == 404
    assert site.browser().get(second).status_code == 200


def test_no_link_opens_an_account_that_is_taken_or_known_elsewhere(site, course, browser):
    taken, shared = site.member("taken", course), site.member("shared", course, password_hash=None)
    accounts.enrol(site.db, site.course("other").id, shared.id, "student")
    chief = site.member("chief", course, password_hash=None, admin=True)

    for user in (taken, shared, chief):
        assert "/welcome/" not in words(browser.submit(f"{ROSTER}/{user.id}/link"))


# --------------------------------------------------------------------------------------------- class lists


def test_a_preview_writes_nothing_and_says_what_each_line_would_do(site, course, browser, teacher):
    site.member("cy", course)
    site.person("dee")
    gone = site.person("gone")
    accounts.set_active(site.db, gone.id, active=False, actor_id=None)
    before = actions(site)
    listed = LIST + "cy,Cy,,assistant\ndee,Other Name,,\nADA,Twice,,\ngone,G,,\nteacher,T,,student\nnew,,,\nx y,Z,,\n"
    page = words(browser.submit(f"{ROSTER}/import", words=listed))

    for said in ("New account · Student", "New account · Assistant", "Student becomes Assistant",
                 "Joins the course · Student", "the same login stands further up", "the account is closed",
                 "you can&#39;t change your own role", "a new account needs a name"):  # fmt: skip
        assert said in page, said
    assert actions(site) == before
    assert accounts.user_by_login(site.db, "ada") is None


def test_confirmed_a_list_makes_accounts_and_roles_with_a_trace_of_each(site, course, browser):
    site.person("dee", name="Dee")
    import_list(browser, LIST + "dee,Other Name,other@x.org,instructor\n")

    assert [role(site, course, login) for login in ("ada", "bo", "dee")] == ["student", "assistant", "instructor"]
    dee, ada = (accounts.user_by_login(site.db, login) for login in ("dee", "ada"))
    assert (dee.name, dee.email) == ("Dee", "")
    assert ada.password_hash is None
    assert not ada.is_admin
    found = actions(site)[-6:]
    assert sorted(found) == ["account.create"] * 2 + ["enrolment.set"] * 3 + ["roster.import"]


def test_what_has_changed_since_the_preview_is_shown_again_and_not_written(site, course, browser):
    page = words(browser.submit(f"{ROSTER}/import", words=LIST))
    site.person("ada")
    answer = browser.submit(f"{ROSTER}/import/confirm", words=LIST, agreed=agreed(page))

    assert answer.status_code == 422
    assert "Something has changed since the preview." in words(answer)
    assert role(site, course, "ada") is None
    assert accounts.user_by_login(site.db, "bo") is None


def test_only_an_admin_hands_out_passwords_and_they_work(site, course, browser):
    assert "/welcome/" in words(import_list(browser, passwords="1"))
    chief = site.browser(site.person("chief", admin=True, locale="en"))
    page = words(import_list(chief, "login,name\ncy,Cy\n", passwords="1"))

    password = re.search(r'class="mono">([a-z]{6}-[a-z]{8}-[a-z]{6})<', page)[1]
    answer = site.browser().submit("/sign-in", login="cy", password=password)
    assert answer.status_code == 303


def test_what_is_copied_for_handing_out_holds_no_formula(site, course, browser):
    page = words(import_list(browser, 'login,name\nada,"=1+1"\n'))

    assert 'data-copy-text="&#39;=1+1\tada\t' in page


def test_a_list_of_three_thousand_is_taken(site, course, browser):
    listed = "login,name\n" + "".join(f"s{number:04},Student {number}\n" for number in range(3000))
    import_list(browser, listed)

    with site.db.read() as session:
        assert session.query(User).filter(User.login.like("s____")).count() == 3000


@pytest.mark.parametrize("listed", ["", "name\nAda\n"])
def test_what_is_no_list_is_told(browser, listed):
    answer = browser.submit(f"{ROSTER}/import", words=listed)

    assert answer.status_code == 422
    assert 'role="alert"' in words(answer)
