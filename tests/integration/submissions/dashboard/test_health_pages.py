"""The page of the service's health: true numbers, faults with their cause, and nobody sees what is not his to see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from submissions.dashboard.health.numbers import BARS, bars, pace_of
from submissions.models.base import utc_now
from submissions.models.records import Alert, AuditEntry
from submissions.models.work import Grading
from submissions.store import health, queue
from tests.support.portal_site import portal
from tests.support.queue_world import check, report

__all__ = ["portal"]
HOME = "/health-of-service"
SECRET = "Traceback in /srv/packs/secret.py: token=abc"


def break_pack(portal):
    """A submission whose check fails by itself, with a telling fault."""
    portal.hand_in()
    claim = queue.claim(portal.db, "grader7.internal:pid99")
    broken = report(check("first-call", "broken"), status="broken_pack", fault=SECRET)
    assert queue.finish(portal.db, claim, replace(broken, pack=portal.assignment.pack_id))


def fail_thrice(portal, fault=None):
    portal.hand_in()
    for _ in range(queue.MOST_LOST_LEASES):
        claim = queue.claim(portal.db, "grader7.internal:pid99")
        if fault:
            assert queue.fail(portal.db, claim, fault)
        else:
            with portal.db.write() as session:
                session.get_one(Grading, claim.grading_id).lease_until = 1.0
            assert queue.requeue_expired(portal.db) == 1


def test_the_queue_tells_length_age_and_what_waits_behind(portal):
    portal.graded(check("a"))
    regrade = queue.add_regrade(portal.db, 1, portal.student.id)
    portal.hand_in()
    begun = utc_now() - timedelta(minutes=7)
    with portal.db.write() as session:
        session.get_one(Grading, 3).queued_at = begun
        session.get_one(Grading, regrade.id).queued_at = begun - timedelta(hours=5)

    found = health.waiting(portal.db)

    assert (found.live, found.regrades, found.running, found.oldest_at) == (1, 1, 0, begun)


def test_waits_and_pace_are_those_of_the_last_hour(portal):
    now = utc_now()
    for number in range(20):
        portal.graded(check("a"))
        with portal.db.write() as session:
            row = session.get_one(Grading, number + 1)
            row.finished_at = now - timedelta(minutes=number)
            row.started_at = row.finished_at - timedelta(seconds=1)
            row.queued_at = row.started_at - timedelta(seconds=number + 1)
    with portal.db.write() as session:
        session.get_one(Grading, 20).finished_at = now - timedelta(minutes=61)

    pace = pace_of(health.last_hour(portal.db), now)

    assert (pace.p50, pace.p95, pace.longest, pace.in_hour) == (10.0, 19.0, 19.0, 19)
    assert pace.a_minute == 6 / 5
    assert [bar.count for bar in pace.bars][-4:] == [4, 5, 5, 5]


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.95, 4.0), (0.0, 1.0), (1.0, 4.0)])
def test_a_percentile_is_a_value_that_was_measured(share, value):
    assert health.percentile([1.0, 2.0, 3.0, 4.0], share) == value
    assert health.percentile([], share) is None


def test_every_end_of_the_hour_is_in_one_bar():
    now = utc_now()
    ends = [now, now + timedelta(seconds=1), now - timedelta(minutes=59, seconds=59), now - timedelta(minutes=60)]

    assert [bar.count for bar in bars(ends, now)] == [2, *[0] * (BARS - 2), 2]


@pytest.mark.parametrize(("fault", "cause", "words"), [
    (None, "lost_worker", "lost three times"),
    (SECRET, "engine", "engine failed"),
])  # fmt: skip
def test_a_fault_is_told_with_its_cause(portal, fault, cause, words):
    fail_thrice(portal, fault)

    (found,) = health.faults(portal.db, None, 10)

    assert found.cause == cause
    assert words in portal.page(HOME, portal.staff("instructor"))


def test_broken_checks_are_counted_by_pack_and_named(portal):
    break_pack(portal)
    break_pack(portal)
    portal.hand_in()
    claim = queue.claim(portal.db, "w")
    queue.finish(portal.db, claim, report(status="broken_pack", fault="no such pack"))

    found = health.broken_checks(portal.db, [portal.course.id])

    assert [(one.pack_id, one.name, one.times) for one in found] == [
        (portal.assignment.pack_id, "first-call", 2), (portal.assignment.pack_id, "", 1),
    ]  # fmt: skip
    assert "the whole pack" in portal.page(HOME, portal.staff("instructor"))


def test_instructors_see_no_secret_no_path_and_no_machine_and_the_administrator_does(portal):
    break_pack(portal)
    fail_thrice(portal, SECRET)
    teacher, admin = portal.staff("instructor"), portal.site.browser(portal.site.person("root", admin=True))
    files = [f"{HOME}/{table}.csv" for table in ("faults", "workers", "checks", "throughput")]

    shown = "".join(portal.page(path, teacher) for path in (HOME, *files))
    told = "".join(portal.page(path, admin) for path in (HOME, *files))

    for word in ("token=abc", "/srv/packs", "grader7.internal", str(portal.site.service.settings.data)):
        assert word not in shown
        assert word in told
    assert "Worker 1" in shown


def test_faults_and_broken_checks_of_other_courses_are_not_shown(portal):
    break_pack(portal)
    other = portal.site.course("other")
    stranger = portal.site.browser(portal.site.member("stranger", other, "instructor"))

    page = portal.page(HOME, stranger)

    assert "None that nobody has seen." in page
    assert "No check failed by itself." in page
    assert portal.course.title_en not in page
    assert stranger.submit(f"{HOME}/alerts/1/seen").status_code == 404
    assert health.faults(portal.db, None, 10)


def test_what_an_instructor_has_seen_is_gone_and_written_down(portal):
    break_pack(portal)
    teacher = portal.staff("instructor")

    assert portal.staff("assistant").submit(f"{HOME}/alerts/1/seen").status_code == 404
    teacher.submit(f"{HOME}/alerts/1/seen")
    teacher.submit(f"{HOME}/alerts/1/seen")

    assert "None that nobody has seen." in portal.page(HOME, teacher)
    with portal.db.read() as session:
        assert session.get_one(Alert, 1).seen_at is not None
        assert session.query(AuditEntry).filter_by(action="alert.see").count() == 1


def test_a_queue_that_nobody_works_at_is_called_stuck(portal):
    portal.hand_in()

    assert "no worker has been heard of" in portal.page(HOME, portal.staff())


def test_students_are_refused_and_the_page_speaks_chinese(portal):
    assert portal.browser.get(HOME).status_code == 403
    assert portal.browser.get(f"{HOME}/faults.csv").status_code == 403
    teacher = portal.staff("instructor")
    assert teacher.get(f"{HOME}/people.csv").status_code == 404
    teacher.submit("/preferences", locale="zh")
    assert "服务运行状况" in portal.page(HOME, teacher)
