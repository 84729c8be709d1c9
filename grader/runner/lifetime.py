"""Ties a process to the life of its parent, so that nothing is left running whoever is killed."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import threading

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` (a pid) ends. Exits at once if it already has."""
    if _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os._exit(1)


def die_with_caller(stream: socket.socket) -> None:
    """End this process as soon as the other end of `stream` is closed, whatever it is doing then."""

    def watch() -> None:
        poll = select.poll()
        poll.register(stream, select.POLLRDHUP)
        poll.poll()
        os._exit(0)

    threading.Thread(target=watch, name="caller", daemon=True).start()
