"""Two courses with everyone in them whose access differs, put back to the start before each request that may write.

To add routes: a line each in tests/integration/submissions/web/access.txt, and below the value of any argument that is
new. Nothing else: the tests find the routes by themselves.
"""

import re
import shutil
from pathlib import Path

from submissions.models.work import WrittenAnswer
from submissions.store import login_sessions, records, regrades, roster
from tests.support.web import Browser, make_site

ROLES = ("anonymous", "student", "classmate", "outsider", "assistant", "instructor", "foreigner", "admin")
TABLE = Path(__file__).parents[1] / "integration/submissions/web/access.txt"
WRITING = ("POST", "PUT", "PATCH", "DELETE")
ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
EXERCISES = Path(__file__).parents[2] / "exercises"


def table():
    """The lines of the table: (method, route, {role: outcome})."""
    lines = [line.split() for line in TABLE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    assert lines[0] == ["method", "route", *ROLES]
    return [(method, route, dict(zip(ROLES, outcomes, strict=True))) for method, route, *outcomes in lines[1:]]


class AccessWorld:
    """The site with its courses, and `ask`: one real request in a role."""

    def __init__(self, folder):
        self.site = make_site(folder, packs=[EXERCISES])
        self._fill()
        self._file = Path(self.site.db.url.database)
        self._kept = folder / "kept.db"
        self.site.db.dispose()  # the last connection puts everything into the one file
        shutil.copy(self._file, self._kept)

    def _fill(self):
        site = self.site
        ours, theirs = site.course("autodiff"), site.course("elsewhere")
        self.people = {
            "student": site.member("student", ours),
            "classmate": site.member("classmate", ours),
            "outsider": site.member("outsider", theirs),
            "assistant": site.member("assistant", ours, "assistant"),
            "instructor": site.member("instructor", ours, "instructor"),
            "foreigner": site.member("foreigner", theirs, "instructor"),
            "admin": site.person("admin", admin=True),
        }
        assignment = site.assignment(ours, "backward-twice", track="autodiff")
        student = self.people["student"]
        first = site.submission(student, assignment, batch="first-batch")
        second = site.submission(student, assignment)
        with site.db.write() as session:
            answer = WrittenAnswer(submission_id=first.id, check_name="explanation", text="words")
            session.add(answer)
        self.cookies = {
            role: login_sessions.open_session(site.db, user.id, "127.0.0.1", "tests")
            for role, user in self.people.items()
        }
        self.arguments = {
            "slug": ours.slug,
            "track": "autodiff",
            "form": "plain",
            "assignment_id": assignment.id,
            "public_id": first.public_id,
            "other": second.public_id,
            "batch": "first-batch",
            "user_id": student.id,
            "token": site.invitation(ours, by=self.people["instructor"]),
            "account_token": roster.new_account_link(
                site.db, ours.id, site.member("newcomer", ours, password_hash=None).id, self.people["instructor"].id
            )[1],
            "session_id": login_sessions.sessions_of(site.db, student.id)[0].id,
            "check": "explanation",
            "answer_id": answer.id,
            "run_id": regrades.start(site.db, regrades.Selection(assignment.id, "latest"), student.id, "tests").id,
            "table": "workers",
            "alert_id": self._alert(first),
            "export": "checks",
            "graded_check": "zeroed_between",
            "mistake": "raised",
            "request_id": records.request_regrade(site.db, first.id, student.id, "tests").id,
        }

    def _alert(self, submission):
        with self.site.db.write() as session:
            alert = records.alert(session, submission.id, "system_error", None, "tests")
            session.flush()
        return alert.id

    def close(self):
        self.site.close()

    def reset(self):
        """The database as it was."""
        self.site.db.dispose()
        for left in self._file.parent.glob(f"{self._file.name}-*"):
            left.unlink()
        shutil.copy(self._kept, self._file)

    def browser(self, role):
        browser = Browser(self.site.app)
        if role in self.cookies:
            browser.client.set_cookie("login", self.cookies[role], httponly=True)
        return browser

    def ask(self, method, route, role):
        """The outcome in the words of the table, and the answer."""
        path = ARGUMENT.sub(lambda found: str(self.arguments[found[1]]), route)
        browser = self.browser(role)
        if method in WRITING:
            self.reset()
            answer = browser.send(method, path)
        else:
            answer = browser.get(path)
        answer.close()
        return outcome(answer)


def outcome(answer):
    """An answer in the words of the table."""
    if answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in"):
        return "sign-in"
    if answer.status_code in (401, 403, 404, 405) or answer.status_code >= 500:
        return str(answer.status_code)
    return "ok"


def routes(app):
    """Every (method, route) that the application answers by a view of its own."""
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}
