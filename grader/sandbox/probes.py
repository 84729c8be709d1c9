"""What the machine offers the sandbox, as the doctor tells it: each probe tries the thing rather than guess.

`all_probes` is quick (a quarter of a second) and imports no torch. A FAIL means that nothing can be graded, a CAUTION
that it can, with something missing; both come with a repair.
"""

import os
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from grader.errors import SandboxError
from grader.limits import MIB, Limits
from grader.sandbox import cgroups, ladder, linux, seccomp
from grader.sandbox.view import current_view

PASS, CAUTION, FAIL = "PASS", "CAUTION", "FAIL"
TORCH = "2.13.0"
_SERVERS_BYTES = 512 * MIB
_ROOT_NEEDS = {
    "SYS_ADMIN": linux.CAP_SYS_ADMIN,
    "SETUID": linux.CAP_SETUID,
    "SETGID": linux.CAP_SETGID,
    "KILL": linux.CAP_KILL,
}

Text = Mapping[str, str]


@dataclass(frozen=True)
class Probe:
    """One finding. `title`, `reason` and `repair` are texts by locale ("en", "zh"); `repair` is None after a PASS."""

    name: str
    level: str
    title: Text
    reason: Text
    repair: Text | None = None


@cache
def _texts() -> Mapping[str, Mapping[str, Text]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _probe(name: str, level: str, reason: str, repair: str | None = None, /, **blanks: object) -> Probe:
    texts = _texts()[name]

    def filled(key: str) -> Text:
        return {locale: text.format(**blanks) for locale, text in texts[key].items()}

    return Probe(name, level, texts["title"], filled(reason), None if repair is None else filled(repair))


def all_probes(slots: int = 4) -> list[Probe]:
    """Every probe, the rung first."""
    outcomes = rung_outcomes()
    probes: list[Callable[[], Probe]] = [
        lambda: rung(outcomes),
        rights,
        lambda: user_namespaces(outcomes),
        landlock,
        system_call_filter,
        control_groups,
        interpreter,
        torch_build,
        lambda: memory(slots),
    ]
    return [probe() for probe in probes]


def rung_outcomes() -> dict[str, str | None]:
    """For every rung None when it works here, else the reason why not."""
    view = current_view()
    claim, first_uid = ladder.claim_uids() if os.geteuid() == 0 else (None, None)
    try:
        return {name: ladder.obstacle(name, first_uid) or ladder.trial(name, view, first_uid) for name in "ABC"}
    finally:
        if claim is not None:
            claim.close()


def rung(outcomes: Mapping[str, str | None]) -> Probe:
    """The rung that "auto" takes, given `rung_outcomes`."""
    taken = next((name for name in ladder.candidates("auto") if outcomes[name] is None), None)
    reasons = "; ".join(f"{name}: {reason}" for name, reason in outcomes.items() if reason is not None)
    if taken is None:
        return _probe("rung", FAIL, "none", "repair-none", reasons=reasons)
    if taken == "C":
        return _probe("rung", CAUTION, "C", "repair-C", reasons=reasons)
    return _probe("rung", PASS, taken, user=os.getuid())


def landlock() -> Probe:
    """The kernel's Landlock version."""
    abi = linux.landlock_abi()
    if abi == 0:
        return _probe("landlock", CAUTION, "none", "repair")
    if abi < ladder.LANDLOCK_NEEDED:
        return _probe("landlock", CAUTION, "old", "repair", abi=abi)
    return _probe("landlock", PASS, "good", abi=abi)


def system_call_filter() -> Probe:
    """Whether the kernel takes seccomp filters and one is shipped for this processor."""
    machine = linux.machine()
    try:
        seccomp.load_filter()
    except OSError:
        return _probe("seccomp", FAIL, "no-filter", "repair-no-filter", machine=machine)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    if "Seccomp_filters:" not in status and "Seccomp:" not in status:
        return _probe("seccomp", FAIL, "no-kernel", "repair-no-kernel")
    return _probe("seccomp", PASS, "good", machine=machine)


def user_namespaces(outcomes: Mapping[str, str | None]) -> Probe:
    """Whether an ordinary user can use them, given `rung_outcomes`."""
    if os.geteuid() == 0:
        return _probe("user-namespaces", PASS, "not-needed")
    if outcomes["B"] is None:
        return _probe("user-namespaces", PASS, "good")
    return _probe("user-namespaces", CAUTION, "refused", "repair", reason=outcomes["B"])


def rights() -> Probe:
    """Root and its capabilities, or an ordinary user."""
    if os.geteuid() != 0:
        return _probe("rights", PASS, "ordinary", user=os.getuid())
    held = linux.effective_capabilities()
    missing = " ".join(name for name, number in _ROOT_NEEDS.items() if not held >> number & 1)
    if missing:
        return _probe("rights", CAUTION, "weak-root", "repair", missing=missing)
    return _probe("rights", PASS, "root")


def control_groups() -> Probe:
    """Whether groups with a memory and a process limit can be made: one is, and removed again."""
    try:
        groups = cgroups.create(1)
    except (SandboxError, OSError) as error:
        return _probe("cgroups", CAUTION, "none", "repair", reason=error)
    groups.close()
    groups.remove()
    return _probe("cgroups", PASS, "good", version=groups.version)


def interpreter() -> Probe:
    """Whether another user could read Python and its libraries, which rung C as root needs."""
    if os.geteuid() != 0:
        return _probe("interpreter", PASS, "own", path=sys.base_prefix)
    view = current_view()
    for path in (sys.base_prefix, *view.search):
        closed = next(
            (str(up) for up in (*reversed(Path(path).parents), Path(path)) if not up.stat().st_mode & 1), None
        )
        if closed is not None:
            return _probe("interpreter", CAUTION, "closed", "repair", path=closed)
    return _probe("interpreter", PASS, "good", path=sys.base_prefix)


def torch_build() -> Probe:
    """The installed torch, read from its files without importing it."""
    try:
        distribution = metadata.distribution("torch")
    except metadata.PackageNotFoundError:
        return _probe("torch", FAIL, "missing", "repair", wanted=TORCH)
    version = distribution.version
    if version.split("+")[0] != TORCH:
        return _probe("torch", CAUTION, "other", "repair", version=version, wanted=TORCH)
    source = Path(str(distribution.locate_file("torch/version.py"))).read_text(encoding="utf-8")
    if re.search(r"^cuda\b.*=\s*['\"]", source, re.MULTILINE):
        return _probe("torch", CAUTION, "cuda", "repair", version=version, wanted=TORCH)
    return _probe("torch", PASS, "good", version=version)


def memory(slots: int) -> Probe:
    """Free memory against what `slots` submissions at their limit need."""
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    found = re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE)
    available = int(found.group(1)) * 1024 if found else 0
    needed = _SERVERS_BYTES + slots * Limits().memory_bytes
    blanks = {"available": available // MIB, "slots": slots, "needed": needed // MIB}
    if available < _SERVERS_BYTES:
        return _probe("memory", FAIL, "little", "repair", **(blanks | {"needed": _SERVERS_BYTES // MIB}))
    if available < needed:
        return _probe("memory", CAUTION, "tight", "repair", **blanks)
    return _probe("memory", PASS, "good", **blanks)
