"""A listening unix socket that only its owner can open, and that never takes the place of one that is in use."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.errors import GraderError, SandboxError

PATH_BYTES = 107


class AlreadyServed(GraderError):  # noqa: N818 - nothing malfunctions
    """Another process answers at the socket."""


@contextlib.contextmanager
def listening(path: Path, backlog: int) -> Iterator[socket.socket]:
    """A listening socket at `path`, for its owner alone, taken away at the end. Raises AlreadyServed, SandboxError."""
    if len(os.fsencode(path)) > PATH_BYTES:
        raise SandboxError(f"The path of a unix socket has at most {PATH_BYTES} bytes; {path} is longer.")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        before = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(backlog)
        listener.setblocking(False)
        made = path.stat()
    except OSError as error:
        listener.close()
        raise SandboxError(f"No socket can be made at {path}: {error.strerror or error}.") from error
    except BaseException:
        listener.close()
        raise
    try:
        yield listener
    finally:
        listener.close()
        with contextlib.suppress(OSError):
            there = path.stat()
            if (there.st_dev, there.st_ino) == (made.st_dev, made.st_ino):
                path.unlink()


def _remove_stale(path: Path) -> None:
    """Make room at `path`, if what is there is a socket at which nobody listens."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise SandboxError(f"{path} is there already, and it is no socket.")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError:
            pass
    raise AlreadyServed(f"Another process serves at {path}. End it, or choose another path.")
