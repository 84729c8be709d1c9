"""Which language and colours a reader gets, and how moments are written."""

import pytest
from sqlalchemy import select

from submissions.models.base import utc_now
from submissions.models.courses import Course
from submissions.models.records import AuditEntry
from submissions.store import accounts
from tests.support.web import PASSWORD, Browser


def audited(site, action):
    with site.db.read() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_a_language_is_chosen_by_account_then_cookie_then_browser(site):
    ann = site.person("ann")
    browser = Browser(site.app, {"Accept-Language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-CN"' in browser.get("/sign-in").get_data(as_text=True)

    browser.submit("/preferences", locale="en", next="/sign-in")
    assert '<html lang="en"' in browser.get("/sign-in").get_data(as_text=True)

    accounts.change_account(site.db, ann.id, locale="zh", theme="dark")
    browser.submit("/sign-in", login="ann", password=PASSWORD)
    page = browser.get("/account").get_data(as_text=True)
    assert '<html lang="zh-CN" data-theme="dark"' in page
    assert "我的账号" in page


def test_a_choice_is_remembered_with_the_account(site):
    ann = site.person("ann")
    browser = site.browser(ann)

    answer = browser.submit("/preferences", locale="zh", theme="light", next="/account")
    script = browser.send("POST", "/preferences", data={"theme": "dark"}, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.location, script.status_code) == (303, "/account", 204)
    user = accounts.user_by_login(site.db, "ann")
    assert (user.locale, user.theme) == ("zh", "dark")
    assert audited(site, "account.change") == []


@pytest.mark.parametrize("chosen", [{"locale": "<script>"}, {"theme": "../x"}, {"locale": "de"}, {}])
def test_an_unknown_choice_changes_nothing(site, chosen):
    browser = site.browser()

    answer = browser.submit("/preferences", next="//evil.example", **chosen)

    assert (answer.status_code, answer.location) == (303, "/")
    assert browser.client.get_cookie("locale") is None
    assert browser.client.get_cookie("theme") is None


def test_moments_are_told_in_the_course_s_time_zone(site):
    from flask import g

    from submissions.web.language import clock, day, moment, points

    value = utc_now().replace(2026, 11, 24, 23, 5, 9)
    with site.app.test_request_context():
        g.locale, g.course = "zh", Course(timezone="Asia/Shanghai")
        assert "2026年11月25日 07:05<" in moment(value)
        assert "07:05<" in clock(value)
        g.locale = "en"
        assert "25 Nov 2026, 07:05<" in moment(value)
        assert "25 Nov 2026<" in day(value)
        g.course = Course(timezone="Not/AZone")
        assert "24 Nov 2026, 23:05<" in moment(value)
    assert [points(value) for value in (2.0, 2.5, 1 / 3, 0, None)] == ["2", "2.5", "0.33", "0", "–"]
