"""Which processes the service is made of, how each is started and how it shows that it is ready."""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from submissions.settings import ServiceSettings
from submissions.supervisor.process import Part
from submissions.supervisor.sockets import grader_health
from submissions.supervisor.valkey import answers, server_command

ANSWER_SECONDS = 1.0
HEALTH_SECONDS = 0.3
# A reconciler goes round once a second, and waits for a database that is busy.
BEAT_SECONDS = 20.0
# The first that may end is the first that needs the others.
FIRST, SECOND, LAST = 0, 1, 2
# A grading that runs when the service stops has this long to finish; then it is put back into the queue.
WORKER_GRACE_SECONDS = 15.0
NAMES = ("valkey", "grader", "reconciler", "worker", "web")


def parts(settings: ServiceSettings) -> dict[str, Part]:
    """The parts that this machine runs, by name, in the order of need. Raises BrokerMissing."""
    found = [_grader(settings), _reconciler(settings), _worker(settings), _web(settings)]
    if runs_own_broker(settings):
        found.insert(0, _valkey(settings))
    return {part.name: part for part in found}


def runs_own_broker(settings: ServiceSettings) -> bool:
    """Whether the broker is the embedded one and not somebody else's by SUBMISSIONS_BROKER_URL."""
    return settings.broker_url == settings.embedded_broker_url


def signs_of_life(settings: ServiceSettings) -> dict[str, Callable[[], bool]]:
    """How to find out about the parts that may run on another machine."""
    return {"worker": lambda: _a_worker_answers(settings, otherwise=False), "web": _pages(settings)}


def _a_worker_answers(settings: ServiceSettings, *, otherwise: bool) -> bool:
    """Whether any worker does; `otherwise` where the broker does not even pass the question on."""
    # Imported late, as nothing of this is needed to start the parts.
    from celery import Celery
    from kombu.exceptions import OperationalError
    from redis import RedisError

    from submissions.jobs import configuration

    app = Celery("submissions", set_as_current=False)
    app.conf.update(configuration(settings, publishes=True))
    try:
        return bool(app.control.ping(timeout=ANSWER_SECONDS, limit=1))
    except (OperationalError, RedisError, OSError):
        return otherwise
    finally:
        app.close()


def broker_socket(settings: ServiceSettings) -> Path:
    """Where the embedded broker listens."""
    return Path(urlsplit(settings.broker_url).path)


def address(settings: ServiceSettings) -> str:
    """Where a browser on this machine finds the pages."""
    host = _reachable(settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def _valkey(settings: ServiceSettings) -> Part:
    place = broker_socket(settings)
    folder = settings.data / "valkey"
    answer = partial(answers, place, ANSWER_SECONDS)
    return Part("valkey", tuple(server_command(folder, place)), answer, stage=LAST, alive=answer)


def _grader(settings: ServiceSettings) -> Part:
    place = settings.grading_socket
    # A grading asks for two runs at a time at most; and an operator's own number counts.
    children = os.environ.get("GRADER_SLOTS") or str(min(64, max(4, 2 * settings.slots)))
    return Part(
        "grader",
        _python("grader", "serve", "--socket", str(place), "--grace", "5"),
        lambda: grader_health(place, HEALTH_SECONDS) is not None,
        # Whoever waits for a page comes before whoever waits for a verdict.
        {"GRADER_SLOTS": children, "GRADER_NICE": os.environ.get("GRADER_NICE") or "10"},
        stage=SECOND,
    )


def _reconciler(settings: ServiceSettings) -> Part:
    mark = settings.data / "run" / "reconciler.beat"
    environment = _environment(settings) | {"SUBMISSIONS_BEAT_FILE": str(mark)}
    command = _python("submissions.reconciler")
    return Part("reconciler", command, lambda: True, environment, alive=lambda: _is_fresh(mark))


def _is_fresh(mark: Path) -> bool:
    """Whether a file was touched lately; where there is none, nothing is known against its part."""
    try:
        return time.time() - mark.stat().st_mtime < BEAT_SECONDS
    except OSError:
        return True


def _worker(settings: ServiceSettings) -> Part:
    mark = settings.data / "run" / "worker.ready"
    return Part(
        "worker",
        _python("submissions.supervisor.worker_process"),
        mark.exists,
        _environment(settings) | {"SUBMISSIONS_READY_FILE": str(mark), "REMAP_SIGTERM": "SIGQUIT"},
        grace_seconds=WORKER_GRACE_SECONDS,
        alive=lambda: _a_worker_answers(settings, otherwise=True),
    )


def _web(settings: ServiceSettings) -> Part:
    command = _python("submissions.supervisor.web_process")
    return Part("web", command, _pages(settings), _environment(settings))


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    # -P: the folder somebody happens to stand in is no place to import from.
    return (sys.executable, "-P", "-m", module, *arguments)


def _environment(settings: ServiceSettings) -> dict[str, str]:
    return {"SUBMISSIONS_DATA": str(settings.data), "PYTHONUNBUFFERED": "1"}


def _pages(settings: ServiceSettings) -> Callable[[], bool]:
    def answer() -> bool:
        connection = http.client.HTTPConnection(_reachable(settings.host), settings.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return answer


def _reachable(host: str) -> str:
    """An address to connect to, where `host` is one to listen at."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
