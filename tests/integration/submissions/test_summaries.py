"""The summaries of a class agree with a count of its submissions, whatever happens to them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from submissions.db import Database
from submissions.models.base import Base
from submissions.models.courses import Extension
from submissions.models.summaries import StudentCheck, StudentMistake, StudentTally, Tally
from submissions.models.work import Grading
from submissions.store import courses, queue, results, summaries
from tests.support.databases import empty
from tests.support.queue_world import check, in_days, report, world

CODES = (None, "graph-rebuilt", "no-gradient")
VERDICTS = ("passed", "failed", "crashed", "timed_out", "skipped", "broken")


@pytest.fixture
def course(database):
    return world(database)


@pytest.fixture
def sqlite(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'service.db'}")
    event.listen(made.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    Base.metadata.create_all(made.engine)
    yield made
    made.dispose()


def wrong(name="value", code="graph-rebuilt", verdict="failed"):
    return check(name, verdict).__class__(**{**vars(check(name, verdict)), "diagnosis": code})


def tallies(db, assignment, subject):
    """The buckets of a subject that are not empty."""
    with db.read() as session:
        rows = session.scalars(select(Tally).filter_by(assignment_id=assignment.id, subject=subject))
        return {row.bucket: row.count for row in rows if row.count}


def mistakes(db, **facts):
    with db.read() as session:
        return session.scalars(select(StudentMistake).filter_by(**facts)).all()


# ------------------------------------------------------------------------------------------- on both databases


def test_a_result_moves_the_counters_of_its_class(course):
    assignment, ann, bob = course.assignment(), course.student(), course.student()
    course.graded(ann, assignment, wrong(), check("shape", max_points=6.0))
    course.graded(ann, assignment, check(), check("shape", max_points=6.0))
    course.graded(bob, assignment, wrong(), wrong("shape", "wrong-shape"))

    def read(subject):
        return tallies(course.db, assignment, subject)

    assert read("submitted") == {"students": 2}
    assert read("passing") == read("full") == {"students": 1}
    assert read("score") == {"10": 1, "0": 1}
    assert read("attempts_to_full") == {"2": 1}
    assert sum(read("activity").values()) == 3
    assert read("check_first:value") == {"failed": 2}
    assert read("check_latest:value") == {"failed": 1, "passed": 1}
    assert read("mistake:value:graph-rebuilt") == {"students": 2, "open": 1}
    assert summaries.differences(course.db, assignment.id) == []


def test_what_still_waits_counts_nowhere(course):
    assignment = course.assignment()
    course.hand_in(course.student(), assignment)

    assert tallies(course.db, assignment, "submitted") == {}
    assert summaries.differences(course.db, assignment.id) == []


def test_a_mistake_is_overcome_by_passing_the_check_and_open_again_when_it_comes_back(course):
    assignment, ann = course.assignment(), course.student()
    tries = [course.graded(ann, assignment, one) for one in (wrong(), wrong(code="no-gradient"), wrong(), check())]
    (row,) = mistakes(course.db, code="graph-rebuilt")
    assert (row.first_submission_id, row.last_submission_id, row.times) == (tries[0].id, tries[2].id, 2)
    assert (row.streak, row.overcome_at, row.overcome_after) == (0, tries[3].submitted_at, 3)

    course.graded(ann, assignment, wrong())
    (row,) = mistakes(course.db, code="graph-rebuilt")
    assert (row.times, row.streak, row.overcome_at) == (3, 1, None)


def test_a_published_regrade_and_an_override_move_the_counters_too(course):
    assignment, ann = course.assignment(), course.student()
    submission = course.graded(ann, assignment, wrong())
    regrade = queue.add_regrade(course.db, submission.id, course.instructor.id)
    queue.finish(course.db, queue.claim(course.db, "w"), report(check()))
    assert tallies(course.db, assignment, "full") == {}
    results.publish_regrade(course.db, regrade.id, course.instructor.id)
    assert tallies(course.db, assignment, "full") == {"students": 1}
    assert tallies(course.db, assignment, "mistake:value:graph-rebuilt") == {}
    results.override(course.db, submission.id, course.instructor.id, 0.0, "copied")
    assert tallies(course.db, assignment, "score") == {"0": 1}
    assert summaries.differences(course.db, assignment.id) == []


def test_a_rebuild_makes_good_whatever_was_lost_and_counts_nothing_twice(course):
    assignment, other = course.assignment(), course.assignment()
    for _ in range(3):
        user = course.student()
        course.graded(user, assignment, wrong())
        course.graded(user, other, check())
    with course.db.write() as session:
        session.execute(Tally.__table__.update().values(count=7))
        session.execute(StudentCheck.__table__.delete())
    assert summaries.differences(course.db, assignment.id)

    for one in (assignment, other, assignment):
        summaries.rebuild(course.db, one.id)
    assert summaries.differences(course.db, assignment.id) == summaries.differences(course.db, other.id) == []


def test_classes_from_before_there_were_summaries_are_counted_once(course):
    assignment = course.assignment()
    course.graded(course.student(), assignment, check())
    with course.db.write() as session:
        for table in (Tally, StudentTally, StudentCheck, StudentMistake):
            session.execute(table.__table__.delete())

    assert (summaries.rebuild_missing(course.db), summaries.rebuild_missing(course.db)) == (1, 0)
    assert tallies(course.db, assignment, "full") == {"students": 1}


def test_what_differs_is_told_and_put_right(course):
    assignment, other = course.assignment(), course.assignment()
    for one in (assignment, other):
        course.graded(course.student(), one, check())
    with course.db.write() as session:
        session.execute(Tally.__table__.update().values(count=7).where(Tally.assignment_id == assignment.id))

    assert list(summaries.mend(course.db)) == [assignment.id]
    assert summaries.mend(course.db) == {}


def test_a_score_that_is_rolled_back_moves_nothing(course):
    assignment, ann = course.assignment(), course.student()
    submission = course.graded(ann, assignment, check())

    def taken_back():
        with course.db.write() as session:
            row = results.lock_submission(session, submission.id)
            row.published_grading_id = None
            results.rescore(session, row, None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        taken_back()
    assert tallies(course.db, assignment, "full") == {"students": 1}
    assert summaries.differences(course.db, assignment.id) == []


def test_many_students_scored_at_once_wait_for_each_other_and_lose_nothing(course):
    """Each transaction scores two students, who move other counters, in either order; the class is rebuilt beside."""
    assignment = course.assignment()
    groups = [[course.graded(course.student(), assignment, wrong()).id for _ in range(2)] for _ in range(3)]
    low, high = {group[0] for group in groups}, (4.0, 3.0)

    def score(group):
        for turn in range(8):
            with course.db.write() as session:
                for submission_id in group:
                    row = results.lock_submission(session, submission_id)
                    row.score, row.max_score = (0.0, 1.0)[turn % 2] if row.id in low else high[turn % 2], 4.0
                    session.flush()
                    results.recount(session, assignment.id, row.user_id)

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(score, group) for group in (groups[0], groups[1][::-1], groups[2])]
        waiting += [pool.submit(summaries.rebuild, course.db, assignment.id) for _ in range(3)]
        for one in waiting:
            one.result()

    assert summaries.differences(course.db, assignment.id) == []
    assert tallies(course.db, assignment, "score") == {"2": 3, "7": 3}


# ------------------------------------------------------------------------------------------- whatever happens

CHECKS = st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(CODES)), min_size=2, max_size=2)
STEPS = st.one_of(
    st.tuples(st.just("graded"), st.integers(0, 2), CHECKS),
    st.tuples(st.just("hand_in"), st.integers(0, 2)),
    st.tuples(st.just("grade"), CHECKS, st.sampled_from(["graded", "rejected", "broken_pack", "internal_error"])),
    st.tuples(st.just("override"), st.integers(0, 9), st.sampled_from(["", "a"]), st.floats(0, 8)),
    st.tuples(st.just("regrade"), st.integers(0, 9)),
    st.tuples(st.just("publish"), st.integers(0, 9)),
    st.tuples(st.just("dates"), st.integers(-3, 1)),
    st.tuples(st.just("extend"), st.integers(0, 2), st.integers(-3, 1)),
)


class Happenings:
    """Steps of anything that moves a score, in a class of three."""

    def __init__(self, db):
        self.world = world(db)
        self.db = db
        self.assignment = self.world.assignment(late_policy="deduct", late_percent=20.0)
        self.people = [self.world.student() for _ in range(3)]

    def do(self, kind, *facts):
        getattr(self, kind)(*facts)

    def graded(self, who, checks):
        self.hand_in(who)
        self.grade(checks, "graded")

    def hand_in(self, who):
        waiting = sum(row.state == "queued" for row in self.world.submissions())
        if waiting < 2:
            self.world.hand_in(self.people[who], self.assignment)

    def grade(self, checks, status):
        claim = queue.claim(self.db, "w")
        if claim is not None:
            found = [wrong(name, code, verdict) for name, (verdict, code) in zip("ab", checks, strict=True)]
            if any(one.verdict == "passed" for one in found):
                found = [check(one.name) if one.verdict == "passed" else one for one in found]
            queue.finish(self.db, claim, report(*found if status == "graded" else (), status=status, fault="x"))

    def override(self, which, name, points):
        rows = [row for row in self.world.submissions() if row.state not in ("queued", "running")]
        if rows:
            results.override(self.db, rows[which % len(rows)].id, self.world.instructor.id, points, "r", name)

    def regrade(self, which):
        rows = [row for row in self.world.submissions() if row.state == "graded"]
        if rows:
            queue.add_regrade(self.db, rows[which % len(rows)].id, self.world.instructor.id)

    def publish(self, which):
        rows = [row for row in self.world.all(Grading) if row.state == "done" and row.status == "graded"]
        if rows:
            results.publish_regrade(self.db, rows[which % len(rows)].id, self.world.instructor.id)

    def dates(self, days):
        courses.change_assignment(
            self.db, self.assignment.id, None, due_at=in_days(days), late_until=in_days(9), late_policy="deduct"
        )
        results.reapply_rules(self.db, self.assignment.id)

    def extend(self, who, days):
        given = {"user_id": self.people[who].id, "due_at": in_days(days), "extra_attempts": 0, "reason": "ill"}
        granted_by, assignment_id = self.world.instructor.id, self.assignment.id
        courses.grant_extension(self.db, Extension(granted_by=granted_by, assignment_id=assignment_id, **given))


@settings(
    max_examples=30,
    deadline=None,
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # what fails is short as it is, and to make it shorter is slow
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=4, max_size=10))
def test_counters_kept_by_difference_are_what_a_recount_says(sqlite, steps):
    empty(sqlite)
    story = Happenings(sqlite)
    for step in steps:
        story.do(*step)
        assert summaries.differences(sqlite, story.assignment.id) == [], step
