"""A child of the sandbox without the sandbox: `child.serve` in a forked process, asked over a socket pair."""

from __future__ import annotations

import logging
import os
import socket
import sys
import warnings
from typing import Self

from grader.wire.codec import NONCE_BYTES, decode, encode, read_frame
from grader.wire.messages import Call, CallReport, Read, ReadReport, RunReport, RunSubmission, World

_REPLIES = {RunSubmission: RunReport, Call: CallReport, Read: ReadReport}
SECONDS = 30


class ForkedChild:
    """Runs a submission at once; then `call` and `read` ask it."""

    def __init__(self, source="", kind="py", world: World | None = None, folder: str | None = None) -> None:
        self._near, far = socket.socketpair()
        self._near.settimeout(SECONDS)
        with warnings.catch_warnings():
            # torch and pytest may hold threads; this child uses none of them.
            warnings.simplefilter("ignore")
            self._pid = os.fork()
        if self._pid == 0:
            # Held open here as well, it would outlive a test that was killed.
            self._near.close()
            self._serve(far, folder)
        far.close()
        self._status: int | None = None
        self.report: RunReport = self.ask(RunSubmission(source, kind, world or World()))

    @staticmethod
    def _serve(far: socket.socket, folder: str | None) -> None:
        try:
            from grader.sandbox import child

            if folder is not None:
                os.chdir(folder)
            _without_pytests_ears()
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            child.serve(far.detach())
        finally:
            os._exit(99)

    def ask(self, request):
        """Send one request and wait for its reply."""
        nonce = os.urandom(NONCE_BYTES)
        self._near.sendall(encode(request, nonce))
        return decode(read_frame(self._near.recv), nonce, _REPLIES[type(request)])

    def call(self, name: str, *args, **rest) -> CallReport:
        """Call a function of the submission."""
        return self.ask(Call(name, args, **rest))

    def read(self, name: str) -> ReadReport:
        """Read a global name."""
        return self.ask(Read(name))

    def close(self) -> int:
        """Hang up; the exit status of the child."""
        if self._status is None:
            # A shutdown is seen although children forked later hold this end as well.
            self._near.shutdown(socket.SHUT_RDWR)
            self._near.close()
            self._status = os.waitpid(self._pid, 0)[1]
        return self._status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _without_pytests_ears() -> None:
    """Log and warn to the streams, as a process that pytest does not listen to."""

    def show(message, category, filename, lineno, file=None, line=None):
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line))

    logging.getLogger().handlers.clear()
    warnings.showwarning = show
