"""The web application on a private SQLite file, people and courses in it, and a client that behaves like a browser."""

import atexit
import re
import secrets
import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from functools import cache

from submissions import create_app
from submissions.auth.passwords import Passwords
from submissions.db import Database
from submissions.live import Live
from submissions.models.base import Base, utc_now
from submissions.models.courses import Assignment, Course
from submissions.models.work import Grading, Source, Standing, Submission
from submissions.service import Packs, Service
from submissions.settings import read_service_settings
from submissions.store import accounts, courses

PASSWORD = "correct horse battery"
# Nothing listens there: what only hurries things along must not be needed.
NO_BROKER = "unix:///nonexistent/broker.sock"


def quick_passwords():
    """The real hasher at a price that a thousand tests can pay."""
    return Passwords(passes=1, kibibytes=8, lanes=1)


def settings_in(folder, **changes):
    """Settings of the embedded profile with everything in `folder`."""
    environment = {"SUBMISSIONS_DATA": str(folder / "data"), "SUBMISSIONS_BROKER_URL": NO_BROKER}
    return replace(read_service_settings(environment), **changes)


@cache
def packed_files():
    """A folder for the compressed copies of the static files, made once for all sites of a process."""
    folder = tempfile.mkdtemp(prefix="static-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_site(folder, packs=(), **changes):
    """A `Site` with empty tables. packs: folders of exercises."""
    settings = settings_in(folder, **changes)
    (settings.data / "static").symlink_to(packed_files())
    db = Database(settings.database_url)
    Base.metadata.create_all(db.engine)
    rings = []
    service = Service(settings, db, Live(settings.broker_url), Packs(packs), lambda: rings.append(1))
    app = create_app(service=service)
    app.extensions["passwords"] = quick_passwords()
    return Site(app, service, rings)


class Site:
    """One installation: builders of what is in it, and clients."""

    def __init__(self, app, service, rings):
        self.app, self.service, self.rings = app, service, rings
        self.db = service.db
        self._hash = quick_passwords().hash(PASSWORD)

    def close(self):
        self.db.dispose()

    # ------------------------------------------------------------------------------------------ builders

    def person(self, login, name=None, *, admin=False, **facts):
        """An account with PASSWORD."""
        facts = {"password_hash": self._hash} | facts
        return accounts.create_user(self.db, accounts.NewUser(login, name or login.title(), is_admin=admin, **facts))

    def course(self, slug="autodiff", **facts):
        facts = {"title_en": f"Course {slug}", "title_zh": f"课程 {slug}", "code": courses.new_code()} | facts
        return courses.create_course(self.db, Course(slug=slug, **facts))

    def member(self, login, course, role="student", **facts):
        """A new account with a role in a course."""
        user = self.person(login, **facts)
        accounts.enrol(self.db, course.id, user.id, role)
        return user

    def assignment(self, course, pack_id="plot-sin", **facts):
        return courses.add_assignment(self.db, Assignment(course_id=course.id, pack_id=pack_id, **facts))

    def submission(self, user, assignment, content=b"x = 1\n", **facts):
        """A submission as rows, queued unless `state` says otherwise, without the engine or the queue's rules."""
        facts = {"kind": "python", "name": "answer.py", "size": len(content), "sha256": "0" * 64} | facts
        with self.db.write() as session:
            standing = session.get(Standing, (assignment.id, user.id))
            if standing is None:
                standing = Standing(assignment_id=assignment.id, user_id=user.id, submitted=0, attempts=0)
                session.add(standing)
            standing.submitted += 1
            made = Submission(
                public_id=secrets.token_urlsafe(12), assignment_id=assignment.id, user_id=user.id,
                attempt=standing.submitted, **facts,
            )  # fmt: skip
            session.add(made)
            session.flush()
            session.add(Source(submission_id=made.id, content=content))
            state = "queued" if made.state in ("queued", "running") else "done"
            session.add(
                Grading(submission_id=made.id, user_id=user.id, seed=1, pack_id=assignment.pack_id, state=state)
            )
        return made

    def invitation(self, course, role="student", by=None, **facts):
        """The token of a new invitation."""
        by = by or self.person(f"inviter-{secrets.token_hex(4)}")
        return accounts.invite(self.db, course.id, role, by.id, **facts)[1]

    # ------------------------------------------------------------------------------------------- clients

    def browser(self, user=None, **headers):
        """A client with cookies of its own, signed in as `user`."""
        client = Browser(self.app, headers)
        if user is not None:
            answer = client.submit("/sign-in", login=user.login, password=PASSWORD)
            assert answer.status_code == 303, answer.get_data(as_text=True)
        return client


class Browser:
    """Keeps cookies, and sends the CSRF token of the page that it saw last, as a browser does with a form."""

    def __init__(self, app, headers=None):
        self.client = app.test_client()
        self.headers = dict(headers or {})

    def get(self, path, **facts):
        facts["headers"] = self.headers | facts.get("headers", {})
        return self.client.get(path, **facts)

    def token(self, page="/sign-up"):
        """A CSRF token that is valid for this browser's session."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get(page).get_data(as_text=True))
        assert found, f"{page} gives no token"
        return found[1]

    def submit(self, path, headers=None, **fields):
        """Send a form with the token of this session. Files are tuples as Werkzeug's client takes them."""
        sent = {"csrf_token": self.token()} | fields
        return self.client.post(path, data=sent, headers=self.headers | (headers or {}))

    def send(self, method, path, **facts):
        """Any request, with the token in the header as the pages' script does."""
        facts["headers"] = self.headers | {"X-CSRFToken": self.token()} | facts.get("headers", {})
        return self.client.open(path, method=method, **facts)


def later(**parts):
    """A moment in the future."""
    return utc_now() + timedelta(**parts)
