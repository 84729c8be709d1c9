"""The sandbox's fork-server: warm, isolated, without secrets, the parent of every process that runs student code.

Theory of operation. The engine executes this module in a fresh interpreter with an empty environment and one socket.
The first process, the keeper, finds the rung of the isolation that works, makes the control groups, enters a pid
namespace and forks the fork-server proper as its init; then it only waits, and removes the control groups when the
server has ended. The server imports torch, numpy and matplotlib once, uses each a little, goes behind the walls of
`isolation.prepare_server`, freezes the garbage collector and serves (`serving`). It never sees a check, an expected
value, a pack or a submission: what a child reads from its socket does not pass through here.

Everything dies with its maker: the server when the control socket ends or the keeper dies, the keeper when the engine
dies, the children when the server dies (as init of the pid namespace, and by the parent-death signal).
"""

import contextlib
import gc
import importlib
import json
import os
import platform
import signal
import socket
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from grader.errors import SandboxError
from grader.sandbox import cgroups, channel, isolation, ladder, linux, namespaces, serving
from grader.sandbox.view import View, current_view, forget_unreadable_paths


def main() -> None:
    """Entry point of the executed process: the last two arguments are the control socket's number and the settings."""
    control = socket.socket(fileno=int(sys.argv[-2]))
    settings = json.loads(sys.argv[-1])
    sys.argv = ["sandbox"]
    try:
        Path("/proc/self/comm").write_text("grader-sandbox", encoding="ascii")
        _keep(control, settings)
    except SandboxError as error:
        _fail(control, str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the engine must hear of it
        _fail(control, f"The sandbox could not start: {type(error).__name__}: {error}")


def _fail(control: socket.socket, reason: str) -> NoReturn:
    with contextlib.suppress(OSError):  # nobody is left to be told
        channel.send(control, {"op": "failed", "reason": reason})
    os._exit(1)


def _keep(control: socket.socket, settings: dict[str, Any]) -> None:
    """The keeper: choose, fork the server proper, wait for its end, clear up."""
    if settings["die_with_parent"]:
        linux.die_with_parent(signal.SIGTERM)
    view = current_view()
    choice = ladder.choose(settings["rung"], view)
    groups, why_none = _make_groups(settings)
    try:
        namespaces.leave_pid_namespace(choice.rung)
        pid = os.fork()
    except BaseException:
        if groups is not None:
            groups.remove()
        raise
    if pid == 0:
        _serve_as_child_of_keeper(control, settings, view, choice, groups, why_none)
    control.close()

    def kill_server(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, kill_server)
    os.waitpid(pid, 0)
    if groups is not None:
        groups.remove()
    os._exit(0)


def _make_groups(settings: dict[str, Any]) -> tuple[cgroups.Groups | None, str]:
    try:
        return cgroups.create(settings["slots"] + settings["spares"]), ""
    except (SandboxError, OSError) as error:
        return None, str(error)


def _serve_as_child_of_keeper(
    control: socket.socket,
    settings: dict[str, Any],
    view: View,
    choice: ladder.Choice,
    groups: cgroups.Groups | None,
    why_none: str,
) -> NoReturn:
    linux.die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        if choice.rung != "C":
            linux.unshare(namespaces.SERVER)
        child = _warm(settings["child"])
        forget_unreadable_paths(view)
        plan = isolation.prepare_server(choice.rung, view, choice.first_uid)
    except Exception as error:  # noqa: BLE001 - as in main
        _fail(control, f"The sandbox could not start on rung {choice.rung}: {type(error).__name__}: {error}")
    server = serving.Server(control, plan, groups, settings["slots"], settings["spares"])
    layers = describe(plan, groups, why_none)
    channel.send(control, {"op": "ready", "rung": plan.rung, "layers": layers, "passed_over": choice.passed_over})
    del control, choice
    os.environ.clear()
    gc.collect()
    gc.freeze()
    try:
        server.run()
        os._exit(0)
    except serving.Forked as forked:
        job = forked.job
    del server, groups
    # Connections and their children refer to each other. Collected later, their sockets would close whatever has the
    # same descriptors by then: a file of the student's, or the line to the checker.
    gc.collect()
    _live(child, plan, job)


def _warm(name: str) -> ModuleType:
    """Import the child module and let it use what it will use, so that children share the memory of it."""
    child = importlib.import_module(name)
    child.warm_up()
    # Where no directory is writable, a library that only asks for the name must get one all the same.
    tempfile.tempdir = namespaces.TEMPORARY
    return child


def _live(child: ModuleType, plan: isolation.Plan, job: serving.Job) -> NoReturn:
    """The life of one child: isolate, say so, serve, end. It never returns into the server's code."""
    try:
        isolation.confine(plan, job.seat, job.limits, job.group, job.protocol)
    except BaseException as error:  # noqa: BLE001 - a half isolated child must end here
        with contextlib.suppress(OSError):
            isolation.report(job.protocol, f"{type(error).__name__}: {error}")
        os._exit(1)
    os.write(isolation.PROTOCOL_FD, serving.READY)
    try:
        child.serve(isolation.PROTOCOL_FD)
    finally:
        os._exit(0)


def describe(plan: isolation.Plan, groups: cgroups.Groups | None, why_none: str) -> dict[str, str]:
    """The layers in force, for the log and the doctor."""
    users = f"uids from {plan.first_uid}, one per seat" if plan.first_uid is not None else f"uid {os.getuid()} for all"
    walls = {
        "A": "pid, mount, ipc, net, uts and cgroup namespaces; a root of read-only binds",
        "B": "user, pid, mount, ipc, net, uts and cgroup namespaces; a root of read-only binds",
        "C": "none; Landlock hides files, no directory is writable",
    }
    torch = sys.modules.get("torch")
    return {
        "user": users,
        "namespaces": walls[plan.rung],
        "landlock": f"ABI {plan.landlock_abi}" if plan.landlock_abi else "not offered by the kernel",
        "seccomp": f"allow-list, {len(plan.program) // 8} instructions for {linux.machine()}",
        "cgroups": groups.describe() if groups is not None else why_none,
        "python": platform.python_version(),
        "torch": str(getattr(torch, "__version__", "not imported")),
    }


if __name__ == "__main__":
    main()
