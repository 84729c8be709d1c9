"""`submissions up`: the whole service in the foreground, until Ctrl-C."""

from __future__ import annotations

import time

import click

from grader.cli.usage import LocalCommand, locale_option
from submissions.cli.texts import ServiceTexts, Voice
from submissions.settings import ServiceSettings, read_service_settings

SAMPLE_SECONDS = 60.0


def command(texts: ServiceTexts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    with_demo = click.Option(["--demo"], is_flag=True, help=texts("cli.help_option_demo"))
    return LocalCommand("up", texts, callback=run, help=texts("cli.help_up"), params=[with_demo, locale_option(texts)])


def run(demo: bool, locale: str) -> int:
    """Start, watch, end; 0 when it was asked to end."""
    from submissions.supervisor import parts, preflight
    from submissions.supervisor.supervise import Stopped, Supervisor, stoppable

    began = time.monotonic()
    settings, voice = read_service_settings(), Voice(ServiceTexts(locale))
    preflight.require_folder(settings.data)
    with preflight.only_one(settings, parts.address(settings)):
        preflight.require_port(settings.host, settings.port)
        with stoppable() as came:
            supervisor = Supervisor(settings, voice, came)
            try:
                _start(settings, supervisor, voice, began, demo=demo)
                supervisor.watch()
            except Stopped:
                voice("supervisor.ending")
            finally:
                supervisor.end()
        voice("supervisor.ended")
    return 0


def _start(settings: ServiceSettings, supervisor: object, voice: Voice, began: float, *, demo: bool) -> None:
    from submissions.supervisor import parts, preflight
    from submissions.supervisor.supervise import Supervisor

    assert isinstance(supervisor, Supervisor)
    voice("supervisor.starting", folder=settings.data)
    supervisor.begin()
    from submissions.service import make_service  # the parts that need nothing start while this is read

    service = make_service(settings)
    if preflight.migrate(service.db):
        voice("supervisor.migrated")
    supervisor.go_on()
    shown = None
    if demo:
        from submissions.cli.demo import DemoTour

        shown = DemoTour(service, voice)
    supervisor.wait_until_ready()
    voice("supervisor.all_ready", seconds=time.monotonic() - began, address=parts.address(settings))
    if shown is not None:
        shown.show_logins()
        shown.grade_sample(SAMPLE_SECONDS, supervisor.pause)
    voice("supervisor.how_to_end", folder=settings.data / "logs")
