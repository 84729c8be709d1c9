"""The ladder of isolation, and the order in which a child gives up its rights.

Theory of operation. Three rungs differ in what the host allows; seccomp, rlimits, no_new_privs and an empty set of
capabilities are on every one.

    A   root with CAP_SYS_ADMIN: namespaces, a root file system of their own, one uid per seat
    B   an ordinary uid: the same inside a user namespace; each child in a user namespace of its own
    C   no namespaces: Landlock (ABI 6 or newer) in place of the file system, no writable directory,
        and one uid per seat where the fork-server is root

`prepare_server` runs once in the fork-server after everything is imported; `confine` runs in each child before it
looks at its first request. Every step raises OSError when the kernel refuses it, and a child whose isolation is not
complete never serves. The order is forced: mounts and cgroups need rights that setresuid takes away; setresuid clears
the parent-death signal; Landlock and seccomp need no_new_privs; seccomp comes last, for it forbids the calls before.
"""

import os
import resource
import signal
from dataclasses import dataclass

from grader.limits import Limits
from grader.sandbox import cgroups, landlock, linux, namespaces, priority, seccomp
from grader.sandbox.view import DEVICES, View

RUNGS = ("A", "B", "C")
_ALL_RIGHTS_NEEDED = (
    linux.CAP_KILL,
    linux.CAP_SETGID,
    linux.CAP_SETUID,
    linux.CAP_SETPCAP,
    linux.CAP_SYS_ADMIN,
    linux.CAP_SYS_RESOURCE,
)
PROTOCOL_FD = 3


@dataclass(frozen=True)
class Plan:
    """What every child of one fork-server has in common. `first_uid` is None where the uid can't be switched."""

    rung: str
    first_uid: int | None
    program: bytes
    landlock_abi: int
    ruleset: int | None
    proc: int
    server_pid: int

    @property
    def namespaced(self) -> bool:
        """Whether children have namespaces (rungs A and B)."""
        return self.rung in ("A", "B")


def isolation_limits(limits: Limits) -> Limits:
    """`limits` without the wall clock, which the fork-server holds: what two children must share to be alike."""
    return Limits(**{**vars(limits), "wall_seconds": 0.0, "total_seconds": 0.0})


def prepare_server(rung: str, view: View, first_uid: int | None) -> Plan:
    """Put the fork-server itself behind the walls that all children share, and plan the rest."""
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    abi = linux.landlock_abi()
    program = seccomp.load_filter()
    ruleset = None
    if rung == "C":
        ruleset = landlock.create(abi, _reading_rules(view))
        os.chdir("/")
    else:
        namespaces.build_root(view)
    plan = Plan(rung, first_uid, program, abi, ruleset, proc, os.getpid())
    linux.prctl("PR_SET_DUMPABLE", linux.PR_SET_DUMPABLE, 0)
    if os.geteuid() == 0 or rung == "B":
        _keep_only_needed_rights(rung)
    return plan


def _reading_rules(view: View) -> list[tuple[str, int]]:
    rules = [(path, landlock.READ) for path in view.readable()]
    return rules + [(path, landlock.DEVICE) for path in DEVICES]


def _keep_only_needed_rights(rung: str) -> None:
    needed = [number for number in _ALL_RIGHTS_NEEDED if rung != "C" or number != linux.CAP_SYS_ADMIN]
    held = linux.effective_capabilities()
    kept = tuple(number for number in needed if held >> number & 1)
    if linux.CAP_SETPCAP in kept:
        linux.drop_bounding_set(kept)
    linux.set_capabilities(kept)


def confine(plan: Plan, seat: int, limits: Limits, group: cgroups.Seat | None, protocol: int) -> None:
    """Give up everything a submission does not need. Afterwards `protocol` is descriptor 3 and nothing else is open."""
    uid, gid = (os.getuid(), os.getgid()) if plan.first_uid is None else (plan.first_uid + seat,) * 2
    # While a process is not dumpable its /proc entries belong to root; the next lines write to them.
    linux.prctl("PR_SET_DUMPABLE", linux.PR_SET_DUMPABLE, 1)
    _write_proc(plan.proc, "self/oom_score_adj", "1000")
    if group is not None:
        group.join()
    if plan.rung == "B":
        linux.unshare(linux.CLONE_NEWUSER)
        namespaces.map_own_ids(plan.proc, uid, gid)
    if plan.namespaced:
        namespaces.private_directories(limits.box_bytes, limits.box_files)
    _arrange_descriptors(protocol)
    os.setsid()
    priority.keep_in_new_session(plan.proc)
    os.umask(0o022)
    if plan.rung == "B" or os.geteuid() == 0:
        linux.drop_bounding_set()
    if plan.first_uid is not None:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    linux.prctl("PR_CAP_AMBIENT", linux.PR_CAP_AMBIENT, linux.PR_CAP_AMBIENT_CLEAR_ALL)
    linux.set_capabilities(())
    linux.prctl("PR_SET_NO_NEW_PRIVS", linux.PR_SET_NO_NEW_PRIVS, 1)
    _die_with_server(plan)
    linux.prctl("PR_SET_DUMPABLE", linux.PR_SET_DUMPABLE, 0)
    _restrict_files(plan)
    linux.close_from(PROTOCOL_FD + 1)
    _set_rlimits(limits, plan)  # not before: the server's descriptors may be more than a child may have
    os.environ.clear()
    seccomp.install(plan.program)


def report(protocol: int, text: str) -> None:
    """Tell the other end of `protocol` why the isolation failed, wherever it stopped."""
    data = text.encode()[:4000]
    try:
        os.write(protocol, data)
    except OSError:  # closed already, so its copy is in its place
        os.write(PROTOCOL_FD, data)


def _write_proc(proc: int, name: str, text: str) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _arrange_descriptors(protocol: int) -> None:
    """0, 1 and 2 are /dev/null, 3 is the protocol; the rest is closed once the rule-sets have been used."""
    null = os.open("/dev/null", os.O_RDWR)
    for number in range(PROTOCOL_FD):
        os.dup2(null, number)
    os.dup2(protocol, PROTOCOL_FD)  # last, for /dev/null itself may have been opened as 3


def _set_rlimits(limits: Limits, plan: Plan) -> None:
    threads = limits.threads
    if plan.first_uid is None and plan.rung == "C":
        # The count is of everything the uid runs, which may be a person's whole desktop.
        threads += linux.tasks_on_machine()
    values = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.address_space_bytes,
        resource.RLIMIT_DATA: limits.data_bytes,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: threads,
        resource.RLIMIT_STACK: limits.stack_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_RTPRIO: 0,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_SIGPENDING: 64,
    }
    for kind, value in values.items():
        hard = resource.getrlimit(kind)[1]
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bounded, bounded))


def _die_with_server(plan: Plan) -> None:
    """Ask to be killed when the fork-server dies, and see that it has not died already."""
    linux.die_with_parent(signal.SIGKILL)
    if not plan.namespaced and os.getppid() != plan.server_pid:
        os._exit(1)  # in a pid namespace the kernel does this itself, and the parent can't be seen


def _restrict_files(plan: Plan) -> None:
    if plan.ruleset is not None:
        landlock.restrict(plan.landlock_abi, plan.ruleset)
    elif plan.landlock_abi:
        rules = [("/", landlock.READ), (namespaces.BOX, landlock.WRITE)]
        rules += [(namespaces.TEMPORARY, landlock.WRITE)]
        rules += [(path, landlock.DEVICE) for path in DEVICES]
        ruleset = landlock.create(plan.landlock_abi, rules)
        landlock.restrict(plan.landlock_abi, ruleset)
