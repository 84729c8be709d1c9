"""Which rung of the isolation this machine offers: tried for real in a throw-away process, never guessed.

A trial does all that the fork-server and a child do, except for importing torch, and then looks at the result from
inside: no socket, no new process, no file outside the view. The first rung that passes is taken; where none does, the
sandbox refuses to start and says what is missing for each.
"""

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SandboxError
from grader.limits import Limits
from grader.sandbox import isolation, linux, namespaces, seccomp
from grader.sandbox.view import View, current_view

# Above systemd's container range and below 2^31, where nothing is assigned; the second for user-namespaced containers.
_UID_BASES = (0x70000000, 50_000)
_UIDS_PER_SERVER = 128
_CLAIMS = 100
LANDLOCK_NEEDED = 6

REPAIRS = {
    "A": "start it as root with CAP_SYS_ADMIN (in a container: cap_add SYS_ADMIN), or use rung B as an ordinary user",
    "B": "start it as an ordinary user where user namespaces are allowed (sysctl kernel.unprivileged_userns_clone=1, "
    "kernel.apparmor_restrict_unprivileged_userns=0; in a container a seccomp profile that allows unshare, mount and "
    "pivot_root)",
    "C": "use Linux 6.12 or newer with landlock in the list of security modules (boot option lsm=landlock,...), and an "
    "interpreter that every user may read, i.e. not under /root",
}


@dataclass
class Choice:
    """The rung taken, its first uid (None: no uid switch), and why the higher ones were passed over."""

    rung: str
    first_uid: int | None
    passed_over: dict[str, str]
    claim: socket.socket | None


def candidates(wanted: str) -> tuple[str, ...]:
    """The rungs to try for a setting, best first."""
    if wanted == "auto":
        return ("A", "C") if os.geteuid() == 0 else ("B", "C")
    if wanted not in isolation.RUNGS:
        raise SandboxError(f"The sandbox knows no rung {wanted!r}: use auto, A, B or C.")
    return (wanted,)


def choose(wanted: str = "auto", view: View | None = None) -> Choice:
    """The first rung that works. Raises SandboxError with the reasons and the repairs when none does."""
    reasons: dict[str, str] = {}
    rungs = candidates(wanted)
    seen = view or current_view()
    claim, first_uid = claim_uids() if os.geteuid() == 0 else (None, None)
    for rung in rungs:
        reason = obstacle(rung, first_uid) or trial(rung, seen, first_uid)
        if reason is None:
            return Choice(rung, first_uid, reasons, claim)
        reasons[rung] = reason
    text = " ".join(f"Rung {rung}: {reason}; to repair it, {REPAIRS[rung]}." for rung, reason in reasons.items())
    raise SandboxError(f"The sandbox can't be made safe on this machine, so nothing is run. {text}")


def obstacle(rung: str, first_uid: int | None) -> str | None:
    """What is known to be in the way of a rung before it is tried."""
    root = os.geteuid() == 0
    try:
        seccomp.load_filter()
    except OSError:
        return f"there is no system call filter for the processor {linux.machine()}"
    if rung == "A" and not root:
        return "it needs root"
    if rung == "B" and root:
        return "it is for an ordinary user, and this is root"
    if rung != "B" and root and first_uid is None:
        return "root can't switch to a uid of its own here"
    if rung == "C" and linux.landlock_abi() < LANDLOCK_NEEDED:
        return f"the kernel's Landlock ABI is {linux.landlock_abi()}, and {LANDLOCK_NEEDED} or newer is needed"
    return None


def claim_uids() -> tuple[socket.socket | None, int | None]:
    """A block of uids no other fork-server of this machine uses, held by an abstract socket's name until death."""
    base = next((base for base in _UID_BASES if _mapped(base, _CLAIMS * _UIDS_PER_SERVER)), None)
    if base is None:
        return None, None
    for block in range(_CLAIMS):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0grader-sandbox-uids-{block}")
        except OSError:
            claim.close()
            continue
        return claim, base + block * _UIDS_PER_SERVER
    return None, None


def _mapped(first: int, count: int) -> bool:
    lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    ranges = [tuple(map(int, line.split())) for line in lines]
    return any(inside <= first and first + count <= inside + length for inside, _, length in ranges)


def trial(rung: str, view: View, first_uid: int | None) -> str | None:
    """Go through the whole isolation in a process of its own; None when all held, else the first thing that did not."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _report(writing, _trial_outer, rung, view, first_uid, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        text = file.read(4096).decode(errors="replace")
    os.waitpid(pid, 0)
    return None if text == "ok" else text or "the trial process died"


def _report(writing: int, function: object, *arguments: object) -> None:
    """Run a step of the trial in a forked process, send what it raised to the pipe, and end the process."""
    try:
        assert callable(function)
        function(*arguments)
    except BaseException as error:  # noqa: BLE001 - the reason is what the trial is for
        os.write(writing, (str(error) or type(error).__name__).encode()[:4000])
    os._exit(0)


def _trial_outer(rung: str, view: View, first_uid: int | None, writing: int) -> None:
    namespaces.leave_pid_namespace(rung)
    pid = os.fork()
    if pid == 0:
        _report(writing, _trial_server, rung, view, first_uid, writing)
    os.waitpid(pid, 0)


def _trial_server(rung: str, view: View, first_uid: int | None, writing: int) -> None:
    if rung != "C":
        linux.unshare(namespaces.SERVER)
    readable = view.readable()
    plan = isolation.prepare_server(rung, view, first_uid)
    if plan.namespaced:
        linux.unshare(linux.CLONE_NEWPID)
    pid = os.fork()
    if pid == 0:
        _report(writing, _trial_child, plan, readable, writing)
    os.waitpid(pid, 0)


def _trial_child(plan: isolation.Plan, readable: list[str], writing: int) -> None:
    try:
        isolation.confine(plan, 0, Limits(), None, writing)
        _inspect(plan, readable)
    except BaseException as error:  # noqa: BLE001 - as in _report
        isolation.report(writing, str(error) or type(error).__name__)
        os._exit(0)
    os.write(isolation.PROTOCOL_FD, b"ok")
    os._exit(0)


def _inspect(plan: isolation.Plan, readable: list[str]) -> None:
    """From inside a confined child: what must work works, and what must not does not."""
    try:
        for path in readable:
            os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        unreadable = str(error.filename)
        prefix = sys.base_prefix if unreadable.startswith(sys.base_prefix) else unreadable
        raise SandboxError(f"the isolated process may not read {prefix}, for its user has no right to") from None
    for name, attempt in (
        ("open a socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
        ("start a process", os.fork),
        ("read /etc/passwd", lambda: Path("/etc/passwd").read_bytes()),
    ):
        try:
            attempt()
        except OSError:
            continue
        raise SandboxError(f"the isolated process could {name}")
    if plan.first_uid is not None and os.getuid() != plan.first_uid:
        raise SandboxError("the isolated process kept its user")
