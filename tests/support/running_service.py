"""The whole service as `submissions up --demo` starts it, in a folder and at a port of its own."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import eventually

START_SECONDS = 240


@dataclass(frozen=True)
class RunningService:
    """Where it is, who may sign in (password by login), and the code of the demo course."""

    url: str
    passwords: Mapping[str, str]
    code: str
    sample: str
    folder: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_service(folder: Path) -> Iterator[RunningService]:
    """Start everything, wait until the sample is graded, and end it as Ctrl-C does."""
    data, said, port = folder / "data", folder / "said", free_port()
    own = {"SUBMISSIONS_DATA": str(data), "SUBMISSIONS_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUBMISSIONS_")} | own
    command = [sys.executable, "-m", "submissions.cli.main", "up", "--demo", "--locale", "en"]
    if (beside := Path(sys.executable).with_name("submissions")).exists():
        command = [str(beside), *command[3:]]
    with said.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        assert eventually(lambda: "Ctrl-C ends everything" in said.read_text() or process.poll(), START_SECONDS), (
            said.read_text()
        )
        assert process.poll() is None, said.read_text()
        told = said.read_text()
        logins = json.loads((data / "demo-logins.json").read_text(encoding="utf-8"))
        yield RunningService(
            url=f"http://127.0.0.1:{port}",
            passwords={login: kept["password"] for login, kept in logins.items()},
            code=re.search(r"course code (\w+)", told)[1],
            sample=re.search(r"/submissions/(\w+)", told)[0],
            folder=data,
        )
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
