"""A course with a question that people mark, students who have answered it, and the browsers of those who mark."""

import pytest

from submissions import intake
from submissions.store import queue
from tests.support.portal_site import EXERCISES, PACK, Portal
from tests.support.queue_world import check, report
from tests.support.web import make_site

QUESTION = "explanation"


class Marking(Portal):
    """The portal's site; `answer` hands in an answer, graded, and `address` names the question's pages."""

    def __init__(self, site):
        super().__init__(site)
        self.assistant = site.member("ana", self.course, "assistant", name="Ana Assistant")
        self.second = site.member("ben", self.course, "assistant", name="Ben Second")
        self.teacher = site.member("elena", self.course, "instructor", name="Elena Teacher")
        self.question = f"/courses/{self.course.slug}/answers/{self.assignment.id}/{QUESTION}"

    def classmate(self, name):
        return self.site.member(name.lower().replace(" ", "-"), self.course, name=name)

    def answer(self, words, user=None, *checks):
        """A graded submission with a written answer; the answer's own check has a point."""
        given = (self.site.service, user or self.student, self.assignment, b"x = 1\n", "answer.py")
        submission = intake.submit(*given, answers={QUESTION: words})
        claim = queue.claim(self.db, "worker")
        results = checks or (check("twice"), check(QUESTION, max_points=1.0))
        assert queue.finish(self.db, claim, report(*results))
        assert claim.submission_id == submission.id
        return submission

    def at(self, answer_id):
        return f"{self.question}/{answer_id}"


@pytest.fixture
def marking(tmp_path):
    site = make_site(tmp_path, packs=(EXERCISES,))
    yield Marking(site)
    site.close()


__all__ = ["PACK", "QUESTION", "Marking", "marking"]
