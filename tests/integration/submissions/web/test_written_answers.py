"""Written answers: marked by several people at once, read by the student once published, counted only when applied."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from submissions.models.marking import Mark, MarkClaim, SavedComment
from submissions.models.records import AuditEntry, Override
from submissions.models.work import Submission
from submissions.store import marking as store
from submissions.store import marking_queue
from submissions.store.marking import NewMark
from submissions.store.refused import Refused
from tests.support.marking_site import QUESTION, marking
from tests.support.queue_world import check

__all__ = ["marking"]

ITEM = {"share": 0.4, "en": "a", "zh": "甲", "given": True}


def every(marking, model):
    with marking.db.read() as session:
        return session.query(model).all()


def mark(browser, address, *items, **sent):
    """Send the form of a mark with these items chosen."""
    fields = {"item": [str(item) for item in items], "seen": "0", "adjust": "", "comment": ""} | sent
    return browser.submit(address, **fields)


def score(marking, submission):
    with marking.db.read() as session:
        return session.get_one(Submission, submission.id).score


# ---------------------------------------------------------------------------------------------- the queue


def test_a_student_has_one_answer_in_the_queue_that_of_the_submission_that_counts(marking):
    full, none = (check("twice"), check(QUESTION, max_points=1.0)), (check("twice", "failed"),)
    marking.answer("the best one", None, *full)
    marking.answer("a worse one", None, *none)
    marking.answer("somebody else's", marking.classmate("Bo Li"), *full)
    entries = marking_queue.entries(marking.db, marking.assignment.id, QUESTION, marking.assistant.id)
    assert [entry.answer_id for entry in entries] == [1, 3]
    page = marking.page(marking.question, marking.site.browser(marking.assistant))
    assert "Marked: 0 of 2" in page


def test_staffs_own_answers_and_those_of_who_left_are_not_in_the_queue(marking):
    marking.answer("a teacher tries it", marking.teacher)
    entries = marking_queue.entries(marking.db, marking.assignment.id, QUESTION, marking.assistant.id)
    assert entries == []


def test_next_gives_different_answers_to_different_markers(marking):
    for name in ("Bo Li", "Cy Wu", "Di Xu"):
        marking.answer("words", marking.classmate(name))
    markers = [marking.assistant.id, marking.second.id, marking.teacher.id]
    take = lambda user: marking_queue.take_next(marking.db, marking.assignment.id, QUESTION, user)  # noqa: E731
    with ThreadPoolExecutor(3) as pool:
        taken = list(pool.map(take, markers))
    assert sorted(taken) == [1, 2, 3]
    assert take(marking.assistant.id) == taken[0]


def test_a_claim_ends_by_itself(marking):
    marking.answer("words")
    assert marking_queue.take_next(marking.db, marking.assignment.id, QUESTION, marking.assistant.id) == 1
    assert marking_queue.take_next(marking.db, marking.assignment.id, QUESTION, marking.second.id) is None
    with marking.db.write() as session:
        session.get_one(MarkClaim, 1).until = marking.db.now(session) - 1
    assert marking_queue.take_next(marking.db, marking.assignment.id, QUESTION, marking.second.id) == 1


def test_saving_leads_to_the_next_unmarked_answer_and_at_last_back_to_the_list(marking):
    marking.answer("one")
    marking.answer("two", marking.classmate("Bo Li"))
    browser = marking.site.browser(marking.assistant)
    begun = browser.submit(f"{marking.question}/next")
    assert begun.headers["Location"] == marking.at(1)
    assert mark(browser, marking.at(1), 0).headers["Location"] == marking.at(2)
    assert mark(browser, marking.at(2)).headers["Location"] == marking.question
    assert "Every answer is marked" in marking.page(marking.question, browser)


# ----------------------------------------------------------------------------------------------- two at once


def test_who_saves_second_is_told_and_sees_the_others_mark_and_keeps_his_own_words(marking):
    marking.answer("words")
    one, two = marking.site.browser(marking.assistant), marking.site.browser(marking.second)
    marking.page(marking.at(1), one)
    assert "Ana Assistant has this answer open" in marking.page(marking.at(1), two)
    assert mark(one, marking.at(1), 0, 1, comment="theirs").status_code == 303
    answer = mark(two, marking.at(1), 2, comment="mine")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Ana Assistant marked this answer while you had it open" in page
    assert "theirs" in page
    assert re.search(r"<textarea[^>]*>mine</textarea>", page)
    (stored,) = every(marking, Mark)
    assert (stored.share, stored.comment, stored.version) == (0.7, "theirs", 1)
    again = mark(two, marking.at(1), 2, comment="mine", seen=re.search(r'name="seen" value="(\d+)"', page)[1])
    assert again.status_code == 303
    (stored,) = every(marking, Mark)
    assert (stored.share, stored.comment, stored.version) == (0.3, "mine", 2)


def test_of_many_who_save_at_the_same_moment_exactly_one_is_first(marking):
    marking.answer("words")

    def save(number):
        try:
            store.save(marking.db, NewMark(1, marking.assistant.id, 0, [ITEM], 0.0, f"comment {number}"))
        except Refused as refused:
            return refused.code
        return "saved"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(save, range(8)))
    assert outcomes == ["mark_changed"] * 7 + ["saved"]
    assert every(marking, Mark)[0].version == 1


def test_the_same_form_sent_twice_is_one_mark(marking):
    marking.answer("words")
    browser = marking.site.browser(marking.assistant)
    assert [mark(browser, marking.at(1), 0).status_code for _ in range(2)] == [303, 303]
    assert every(marking, Mark)[0].version == 1
    assert [row.action for row in every(marking, AuditEntry) if row.action == "mark.set"] == ["mark.set"]


# --------------------------------------------------------------------------------------------- the mark


def test_a_mark_is_the_sum_of_its_items_and_an_adjustment_between_nothing_and_all(marking):
    marking.answer("words")
    browser = marking.site.browser(marking.assistant)
    tried = [
        ((0,), "", 0.4), ((0, 1, 2), "", 1.0), ((0,), "10", 0.5), ((0,), "-50", 0.0), ((0, 1, 2), "+20", 1.0),
        ((1,), "−5,5", 0.245), ((), "", 0.0),
    ]  # fmt: skip
    for version, (items, adjust, share) in enumerate(tried):
        mark(browser, marking.at(1), *items, adjust=adjust, seen=str(version))
        assert every(marking, Mark)[0].share == pytest.approx(share), (items, adjust)


def test_an_adjustment_that_is_none_is_refused_and_what_was_typed_stays(marking):
    marking.answer("words")
    browser = marking.site.browser(marking.assistant)
    for adjust in ("much", "101", "nan", "1e9"):
        answer = mark(browser, marking.at(1), 0, adjust=adjust, comment="keep me")
        assert answer.status_code == 422, adjust
        assert "keep me" in answer.get_data(as_text=True)
    assert every(marking, Mark) == []


def test_a_comment_is_kept_for_other_answers_and_added_to_theirs(marking):
    marking.answer("one")
    marking.answer("two", marking.classmate("Bo Li"))
    browser = marking.site.browser(marking.assistant)
    mark(browser, marking.at(1), 0, comment="Say what is freed.", keep="yes")
    (kept,) = every(marking, SavedComment)
    assert "Say what is freed." in marking.page(marking.at(2), browser)
    mark(browser, marking.at(2), comment="Good.", saved=[str(kept.id)])
    assert every(marking, Mark)[1].comment == "Good.\n\nSay what is freed."
    browser.submit(f"{marking.question}/comments", drop=str(kept.id))
    assert "Say what is freed." not in marking.page(marking.question, browser)


# ---------------------------------------------------------------------------------------------- anonymity


def test_no_name_is_seen_until_it_is_asked_for(marking):
    marking.answer("words")
    browser = marking.site.browser(marking.assistant)
    addresses = (
        f"/courses/{marking.course.slug}/answers",
        marking.question,
        marking.at(1),
        f"{marking.question}/marks.csv",
    )
    for address in addresses:
        page = marking.page(address, browser)
        assert "Li Hua" not in page, address
    assert every(marking, Submission)[0].public_id not in marking.page(marking.at(1), browser)
    browser.submit(f"/courses/{marking.course.slug}/answers/names", names="shown")
    for address in addresses[1:]:
        assert "Li Hua" in marking.page(address, browser), address
    browser.submit(f"/courses/{marking.course.slug}/answers/names", names="hidden")
    assert "Li Hua" not in marking.page(marking.at(1), browser)


def test_the_file_of_marks_has_a_row_for_each_answer(marking):
    marking.answer("words")
    browser = marking.site.browser(marking.assistant)
    mark(browser, marking.at(1), 0, 1)
    text = browser.get(f"{marking.question}/marks.csv").get_data().decode("utf-8-sig")
    heads, row = csv.reader(io.StringIO(text))
    assert heads == ["Number", "Percent", "Points", "Marked by", "Shown to the student"]
    assert row == ["1", "70.0", "0.7", "Ana Assistant", "no"]


# -------------------------------------------------------------------------- what the student sees, and counts


def test_the_student_sees_a_mark_once_it_is_published_and_no_longer_when_it_is_taken_back(marking):
    submission = marking.answer("words")
    before = score(marking, submission)
    mark(marking.site.browser(marking.assistant), marking.at(1), 0, comment="**Almost** <b>there</b>")
    mine = f"/submissions/{submission.public_id}"
    assert "Almost" not in marking.page(mine)
    teacher = marking.site.browser(marking.teacher)
    teacher.submit(f"{marking.question}/publish", shown="yes")
    page = marking.page(mine)
    assert "Marked by a person: 40%" in page
    assert "<strong>Almost</strong> &lt;b&gt;there" in page
    assert "not met" in page
    assert score(marking, submission) == before
    teacher.submit(f"{marking.question}/publish", shown="no")
    assert "Almost" not in marking.page(mine)


def test_published_marks_count_once_an_instructor_applies_them_each_with_its_entry_in_the_log(marking):
    first, second = marking.answer("one"), marking.answer("two", marking.classmate("Bo Li"))
    browser, teacher = marking.site.browser(marking.assistant), marking.site.browser(marking.teacher)
    mark(browser, marking.at(1), 0)
    teacher.submit(f"{marking.question}/publish", shown="yes")
    mark(browser, marking.at(2), 1)  # marked, not published
    teacher.submit(f"{marking.question}/apply", reason=" ")
    assert every(marking, Override) == []
    for _ in range(2):
        teacher.submit(f"{marking.question}/apply", reason="Marked by hand")
    (row,) = every(marking, Override)
    assert (row.submission_id, row.check_name, row.points, row.reason) == (first.id, QUESTION, 0.4, "Marked by hand")
    assert (score(marking, first), score(marking, second)) == (4.4, 5.0)
    assert [entry.actor_id for entry in every(marking, AuditEntry) if entry.action == "override.set"] == [
        marking.teacher.id
    ]


def test_an_assistant_marks_and_publishes_nothing(marking):
    marking.answer("words")
    assistant = marking.site.browser(marking.assistant)
    mark(assistant, marking.at(1), 0)
    page = marking.page(marking.question, assistant)
    assert "/publish" not in page
    for part in ("publish", "apply"):
        assert assistant.submit(f"{marking.question}/{part}", reason="x", shown="yes").status_code == 403
    assert every(marking, Mark)[0].published_at is None


def test_a_check_without_a_rubric_and_an_answer_to_something_else_are_not_found(marking):
    marking.answer("words")
    browser = marking.site.browser(marking.assistant)
    other = marking.site.assignment(marking.course, "second-derivative")
    for end in ("1/twice", "1/none", "1/explanation/99", f"{other.id}/explanation/1"):
        assert browser.get(f"/courses/ad/answers/{end}").status_code == 404, end


def test_everything_works_in_chinese(marking):
    marking.answer("因为计算图被释放")
    browser = marking.site.browser(marking.assistant)
    page = marking.page(marking.at(1), browser, **{"Accept-Language": "zh"})
    assert "评分细则" in page
    assert "第一次反向传播会释放计算图保存的张量" in page
