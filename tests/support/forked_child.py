"""A child of the sandbox without the sandbox: `child.serve` in a forked process, asked over a socket pair."""

from __future__ import annotations

import os
import socket
import warnings

from grader.wire.codec import NONCE_BYTES, decode, encode, read_frame
from grader.wire.messages import Call, CallReport, Read, ReadReport, RunReport, RunSubmission, World

_REPLIES = {RunSubmission: RunReport, Call: CallReport, Read: ReadReport}
SECONDS = 30


class ForkedChild:
    """Runs a submission at once; then `call` and `read` ask it."""

    def __init__(self, source: str = "", kind: str = "py", world: World | None = None, folder: str | None = None) -> None:
        self._near, far = socket.socketpair()
        self._near.settimeout(SECONDS)
        with warnings.catch_warnings():
            # torch and pytest may hold threads; this child uses none of them.
            warnings.simplefilter("ignore")
            self._pid = os.fork()
        if self._pid == 0:
            # Held open here as well, it would never read as closed.
            self._near.close()
            self._serve(far, folder)
        far.close()
        self.report: RunReport = self.ask(RunSubmission(source, kind, world or World()))

    @staticmethod
    def _serve(far: socket.socket, folder: str | None) -> None:
        try:
            from grader.sandbox import child

            if folder is not None:
                os.chdir(folder)
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
        self._near.close()
        return os.waitpid(self._pid, 0)[1]

    def __enter__(self) -> ForkedChild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
