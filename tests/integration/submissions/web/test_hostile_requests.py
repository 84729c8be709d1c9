"""Requests that no page of ours sends: each is answered in order, keeps what was written, and reaches nothing else."""

import io
import json

import pytest

from submissions.models.courses import Extension
from submissions.store import courses
from tests.support.portal_site import portal
from tests.support.web import PASSWORD, later

__all__ = ["portal"]

DEEP = "[" * 200_000 + "]" * 200_000


def put_draft(portal, body):
    return portal.browser.send("PUT", f"{portal.address}/draft", data=body, content_type="application/json")


@pytest.mark.parametrize(
    "body", [DEEP, '{"source": "x", "answers": ' + DEEP + "}", "1" * 50_000, '{"source": "\\ud800']
)
def test_json_that_can_not_be_read_is_a_wrong_request_and_no_fault_of_ours(portal, body):
    assert put_draft(portal, body).status_code == 400
    assert put_draft(portal, json.dumps({"source": "x = 1"})).status_code == 200


def test_a_draft_s_answers_have_short_names_that_every_database_takes(portal):
    answers = {"\ud800\0" + "n" * 300_000: "words", "known": "\ud800"}
    assert put_draft(portal, json.dumps({"source": "x = 1", "answers": answers})).status_code == 200

    assert portal.browser.get(portal.address).status_code == 200


@pytest.mark.parametrize("before", ["9" * 30, "-" + "9" * 30, "9" * 5000, "x", ""])
def test_a_page_of_the_history_that_does_not_exist_is_no_fault_of_ours(portal, before):
    portal.hand_in()

    assert portal.browser.get(f"{portal.address}/history?before={before}").status_code == 200


@pytest.mark.parametrize(
    "answers", [{"answer-why": "w" * 5001}, {f"answer-{number}": "w" for number in range(21)}], ids=["long", "many"]
)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_answers_that_are_too_much_are_refused_in_words_and_the_code_stays(portal, answers, language):
    portal.browser.headers["Accept-Language"] = language
    answer = portal.browser.submit(portal.address, source="my_own = 1", **answers)

    assert answer.status_code == 422
    assert "my_own = 1" in answer.get_data(as_text=True)


def test_one_key_for_two_tracks_makes_two_batches_and_both_can_be_seen(portal):
    for track in ("one", "two"):
        portal.site.assignment(portal.course, track=track)

    places = []
    for track in ("one", "two"):
        file = (io.BytesIO(b"x = 1\n"), "all.py")
        answer = portal.browser.submit(f"/courses/ad/tracks/{track}", file=file, request_key="the same")
        assert answer.status_code == 303
        places.append(answer.headers["Location"])
    assert len(set(places)) == 2
    assert [portal.browser.get(place).status_code for place in places] == [200, 200]


def test_a_key_of_another_exercise_is_refused_in_words(portal):
    other = portal.site.assignment(portal.course, "plot-sin")
    assert portal.browser.submit(portal.address, source="x = 1", request_key="k").status_code == 303

    answer = portal.browser.submit(f"/assignments/{other.id}", source="mine = 2", request_key="k")
    assert answer.status_code == 422
    assert "mine = 2" in answer.get_data(as_text=True)


def test_nothing_of_somebody_else_s_is_reached_by_naming_it_beside_one_s_own(portal):
    mine = portal.hand_in()
    friend = portal.site.member("friend", portal.course)
    theirs = portal.site.submission(friend, portal.assignment, content=b"the_secret = 1\n", state="graded")

    for path in (
        f"/submissions/{mine.public_id}/compare/{theirs.public_id}",
        f"/submissions/{theirs.public_id}/compare/{mine.public_id}",
        *(f"/submissions/{theirs.public_id}{rest}" for rest in ("", "/panel", "/status", "/events", "/source")),
    ):
        answer = portal.browser.get(path)
        assert answer.status_code == 404, path
        assert "the_secret" not in answer.get_data(as_text=True)
    wish = portal.browser.submit(f"/submissions/{theirs.public_id}/regrade-request", reason="why not")
    assert wish.status_code == 404


def test_a_draft_for_a_course_one_is_not_in_is_not_taken(portal):
    elsewhere = portal.site.assignment(portal.site.course("elsewhere"))
    put = portal.browser.send("PUT", f"/assignments/{elsewhere.id}/draft", json={"source": "x"})

    assert put.status_code == 404


@pytest.mark.parametrize("target", [
    "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "\\\\evil.example", "javascript:1",
    "/%0d%0aSet-Cookie:x=1", "/ok\r\nSet-Cookie: x=1", "///evil.example", "http:evil.example", "/a\x00b",
])  # fmt: skip
def test_no_address_leads_to_another_host_after_signing_in(portal, target):
    browser = portal.site.browser()
    answer = browser.submit("/sign-in", login="student", password=PASSWORD, next=target)
    place = answer.headers["Location"]

    assert answer.status_code == 303
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
    assert not any(cookie.startswith("x=") for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_session_that_was_planted_in_a_browser_is_worth_nothing_after_signing_in(portal):
    eve = portal.site.browser(portal.site.member("eve", portal.course))
    planted = {name: eve.client.get_cookie(name).value for name in ("login", "session")}
    victim = portal.site.browser()
    for name, value in planted.items():
        victim.client.set_cookie(name, value)
    assert victim.submit("/sign-in", login="student", password=PASSWORD).status_code == 303
    assert victim.client.get_cookie("login").value != planted["login"]
    assert eve.get("/account").status_code == 302  # the session that was planted has ended
    stolen = portal.site.browser()
    stolen.client.set_cookie("session", planted["session"])
    assert stolen.get("/account").status_code == 302


def test_results_stay_shut_for_who_has_an_extension_and_open_for_the_others(portal):
    friend = portal.site.member("friend", portal.course)
    courses.change_assignment(
        portal.db, portal.assignment.id, None, due_at=later(days=-2), results_open_at=later(days=-1)
    )
    more_time = Extension(
        assignment_id=portal.assignment.id, user_id=portal.student.id, due_at=later(days=2), granted_by=friend.id
    )
    courses.grant_extension(portal.db, more_time)
    facts = {"state": "graded", "score": 9.0, "max_score": 10.0, "shown_score": 4.0, "shown_max": 4.0}
    mine, theirs = (
        portal.site.submission(user, portal.assignment, **facts).public_id for user in (portal.student, friend)
    )

    told = portal.browser.get(f"/submissions/{mine}/status").json
    open_to = portal.site.browser(friend).get(f"/submissions/{theirs}/status").json
    assert (told["score"], told["max_score"]) == (4.0, 4.0)
    assert (open_to["score"], open_to["max_score"]) == (9.0, 10.0)
