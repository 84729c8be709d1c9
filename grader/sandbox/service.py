"""The engine's handle on the sandbox's fork-server: start it, connect clients to it, stop it.

Theory of operation. `launch` executes the fork-server with an empty environment (but for the thread counts, a fixed
hash seed and a place for matplotlib's font list) and one control socket; `wait_ready` hears which rung it stands on.
`connect` makes a new client connection by handing one end of a socket pair over the control socket. The end that is
returned may be passed on to another process; whoever holds it owns the children opened over it. When the engine dies,
in whatever way, the control socket ends, and with it the fork-server and every child.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import ClassVar, Self

import grader
from grader.errors import SandboxError
from grader.sandbox import channel, priority

_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
# The package's parent is appended, so that it is found also where it is run from a checkout without being installed.
_BOOTSTRAP = "import sys; sys.path.append(sys.argv[1]); from grader.sandbox.forkserver import main; main()"


class SandboxService:
    """A running fork-server. Make one with `start`, or with `launch` and `wait_ready` to do other work meanwhile."""

    # Put before the command that starts the fork-server; a test's subclass starts it as another user with this.
    command_prefix: ClassVar[tuple[str, ...]] = ()

    def __init__(self, process: "subprocess.Popen[bytes]", control: socket.socket, log: int) -> None:
        self._process = process
        self._control = control
        self._log: int | None = log
        self._last_words = ""
        self._lock = threading.Lock()
        self.rung = ""
        self.layers: dict[str, str] = {}
        self.passed_over: dict[str, str] = {}

    @classmethod
    def start(cls, rung: str = "auto", slots: int = 4, spares: int = 3, nice: int = 0) -> Self:
        """Start a fork-server and wait until it is warm. SandboxError says what is in the way, and the repair."""
        return cls.launch(rung, slots, spares, nice=nice).wait_ready()

    @classmethod
    def launch(
        cls,
        rung: str = "auto",
        slots: int = 4,
        spares: int = 3,
        child: str = "grader.sandbox.child",
        nice: int = 0,
    ) -> Self:
        """Start a fork-server without waiting for it. `child` is the module that serves; tests may put in another.
        `nice` is how far it yields to others, 0 to 19.

        Launch from the main thread: then the fork-server also gets the kernel's signal when the engine dies.
        """
        near, far = channel.pair()
        log = os.memfd_create("sandbox-log", os.MFD_CLOEXEC)
        main_thread = threading.current_thread() is threading.main_thread()
        settings = {"rung": rung, "slots": slots, "spares": spares, "child": child, "die_with_parent": main_thread}
        os.set_inheritable(far.fileno(), True)
        parent = str(Path(grader.__file__).resolve().parent.parent)
        # -s -P is -I without ignoring PYTHONHASHSEED; the environment holds nothing else that Python would heed.
        command = [
            *cls.command_prefix,
            sys.executable,
            "-s",
            "-P",
            "-c",
            _BOOTSTRAP,
            parent,
            str(far.fileno()),
            json.dumps(settings),
        ]
        process = subprocess.Popen(
            command,
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=(far.fileno(),),
            start_new_session=True,
        )
        far.close()
        priority.lower(process.pid, nice)
        return cls(process, near, log)

    def wait_ready(self) -> Self:
        """Wait until the fork-server is warm and isolated; returns itself. SandboxError otherwise."""
        try:
            message = self._first_message()
        except SandboxError:
            self.stop()
            raise
        if message.get("op") != "ready":
            self.stop()
            raise SandboxError(str(message.get("reason")))
        self.rung = str(message["rung"])
        self.layers = dict(message["layers"])
        self.passed_over = dict(message["passed_over"])
        return self

    def _first_message(self) -> channel.Message:
        self._control.settimeout(_START_SECONDS)
        try:
            message, _ = channel.receive(self._control)
        except TimeoutError:
            raise SandboxError(f"The sandbox was not ready within {_START_SECONDS:.0f} s. {self.log()}") from None
        if message is None:
            raise SandboxError(f"The sandbox died while it started. {self.log()}")
        return message

    @property
    def pid(self) -> int:
        """The process id of the keeper, the fork-server's parent."""
        return self._process.pid

    @property
    def server_pid(self) -> int | None:
        """The process id of the fork-server proper as seen from here, None when it is gone."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        try:
            children = path.read_text().split()
        except OSError:
            return None
        return int(children[0]) if children else None

    def alive(self) -> bool:
        """Whether the fork-server still serves."""
        if self._process.poll() is not None:
            return False
        poll = select.poll()
        poll.register(self._control, select.POLLRDHUP)
        return not poll.poll(0)

    def connect(self) -> socket.socket:
        """A new client connection, for `client.Sandbox` here or in another process. Thread-safe."""
        near, far = channel.pair()
        try:
            with self._lock:
                channel.send(self._control, {"op": "client"}, (far.fileno(),))
        except OSError as error:
            near.close()
            raise SandboxError(f"The sandbox's fork-server is gone. {self.log()}") from error
        finally:
            far.close()
        return near

    def ping(self, seconds: float) -> bool:
        """Does the fork-server answer in time? One that was stopped, or hangs, is alive and does not."""
        try:
            with self.connect() as connection:
                connection.settimeout(seconds)
                channel.send(connection, {"op": "ping", "ticket": 0})
                message, _ = channel.receive(connection)
        except (OSError, SandboxError):
            return False
        return message is not None and message["op"] == "pong"

    def log(self) -> str:
        """The end of what the fork-server wrote to its standard error."""
        if self._log is None:
            return self._last_words
        size = os.fstat(self._log).st_size
        return os.pread(self._log, 2000, max(0, size - 2000)).decode(errors="replace").strip()

    def stop(self) -> None:
        """End the fork-server and all its children, and wait for it. Safe to repeat."""
        self._control.close()
        deadline = time.monotonic() + _STOP_SECONDS
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGTERM)  # the keeper kills the server and clears up
            try:
                self._process.wait(timeout=max(1.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._log is not None:
            self._last_words = self.log()
            os.close(self._log)
            self._log = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _environment() -> dict[str, str]:
    """All that the fork-server is told by its environment; nothing of the engine's own is passed on."""
    return {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": _font_directory(),
    }


def _font_directory() -> str:
    """A directory that only this user can write, where matplotlib keeps its list of fonts between starts."""
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        wanted = base / "grader" / "matplotlib"
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
        if wanted.is_absolute() and os.access(wanted, os.W_OK):
            return str(wanted)
    except (OSError, RuntimeError):
        pass  # no home, or a read-only one: the system's temporary directory serves as well
    private = Path(tempfile.gettempdir()) / f"grader-matplotlib-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    status = private.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or private.is_symlink():
        return tempfile.mkdtemp(prefix="grader-matplotlib-")
    return str(private)
