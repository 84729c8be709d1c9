"""What the tests of the sandbox's processes send to their children, and how."""

import os

from grader.sandbox.client import Child
from grader.wire.codec import encode
from grader.wire.messages import RunReport, RunSubmission, World

# Ignores every signal that can be ignored, and spins.
STUBBORN = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""


def ask(child: Child, source: str, wall_seconds: float | None = None) -> str:
    """What `source` prints in the child (tests/support/plain_child.py)."""
    report = child.ask(RunSubmission(source, "py", World()), wall_seconds)
    assert isinstance(report, RunReport)
    return report.stdout.strip()


def send_without_waiting(child: Child, source: str) -> None:
    """Set the child to work and return; nobody waits for its answer."""
    child._end.sendall(encode(RunSubmission(source, "py", World()), os.urandom(16)))
