"""The rungs of the isolation that this machine and this user can try, and how to start the sandbox on each."""

import os
import sys
from pathlib import Path

from grader.sandbox.service import SandboxService

HELPER = str(Path(__file__).with_name("ordinary_user.py"))


class AsOrdinaryUser(SandboxService):
    """The sandbox started by root for uid 4242."""

    command_prefix = (sys.executable, HELPER)


class AsRootWithoutNamespaces(SandboxService):
    """The sandbox started by root where every user may read the interpreter."""

    command_prefix = (sys.executable, HELPER, "--stay-root")


IS_ROOT = os.geteuid() == 0

# Name in the test ids -> (rung, how to start it). Root can try them all, an ordinary user two.
RUNGS: dict[str, tuple[str, type[SandboxService]]] = (
    {
        "A": ("A", SandboxService),
        "B": ("B", AsOrdinaryUser),
        "C": ("C", AsOrdinaryUser),
        "C-root": ("C", AsRootWithoutNamespaces),
    }
    if IS_ROOT
    else {"B": ("B", SandboxService), "C": ("C", SandboxService)}
)


def launch(name: str, slots: int = 4, spares: int = 1, child: str = "grader.sandbox.child") -> SandboxService:
    """Start the sandbox on the rung `name` and wait for it."""
    rung, service = RUNGS[name]
    return service.launch(rung, slots, spares, child).wait_ready()
