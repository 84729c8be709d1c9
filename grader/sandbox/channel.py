"""Messages between the engine's side and the fork-server: small JSON objects, with file descriptors beside them.

Both ends are trusted; student code never holds one of these sockets. SOCK_SEQPACKET keeps message boundaries, so one
receive is one message.
"""

import json
import socket
from collections.abc import Sequence
from typing import Any

from grader.errors import SandboxError

MESSAGE_BYTES = 64 * 1024
_MOST_DESCRIPTORS = 4

Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends of a message channel."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(end: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Send one message. OSError when the other end is gone or (non-blocking) not reading."""
    socket.send_fds(end, [json.dumps(message).encode()], list(descriptors), socket.MSG_NOSIGNAL)


def receive(end: socket.socket) -> tuple[Message | None, list[int]]:
    """The next message and its descriptors; (None, []) when the other end is gone."""
    try:
        data, descriptors, flags, _ = socket.recv_fds(end, MESSAGE_BYTES, _MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError:
        return None, []
    if not data:
        return None, descriptors
    message = json.loads(data) if not flags & socket.MSG_TRUNC else None
    if not isinstance(message, dict):
        raise SandboxError("a message between engine and sandbox is malformed")
    return message, descriptors
