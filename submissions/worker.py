"""The worker: claims a grading in the database, has `grader serve` grade it, and writes down the result.

A Celery message only wakes it. One wake-up serves many: the task claims until nothing waits or its time is up, so the
pace does not hang on messages. While a grading runs, a thread keeps its lease. The ways it may end:

- a report: written down, if the lease was kept
- a fault of ours on the way: the grading has lost a lease, and this worker asks for the grading server's health before
  it claims again, so that an outage does not eat up one grading after the other
- the grading server was not there at all: nothing had begun, so nothing is lost
- this worker is told to stop: the grading is given back
- this worker is killed or frozen: the lease runs out, and the reconciler gives the grading to another
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from dataclasses import dataclass, field, replace
from types import FrameType, TracebackType
from typing import Any, NoReturn, Protocol, Self

import structlog
from celery import Celery
from celery.signals import worker_process_init
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from grader.errors import SandboxError, SubmissionRejected
from grader.report import CheckResult, Report, rejection
from grader.runner.remote import OnResult, RemoteEngine
from grader.sentences import sentence
from grader.submission import Submission, submission_from_bytes
from submissions import jobs, logs
from submissions.db import Database
from submissions.live import Live
from submissions.settings import read_service_settings
from submissions.store import queue
from submissions.store.queue import Claim

# One task claims for so long; well under the time that a worker has to stop.
DRAIN_SECONDS = 4.0
PAUSE_SECONDS = 0.5
HEALTH_SECONDS = 3.0
WRITE_ATTEMPTS = 3

log = structlog.get_logger(__name__)


class Stopped(BaseException):
    """The process is told to end. Not an Exception, so that nothing on the way takes it for a fault."""


class GradingEngine(Protocol):
    """What the worker needs of `grader.runner.remote.RemoteEngine`."""

    def grade(self, pack_id: str, submission: Submission, seed: int, on_result: OnResult | None = None, /) -> Report:
        """The report. Raises SandboxError for a fault of ours."""

    def health(self, seconds: float, /) -> Any:
        """Raises SandboxError while the grading server can't grade."""


@dataclass
class Worker:
    """Grades what waits. One for each process of the pool; `name` is for people who look into the table."""

    db: Database
    engine: GradingEngine
    live: Live
    name: str
    lease_seconds: float = queue.LEASE_SECONDS
    per_user: int = 1
    pause_seconds: float = PAUSE_SECONDS
    _in_trouble: bool = field(default=False, init=False)

    def drain(self, seconds: float = DRAIN_SECONDS) -> int:
        """Grade until nothing waits for this worker or the time is up; how many it was."""
        deadline = time.monotonic() + seconds
        graded = 0
        while time.monotonic() < deadline:
            if self._in_trouble and not self._recovered():
                time.sleep(self.pause_seconds)
                continue
            try:
                if not self.grade_next():
                    break
            except SQLAlchemyError as error:
                log.warning("the database does not answer", reason=str(error.__cause__ or error))
                break
            graded += 1
        return graded

    def grade_next(self) -> bool:
        """Claim one grading and see it through; False if none waits. Raises SQLAlchemyError."""
        claim = queue.claim(self.db, self.name, self.lease_seconds, self.per_user)
        if claim is None:
            return False
        with logs.about(claim.public_id, grading=claim.grading_id, fence=claim.fence):
            try:
                with _Heart(self.db, claim, self.lease_seconds):
                    self.live.announce(claim.public_id, "running")
                    self._see_through(claim)
            except (Stopped, SystemExit, KeyboardInterrupt):
                queue.give_back(self.db, claim)
                log.info("given back")
                raise
            self.live.announce(claim.public_id, "graded")
        return True

    def _see_through(self, claim: Claim) -> None:
        began = time.monotonic()
        try:
            report = self._grade(claim)
        except SandboxError as error:
            self._in_trouble = True
            if isinstance(error.__cause__, ConnectionRefusedError | FileNotFoundError):
                log.warning("the grading server is not there", reason=str(error))
                queue.give_back(self.db, claim)
            else:
                self._lose(claim, str(error))
            return
        except Exception as error:
            log.exception("a fault of the worker's own")
            self._lose(claim, repr(error))
            return
        if report.status == "internal_error":
            self._lose(claim, report.fault)
            return
        kept = self._write_down(claim, report)
        log.info(
            "graded" if kept else "refused: another worker has this grading",
            status=report.status,
            score=report.score,
            seconds=round(time.monotonic() - began, 3),
        )

    def _grade(self, claim: Claim) -> Report:
        def tell(result: CheckResult) -> None:
            self.live.check(claim.public_id, claim.grading_id, result.to_record())

        try:
            submission = submission_from_bytes(claim.content, claim.name)
        except SubmissionRejected as error:
            why = sentence(error.code, **error.detail)
            return rejection(claim.pack_id, claim.seed, "rejected", why, "")
        return self.engine.grade(claim.pack_id, replace(submission, written=claim.answers), claim.seed, tell)

    def _write_down(self, claim: Claim, report: Report) -> bool:
        """Finish, patiently: a result is worth more than the moment that a database takes to come back."""
        for attempt in range(1, WRITE_ATTEMPTS + 1):
            try:
                return queue.finish(self.db, claim, report)
            except DBAPIError as error:
                if attempt == WRITE_ATTEMPTS:
                    raise
                log.warning("the result is not written down yet", reason=str(error.orig))
                time.sleep(self.pause_seconds)
        raise AssertionError("the loop returns or raises")

    def _lose(self, claim: Claim, fault: str) -> None:
        log.warning("a fault of ours", reason=fault)
        self._in_trouble = True
        queue.fail(self.db, claim, fault)

    def _recovered(self) -> bool:
        try:
            self.engine.health(HEALTH_SECONDS)
        except SandboxError:
            return False
        self._in_trouble = False
        return True


class _Heart:
    """Keeps a claim's lease while the block runs, from a thread of its own."""

    def __init__(self, db: Database, claim: Claim, lease_seconds: float) -> None:
        self._db, self._claim, self._lease_seconds = db, claim, lease_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()

    def _beat(self) -> None:
        while not self._over.wait(self._lease_seconds / 3):
            try:
                if not queue.beat(self._db, self._claim, self._lease_seconds):
                    return
            except SQLAlchemyError as error:
                log.warning("no heartbeat", reason=str(error.__cause__ or error), grading=self._claim.grading_id)


# ----------------------------------------------------------------------------------------- as Celery runs it

app = Celery("submissions")
app.add_defaults(lambda: jobs.configuration(read_service_settings()))
_workers: dict[int, Worker] = {}


@app.task(name=jobs.TASK)
def grade_next() -> int:
    """Something waits."""
    return _worker().drain()


def _worker() -> Worker:
    """The worker of this process of the pool: connections are not inherited."""
    found = _workers.get(os.getpid())
    if found is None:
        settings = read_service_settings()
        found = _workers[os.getpid()] = Worker(
            db=Database(settings.database_url),
            engine=RemoteEngine(settings.grading_socket),
            live=Live(settings.broker_url),
            name=f"{socket.gethostname()}:{os.getpid()}",
            lease_seconds=settings.lease_seconds,
            per_user=settings.per_user,
        )
    return found


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Stopped


@worker_process_init.connect(weak=False)
def _begin(**_: Any) -> None:
    """A process of the pool that is told to end gives back what it holds, instead of dying at once."""
    logs.configure()
    signal.signal(signal.SIGTERM, _stop)
