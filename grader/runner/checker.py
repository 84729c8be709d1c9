"""The checker: the trusted fork-server, in which student code never runs.

Theory of operation. The engine executes this module with an empty environment and one control socket. It imports
torch, pytest and the check library once. Each pack gets a *pack server*, forked from here on first use: it collects
the pack's checks once and then forks one process per grading (`grader.runner.pack_server`). A grading arrives as one
packet on the control socket with two descriptors: the job stream, on which the submission comes in and results go
out, and a connection to the sandbox. This process only hands them on.

    engine --control--> checker --pack socket--> pack server --fork--> grading process <--job stream--> engine
                                                                       grading process <--> sandbox

Everything here dies with its parent: the checker when the engine's end of the control socket closes (the kernel's
parent-death signal would fire as soon as the *thread* that started it ends), a pack server with the checker, a grading
with its pack server. Nothing of the engine's environment reaches this side.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import socket
import sys
from collections import OrderedDict
from pathlib import Path

from grader.runner import pack_server
from grader.runner.lifetime import die_with_parent

MAX_PACKET = 64 * 1024
MAX_PACK_SERVERS = 32


def main(control_fd: int) -> None:
    """Serve the control socket until the engine closes it. Never returns."""
    control = socket.socket(fileno=control_fd)
    torch_version = pack_server.warm_up()
    gc.collect()
    gc.freeze()
    # An engine that hangs up, or is gone already, is the ordinary end.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        control.send(json.dumps({"ready": True, "torch": torch_version}).encode())
        Checker(control).serve()
    os._exit(0)


class Checker:
    """Hands gradings to pack servers, starting them as needed and closing the longest unused."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._servers: OrderedDict[tuple[str, str], socket.socket] = OrderedDict()

    def serve(self) -> None:
        """Loop until the control socket is closed."""
        while True:
            ready, _, _ = select.select([self._control, *self._servers.values()], [], [])
            for key, server in list(self._servers.items()):
                if server in ready:  # A pack server never speaks: readable means that it has died.
                    server.close()
                    del self._servers[key]
            if self._control in ready and not self._pass_on():
                return

    def _pass_on(self) -> bool:
        packet, fds, _, _ = socket.recv_fds(self._control, MAX_PACKET, 2)
        if not packet:
            return False
        request = json.loads(packet)
        try:
            if "ping" in request:
                os.write(fds[0], b"1")
                return True
            server = self._server_for(request["pack"], request["digest"])
            socket.send_fds(server, [packet], fds)
        except OSError:
            # The pack server died under our hands. The engine sees its job stream close and tries again.
            self._forget(request["pack"], request["digest"])
        finally:
            for fd in fds:
                os.close(fd)
        return True

    def _server_for(self, path: str, digest: str) -> socket.socket:
        key = (path, digest)
        if key not in self._servers:
            self._servers[key] = self._start_server(Path(path))
            while len(self._servers) > MAX_PACK_SERVERS:
                _, oldest = self._servers.popitem(last=False)
                oldest.close()
        self._servers.move_to_end(key)
        return self._servers[key]

    def _start_server(self, path: Path) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        if os.fork() == 0:
            with contextlib.suppress(BaseException):
                die_with_parent(parent)
                self._control.close()
                for server in self._servers.values():
                    server.close()
                ours.close()
                pack_server.main(path, theirs)
            os._exit(1)
        theirs.close()
        return ours

    def _forget(self, path: str, digest: str) -> None:
        server = self._servers.pop((path, digest), None)
        if server is not None:
            server.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
