"""The shipped system call filters are what the list says."""

import struct

import pytest

from grader.sandbox import seccomp
from grader.sandbox.filters.generate import ALLOWED, ARCHITECTURES, compile_filter

FORBIDDEN = {
    "socket", "socketpair", "connect", "bind", "sendmsg", "recvmsg", "sendto", "fork", "vfork", "execve", "execveat",
    "kill", "tkill", "tgkill", "ptrace", "process_vm_readv", "pidfd_open", "pidfd_getfd", "mount", "umount2", "unshare",
    "setns", "pivot_root", "chroot", "memfd_create", "shmget", "io_uring_setup", "bpf", "keyctl", "perf_event_open",
    "userfaultfd", "init_module", "setuid", "capset", "sched_setaffinity", "setrlimit", "seccomp", "open_by_handle_at",
}  # fmt: skip


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_shipped_bytes_are_current(architecture):
    try:
        fresh = compile_filter(architecture)
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"libseccomp is not installed: {error}")

    assert seccomp.load_filter(architecture) == fresh, "run python -m grader.sandbox.filters.generate"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_filter_begins_by_looking_at_the_architecture(architecture):
    program = seccomp.load_filter(architecture)
    code, _, _, offset = struct.unpack("=HBBI", program[:8])
    assert (code, offset) == (0x20, 4), "BPF_LD the arch field; other architectures' call numbers mean other calls"


def test_nothing_dangerous_is_on_the_list():
    assert not FORBIDDEN & set(ALLOWED)


def test_an_unknown_processor_has_no_filter():
    with pytest.raises(FileNotFoundError):
        seccomp.load_filter("mips")
