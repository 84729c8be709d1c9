"""The sandboxed process from inside: reads requests, lets the student's code run, answers with plain data.

`warm_up` is called once in the fork-server; `serve` in every child, after it has given up its rights. Nothing here
defends against the student's code, which can do to this process what it likes: the other end does.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
from typing import cast

from grader.sandbox import calls, warming
from grader.sandbox.execution import run_submission
from grader.sandbox.fitting import bare, frame_of
from grader.sandbox.rehearsal import rehearse
from grader.sandbox.session import Session
from grader.sandbox.texts import class_names, message_of
from grader.wire.codec import NONCE_BYTES, WireError, decode, read_frame
from grader.wire.messages import (
    Call,
    CallReport,
    CellOutcome,
    Problem,
    Read,
    ReadReport,
    Reply,
    Request,
    RunReport,
    RunSubmission,
)

HIGHEST_DESCRIPTOR = 255
# A child that is not asked for so long rehearses: by then the grading that left the place for it is likely over.
SETTLING_SECONDS = 0.15

_REQUESTS = (RunSubmission, Call, Read)
_NONCE = slice(5, 5 + NONCE_BYTES)
# sysexits.h: EX_PROTOCOL.
_PROTOCOL_ERROR = 76


def warm_up() -> None:
    """Import and use once whatever a submission is likely to need. Once per fork-server, before its first fork."""
    warming.warm_up()


def serve(fd: int) -> None:
    """Answer requests on `fd` until its other end is closed, then end the process."""
    fd = _out_of_the_way(fd)
    if not _is_asked(fd, SETTLING_SECONDS):
        rehearse(lambda: _is_asked(fd))
    session = Session()
    while True:
        try:
            frame = read_frame(lambda count: os.read(fd, count))
            nonce = frame[_NONCE]
            request = cast("Request", decode(frame, nonce, _REQUESTS))
        except EOFError:
            os._exit(0)
        except (WireError, OSError):
            os._exit(_PROTOCOL_ERROR)
        _write_all(fd, frame_of(_answer(session, request), nonce))


def _is_asked(fd: int, wait_seconds: float = 0.0) -> bool:
    """Whether there is something to read, at the latest after so long."""
    return bool(select.select([fd], [], [], wait_seconds)[0])


def _answer(session: Session, request: Request) -> Reply:
    """The reply. Whatever goes wrong in here is reported as a problem, because silence would look like a crash."""
    try:
        if isinstance(request, RunSubmission):
            return run_submission(session, request)
        return calls.call(session, request) if isinstance(request, Call) else calls.read(session, request)
    except BaseException as error:  # noqa: BLE001 -- an alarm or an exit that came late must not end the process
        return _failed(request, error)


def _failed(request: Request, error: BaseException) -> Reply:
    types = ("RequestError", *class_names(type(error)))
    problem = Problem(types, message_of(error), None, None, None, None, "")
    if isinstance(request, Read):
        return bare(ReadReport(missing=False, value=None))
    if isinstance(request, Call):
        return CallReport(False, None, problem, (), (), 0, (), (), (), "")
    failed = CellOutcome(0, None, (1, 1), "failed", problem)
    return RunReport((failed,), (), (), 0, (), (), "", "", True, (), (), ())


def _out_of_the_way(fd: int) -> int:
    """The same connection under a high number: a program that counts descriptors from 3 must not hit it."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, min(soft - 1, HIGHEST_DESCRIPTOR))
        os.close(fd)
        return high
    return fd


def _write_all(fd: int, frame: bytes) -> None:
    view = memoryview(frame)
    try:
        while view:
            view = view[os.write(fd, view) :]
    except OSError:
        # The other end does not want to hear the answer any more.
        os._exit(0)
