"""The system call filter: reads the bytes shipped for this architecture and puts them on the process.

The bytes are made by `grader.sandbox.filters.generate`; there the list of allowed calls stands. This layer is never
left out: without a filter for the processor the sandbox refuses to start.
"""

from pathlib import Path

from grader.sandbox import linux


def load_filter(machine: str | None = None) -> bytes:
    """The filter of this machine's architecture. FileNotFoundError where none is shipped."""
    return Path(__file__).with_name("filters").joinpath(f"{machine or linux.machine()}.bpf").read_bytes()


def install(program: bytes) -> None:
    """Filter every later system call of this process. Needs no_new_privs; can't be undone."""
    linux.install_filter(program)
