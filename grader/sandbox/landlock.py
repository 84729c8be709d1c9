"""Landlock: what the child may open, whatever its uid or its view of the mounts.

A rule-set is made from three lists of paths: those that may be read, those that may be written as well, and single
devices. Anything not listed can't be opened. TCP is denied, and from ABI 6 on so are signals and abstract sockets to
processes outside the child.
"""

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox import linux

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_SCOPE_ALL = 3  # abstract unix sockets, signals
_TCP_ALL = 3  # bind, connect
_QUIET = 1  # LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF: a student must not be able to flood the host's audit log

READ = _READ_FILE | _READ_DIR
READ_ENTRIES = _READ_FILE
DEVICE = _READ_FILE | _WRITE_FILE
WRITE = READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE
_FILE_RIGHTS = _READ_FILE | _WRITE_FILE | _TRUNCATE


def handled_rights(abi: int) -> int:
    """The file system rights this ABI knows: 13, then refer (2), truncate (3) and device ioctl (5)."""
    bits = 13 + (abi >= 2) + (abi >= 3)
    return (1 << bits) - 1 | (1 << 15 if abi >= 5 else 0)


def create(abi: int, rules: Iterable[tuple[str, int]]) -> int:
    """A rule-set that allows each (path, rights) and denies the rest; returns its file descriptor.

    A path that does not exist is left out, which only takes something away from the child.
    """
    handled = handled_rights(abi)
    attributes = struct.pack("=Q", handled)
    if abi >= 4:
        attributes += struct.pack("=Q", _TCP_ALL)
    if abi >= 6:
        attributes += struct.pack("=Q", _SCOPE_ALL)
    ruleset = linux.landlock_create(attributes)
    for path, rights in rules:
        _allow(ruleset, path, rights & handled)
    return ruleset


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        if not Path(path).is_dir():
            rights &= _FILE_RIGHTS
        linux.landlock_add_path(ruleset, struct.pack("=Qi", rights, descriptor))
    finally:
        os.close(descriptor)


def restrict(abi: int, ruleset: int) -> None:
    """Put this thread and all it will start under the rule-set, for good."""
    linux.landlock_restrict(ruleset, _QUIET if abi >= 7 else 0)
