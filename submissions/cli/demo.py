"""`submissions demo`: makes the demo course, shows who can sign in; and the tour that `submissions up --demo` gives."""

from __future__ import annotations

from collections.abc import Callable

import click

from grader.cli.usage import LocalCommand, locale_option
from submissions import demo as course
from submissions.cli.texts import ServiceTexts, Voice
from submissions.service import Service, make_service
from submissions.settings import read_service_settings
from submissions.supervisor.parts import address
from submissions.supervisor.preflight import require_folder
from submissions.supervisor.tables import migrate

ROLES = {
    "student": "demo.role_student",
    "assistant": "demo.role_assistant",
    "instructor": "demo.role_instructor",
    None: "demo.role_admin",
}


def command(texts: ServiceTexts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    return LocalCommand("demo", texts, callback=run, help=texts("cli.help_demo"), params=[locale_option(texts)])


def run(locale: str) -> int:
    """Make or find the demo course and print the logins."""
    settings = read_service_settings()
    require_folder(settings.data)
    service = make_service(settings)
    migrate(service.db)
    DemoTour(service, Voice(ServiceTexts(locale))).show_logins()
    return 0


class DemoTour:
    """The demo course of a service, made when this is; what there is to tell of it."""

    def __init__(self, service: Service, voice: Voice) -> None:
        self.service, self.voice = service, voice
        self.demo = course.ensure(service)

    def show_logins(self) -> None:
        """Print who can sign in with which password, and how others join."""
        self.voice("demo.logins", folder=self.service.settings.data / course.LOGINS_FILE)
        for person in course.PEOPLE:
            password = self.demo.passwords.get(person.login) or self.voice.texts("demo.changed")
            role = self.voice.texts(ROLES[person.role])
            self.voice.line(f"    {person.login:<12} {password:<16} {role}")
        if self.demo.course.code:
            self.voice("demo.code", code=self.demo.course.code)

    def grade_sample(self, seconds: float, pause: Callable[[float], None]) -> None:
        """Hand in a sample, wait for its score and print it."""
        submission = course.submit_sample(self.service, self.demo)
        submission = course.wait_for_score(self.service, submission, seconds, pause)
        page = f"{address(self.service.settings)}submissions/{submission.public_id}"
        if submission.score is None or submission.max_score is None:
            self.voice("demo.sample_waits", state=submission.state, page=page)
            return
        score, most = f"{submission.score:g}", f"{submission.max_score:g}"
        self.voice("demo.sample", exercise=self._title(), score=score, most=most, page=page)

    def _title(self) -> str:
        return str(self.service.packs.get(course.SAMPLE_PACK).title[self.voice.texts.locale])
