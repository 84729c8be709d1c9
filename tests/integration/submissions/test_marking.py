"""Marks of written answers in both databases: several people at once, and what an answer's place in the queue is."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from submissions.models.courses import Extension
from submissions.models.marking import Mark
from submissions.models.records import AuditEntry, Override
from submissions.store import marking, marking_queue, queue, reopening
from submissions.store.marking import NewMark
from submissions.store.marking_queue import Progress
from submissions.store.refused import Refused
from tests.support.queue_world import check, report, world

QUESTION = "explanation"
ITEM = {"share": 0.5, "en": "a", "zh": "甲", "given": True}


@pytest.fixture
def course(database):
    return world(database)


def answered(course, assignment, words, student=None):
    submission = course.hand_in(student or course.student(), assignment, answers={QUESTION: words})
    claim = queue.claim(course.db, "worker")
    assert queue.finish(course.db, claim, report(check("value"), check(QUESTION, max_points=2.0)))
    return submission


def rows(course, model, key):
    with course.db.read() as session:
        return session.query(model).order_by(key).all()


def test_markers_who_ask_at_once_are_given_different_answers(course):
    assignment = course.assignment()
    for number in range(4):
        answered(course, assignment, f"answer {number}")
    markers = [course.student().id for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda who: marking_queue.take_next(course.db, assignment.id, QUESTION, who), markers))
    assert len(set(taken)) == 4
    assert None not in taken
    assert marking_queue.take_next(course.db, assignment.id, QUESTION, course.instructor.id) is None


def test_of_many_who_mark_an_answer_at_once_one_is_first_and_the_others_are_told(course):
    assignment = course.assignment()
    answered(course, assignment, "words")
    (entry,) = marking_queue.entries(course.db, assignment.id, QUESTION, course.instructor.id)

    def save(number):
        try:
            new = NewMark(entry.answer_id, course.instructor.id, 0, [ITEM], 0.0, f"comment {number}")
            return marking.save(course.db, new).comment
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(save, range(8)))
    assert outcomes.count("mark_changed") == 7
    (mark,) = rows(course, Mark, Mark.answer_id)
    assert mark.comment in outcomes
    assert (mark.version, mark.share) == (1, 0.5)


def test_an_answer_opened_and_taken_at_once_has_one_claim(course):
    assignment = course.assignment()
    answered(course, assignment, "words")
    (entry,) = marking_queue.entries(course.db, assignment.id, QUESTION, course.instructor.id)
    people = [course.student().id for _ in range(8)]

    def open_or_take(number):
        if number % 2:
            return marking_queue.take_next(course.db, assignment.id, QUESTION, people[number])
        return marking_queue.hold(course.db, entry.answer_id, people[number])

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(open_or_take, range(8)))
    assert taken.count(entry.answer_id) <= 1


def test_the_list_has_progress_and_neighbours_and_each_student_once(course):
    assignment, again = course.assignment(), course.student()
    answered(course, assignment, "first try", again)
    answered(course, assignment, "second try", again)  # as good: the first still counts
    for words in ("b", "c"):
        answered(course, assignment, words)
    ids = [one.answer_id for one in marking_queue.entries(course.db, assignment.id, QUESTION, course.instructor.id)]
    assert len(ids) == 3
    marking.save(course.db, NewMark(ids[1], course.instructor.id, 0, [ITEM]))
    assert marking.publish(course.db, assignment.id, QUESTION, course.instructor.id) == 1
    page = marking_queue.page(course.db, assignment.id, QUESTION, ids[1], course.instructor.id)
    assert (page.before, page.after, page.place) == (ids[0], ids[2], 2)
    assert page.progress == Progress(answers=3, marked=1, published=1)
    assert marking_queue.page(course.db, assignment.id, "other", ids[1], course.instructor.id) is None


def test_an_applied_mark_is_an_override_and_a_second_time_changes_nothing(course):
    assignment = course.assignment()
    submission = answered(course, assignment, "words")
    (entry,) = marking_queue.entries(course.db, assignment.id, QUESTION, course.instructor.id)
    marking.save(course.db, NewMark(entry.answer_id, course.instructor.id, 0, [ITEM]))
    nothing = marking.apply(course.db, assignment.id, QUESTION, course.instructor.id, "by hand")
    assert nothing == marking.Applied()
    marking.publish(course.db, assignment.id, QUESTION, course.instructor.id)
    late = marking.apply(course.db, assignment.id, QUESTION, course.instructor.id, "by hand", seconds=-1.0)
    assert late == marking.Applied(remaining=1)
    first = marking.apply(course.db, assignment.id, QUESTION, course.instructor.id, "by hand")
    second = marking.apply(course.db, assignment.id, QUESTION, course.instructor.id, "by hand")
    assert (first.changed, second.changed, second.unchanged) == (1, 0, 1)
    assert course.again(submission).score == 5.0
    assert [row.points for row in rows(course, Override, Override.id)] == [1.0]


def test_two_who_reopen_at_once_both_count(course):
    assignment, student = course.assignment(attempt_limit=1), course.student()
    answered(course, assignment, "words", student)

    def reopen(_number):
        reopening.reopen(
            course.db, assignment.id, student.id, course.instructor.id, attempts=1, due_at=None, reason="network"
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(reopen, range(4)))
    assert [row.extra_attempts for row in rows(course, Extension, Extension.id)] == [4]
    assert len([row for row in rows(course, AuditEntry, AuditEntry.id) if row.action == "extension.grant"]) == 4
