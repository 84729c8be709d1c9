"""The private world of the fork-server and its children: namespaces and a root of their own.

The fork-server leaves the host's namespaces and builds a new root on a tmpfs: read-only binds of what `view` lists,
empty /box and /tmp, four harmless devices, no /proc and no /sys. Each child then gets mount and IPC namespaces of its
own and a small private tmpfs behind /box and /tmp. pivot_root is refused in some containers even with CAP_SYS_ADMIN;
there the root is moved and entered by chroot, which is as tight because no capability outlives the isolation.
"""

import errno
import os
import re
from pathlib import Path

from grader.sandbox import linux
from grader.sandbox.view import DEVICES, View

SERVER = linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP
BOX = "/box"
TEMPORARY = "/tmp"
_OLD = "/old"
_QUIET = linux.MS_NOSUID | linux.MS_NODEV
# statvfs and mount(2) agree on these bits; a flag the host set may not be taken off inside a user namespace.
_KEPT = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC | 1024 | 2048
_RELATIME, _STATVFS_RELATIME = 1 << 21, 4096


def leave_pid_namespace(rung: str) -> None:
    """The first step, before the fork-server proper is forked as init of a pid namespace of its own."""
    if rung == "A":
        linux.unshare(linux.CLONE_NEWPID)
    elif rung == "B":
        uid, gid = os.getuid(), os.getgid()
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWPID)
        proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        map_own_ids(proc, uid, gid)
        os.close(proc)


def map_own_ids(proc: int, uid: int, gid: int) -> None:
    """Inside a fresh user namespace: keep the own uid and gid, the only ones there are."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        descriptor = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def build_root(view: View) -> None:
    """Make the new root and enter it. Call in a mount namespace of one's own."""
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    before = _mounts()
    root = "/sys"  # exists everywhere and leads to nothing of the view; the tmpfs covers it in this namespace only
    linux.mount("sandbox", root, "tmpfs", _QUIET, "size=1m,nr_inodes=4096,mode=0755")
    for path in (BOX, TEMPORARY, _OLD):
        Path(root + path).mkdir(mode=0o755)
    for tree in _outermost_first(view.trees):
        if not any(tree.startswith(mask + "/") for mask in view.masked):
            _bind(tree, root)
    for mask in view.masked:
        linux.mount("masked", root + mask, "tmpfs", _QUIET, "size=256k,nr_inodes=1024,mode=0755")
    for tree in _outermost_first(view.trees):
        if any(tree.startswith(mask + "/") for mask in view.masked):
            _bind(tree, root)
    for path in (*view.files, *DEVICES):
        _bind(path, root)
    for path, target in view.links:
        Path(root + path).symlink_to(target)
    _make_read_only(root, before)
    _enter(root)
    Path(_OLD).rmdir()
    _remount_read_only("/", linux.MS_NODEV)


def _outermost_first(paths: tuple[str, ...]) -> list[str]:
    return sorted(paths, key=lambda path: path.count("/"))


def _bind(path: str, root: str) -> None:
    target = Path(root + path)
    if Path(path).is_dir():
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        target.touch(mode=0o444)
    linux.mount(path, str(target), None, linux.MS_BIND | linux.MS_REC)


def _mounts() -> dict[str, str]:
    """The mount points of this namespace by mount id. A covered mount keeps its entry."""
    fields = [line.split(b" ") for line in Path("/proc/self/mountinfo").read_bytes().splitlines()]
    # Space, tab, newline and backslash are written as octal escapes.
    return {
        entry[0].decode(): os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), entry[4]))
        for entry in fields
    }


def _make_read_only(root: str, before: dict[str, str]) -> None:
    """Remount everything that is new read-only, submounts that came along with a bind included."""
    devices = {root + path for path in DEVICES}
    points = {point for number, point in _mounts().items() if number not in before and point != root}
    for point in sorted(points, key=len, reverse=True):
        _remount_read_only(point, 0 if point in devices else linux.MS_NODEV)


def _remount_read_only(point: str, more: int) -> None:
    status = os.statvfs(point).f_flag
    flags = status & _KEPT | (_RELATIME if status & _STATVFS_RELATIME else 0)
    flags |= linux.MS_REMOUNT | linux.MS_BIND | linux.MS_NOSUID | linux.MS_RDONLY | more
    linux.mount("none", point, None, flags)


def _enter(root: str) -> None:
    os.chdir(root)
    try:
        linux.pivot_root(root, root + _OLD)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EINVAL, errno.ENOSYS):
            raise
        linux.mount(root, "/", None, linux.MS_MOVE)
        os.chroot(".")
        os.chdir("/")
        return
    os.chdir("/")
    linux.unmount(_OLD)


def private_directories(size: int, files: int) -> None:
    """In a child: own mount and IPC namespaces, one small tmpfs behind both /box and /tmp, and /box as directory.

    The directories are open to any uid, which saves CAP_CHOWN: nobody but this child can ever reach them.
    """
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC)
    options = f"size={size},nr_inodes={files},mode=0755"
    linux.mount("box", BOX, "tmpfs", _QUIET, options)
    for target in (TEMPORARY, BOX):
        inside = Path(f"{BOX}{target}")
        inside.mkdir()
        inside.chmod(0o777)
    for name in os.listdir(TEMPORARY):
        # Python, or this program, is installed below /tmp: the private one must not hide the view.
        Path(f"{BOX}{TEMPORARY}/{name}").mkdir()
        linux.mount(f"{TEMPORARY}/{name}", f"{BOX}{TEMPORARY}/{name}", None, linux.MS_BIND | linux.MS_REC)
    linux.mount(BOX + TEMPORARY, TEMPORARY, None, linux.MS_BIND | linux.MS_REC)
    linux.mount(BOX + BOX, BOX, None, linux.MS_BIND)
    os.chdir(BOX)
