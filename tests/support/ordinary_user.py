"""Runs a command as an ordinary user, also where the interpreter or the checkout lies where only root may enter.

    python tests/support/ordinary_user.py [--stay-root] COMMAND ...

In a mount namespace of its own every directory that keeps others out, on the way to the interpreter, the virtual
environment or the checkout, is covered by an empty tmpfs, and what is needed is bound back at the same path. Then the
process takes uid and gid 4242 and becomes the command. Needs root. With --stay-root the way is
opened and root stays root: so the rung without namespaces can be tried with a uid for each seat.
"""

import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USER = 4242
HOME = "/mnt"
KEPT = ("GRADER_", "OMP_", "OPENBLAS_", "MKL_", "PYTHON", "MPLBACKEND")


def needed_paths() -> list[str]:
    """What the command must be able to read: interpreter, virtual environment and checkout."""
    paths = {sys.base_prefix, sys.prefix, os.path.realpath(sys.executable), str(ROOT), sysconfig.get_path("stdlib")}
    ordered = sorted((os.path.realpath(path) for path in paths), key=len)
    return [path for path in ordered if not any(path.startswith(other + "/") for other in ordered)]


def closed_ancestor(path: str) -> str | None:
    """The outermost directory above `path` that other users can't enter."""
    for ancestor in reversed(Path(path).parents):
        if not ancestor.stat().st_mode & 0o001:
            return str(ancestor)
    return None


def open_the_way(paths: list[str]) -> None:
    """Cover the closed ancestors and bind the paths back; only in this process's mount namespace."""
    from grader.sandbox import linux

    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    closed: dict[str, list[str]] = {}
    for path in paths:
        ancestor = closed_ancestor(path)
        if ancestor is not None:
            closed.setdefault(ancestor, []).append(path)
    for ancestor, inside in closed.items():
        kept = [os.open(path, os.O_PATH | os.O_CLOEXEC) for path in inside]
        linux.mount("cover", ancestor, "tmpfs", 0, "mode=0755")
        for path, descriptor in zip(inside, kept, strict=True):
            Path(path).mkdir(mode=0o755, parents=True)
            linux.mount(f"/proc/self/fd/{descriptor}", path, "", linux.MS_BIND | linux.MS_REC)
            os.close(descriptor)
    linux.mount("home", HOME, "tmpfs", 0, f"mode=0700,uid={USER},gid={USER}")


def become_ordinary() -> None:
    """Take the uid and the gid, and keep no capability."""
    from grader.sandbox import linux

    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    linux.prctl("PR_SET_DUMPABLE", linux.PR_SET_DUMPABLE, 1)


def set_environment() -> None:
    """A small environment with a home of its own; settings of the grader and of the numerical libraries are kept."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(PATH=f"{sys.prefix}/bin:/usr/bin:/bin", HOME=HOME, TMPDIR=HOME, LANG="C.UTF-8")
    os.environ.update(PYTHONDONTWRITEBYTECODE="1", MPLCONFIGDIR=HOME)


def main() -> None:
    """Entry point."""
    sys.path.insert(0, str(ROOT))
    open_the_way(needed_paths())
    command = sys.argv[1:]
    stay_root = command[0] == "--stay-root"
    if stay_root:
        command = command[1:]
    else:
        become_ordinary()
    set_environment()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
