"""Two commands for a fresh clone: `python3 dev.py run` and `python3 dev.py test`. Both set everything up first.

    run                 start the service with the demo course, grade a sample, print the address; until Ctrl-C
    samples             grade the sample submissions of every exercise and show the results
    test [ARGS...]      linters, types, import contracts, then pytest; with ARGS, pytest alone with these arguments
    check               the part of `test` before pytest
    setup               only make .venv and install into it

Standard library only: this file is what makes everything else importable. The environment is passed on as it is, so
pip's own variables (mirrors, proxies, certificates) work. tools/texts.py holds every sentence in both languages.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tools.samples import show_samples
from tools.texts import SetupError, text

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
STAMP = VENV / "setup.stamp"
VAR = ROOT / "var"
LOG = VAR / "setup.log"
OLDEST = (3, 11)
ROOM_NEEDED = 2 * 1024**3  # .venv takes about 1 GB, and pip unpacks beside it first

CHECKS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "lint-imports": ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
}

IDENTIFY = "import sys, pip; print('%d.%d' % sys.version_info[:2], sys.prefix)"

TROUBLES = {
    "disk_full": r"No space left on device|Disk quota exceeded",
    "certificate": r"CERTIFICATE_VERIFY_FAILED|SSLError",
    "no_network": r"name resolution|Name or service not known|nodename nor servname|Network is unreachable"
    r"|NewConnectionError|NameResolutionError|Connection refused|Connect(ion)?Timeout|[Rr]ead timed out|ProxyError",
    "no_wheel": r"No matching distribution found|is not a supported wheel|requires a different Python",
}


# ------------------------------------------------------------------------------------------------- steps


def step(title: str, command: Sequence[str | Path]) -> str:
    """Run a command with its output in the log, showing a line with its title and the seconds it takes.

    Returns what it wrote to standard output. Raises SetupError with the likely cause when it fails.
    """
    started, live = time.monotonic(), sys.stdout.isatty()
    print(f"  {title} ...", end="" if live else "\n", flush=True)
    with LOG.open("ab") as log, tempfile.TemporaryFile() as output:
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=log) as process:
            try:
                while (status := _wait(process, 1 if live else 30)) is None:
                    _tick(title, started, live, end="" if live else "\n")
            except BaseException:
                end(process)  # no pip goes on by itself after Ctrl-C
                raise
        output.seek(0)
        said = output.read().decode(errors="replace")
        log.write(said.encode())
    _tick(title, started, live, end="\n")
    if status != 0:
        raise SetupError(explain(title, LOG.read_text(encoding="utf-8", errors="replace").rpartition("\n$ ")[2]))
    return said


def _tick(title: str, started: float, live: bool, end: str) -> None:
    print(f"{chr(13) if live else ''}  {title} ... {time.monotonic() - started:.0f} s", end=end, flush=True)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and wait until it has ended."""
    process.terminate()
    if _wait(process, 10) is None:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None


def explain(title: str, output: str) -> str:
    """The sentence for the commonest reasons why an installation fails, else the end of what was said."""
    for key, pattern in TROUBLES.items():
        if re.search(pattern, output):
            return text(key, title=title, log=LOG, python=sys.version.split()[0])
    return text("failed", title=title, tail="\n".join(output.strip().splitlines()[-15:]), log=LOG)


def answer(*command: str | Path) -> str:
    """What a short command prints; "" when it fails or is not there."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


# ------------------------------------------------------------------------------------------------- setup


def require_python() -> None:
    """Go on with a newer Python of this machine when this one is too old; without one, say so."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(19, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer and answer(newer, "-c", "print('works')"):
            print(text("newer_python", newer=newer), flush=True)
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - a path that `which` found; no shell
    raise SetupError(text("old_python", found=sys.version.split()[0]))


def require_linux() -> None:
    """The sandbox is made of Linux kernel features; elsewhere nothing here could be run or tested."""
    if sys.platform != "linux":
        raise SetupError(text("linux_only"))


def setup() -> None:
    """Make .venv and install into it, unless that was done and nothing it depends on has changed."""
    if is_current():
        return
    if shutil.disk_usage(ROOT).free < ROOM_NEEDED and not has_torch():
        raise SetupError(text("little_room", gb=f"{shutil.disk_usage(ROOT).free / 1024**3:.1f}"))
    print(text("setting_up"), flush=True)
    VAR.mkdir(exist_ok=True)
    import fcntl  # absent on Windows, where `require_linux` has already said so

    with (VAR / "setup.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second dev.py waits here, and then finds the work done
        if is_current():
            return
        LOG.write_bytes(b"")
        make_venv()
        install()
        STAMP.write_text(fingerprint(), encoding="ascii")


def is_current() -> bool:
    """Was everything installed, for exactly these files, this Python and this place?"""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text(encoding="ascii") == fingerprint()


def fingerprint() -> str:
    """Changes whenever an earlier installation may no longer fit; also when the folder was moved."""
    facts = f"{sys.version} {os.uname().machine} {ROOT} {os.environ.get('TORCH_CUDA')}"
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt", "dev.py")]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in [*parts, facts.encode()])).hexdigest()


def make_venv() -> None:
    """Keep a .venv that works with this Python, whoever made it; else make it (anew)."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if answer(PYTHON, "-c", IDENTIFY) == f"{version} {VENV}":
        return
    if not answer(sys.executable, "-c", "import venv, ensurepip; print('there')"):
        install_os_package(f"python{version}-venv")
    step(text("making_venv"), [sys.executable, "-m", "venv", "--clear", VENV])


def install() -> None:
    """Everything that pyproject.toml names, in the versions of constraints.txt, with the CPU build of torch."""
    if not has_torch() and os.environ.get("TORCH_CUDA") != "1":
        install_cpu_torch(f"torch=={torch_version()}")
    step(text("installing"), [PYTHON, "-m", "pip", "install", "-c", "constraints.txt", "-e", ".[dev]"])


def has_torch() -> bool:
    """Is the right torch in .venv already, in whatever build?"""
    return any(VENV.glob(f"lib/python3.*/site-packages/torch-{torch_version()}*.dist-info"))


def torch_version() -> str:
    """The version that constraints.txt pins."""
    found = re.search(r"^torch==(\S+)", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise SetupError(text("no_torch_pin"))
    return found[1]


def install_cpu_torch(requirement: str) -> None:
    """Leave torch to pip where pip would take a CPU build; else let uv fetch one; failing that, warn of the size.

    The default Linux build brings several GB of GPU libraries along. uv knows the address of PyTorch's own index of
    CPU builds, so this project need not name it.
    """
    probe = ["--dry-run", "--no-deps", "--quiet", "--report", "-", requirement]
    report = json.loads(step(text("finding_torch"), [PYTHON, "-m", "pip", "install", *probe]))
    metadata = report["install"][0]["metadata"]
    needs = " ".join(metadata.get("requires_dist", []))
    if "+cpu" in metadata["version"] or not re.search(r"nvidia|cuda|triton", needs):
        return
    into = ["--python", str(PYTHON), "--torch-backend=cpu", "-c", "constraints.txt"]
    try:
        step(text("getting_uv"), [PYTHON, "-m", "pip", "install", "uv"])
        step(text("cpu_torch"), [PYTHON, "-m", "uv", "pip", "install", *into, requirement])
    except SetupError:
        print(text("big_torch"), flush=True)


def install_os_package(package: str) -> None:
    """Install a Debian package as root; anyone else is told the command."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(text("no_package", package=package))
    step(text("updating_apt"), ["apt-get", "update"])
    step(text("os_package", package=package), ["apt-get", "install", "--yes", "--no-install-recommends", package])


# ------------------------------------------------------------------------------------------- check and test


def check() -> list[str]:
    """Run the linters; the names of those that found something."""
    failed = []
    for name, arguments in CHECKS.items():
        started = time.monotonic()
        done = subprocess.run([PYTHON, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        outcome = text("ok" if done.returncode == 0 else "found")
        print(f"  {name}: {outcome}, {time.monotonic() - started:.1f} s", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    return failed


def foreground(command: Sequence[str | Path]) -> int:
    """Run a command that talks to the person itself; the exit status. After Ctrl-C it may first tidy up."""
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            return process.wait()
        except BaseException:
            if _wait(process, 15) is None:
                end(process)
            raise


def test(arguments: list[str]) -> int:
    """`check`, then every test; with arguments only pytest with these."""
    if not ctypes.util.find_library("seccomp"):
        install_os_package("libseccomp2")  # the test that the shipped filter is current compiles it again
    if arguments:
        return foreground([PYTHON, "-m", "pytest", *arguments])
    failed = check()
    status = foreground([PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "tests"])
    if failed:
        print(text("lint_failed", names=", ".join(failed)))
    return status or bool(failed)


def run() -> NoReturn:
    """Become the service, so that Ctrl-C and every other signal reach it and nothing stands between."""
    os.chdir(ROOT)
    program = str(BIN / "submissions")
    os.execv(program, [program, "up", "--demo"])  # noqa: S606 - a program that this file installed; no shell


def main(arguments: list[str]) -> int:
    """Do what the command line says; the exit status."""
    command, rest = (arguments or [""])[0], arguments[1:]
    if command not in ("run", "samples", "test", "check", "setup") or (rest and command != "test"):
        print(text("usage"))
        return 0 if command in ("-h", "--help", "help") else 2
    try:
        require_linux()
        require_python()
        setup()
        if command == "test":
            return test(rest)
        if command == "check":
            return bool(check())
        if command == "run":
            run()
        return show_samples(ROOT / "exercises", BIN / "grader") if command == "samples" else 0
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(text("stopped"), file=sys.stderr)
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
