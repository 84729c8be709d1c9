"""The page of a submission: what it shows while it waits and when it is done, and what it never shows."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from grader.report import Plot, StudentError
from submissions.models.base import utc_now
from submissions.models.work import Grading, Submission
from submissions.portal import events
from submissions.store import courses, queue, records, results
from tests.support.portal_site import portal
from tests.support.queue_world import check
from tests.support.web import later

__all__ = ["portal"]

EVIL = "<script>alert(1)</script>\x1b[31m\u202e"
SECRET = {"en": "SECRET words", "zh": "机密"}


def path(submission, part=""):
    return f"/submissions/{submission.public_id}{part}"


def status(portal, submission):
    return portal.browser.get(path(submission, "/status")).get_json()


# ------------------------------------------------------------------------------------------------- waiting


def test_who_waits_is_told_how_many_are_before_him(portal):
    first, second = portal.hand_in(), portal.hand_in()
    assert "Yours is next." in portal.page(path(first))
    page = portal.page(path(second))
    assert "Before yours in the queue: 1" in page
    assert 'data-state="queued"' in page
    told = status(portal, second)
    assert (told["state"], told["before"], told["checks_done"]) == ("queued", 1, 0)


def test_a_page_without_script_loads_itself_again_until_the_result_is_there(portal):
    submission = portal.hand_in()
    refresh = '<noscript><meta http-equiv="refresh" content="2"></noscript>'
    assert refresh in portal.page(path(submission))
    portal.finish(check())
    assert refresh not in portal.page(path(submission))


def test_a_running_grading_shows_what_is_to_come(portal):
    submission = portal.hand_in()
    queue.claim(portal.db, "worker")
    page = portal.page(path(submission, "/panel"))
    assert 'data-state="running"' in page
    assert page.count("is-coming") >= 4


def test_the_panel_is_the_very_part_that_the_page_holds(portal):
    submission = portal.graded(check())
    panel = portal.page(path(submission, "/panel"))
    assert panel.lstrip().startswith('<div id="result"')
    assert "<html" not in panel
    assert 'data-state="graded"' in panel


# --------------------------------------------------------------------------------------------------- done


def test_a_result_shows_points_verdicts_and_feedback(portal):
    wrong = replace(
        check("sum", "failed", 1.0), diagnosis="not-zeroed", feedback={"en": "Doubled.", "zh": "翻倍"}, cap=3.0
    )
    submission = portal.graded(check("first"), wrong)
    page = portal.page(path(submission))
    for words in ("1 / 4 points", "4 / 4 points", "Passed", "Not yet", "Doubled.", "Held at 3 points"):
        assert words in page, words
    assert status(portal, submission)["score"] == 3.0


def test_hidden_checks_leave_no_trace_before_nor_a_name_after_the_results_open(portal):
    hidden = replace(check("never_named", "failed", visibility="hidden"), title=SECRET, feedback=SECRET)
    locked = replace(check("named_later", "failed", visibility="after_deadline"), feedback=SECRET)
    courses.change_assignment(portal.db, portal.assignment.id, None, due_at=later(days=1))
    submission = portal.graded(check(), hidden, locked, source="x = 1")
    everywhere = [path(submission), path(submission, "/panel"), path(submission, "/status"), portal.address]
    for address in [*everywhere, "/courses/ad", f"{portal.address}/history"]:
        page = portal.page(address)
        for secret in ("SECRET", "never_named", "named_later"):
            assert secret not in page, (address, secret)
    assert status(portal, submission) == {
        "id": submission.public_id, "state": "graded", "score": 4.0, "max_score": 4.0, "partial": True
    }  # fmt: skip
    courses.change_assignment(portal.db, portal.assignment.id, None, due_at=utc_now() - timedelta(hours=1))
    page = portal.page(path(submission))
    assert "check-named_later" in page
    assert "never_named" not in page
    assert "Hidden checks: 1, which gave 0 of 4 points" in page
    assert "never_named" in portal.page(path(submission), portal.staff())


def test_our_fault_is_worded_as_ours(portal):
    submission = portal.hand_in()
    for _ in range(queue.MOST_LOST_LEASES):
        assert queue.claim(portal.db, "worker", lease_seconds=-1)
        queue.requeue_expired(portal.db)
    page = portal.page(path(submission))
    assert "Our grader failed, not your code." in page
    assert "no attempt is used" in page
    assert "no limit" in portal.page()
    assert "0 used" in portal.page()


@pytest.mark.parametrize(("state", "words"), [("rejected", "can&#39;t be graded"), ("broken_pack", "not your fault")])
def test_what_was_not_graded_says_so_and_costs_no_attempt(portal, state, words):
    submission = portal.graded(check(), status=state, message={"en": "This file can't be graded.", "zh": "无法评分"})
    page = portal.page(path(submission))
    assert words in page
    assert "No attempt is used." in page


def test_faults_are_for_staff_alone(portal):
    broken = replace(check(verdict="broken"), detail={"fault": "NameError in the check"})
    submission = portal.graded(broken, status="broken_pack", fault="Traceback of ours")
    instructor = portal.staff("instructor")
    for words in ("NameError in the check", "Traceback of ours"):
        assert words not in portal.page(path(submission))
        assert words in portal.page(path(submission), instructor)


def test_the_failing_line_is_marked_in_the_code_with_its_error_beside_it(portal):
    error = StudentError(
        "ValueError", "no good", None, 2, None, "y = x / 0", "Traceback", {"en": "Try 1.", "zh": "用 1"}
    )
    submission = portal.graded(check(), source="x = 1\ny = x / 0\n", errors=(error,))
    page = portal.page(path(submission))
    assert '<div class="line is-failing" id="L2">' in page
    assert '<a class="small nowrap" href="#L2">' in page
    assert "Try 1." in page


def test_curves_figures_and_graphs_are_drawn_with_words_and_numbers(portal):
    curves = tuple((x / 10, x * 1.0) for x in range(30))
    drawn = replace(check("curve", "failed"), inputs="shown", plot=Plot(curves, curves))
    series = {"kind": "line", "names": ["mine"], "style": "", "x": [0.0, 1.0], "y": [0.0, None]}
    figure = {"title": "F", "legend": [], "axes": [{"title": "A", "xlabel": "t", "ylabel": "", "series": [series]}]}
    node = {"name": "SumBackward0", "label": "y", "nearer": [1]}
    leaf = {"name": "AccumulateGrad", "label": "x", "nearer": []}
    graph = {"entry": "grad", "cell": 2, "failed": True, "whole": False, "roots": [0], "nodes": [node, leaf]}
    page = portal.page(path(portal.graded(drawn, figures=(figure,), graphs=(graph,))))
    for words in ('class="yours"', "<caption", "across: t; up: y", "y = Sum", "SumBackward0", "Cell 2.", "ended in an"):
        assert words in page, words


def test_nothing_that_a_student_can_name_or_print_runs_or_misleads(portal):
    series = {"kind": EVIL, "names": [EVIL], "style": EVIL, "x": [0.0, 1.0], "y": [0.0, 1.0]}
    axes = {"title": EVIL, "xlabel": EVIL, "ylabel": EVIL, "series": [series]}
    graph = {"entry": "grad", "cell": None, "failed": False, "whole": True, "roots": [0]}
    error = StudentError(EVIL, EVIL, None, 1, None, EVIL, EVIL, {"en": EVIL, "zh": EVIL})
    wrong = replace(check(verdict="failed"), feedback={"en": EVIL, "zh": EVIL}, hint={"en": EVIL, "zh": EVIL})
    wrong = replace(wrong, detail={"got": EVIL, "expected": EVIL}, inputs="shown")
    submission = portal.graded(
        wrong,
        source=f"x = '{EVIL}'",
        name=f"{EVIL}.py",
        errors=(error,),
        stdout=EVIL,
        notes=(EVIL,),
        figures=({"title": EVIL, "legend": [EVIL], "axes": [axes]},),
        graphs=({**graph, "nodes": [{"name": EVIL, "label": EVIL, "nearer": []}]},),
    )
    other = portal.graded(check(), source=f"y = '{EVIL}'")
    for address in (path(submission), path(submission, f"/compare/{other.public_id}"), portal.address):
        page = portal.page(address)
        assert "<script>alert" not in page
        read = re.sub("<textarea.*?</textarea>", "", page, flags=re.DOTALL)  # what is edited is left as it is
        assert not set("\x1b\u202e") & set(read)


def test_the_source_is_downloaded_byte_for_byte_and_never_displayed(portal):
    submission = portal.graded(check(), source="# <html>\r\nx = 1", name="我的 答案.py")
    answer = portal.browser.get(path(submission, "/source"))
    assert answer.data == b"# <html>\r\nx = 1"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''%E6%88%91" in answer.headers["Content-Disposition"]


# ------------------------------------------------------------------------------------------ people's words


def test_comments_and_points_of_people_are_shown(portal):
    submission = portal.graded(check("a", "failed"), source="x = 1\ny = 2\n")
    teacher = portal.site.member("teacher", portal.course, "instructor", name="Elena")
    records.add_comment(portal.db, submission.id, teacher.id, "At this line", line=2)
    records.add_comment(portal.db, submission.id, teacher.id, "In general <b>", line=None)
    results.override(portal.db, submission.id, teacher.id, 2.0, "Right idea", "a")
    page = portal.page(path(submission))
    assert '<div class="line-note is-comment"><strong><bdi>Elena</bdi></strong>: <div class="prose"><p>At this' in page
    assert "In general &lt;b&gt;" in page
    assert "Points given by a person: Right idea" in page
    assert "In part" in page


def test_a_regrade_is_asked_for_with_a_reason_and_only_once(portal):
    submission = portal.graded(check())
    assert portal.browser.submit(path(submission, "/regrade-request"), reason=" ").status_code == 303
    assert "Say what should be looked at again." in portal.page(path(submission))
    portal.browser.submit(path(submission, "/regrade-request"), reason="The <b>second</b> check")
    page = portal.page(path(submission))
    assert "Asked; not answered yet" in page
    assert "The &lt;b&gt;second&lt;/b&gt; check" in page
    portal.browser.submit(path(submission, "/regrade-request"), reason="Again")
    assert "You have asked already" in portal.page(path(submission))


def test_nobody_asks_for_a_regrade_of_what_has_no_result(portal):
    submission = portal.hand_in()
    portal.browser.submit(path(submission, "/regrade-request"), reason="Now")
    assert "has no result yet" in portal.page(path(submission))


# --------------------------------------------------------------------------------------------- comparisons


def test_two_attempts_are_compared_in_their_order_whichever_is_named_first(portal):
    old = portal.graded(check("a", "failed"), source="x = 1\nsame\n")
    new = portal.graded(check("a"), source="x = 2\nsame\n")
    for one, other in ((old, new), (new, old)):
        page = portal.page(path(one, f"/compare/{other.public_id}"))
        assert "Attempts 1 and 2 compared" in page
        assert "x = <del>1</del>" in page
        assert "x = <ins>2</ins>" in page
        assert "better" in page
        split = portal.page(path(one, f"/compare/{other.public_id}?view=split"))
        assert '<span class="visually-hidden">removed </span>x = <del>1</del>' in split


def test_a_comparison_tells_nothing_of_checks_that_do_not_show(portal):
    hidden = replace(check("h", "failed", visibility="hidden"), title=SECRET)
    old, new = portal.graded(check(), hidden), portal.graded(check(), replace(hidden, verdict="passed"))
    assert "SECRET" not in portal.page(path(old, f"/compare/{new.public_id}"))


# ---------------------------------------------------------------------------------------------- live events


def lines_of(answer):
    return [line for line in answer.get_data(as_text=True).split("\n") if line]


def test_the_stream_of_something_that_is_done_says_look_again_and_ends(portal):
    answer = portal.browser.get(path(portal.graded(check()), "/events"))
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert lines_of(answer) == [f"retry: {events.RETRY_MS}", "event: changed", "data:"]


def test_a_stream_ends_once_the_result_is_there_also_without_a_broker(portal):
    submission = portal.hand_in()
    answer = portal.browser.get(path(submission, "/events"))
    told = iter(answer.response)
    assert next(told).startswith((b"retry", "retry"))
    portal.finish(check())
    assert "changed" in str(list(told)[-1])
    answer.close()


def test_when_too_many_listen_the_next_one_is_sent_away_and_a_place_is_given_back(portal, monkeypatch):
    submission = portal.hand_in()
    others = [number // events.MOST_OF_ONE - 1000 for number in range(events.MOST_STREAMS)]
    monkeypatch.setattr(events, "_places", places := events._Places())
    assert all(places.take(other) for other in others)
    refused = portal.browser.get(path(submission, "/events"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    for other in others:
        places.give_back(other)
    for _ in range(events.MOST_STREAMS + 1):
        answer = portal.browser.get(path(submission, "/events"))
        assert answer.status_code == 200
        answer.close()


def test_one_person_can_not_take_every_stream(portal, monkeypatch):
    monkeypatch.setattr(events, "_places", events._Places())
    submission = portal.hand_in()
    opened = [portal.browser.get(path(submission, "/events")) for _ in range(events.MOST_OF_ONE + 1)]
    assert [answer.status_code for answer in opened] == [200] * events.MOST_OF_ONE + [503]

    other = portal.staff().get(path(submission, "/events"))
    assert other.status_code == 200
    for answer in [other, *opened]:
        answer.close()


# --------------------------------------------------------------------------------------------------- cost


def statements(portal, address):
    """How many statements a page takes."""
    counted = []

    def count(*_):
        counted.append(1)

    event.listen(portal.db.engine, "before_cursor_execute", count)
    try:
        portal.page(address)
    finally:
        event.remove(portal.db.engine, "before_cursor_execute", count)
    return len(counted)


def test_pages_take_as_many_statements_for_many_attempts_as_for_few(portal):
    submission = portal.graded(check())
    portal.graded(check())
    addresses = ["/", "/courses/ad", portal.address, f"{portal.address}/history", path(submission)]
    before = {address: statements(portal, address) for address in addresses}
    for _ in range(12):
        portal.graded(check())
    for pack in ("plot-sin", "second-derivative"):
        portal.graded(check(), assignment=portal.site.assignment(portal.course, pack))
    assert {address: statements(portal, address) for address in addresses} == before
    assert max(before.values()) <= 30


def test_a_report_survives_as_json_and_the_page_reads_no_other_grading(portal):
    submission = portal.graded(check())
    grading = queue.add_regrade(portal.db, submission.id, portal.student.id)
    assert "is being graded once more" in portal.page(path(submission))
    with portal.db.read() as session:
        assert session.get_one(Submission, submission.id).published_grading_id != grading.id
        assert json.dumps(session.query(Grading).first().report)
