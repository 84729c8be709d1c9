"""The one door: what it refuses before anything is written, what it writes once, and when it rings."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from grader.limits import SUBMISSION_BYTES
from grader.settings import installed_exercises
from submissions import intake
from submissions.models.work import Source, WrittenAnswer
from submissions.service import Packs
from submissions.store.submitting import Refused
from tests.support.queue_world import in_days, world

NOTEBOOK = b'{"cells": [{"cell_type": "code", "source": ["x = 1"]}], "nbformat": 4}'


class Door:
    """The parts that intake needs: a real database and real packs, and a bell that notes what was committed by then."""

    def __init__(self, db):
        self.db = db
        self.packs = Packs(installed_exercises())
        self.rung = []

    def ring(self):
        with self.db.read() as session:
            self.rung.append(session.query(Source).count())


@pytest.fixture
def door(database):
    return Door(database)


@pytest.fixture
def course(database):
    made = world(database)
    student = made.student()
    return SimpleNamespace(world=made, student=student, row=made.course)


def assignment(course, pack_id="backward-twice", **rules):
    made = course.world.assignment(**rules)
    with course.world.db.write() as session:
        made.pack_id = pack_id
        session.add(made)
    return made


def code_of(refusal):
    return refusal.value.code


def test_what_was_handed_in_is_kept_as_it_came_and_then_the_bell_rings(door, course):
    content = "\ufeffx = '中文'\r\n".encode()
    made = intake.submit(door, course.student, assignment(course), content, "C:\\home\\答案.py")
    with door.db.read() as session:
        assert session.get_one(Source, made.id).content == content
    assert (made.name, made.kind, made.attempt, made.state) == ("答案.py", "py", 1, "queued")
    assert door.rung == [1], "one bell, after the commit"


def test_a_notebook_is_known_by_what_it_is(door, course):
    assert intake.submit(door, course.student, assignment(course), NOTEBOOK, "saved.py").kind == "ipynb"


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b"x" * (SUBMISSION_BYTES + 1), "a.py", "1000"),
        (b"x = 1\0", "a.py", "5"),
        (b"\xff\xfa\xfb", "a.py", "0"),
        (b"{}", "a.ipynb", "notebook"),
    ],
)
def test_what_can_t_be_graded_is_refused_with_its_sentence_and_costs_nothing(door, course, content, name, part):
    with pytest.raises(Refused) as refusal:
        intake.submit(door, course.student, assignment(course), content, name)
    assert code_of(refusal) == "rejected"
    assert part in refusal.value.detail["sentence"]["en"]
    assert set(refusal.value.detail["sentence"]) == {"en", "zh"}
    assert (course.world.submissions(), course.world.gradings(), door.rung) == ([], [], [])


def test_no_more_than_the_cap_is_ever_looked_at(door, course, monkeypatch):
    seen = []
    read = intake.submission_from_bytes
    monkeypatch.setattr(
        intake, "submission_from_bytes", lambda content, name: seen.append(content) or read(content, name)
    )
    with pytest.raises(Refused):
        intake.submit(door, course.student, assignment(course), b"x" * (5 * SUBMISSION_BYTES), "a.py")
    assert [len(content) for content in seen] == [SUBMISSION_BYTES + 1]


def test_a_rule_of_the_assignment_refuses_and_no_bell_rings(door, course):
    with pytest.raises(Refused) as refusal:
        intake.submit(door, course.student, assignment(course, due_at=in_days(-1)), b"x = 1", "a.py")
    assert (code_of(refusal), door.rung) == ("closed", [])


def test_a_repeated_request_is_one_submission(door, course):
    wanted = assignment(course, attempt_limit=1)
    first = intake.submit(door, course.student, wanted, b"x = 1", "a.py", request_key="k")
    again = intake.submit(door, course.student, wanted, b"x = 2", "b.py", request_key="k")
    assert first.id == again.id
    assert len(course.world.submissions()) == 1


def test_the_same_request_many_times_at_once_is_one_submission(door, course):
    wanted = assignment(course, attempt_limit=1)
    start = threading.Barrier(8)

    def hand_in(_):
        start.wait()
        return intake.submit(door, course.student, wanted, b"x = 1", "a.py", request_key="k").id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(hand_in, range(8)))) == 1
    assert len(course.world.submissions()) == 1


def test_a_key_is_bound_to_its_assignment_and_to_its_student(door, course):
    first, second = assignment(course), assignment(course)
    made = intake.submit(door, course.student, first, b"x = 1", "a.py", request_key="k")
    with pytest.raises(Refused) as refusal:
        intake.submit(door, course.student, second, b"x = 1", "a.py", request_key="k")
    assert code_of(refusal) == "request_key_used"
    other = intake.submit(door, course.world.student(), second, b"x = 1", "a.py", request_key="k")
    assert other.id != made.id


@pytest.mark.parametrize("key", ["k" * 500, "钥匙", "a\nb", "\ud800"])
def test_any_text_is_a_key(door, course, key):
    wanted = assignment(course)
    made = [intake.submit(door, course.student, wanted, b"x = 1", "a.py", request_key=key) for _ in range(2)]
    assert made[0].id == made[1].id


def test_answers_to_the_questions_of_the_exercise_are_kept_and_no_others(door, course):
    answers = {"explanation": " The tensors are freed.\n", "zeroed_between": "not asked", "nonsense": "x"}
    made = intake.submit(door, course.student, assignment(course), b"x = 1", "a.py", answers)
    kept = {(answer.submission_id, answer.check_name): answer.text for answer in course.world.all(WrittenAnswer)}
    assert kept == {(made.id, "explanation"): answers["explanation"]}


def test_characters_that_no_database_takes_are_left_out(door, course):
    intake.submit(door, course.student, assignment(course), b"x = 1", "a.py", {"explanation": "ein\0 Wort\ud800"})
    assert [answer.text for answer in course.world.all(WrittenAnswer)] == ["ein Wort?"]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"explanation": "x" * (intake.ANSWER_CHARACTERS + 1)}, "answer_too_long"),
        ({str(number): "x" for number in range(intake.MOST_ANSWERS + 1)}, "too_many_answers"),
    ],
)
def test_too_much_text_is_refused(door, course, answers, code):
    with pytest.raises(Refused) as refusal:
        intake.submit(door, course.student, assignment(course), b"x = 1", "a.py", answers)
    assert code_of(refusal) == code
    assert course.world.submissions() == []


def test_a_pack_that_is_not_in_order_loses_no_submission(door, course):
    made = intake.submit(door, course.student, assignment(course, "gone"), b"x = 1", "a.py", {"explanation": "kept"})
    assert made.state == "queued"
    assert [answer.text for answer in course.world.all(WrittenAnswer)] == ["kept"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.py", "agpj.py"),
        ("a\x1b[31m.py", "a[31m.py"),
        ("", "submission.py"),
        ("/", "submission.py"),
        ("n" * 400 + ".ipynb", "n" * (intake.NAME_CHARACTERS - 6) + ".ipynb"),
    ],
)
def test_a_file_s_name_is_made_fit_to_be_shown(given, kept):
    assert intake.clean_name(given) == kept


# ------------------------------------------------------------------------------------------------- tracks


def track(course):
    """Three assignments of a track, the second closed; one removed; one of no track."""
    names = ("second-derivative", "backward-twice", "plot-sin")
    rules = ({}, {"due_at": in_days(-1)}, {})
    made = [
        assignment(course, name, track="autodiff", position=9 - place, **rules[place])
        for place, name in enumerate(names)
    ]
    assignment(course, track="autodiff", removed_at=in_days(-1))
    assignment(course)
    return made


def test_one_file_is_handed_in_for_every_open_assignment_of_its_track(door, course):
    first, closed, last = track(course)
    batch = intake.submit_track(door, course.student, course.row, "autodiff", b"x = 1", "all.py")
    assert [made.assignment_id for made in batch.submissions] == [last.id, first.id], "in the order of the course"
    assert {made.batch for made in batch.submissions} == {batch.id} == {str(batch)}
    assert {place: refused.code for place, refused in batch.refused.items()} == {closed.id: "closed"}
    assert len(door.rung) == 2


def test_a_repeated_track_is_one_batch(door, course):
    track(course)
    batches = [
        intake.submit_track(door, course.student, course.row, "autodiff", b"x = 1", "all.py", "key") for _ in range(2)
    ]
    assert batches[0].id == batches[1].id
    assert len(course.world.submissions()) == 2


def test_a_track_of_which_nothing_is_taken_is_refused(door, course):
    closed = assignment(course, track="late", due_at=in_days(-1))
    with pytest.raises(Refused) as refusal:
        intake.submit_track(door, course.student, course.row, "late", b"x = 1", "all.py")
    assert code_of(refusal) == "nothing_taken"
    assert set(refusal.value.detail["refused"]) == {closed.id}
    with pytest.raises(Refused):
        intake.submit_track(door, course.student, course.row, "no such track", b"x = 1", "all.py")
    assert door.rung == []
