"""Memory and process limits by control groups, where the host lets us make groups (version 1 or 2).

One directory per fork-server and controller holds one group per seat. The fork-server keeps descriptors of the groups
from before it changes its root, so nothing of /sys is visible later. The owner holds a lock on its directory for life:
a directory whose lock is free belonged to a dead fork-server and is removed by the next one that starts.
"""

import fcntl
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SandboxError

_REMOVE_SECONDS = 2.0
PREFIX = "grader-sandbox-"
_V1 = {"memory": "memory.limit_in_bytes", "pids": "pids.max"}
_V2 = {"memory": "memory.max", "pids": "pids.max"}
# Set once at the start to see whether limits can be set at all; every child gets its own.
_PLACEHOLDER_MEMORY, _PLACEHOLDER_TASKS = 1 << 29, 64


@dataclass
class Seat:
    """The groups of one seat, as directory descriptors by controller ("both" for version 2)."""

    version: int
    directories: dict[str, int]

    def set_limits(self, memory_bytes: int, pids: int) -> None:
        """Set the limits for the next child of this seat."""
        names = _V1 if self.version == 1 else _V2
        for controller, value in (("memory", memory_bytes), ("pids", pids)):
            if controller in self.directories:
                _write(self.directories[controller], names[controller], str(value))
        if self.version == 2 and "memory" in self.directories:
            _try_write(self.directories["memory"], "memory.swap.max", "0")
            _try_write(self.directories["memory"], "memory.oom.group", "1")
        elif "memory" in self.directories:
            _try_write(self.directories["memory"], "memory.max_usage_in_bytes", "0")

    def join(self) -> None:
        """Move the calling process into the groups."""
        for directory in set(self.directories.values()):
            _write(directory, "cgroup.procs", "0")

    def memory_kills(self) -> int:
        """How many processes of this seat the kernel has killed for their memory since the seat was made."""
        if "memory" not in self.directories:
            return 0
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        text = _read(self.directories["memory"], name)
        return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("oom_kill ")), 0)

    def memory_peak(self) -> int | None:
        """The most memory the seat has used since the limits were set (version 1), or None."""
        if self.version == 1 and "memory" in self.directories:
            return int(_read(self.directories["memory"], "memory.max_usage_in_bytes"))
        return None


@dataclass
class Groups:
    """All groups of one fork-server."""

    version: int
    tops: dict[str, Path]
    seats: list[Seat]
    locks: list[int]

    def describe(self) -> str:
        """One phrase for the list of layers."""
        return f"cgroup v{self.version}: {', '.join(self.tops)}"

    def close(self) -> None:
        """Close the descriptors and with them the lock: from now on the directories may be swept."""
        for descriptor in {*self.locks, *(number for seat in self.seats for number in seat.directories.values())}:
            os.close(descriptor)
        self.locks.clear()
        self.seats.clear()

    def remove(self) -> None:
        """Remove the directories; for the process that outlives the fork-server."""
        ends = time.monotonic() + _REMOVE_SECONDS
        for top in set(self.tops.values()):
            while not _remove_tree(top) and time.monotonic() < ends:
                time.sleep(0.01)


def _read(directory: int, name: str) -> str:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        return os.read(descriptor, 8192).decode()
    finally:
        os.close(descriptor)


def _write(directory: int, name: str, text: str) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _try_write(directory: int, name: str, text: str) -> None:
    try:
        _write(directory, name, text)
    except OSError:
        return  # an older kernel without this file, or a value it will not take: the limit itself stands


def own_groups(root: Path = Path("/sys/fs/cgroup"), own: str | None = None) -> tuple[int, dict[str, Path]]:
    """The version and the directories in which this process may make groups; SandboxError says why it can't.

    `own` is the text of /proc/self/cgroup.
    """
    lines = (own if own is not None else Path("/proc/self/cgroup").read_text()).splitlines()
    entries = {names: path for _, names, path in (line.split(":", 2) for line in lines)}
    found = {}
    for names, path in entries.items():
        for name in set(names.split(",")) & set(_V1):
            directory = root / name / path.lstrip("/")
            if (directory / "cgroup.procs").exists() and (directory / _V1[name]).parent.is_dir():
                found[name] = directory
    if found:
        return 1, {name: _writable(found[name]) for name in sorted(found)}
    base = root / entries.get("", "/").lstrip("/")
    if not (base / "cgroup.controllers").exists():
        raise SandboxError("no control group file system is mounted")
    _enable_controllers(_writable(base))
    return 2, dict.fromkeys(("memory", "pids"), base)


def _writable(directory: Path) -> Path:
    if not os.access(directory, os.W_OK):
        raise SandboxError(f"the control group {directory} is not writable")
    return directory


def _enable_controllers(base: Path) -> None:
    offered = (base / "cgroup.controllers").read_text().split()
    missing = {"memory", "pids"} - set(offered)
    if missing:
        raise SandboxError(f"the control group offers no {' and no '.join(sorted(missing))} controller")
    if {"memory", "pids"} <= set((base / "cgroup.subtree_control").read_text().split()):
        return
    try:
        (base / "cgroup.subtree_control").write_text("+memory +pids")
    except OSError as error:
        raise SandboxError(f"the controllers can't be handed down from {base} ({error.strerror})") from error


def create(seats: int) -> Groups:
    """Sweep what dead fork-servers left and make the groups of a new one."""
    version, bases = own_groups()
    name = PREFIX + secrets.token_hex(6)
    groups = Groups(version, {}, [Seat(version, {}) for _ in range(seats)], [])
    try:
        for controller, base in bases.items():
            top = base / name
            if top not in groups.tops.values():
                sweep(base)
                _make_top(top, groups)
            groups.tops[controller] = top
            for index, seat in enumerate(groups.seats):
                (top / f"seat{index}").mkdir(exist_ok=True)
                seat.directories[controller] = _shared_directory(seat, top / f"seat{index}", version)
        for seat in groups.seats:
            seat.set_limits(_PLACEHOLDER_MEMORY, _PLACEHOLDER_TASKS)
    except OSError as error:
        groups.remove()
        raise SandboxError(f"control groups can't be made: {error}") from error
    return groups


def _shared_directory(seat: Seat, path: Path, version: int) -> int:
    if version == 2 and seat.directories:
        return next(iter(seat.directories.values()))
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _make_top(top: Path, groups: Groups) -> None:
    base = os.open(top.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(base, fcntl.LOCK_EX)  # nobody may sweep between mkdir and our own lock
        top.mkdir()
        lock = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(base)
    groups.locks.append(lock)
    if groups.version == 2:
        (top / "cgroup.subtree_control").write_text("+memory +pids")


def sweep(base: Path) -> int:
    """Remove the groups of dead fork-servers under `base`; returns how many there were."""
    guard = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        return _sweep_locked(base)
    finally:
        os.close(guard)


def _sweep_locked(base: Path) -> int:
    removed = 0
    for top in base.glob(PREFIX + "*"):
        try:
            lock = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            removed += _remove_tree(top)
        except BlockingIOError:
            continue  # its owner is alive
        finally:
            os.close(lock)
    return removed


def _remove_tree(top: Path) -> bool:
    try:
        for seat in top.glob("seat*"):
            seat.rmdir()
        top.rmdir()
    except OSError:
        return False  # a process is still on its way out; the next fork-server's sweep gets it
    return True
