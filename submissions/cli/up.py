"""`submissions up`: the whole service in the foreground, until Ctrl-C."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import click

from grader.cli.usage import LocalCommand, locale_option
from submissions.cli.texts import ServiceTexts, Voice
from submissions.settings import ServiceSettings, read_service_settings
from submissions.supervisor.parts import address
from submissions.supervisor.preflight import only_one, require_folder, require_port
from submissions.supervisor.supervise import Stopped, Supervisor, stoppable

SAMPLE_SECONDS = 60.0


def command(texts: ServiceTexts) -> click.Command:
    """The command, with its help in the language of `texts`."""
    with_demo = click.Option(["--demo"], is_flag=True, help=texts("cli.help_option_demo"))
    return LocalCommand("up", texts, callback=run, help=texts("cli.help_up"), params=[with_demo, locale_option(texts)])


def run(demo: bool, locale: str) -> int:
    """Start, watch, end; 0 when it was asked to end."""
    settings, voice = read_service_settings(), Voice(ServiceTexts(locale))
    require_folder(settings.data)
    with only_one(settings, address(settings)):
        require_port(settings.host, settings.port)
        with stoppable() as came:
            supervisor = Supervisor(settings, voice, came)
            try:
                _start(settings, supervisor, voice, demo=demo)
                supervisor.watch()
            except Stopped:
                voice("supervisor.ending")
            finally:
                supervisor.end()
        voice("supervisor.ended")
    return 0


def _start(settings: ServiceSettings, supervisor: Supervisor, voice: Voice, *, demo: bool) -> None:
    """What needs nothing starts first; the rest, and the demo's rows beside it, once the tables are there."""
    voice("supervisor.starting", folder=settings.data)
    supervisor.begin()
    # Imported late: the slowest parts have begun by now.
    from submissions.cli.demo import DemoTour
    from submissions.service import make_service
    from submissions.supervisor.tables import migrate

    service = make_service(settings)
    if migrate(service.db):
        voice("supervisor.migrated")
    supervisor.go_on()
    with ThreadPoolExecutor(1) as beside:
        tour = beside.submit(DemoTour, service, voice) if demo else None
        supervisor.wait_until_ready()
    voice("supervisor.all_ready", seconds=supervisor.age, address=address(settings))
    if tour is not None:
        tour.result().show_logins()
        tour.result().grade_sample(SAMPLE_SECONDS, supervisor.pause)
    voice("supervisor.how_to_end", folder=settings.data / "logs")
