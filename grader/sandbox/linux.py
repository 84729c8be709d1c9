"""The Linux system calls the standard library has no name for, each with its error checked.

Every function raises OSError with the call's name and errno, so a failed step of the isolation can't pass unnoticed.
Nothing here decides anything; the order and the meaning of the calls are in `isolation` and `namespaces`.
"""

import ctypes
import os
import platform
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 32, 4096, 8192, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_SYS_ADMIN, CAP_SYS_RESOURCE = 5, 6, 7, 8, 21, 24

# pivot_root, capset and seccomp have another number on each architecture; Landlock's calls have one for all.
_NUMBERS = {"x86_64": (155, 126, 317), "aarch64": (41, 91, 277)}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def machine() -> str:
    """The architecture's name as the seccomp filters are named after it: "x86_64", "aarch64" or another."""
    return {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())


def _checked(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _syscall(name: str, number: int, *arguments: object) -> int:
    return _checked(name, _libc.syscall(ctypes.c_long(number), *arguments))


def _number(position: int) -> int:
    try:
        return _NUMBERS[machine()][position]
    except KeyError:
        raise OSError(38, f"the sandbox has no system call numbers for the processor {machine()}") from None


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _checked("unshare", _libc.unshare(ctypes.c_int(flags)))


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace open as `descriptor`."""
    _checked("setns", _libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)))


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount `source` of file system `kind` on `target`, or change or bind what is there, as the flags say."""
    result = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        None if kind is None else kind.encode(),
        ctypes.c_ulong(flags),
        None if data is None else data.encode(),
    )
    _checked(f"mount on {target}", result)


def unmount(target: str, flags: int = MNT_DETACH) -> None:
    """Take the mount off `target`."""
    _checked(f"umount of {target}", _libc.umount2(os.fsencode(target), ctypes.c_int(flags)))


def pivot_root(new: str, old: str) -> None:
    """Make the mount `new` the root directory, and hang the old root up at `old`."""
    _syscall("pivot_root", _number(0), ctypes.c_char_p(os.fsencode(new)), ctypes.c_char_p(os.fsencode(old)))


def prctl(name: str, option: int, argument: int = 0) -> int:
    """Call prctl with one argument; `name` is for the error text."""
    zero = ctypes.c_ulong(0)
    return _checked(f"prctl {name}", _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(argument), zero, zero, zero))


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this signal when the thread that created this process ends (setresuid clears it)."""
    prctl("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG, signal_number)


def set_capabilities(kept: tuple[int, ...]) -> None:
    """Make exactly `kept` the permitted and effective capabilities; nothing is inheritable."""
    mask = sum(1 << number for number in kept)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = struct.pack("=Ii", 0x20080522, 0)
    data = struct.pack("=6I", low, low, 0, high, high, 0)
    _syscall("capset", _number(1), ctypes.c_char_p(header), ctypes.c_char_p(data))


def drop_bounding_set(kept: tuple[int, ...] = ()) -> None:
    """Take every capability but `kept` out of the bounding set. Needs CAP_SETPCAP."""
    for number in range(64):
        if number in kept:
            continue
        try:
            prctl("PR_CAPBSET_DROP", PR_CAPBSET_DROP, number)
        except OSError as error:
            if error.errno != 22:  # EINVAL: the kernel has no capability of this number, nor a higher one
                raise
            return


def close_from(first: int) -> None:
    """Close every descriptor from `first` on."""
    _syscall("close_range", 436, ctypes.c_uint(first), ctypes.c_uint(0xFFFFFFFF), ctypes.c_uint(0))


def install_filter(program: bytes) -> None:
    """Put a compiled seccomp filter on this thread. Needs no_new_privs."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    if not program or len(program) % 8:
        raise OSError(22, "seccomp: the filter is not a whole number of instructions")
    holder = Program(len(program) // 8, program)
    _syscall("seccomp", _number(2), ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.byref(holder))


def landlock_abi() -> int:
    """The kernel's Landlock ABI version; 0 when there is no Landlock."""
    result = _libc.syscall(
        ctypes.c_long(_LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_ulong(1)
    )  # flag 1: tell the version
    return max(0, int(result))


def landlock_create(attributes: bytes) -> int:
    """A new rule-set of these attributes; returns its file descriptor."""
    size = ctypes.c_size_t(len(attributes))
    return _syscall("landlock_create_ruleset", _LANDLOCK_CREATE, ctypes.c_char_p(attributes), size, ctypes.c_ulong(0))


def landlock_add_path(ruleset: int, rule: bytes) -> None:
    """Add a rule that allows something beneath a path."""
    arguments = (ctypes.c_long(ruleset), ctypes.c_long(1), ctypes.c_char_p(rule), ctypes.c_ulong(0))
    _syscall("landlock_add_rule", _LANDLOCK_ADD, *arguments)


def landlock_restrict(ruleset: int, flags: int) -> None:
    """Put this thread under the rule-set. Needs no_new_privs."""
    arguments = (ctypes.c_long(ruleset), ctypes.c_ulong(flags))
    _syscall("landlock_restrict_self", _LANDLOCK_RESTRICT, *arguments)


def effective_capabilities() -> int:
    """The effective capabilities of this process as a bit mask."""
    header = struct.pack("=Ii", 0x20080522, 0)
    data = ctypes.create_string_buffer(24)
    number = {"x86_64": 125, "aarch64": 90}.get(machine())
    if number is None:
        return 0
    _syscall("capget", number, ctypes.c_char_p(header), data)
    words = struct.unpack("=6I", data.raw)
    return int(words[0] | words[3] << 32)


def tasks_on_machine() -> int:
    """How many processes and threads the machine has now (at most 65535), from sysinfo(2)."""
    buffer = ctypes.create_string_buffer(256)
    _checked("sysinfo", _libc.sysinfo(buffer))
    return int(struct.unpack_from("@H", buffer.raw, 10 * struct.calcsize("@l"))[0])
