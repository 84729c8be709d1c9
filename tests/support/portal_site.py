"""A site with the real exercises, a student in a course, and submissions graded with any report."""

from pathlib import Path

import pytest

from submissions import intake
from submissions.store import queue
from tests.support.queue_world import report
from tests.support.web import make_site

EXERCISES = Path(__file__).parents[2] / "exercises"
PACK = "backward-twice"


class Portal:
    """A student `browser` with one assignment; `hand_in` and `graded` give submissions as rows."""

    def __init__(self, site):
        self.site, self.db = site, site.db
        self.course = site.course("ad", timezone="Asia/Shanghai")
        self.student = site.member("student", self.course, name="Li Hua")
        self.assignment = site.assignment(self.course, PACK, max_score=10.0)
        self.browser = site.browser(self.student)
        self.address = f"/assignments/{self.assignment.id}"

    def staff(self, role="assistant"):
        return self.site.browser(self.site.member(role, self.course, role))

    def page(self, address=None, browser=None, **headers):
        answer = (browser or self.browser).get(address or self.address, headers=headers)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def hand_in(self, source="x = 1\n", assignment=None, name="answer.py", **others):
        given = (self.site.service, self.student, assignment or self.assignment, source.encode(), name)
        return intake.submit(*given, **others)

    def graded(self, *checks, source="x = 1\n", assignment=None, name="answer.py", **facts):
        """A submission whose grading has ended with these checks."""
        submission = self.hand_in(source, assignment, name)
        assert self.finish(*checks, **facts).submission_id == submission.id
        return submission

    def finish(self, *checks, **facts):
        """Grade what waits next with these checks; gives its claim."""
        claim = queue.claim(self.db, "worker")
        assert queue.finish(self.db, claim, report(*checks, **facts))
        return claim


@pytest.fixture
def portal(tmp_path):
    site = make_site(tmp_path, packs=(EXERCISES,))
    yield Portal(site)
    site.close()
