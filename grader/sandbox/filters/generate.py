"""Compiles the seccomp allow-list to the bytes that are shipped, one file per architecture. A development tool.

Run `python -m grader.sandbox.filters.generate` after changing the list; it needs pyseccomp and libseccomp 2. The
product itself needs neither: it reads the bytes. A test compares the shipped bytes with a fresh compilation.

The list was found by running torch, numpy, matplotlib and ordinary Python under it (37 calls are used after the
imports; the rest are their harmless neighbours). What is not on it fails with EPERM: no sockets, no new processes, no
signals to anyone, no mounts or namespaces, no tracing, no memory shared behind the limits' back.
"""

import errno
import tempfile
from pathlib import Path

_NAMES = """
    read write readv writev pread64 pwrite64 preadv pwritev lseek sendfile copy_file_range
    close close_range dup dup2 dup3 pipe pipe2 poll ppoll select pselect6
    epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
    open openat creat stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat
    getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2
    link linkat symlink symlinkat chmod fchmod fchmodat umask utime utimes utimensat futimesat
    truncate ftruncate fallocate fsync fdatasync flock fadvise64 statfs fstatfs
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
    mmap munmap mremap mprotect madvise brk msync mincore membarrier get_mempolicy
    futex set_robust_list get_robust_list rseq set_tid_address gettid getpid getppid getpgrp getpgid getsid
    exit exit_group sched_yield sched_getaffinity sched_getparam sched_getscheduler
    sched_get_priority_max sched_get_priority_min getpriority
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack rt_sigpending rt_sigtimedwait rt_sigsuspend
    restart_syscall pause alarm setitimer getitimer
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
    getuid geteuid getgid getegid getresuid getresgid getgroups getrlimit getrusage
    sysinfo uname getcpu getrandom
"""
ALLOWED = tuple(_NAMES.split())

# fcntl without F_SETOWN, F_SETSIG and F_NOTIFY, which make the kernel send signals.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX: what Python asks of a file it opens.
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)
# PR_SET_NAME, PR_GET_NAME: threads name themselves.
_PRCTL = (15, 16)
_CLONE_THREAD = 0x00010000
_CLONE_NEW_ANY = 0x7E020000 | 0x00000080  # every namespace flag, CLONE_NEWTIME included

ARCHITECTURES = ("x86_64", "aarch64")


def compile_filter(architecture: str) -> bytes:
    """The filter of one architecture as raw BPF instructions of 8 bytes each."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    wanted = getattr(pyseccomp.Arch, architecture.upper())
    if pyseccomp.system_arch() != wanted:
        rules.add_arch(wanted)
        rules.remove_arch(pyseccomp.system_arch())
    for name in ALLOWED:
        rules.add_rule(pyseccomp.ALLOW, name)
    for name, position, values in (("fcntl", 1, _FCNTL), ("ioctl", 1, _IOCTL), ("prctl", 0, _PRCTL)):
        for value in values:
            rules.add_rule(pyseccomp.ALLOW, name, pyseccomp.Arg(position, pyseccomp.EQ, value))
    own, no_new_limit = pyseccomp.Arg(0, pyseccomp.EQ, 0), pyseccomp.Arg(2, pyseccomp.EQ, 0)
    rules.add_rule(pyseccomp.ALLOW, "prlimit64", own, no_new_limit)
    thread = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD | _CLONE_NEW_ANY, _CLONE_THREAD)
    rules.add_rule(pyseccomp.ALLOW, "clone", thread)
    # The flags of clone3 are behind a pointer; ENOSYS makes the C library fall back to clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def main() -> None:
    """Write every architecture's file beside this module."""
    for architecture in ARCHITECTURES:
        Path(__file__).with_name(f"{architecture}.bpf").write_bytes(compile_filter(architecture))


if __name__ == "__main__":
    main()
