"""A soft limit of time: an exception in the student's own code, so that one endless cell costs only itself.

The hard limit is the fork-server's and needs no help from in here.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Collection
from types import FrameType, TracebackType

# A student's `except:` may swallow the first alarm, so it is sounded again.
REPEAT_SECONDS = 0.25
POSTPONE_SECONDS = 0.004
POSTPONEMENTS = 250

_OURS = os.path.dirname(__file__) + os.sep
_STANDINS = os.path.join(_OURS, "standins") + os.sep


class SubmissionTimeout(BaseException):
    """Raised inside the student's code when its time is up."""


class SoftLimit:
    """Context manager: raises SubmissionTimeout in the code inside it after `seconds`.

    An alarm that finds one of our recorders at work, called by the student's code, waits until it has finished.
    """

    def __init__(self, seconds: float, student_files: Collection[str]) -> None:
        self._seconds = seconds
        self._files = student_files
        self._armed = False
        self._postponed = 0

    def __enter__(self) -> None:
        # Outside a main thread, or where the filter forbids timers, the hard limit alone stands.
        with contextlib.suppress(ValueError, OSError):
            signal.signal(signal.SIGALRM, self._sound)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
            self._armed = True
            signal.setitimer(signal.ITIMER_REAL, max(self._seconds, 0.001), REPEAT_SECONDS)

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Raise no more; safe to repeat."""
        self._armed = False
        with contextlib.suppress(ValueError, OSError):
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _sound(self, _number: int, frame: FrameType | None) -> None:
        if not self._armed:
            return
        if self._postponed < POSTPONEMENTS and self._is_ours(frame):
            self._postponed += 1
            signal.setitimer(signal.ITIMER_REAL, POSTPONE_SECONDS, REPEAT_SECONDS)
            return
        self._postponed = 0
        raise SubmissionTimeout(f"stopped after {self._seconds:.3g} seconds")

    def _is_ours(self, frame: FrameType | None) -> bool:
        while frame is not None:
            name = frame.f_code.co_filename
            if name in self._files:
                return False
            if name.startswith(_OURS) and not name.startswith(_STANDINS):
                return True
            frame = frame.f_back
        return False
