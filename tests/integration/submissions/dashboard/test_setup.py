"""A course is set up in the page: each change is traced, none reaches another course, a preview takes rights away."""

from datetime import timedelta
from pathlib import Path

import pytest

from submissions.models.base import utc_now
from submissions.models.courses import Extension
from submissions.models.records import AuditEntry
from submissions.store import accounts, courses
from tests.support.web import make_site

EXERCISES = Path(__file__).parents[4] / "exercises"


@pytest.fixture
def site(tmp_path):
    made = make_site(tmp_path, packs=[EXERCISES])
    yield made
    made.close()


@pytest.fixture
def course(site):
    return site.course("autodiff", timezone="Asia/Shanghai")


@pytest.fixture
def teacher(site, course):
    return site.member("teacher", course, "instructor", locale="en")


@pytest.fixture
def browser(site, teacher):
    return site.browser(teacher)


def words(answer):
    return answer.get_data(as_text=True)


def trace(site, action):
    with site.db.read() as session:
        return [entry.after for entry in session.query(AuditEntry).filter_by(action=action)]


def test_titles_and_zone_are_saved_and_traced(site, browser, course):
    answer = browser.submit(
        "/courses/autodiff/setup", title_en="New", title_zh="新", timezone="Europe/Berlin", slug="stolen"
    )

    assert answer.status_code == 303
    found = courses.course_by_slug(site.db, "autodiff")
    assert (found.title_en, found.timezone) == ("New", "Europe/Berlin")
    assert trace(site, "course.change")[-1] == {"title_en": "New", "title_zh": "新", "timezone": "Europe/Berlin"}


def test_a_form_that_is_not_in_order_says_why_and_keeps_what_was_typed(site, browser):
    answer = browser.submit("/courses/autodiff/setup", title_en="Kept", title_zh="", timezone="UTC")

    assert answer.status_code == 422
    assert 'value="Kept"' in words(answer)
    assert "1 to 190 characters." in words(answer)


def test_a_code_is_renewed_and_closed(site, browser, course):
    browser.submit("/courses/autodiff/setup/code", do="renew")
    second = courses.course_by_slug(site.db, "autodiff").code
    assert second not in (None, course.code)
    assert second in words(browser.get("/courses/autodiff/setup"))

    browser.submit("/courses/autodiff/setup/code", do="close")
    assert courses.course_by_slug(site.db, "autodiff").code is None


def test_only_an_admin_creates_a_course_and_is_its_instructor(site, browser):
    facts = {"title_en": "T", "title_zh": "题", "timezone": "UTC", "slug": "spring"}
    assert browser.submit("/courses/new", **facts).status_code == 403

    admin = site.browser(site.person("root", admin=True))
    assert admin.submit("/courses/new", **facts).headers["Location"] == "/courses/spring/setup"
    assert admin.submit("/courses/new", **facts).status_code == 422
    assert len(courses.courses(site.db)) == 2


def test_assignments_come_from_the_installed_packs_with_dates_by_the_clock_of_the_course(site, browser, course):
    packs = ["plot-sin", "backward-twice", "no-such-pack"]
    browser.submit("/courses/autodiff/setup/assignments/new", pack=packs, due_at="2027-03-01T23:59", opens_at="")

    first, second = courses.assignments(site.db, course.id)
    assert (first.pack_id, second.pack_id) == ("plot-sin", "backward-twice")
    assert first.due_at.isoformat() == "2027-03-01T15:59:00+00:00"
    assert first.max_score == site.service.packs.get("plot-sin").max_score
    assert first.track == "autodiff"
    page = words(browser.get(f"/courses/autodiff/setup/assignments/{first.id}"))
    assert 'value="2027-03-01T23:59"' in page


def test_rules_are_saved_with_the_scores_that_follow(site, browser, course):
    task = site.assignment(course, due_at=utc_now() + timedelta(days=1))
    address = f"/courses/autodiff/setup/assignments/{task.id}"
    answer = browser.submit(
        address, due_at="2027-03-01T08:00", late_policy="deduct", late_percent="10", counts="last", position="2"
    )

    assert answer.status_code == 303
    found = courses.assignment(site.db, task.id)
    assert (found.late_policy, found.late_percent, found.counts, found.position) == ("deduct", 10.0, "last", 2)
    assert "No score changed." in words(browser.get(address))


def test_an_extension_is_for_members_alone_and_can_be_taken_back(site, browser, course):
    task = site.assignment(course, due_at=utc_now() + timedelta(days=1))
    ada, stranger = site.member("ada", course), site.person("stranger")
    address = f"/courses/autodiff/setup/assignments/{task.id}"

    assert browser.submit(f"{address}/extensions", login=stranger.login, extra_attempts="1").status_code == 422
    assert browser.submit(f"{address}/extensions", login="ada").status_code == 422
    browser.submit(f"{address}/extensions", login="ADA", extra_due_at="2027-05-01T08:00", reason="ill")
    assert courses.extension(site.db, task.id, ada.id).due_at.isoformat() == "2027-05-01T00:00:00+00:00"
    assert "ill" in words(browser.get(address))
    browser.submit(f"{address}/extensions/{ada.id}/withdraw")
    assert courses.extension(site.db, task.id, ada.id) is None


def test_what_belongs_to_another_course_is_not_found_under_ones_own(site, browser, course):
    other = site.course("other")
    task, theirs = site.assignment(other), site.member("theirs", other)
    courses.grant_extension(
        site.db, Extension(assignment_id=task.id, user_id=theirs.id, extra_attempts=1, granted_by=theirs.id)
    )

    for path in (
        f"/courses/autodiff/setup/assignments/{task.id}",
        f"/courses/autodiff/setup/assignments/{task.id}/remove",
        f"/courses/autodiff/setup/assignments/{task.id}/extensions",
        f"/courses/autodiff/setup/assignments/{task.id}/extensions/{theirs.id}/withdraw",
        f"/courses/autodiff/setup/roster/{theirs.id}/role",
        f"/courses/other/setup/roster/{theirs.id}/remove",
        "/courses/other/setup/code",
    ):
        assert browser.submit(path, role="instructor", do="close").status_code == 404, path
    assert courses.extension(site.db, task.id, theirs.id) is not None
    assert courses.course_by_slug(site.db, "other").code is not None


def test_a_copy_goes_to_the_next_term(site, browser, course):
    site.assignment(course, due_at=utc_now())
    facts = {"title_en": "Next", "title_zh": "下", "timezone": "Asia/Shanghai", "begins": "2028-02-01"}

    assert browser.submit("/courses/autodiff/setup/copy", slug="autodiff", **facts).status_code == 422
    answer = browser.submit("/courses/autodiff/setup/copy", slug="next", **facts)
    assert answer.headers["Location"] == "/courses/next/setup"
    made = courses.course_by_slug(site.db, "next")
    assert len(courses.assignments(site.db, made.id)) == 1


def test_an_ended_course_is_opened_again(site, browser):
    browser.submit("/courses/autodiff/setup/archive")
    assert courses.course_by_slug(site.db, "autodiff").archived_at is not None
    browser.submit("/courses/autodiff/setup/archive", do="reopen")
    assert courses.course_by_slug(site.db, "autodiff").archived_at is None


def test_a_preview_shows_what_a_student_sees_until_it_is_ended(site, browser, course):
    other = site.course("other")
    accounts.enrol(site.db, other.id, accounts.user_by_login(site.db, "teacher").id, "instructor")
    assert "as a student does" not in words(browser.get("/courses/autodiff"))
    browser.submit("/courses/autodiff/setup/preview")

    assert "as a student does" in words(browser.get("/courses/autodiff"))
    assert browser.get("/courses/autodiff/gradebook").status_code == 403
    assert browser.get("/courses/autodiff/setup").status_code == 403
    assert browser.get("/courses/other/setup").status_code == 200

    assert browser.submit("/courses/autodiff/setup/preview/end").status_code == 303
    assert browser.get("/courses/autodiff/setup").status_code == 200


def test_a_preview_of_a_student_gives_no_right(site, course):
    student = site.browser(site.member("ada", course))

    assert student.submit("/courses/autodiff/setup/preview").status_code == 403
    student.submit("/courses/autodiff/setup/preview/end")
    assert student.get("/courses/autodiff/setup").status_code == 403


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_page_is_there_in_both_languages(site, course, locale):
    browser = site.browser(site.member(f"teacher-{locale}", course, "instructor", locale=locale))
    task = site.assignment(course)
    pages = ("setup", "setup/copy", "setup/assignments/new", f"setup/assignments/{task.id}", "setup/roster",
             "setup/roster/import", "gradebook")  # fmt: skip
    for page in pages:
        answer = browser.get(f"/courses/autodiff/{page}")
        assert answer.status_code == 200, page
        assert f'lang="{"zh-CN" if locale == "zh" else "en"}"' in words(answer)
