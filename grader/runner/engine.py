"""The engine: owns the two fork-servers and grades one submission at a time per caller, from any thread.

It imports neither torch nor pytest, so whatever holds an engine stays small. A fork-server that died is started
again; a grading that met a fault of ours is tried again; only then does a report say "internal_error".
"""

from __future__ import annotations

import json
import secrets
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Self

from grader.errors import GradingAbandoned, PackError, SandboxError, SubmissionRejected
from grader.packs import Pack
from grader.report import CheckResult, Report, ReviewNote, StudentError, check_from_record, rejection, total
from grader.runner.checker_process import CheckerProcess
from grader.sandbox.service import SandboxService
from grader.sentences import sentence
from grader.settings import Settings, read_settings
from grader.submission import Submission

ATTEMPTS = 3
GRADING_SECONDS = 120.0

OnResult = Callable[[CheckResult], None]


def engine_version() -> str:
    """The installed version of this package."""
    try:
        return version("autodiff-grader")
    except PackageNotFoundError:
        return "0+source"


class Engine:
    """Grades submissions. Use it as a context manager, or call `stop`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or read_settings()
        self._lock = threading.Lock()
        self._sandbox: SandboxService | None = None
        self._checker: CheckerProcess | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start whichever fork-server is not alive, both at the same time. Raises SandboxError."""
        with self._lock:
            checker_is_new = self._checker is None or not self._checker.alive()
            if checker_is_new:
                if self._checker is not None:
                    self._checker.stop()
                self._checker = CheckerProcess.launch(self.settings.nice)
            if self._sandbox is None or not self._sandbox.alive():
                if self._sandbox is not None:
                    self._sandbox.stop()
                self._sandbox = SandboxService.start(
                    self.settings.isolation, self.settings.slots, nice=self.settings.nice
                )
            if checker_is_new:
                self.checker.wait_until_ready()

    def stop(self) -> None:
        """End both fork-servers and everything they forked. Safe to repeat."""
        with self._lock:
            for part in (self._sandbox, self._checker):
                if part is not None:
                    part.stop()
            self._sandbox = self._checker = None

    @property
    def sandbox(self) -> SandboxService:
        """The running sandbox. Raises SandboxError when it was not started."""
        if self._sandbox is None:
            raise SandboxError("The engine is not started.")
        return self._sandbox

    @property
    def checker(self) -> CheckerProcess:
        """The running checker. Raises SandboxError when it was not started."""
        if self._checker is None:
            raise SandboxError("The engine is not started.")
        return self._checker

    def silent_part(self, seconds: float) -> str:
        """Ask both fork-servers for a sign of life: "" when they give it in time, else "checker" or "sandbox"."""
        with self._lock:
            parts = {"checker": self._checker, "sandbox": self._sandbox}
        return next((name for name, part in parts.items() if part is None or not part.ping(seconds)), "")

    def grade(
        self,
        pack: Pack,
        submission: Submission,
        seed: int | None = None,
        on_result: OnResult | None = None,
        caller: socket.socket | None = None,
    ) -> Report:
        """Grade `submission` with `pack`. The same seed gives the same report, but for its timing.

        `on_result` is called for each check as it ends; after a fault of ours it may be called again from the first.
        Where `caller` hangs up (or says anything), the grading ends: GradingAbandoned. Otherwise it never raises for
        what a submission or a pack does; the report's status tells.
        """
        seed = secrets.randbelow(2**31) if seed is None else seed
        began = time.monotonic()
        fault = ""
        for _attempt in range(ATTEMPTS):
            try:
                self.start()
                report = self._attempt(pack, submission, seed, on_result or _ignore, caller)
            except SandboxError as error:
                fault = str(error)
            except PackError as error:
                return self._without_checks(pack, seed, "broken_pack", sentence("broken-pack"), str(error))
            else:
                timing = {"total": round(1000 * (time.monotonic() - began), 2), **report.timing_ms}
                return Report(**{**vars(report), "timing_ms": timing})
        return self._without_checks(pack, seed, "internal_error", sentence("internal-error"), fault)

    def _attempt(
        self, pack: Pack, submission: Submission, seed: int, on_result: OnResult, caller: socket.socket | None
    ) -> Report:
        job = {**vars(submission), "written": dict(submission.written), "seed": seed}
        stream = self._dispatch(pack)
        with stream:
            checks: list[CheckResult] = []
            for event in _events(stream, job, caller):
                if "check" in event:
                    checks.append(check_from_record(event["check"]))
                    on_result(checks[-1])
                elif "done" in event:
                    return self._report(pack, seed, tuple(checks), event["done"])
                elif "broken" in event:
                    raise PackError(event["broken"])
                else:
                    raise SandboxError(event.get("fault", "The checker said something unknown."))
        raise SandboxError("The checker's process ended before the grading did.")

    def _dispatch(self, pack: Pack) -> socket.socket:
        """Hand a new job stream and a new sandbox connection to the checker; returns our end of the stream."""
        ours, theirs = socket.socketpair()
        try:
            with theirs, self.sandbox.connect() as connection:
                request = {"pack": str(pack.path), "digest": pack.digest}
                self.checker.send(request, [theirs.fileno(), connection.fileno()])
        except BaseException:
            ours.close()
            raise
        return ours

    def _report(self, pack: Pack, seed: int, checks: tuple[CheckResult, ...], done: Mapping[str, Any]) -> Report:
        found = {check.name: check for check in checks}
        checks = tuple(found[check.name] for check in pack.checks)
        broken = any(check.verdict == "broken" for check in checks)
        return Report(
            pack=pack.id,
            pack_version=pack.version,
            engine_version=engine_version(),
            torch_version=self.checker.torch_version,
            status="broken_pack" if broken else "graded",
            score=total(checks),
            max_score=pack.max_score,
            seed=seed,
            checks=checks,
            message=sentence("broken-pack") if broken else {"en": "", "zh": ""},
            errors=tuple(StudentError(**error) for error in done["errors"]),
            notes=tuple(done["notes"]),
            stdout=done["stdout"],
            figures=tuple(done["figures"]),
            graphs=tuple(done["graphs"]),
            timing_ms=done["timing_ms"],
            review=tuple(ReviewNote(**note) for note in done["review"]),
            pack_digest=pack.digest,
        )

    def _without_checks(self, pack: Pack, seed: int, status: str, message: Mapping[str, str], why: str) -> Report:
        known = {"pack_version": pack.version, "pack_digest": pack.digest, "max_score": pack.max_score, "fault": why}
        return rejection(pack.id, seed, status, message, engine_version(), **known)


def rejected(pack: Pack, error: SubmissionRejected, seed: int) -> Report:
    """The report of a file that can't be graded at all."""
    known = {"pack_version": pack.version, "pack_digest": pack.digest, "max_score": pack.max_score}
    return rejection(pack.id, seed, "rejected", sentence(error.code, **error.detail), engine_version(), **known)


def _events(stream: socket.socket, job: Mapping[str, Any], caller: socket.socket | None) -> Any:
    """Send the job, then yield the checker's lines as they come. SandboxError when it stays silent for too long."""
    watched = [stream] if caller is None else [stream, caller]
    deadline = time.monotonic() + GRADING_SECONDS
    buffer = b""
    try:
        stream.sendall(json.dumps(job).encode() + b"\n")
        while True:
            ready = _ready(watched, deadline)
            if not ready:
                raise SandboxError(f"The checker gave no result within {GRADING_SECONDS:.0f} s.")
            if stream not in ready:
                raise GradingAbandoned("Whoever asked for this grading has hung up.")
            received = stream.recv(1 << 20)
            if not received:
                return
            *lines, buffer = (buffer + received).split(b"\n")
            for line in lines:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise SandboxError(f"The connection to the checker broke: {error}.") from error


def _ready(watched: Sequence[socket.socket], deadline: float) -> list[socket.socket]:
    """Those that can be read, at the latest when the deadline has passed. Not `select`, which ends at 1024 files."""
    poll = select.poll()
    for one in watched:
        poll.register(one, select.POLLIN)
    found = {fd for fd, _event in poll.poll(1000 * max(0.0, deadline - time.monotonic()))}
    return [one for one in watched if one.fileno() in found]


def _ignore(_result: CheckResult) -> None:
    """The callback of callers who only want the report."""
