"""The audit log read: sentences with names, filters, pages by id, a file, and each reader only what is his."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from submissions.dashboard.audit import sentences
from submissions.models.base import utc_now
from submissions.models.courses import Extension
from submissions.models.records import AuditEntry
from submissions.store import accounts, audit_reading, courses, results
from submissions.store.audit_reading import Wanted
from submissions.store.records import audit
from tests.support.portal_site import portal
from tests.support.queue_world import check

__all__ = ["portal"]
HOME = "/courses/ad/audit"


@pytest.fixture
def teacher(portal):
    return portal.staff("instructor")


@pytest.fixture
def overridden(portal, teacher):
    """A submission whose score was changed by hand, with a reason."""
    submission = portal.graded(check("first-call", "failed"))
    teacher_id = accounts.user_by_login(portal.db, "instructor").id
    results.override(portal.db, submission.id, teacher_id, 3.0, "=partly right", "first-call")
    return submission


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def ids(portal, **wanted):
    return [row.id for row in audit_reading.entries(portal.db, Wanted(**wanted), None, 100)]


def write(portal, number, action="alert.see", **facts):
    with portal.db.write() as session:
        rows = [audit(session, portal.student.id, action, "user:1", course_id=portal.course.id) for _ in range(number)]
        for row in rows:
            for name, value in facts.items():
                setattr(row, name, value)
    return [row.id for row in rows]


def test_a_changed_score_is_told_with_who_role_what_and_why(portal, teacher, overridden):
    page = words(portal.page(HOME, teacher))

    assert "Instructor instructor" in page  # the name and the role
    assert "Instructor set" in page
    assert "of attempt 1 of Li Hua at “" in page
    assert "to 3 by hand. Score: 0 → 3." in page
    assert "=partly right" in page
    assert f'href="/submissions/{overridden.public_id}/staff"' in portal.page(HOME, teacher)


def test_the_log_speaks_chinese(portal, teacher, overridden):
    teacher.submit("/preferences", locale="zh")
    page = words(portal.page(HOME, teacher))

    assert "手动改为 3 分。得分：0 → 3。" in page
    assert "Li Hua在《" in page


def test_changed_fields_are_named_with_their_values(portal, teacher):
    courses.change_assignment(portal.db, portal.assignment.id, portal.student.id, max_score=20.0, counts="last")
    courses.grant_extension(
        portal.db,
        Extension(assignment_id=portal.assignment.id, user_id=portal.student.id, extra_attempts=2, granted_by=1,
                  reason="ill", due_at=utc_now()),
    )  # fmt: skip
    page = words(portal.page(HOME, teacher))

    assert "points at most: 10 → 20" in page
    assert "which attempt counts: best → last" in page
    assert "further attempts: – → 2" in page
    assert not re.search(r"\d{4}-\d\d-\d\dT", page)


@pytest.mark.parametrize(("fields", "actions"), [
    ("action=override.set", ["override.set"]),
    ("action=nothing.such", []),
    ("person=instructor", ["override.set", "enrolment.set"]),  # who joined a course did that as well
    ("person=INSTR&action=override.set", ["override.set"]),
    ("person=nobody", []),
    ("person=%25", []),
    ("since=2000-01-01&until=9999-12-30&action=override.set", ["override.set"]),
    ("since=x&until=9999-12-31&action=override.set", ["override.set"]),
    ("until=2000-01-01", []),
    ("since=2999-01-01", []),
])  # fmt: skip
def test_filters_leave_what_matches(portal, teacher, overridden, fields, actions):
    rows = csv.DictReader(io.StringIO(portal.page(f"{HOME}.csv?{fields}", teacher).removeprefix("\ufeff")))

    assert [row["Action"] for row in rows] == actions
    assert portal.page(f"{HOME}?{fields}", teacher).count("<tr><td") == len(actions)


def test_the_subject_may_be_a_submission_as_addresses_have_it_or_a_person(portal, overridden):
    (by_address,) = ids(portal, subject=overridden.public_id)
    (by_id,) = ids(portal, subject=f"submission:{overridden.id}")

    assert by_address == by_id
    assert ids(portal, subject="user:1") == ids(portal, subject=portal.student.login) != []
    assert ids(portal, subject="no such") == []


def test_days_are_those_of_the_course(portal, teacher):
    """Half past midnight in Shanghai is the day before in UTC."""
    (late,) = write(portal, 1, at=utc_now().replace(year=2020, month=5, day=1, hour=16, minute=30))

    assert f"before={late}" not in portal.page(f"{HOME}?since=2020-05-02&until=2020-05-02", teacher)
    assert portal.page(f"{HOME}?since=2020-05-02&until=2020-05-02&action=alert.see", teacher).count("<tr><td") == 1
    assert portal.page(f"{HOME}?since=2020-05-01&until=2020-05-01&action=alert.see", teacher).count("<tr><td") == 0


def test_pages_follow_each_other_without_gap_or_repetition(portal, teacher):
    written = write(portal, 120)
    found, address = [], f"{HOME}?action=alert.see"
    while address:
        page = portal.page(address, teacher)
        found.append(page.count("<tr><td"))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else None

    assert found == [50, 50, 20]
    assert len(written) == 120


@pytest.mark.parametrize(("filters", "index"), [
    ("", "course_id_id"),
    ("action=alert.see&since=2000-01-01", "course_id_action_id"),
    ("person=instructor", "actor_id_id"),
    ("subject=submission:17", "subject_id"),
])  # fmt: skip
def test_a_page_costs_what_it_shows(portal, teacher, filters, index):
    """Each filter goes back through an index of its own, in order, however long the log is."""

    def cost():
        plans = []

        @event.listens_for(portal.db.engine, "before_cursor_execute")
        def seen(_connection, _cursor, statement, parameters, *_):
            if "FROM audit_log" in statement and not statement.startswith("EXPLAIN"):
                plans.append((statement, parameters))

        portal.page(f"{HOME}?{filters}", teacher)
        event.remove(portal.db.engine, "before_cursor_execute", seen)
        with portal.db.engine.connect() as connection:
            return [
                [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                for statement, parameters in plans
            ]

    write(portal, 60)
    few = cost()
    write(portal, 600)

    assert cost() == few
    assert all("USING" in step and "SCAN" not in step for plan in few for step in plan)
    assert not any("TEMP B-TREE" in step for plan in few for step in plan)
    assert any(f"ix_audit_log_{index} " in step for step in few[-1])


def test_the_file_has_every_line_and_no_formula(portal, teacher, overridden):
    write(portal, 600)

    rows = list(csv.DictReader(io.StringIO(portal.page(f"{HOME}.csv", teacher).removeprefix("\ufeff"))))

    assert sum(row["Action"] == "alert.see" for row in rows) == 600
    (changed,) = [row for row in rows if row["Action"] == "override.set"]
    assert changed["Reason"] == "'=partly right"
    assert changed["Role today"] == "instructor"


def test_other_courses_and_accounts_are_for_administrators(portal, teacher, overridden):
    other = portal.site.course("other")
    stranger = portal.site.browser(portal.site.member("stranger", other, "instructor"))
    admin = portal.site.browser(portal.site.person("root", admin=True))
    with portal.db.write() as session:
        session.query(AuditEntry).update({"address": "192.0.2.7"})

    assert "partly right" not in portal.page("/courses/other/audit", stranger)
    assert "signed in" not in words(portal.page(HOME, teacher).split("</form>")[-1])
    assert "192.0.2.7" not in portal.page(HOME, teacher) + portal.page(f"{HOME}.csv", teacher)
    everything = words(portal.page("/admin/audit", admin))
    assert "partly right" in everything
    assert "signed in." in everything
    assert "192.0.2.7" in everything
    assert "192.0.2.7" in portal.page("/admin/audit.csv", admin)
    assert portal.staff("assistant").get(HOME).status_code == 403
    assert teacher.get("/admin/audit").status_code == 403


def test_what_is_not_known_any_more_is_still_a_line(portal, teacher):
    with portal.db.write() as session:
        audit(session, None, "override.set", "submission:999", course_id=portal.course.id, reason="<script>")
        audit(session, 1, "mystery.done", "thing:1", course_id=portal.course.id)
        session.execute(text("UPDATE audit_log SET actor_id = NULL WHERE action = 'override.set'"))
    page = portal.page(HOME, teacher)

    assert "The service set – of submission:999 to –" in words(page)
    assert "mystery.done" in page
    assert "<script>" not in page.split("<tbody>")[1].split("</tbody>")[0]


def test_every_action_can_be_chosen_in_general_words(portal, teacher):
    page = portal.page(HOME, teacher)
    with portal.site.app.test_request_context():
        names = sentences.actions()

    assert len(names) > 40
    assert all(f'value="{name}"' in page for name in names)


def test_moments_do_not_depend_on_the_order_of_ids(portal):
    """Two writers at once: the one with the greater id may have the earlier moment."""
    now = utc_now() - timedelta(days=3)
    (first,) = write(portal, 1, at=now + timedelta(seconds=2))
    (second,) = write(portal, 1, at=now)

    assert ids(portal, action="alert.see", since=now + timedelta(seconds=1), until=now + timedelta(days=1)) == [first]
    assert ids(portal, action="alert.see", since=now, until=now + timedelta(seconds=1)) == [second]
