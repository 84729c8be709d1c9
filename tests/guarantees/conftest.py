"""The sandbox on every rung this machine offers, for the tests that attack it.

`rung`      the name of the rung a test runs on; asking for it, or for any fixture below, runs the test on each
`service`   a running fork-server with the real child, one per rung and session
`sandbox`   a fresh client connection to it
`run`       run(source, limits=Limits(), world=World()) -> RunReport of a fresh child, for a .py submission
`start`     start(slots=4, spares=1) -> a fork-server of the test's own whose children just execute what they are sent
"""

import gc
from collections.abc import Callable, Iterator

import psutil
import pytest

from grader.limits import Limits
from grader.sandbox.client import Sandbox
from grader.sandbox.service import SandboxService
from grader.wire.messages import RunReport, RunSubmission, World
from tests.support.rungs import RUNGS, launch
from tests.support.waiting import eventually

PLAIN_CHILD = "tests.support.plain_child"


def family(service: SandboxService) -> list[psutil.Process]:
    """The keeper, the fork-server and every child."""
    try:
        keeper = psutil.Process(service.pid)
        return [keeper, *keeper.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def gone(processes: list[psutil.Process]) -> bool:
    return not any(lives(process) for process in processes)


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(params=RUNGS)
def rung(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def _services() -> Iterator[dict[str, SandboxService]]:
    services: dict[str, SandboxService] = {}
    yield services
    for service in services.values():
        service.stop()


@pytest.fixture
def service(rung, _services) -> SandboxService:
    if rung not in _services or not _services[rung].alive():
        _services[rung] = launch(rung)
    return _services[rung]


@pytest.fixture
def sandbox(service) -> Iterator[Sandbox]:
    with Sandbox(service.connect()) as client:
        yield client


@pytest.fixture
def run(sandbox) -> Callable[..., RunReport]:
    def run_in_fresh_child(source: str, limits: Limits | None = None, world: World | None = None) -> RunReport:
        with sandbox.open(limits or Limits()) as child:
            report = child.ask(RunSubmission(source, "py", world or World()))
        assert isinstance(report, RunReport)
        return report

    return run_in_fresh_child


@pytest.fixture
def start(rung) -> Iterator[Callable[..., SandboxService]]:
    started: list[SandboxService] = []

    def start_service(slots: int = 4, spares: int = 1) -> SandboxService:
        started.append(launch(rung, slots, spares, PLAIN_CHILD))
        return started[-1]

    yield start_service
    for service in started:
        processes = family(service)
        service.stop()
        assert eventually(lambda processes=processes: gone(processes)), "stopping the sandbox left processes behind"
    gc.collect()
