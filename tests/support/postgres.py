"""A PostgreSQL of the tests' own: private, thrown away afterwards, reached by a socket in its own folder only.

The binaries are Debian's. Where they are missing they are installed, which takes root; without either a test that needs
PostgreSQL is skipped and says so.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.support.waiting import eventually

OWNER = "tests"
FAST = (
    "listen_addresses=", "fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300",
    "shared_buffers=64MB", "autovacuum=off", "logging_collector=off",
)  # fmt: skip


def binaries() -> Path:
    """The folder with initdb and postgres; installs them if need be and possible."""
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in ("update -qq", "install -y -qq --no-install-recommends postgresql"):
            subprocess.run(["apt-get", *words.split()], stdout=subprocess.DEVNULL, check=False, env=_unattended())
        found = _installed()
    if found is None:
        pytest.skip("PostgreSQL's server is not installed, and only root may install it (apt-get install postgresql)")
    return found


def _unattended() -> dict[str, str]:
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def _installed() -> Path | None:
    by_debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    candidates = [path.parent for path in by_debian] + ([Path(on_path).resolve().parent] if on_path else [])
    return candidates[-1] if candidates else None


@dataclass
class Cluster:
    """A running server. `create` makes an empty database in it and gives its address for SQLAlchemy."""

    folder: Path
    process: subprocess.Popen
    _numbers: count = field(default_factory=count)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname=database, autocommit=True)

    def create(self, template: str = "template1") -> str:
        name = f"t{os.getpid()}_{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def answers(self) -> bool:
        with contextlib.suppress(psycopg.Error), self.connect() as connection:
            connection.execute("SELECT 1")
            return True
        return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGQUIT)  # at once, without writing anything down
        self.process.wait(10)


@contextlib.contextmanager
def cluster():
    """A fresh server for as long as the block lasts; the kernel ends it when this process ends."""
    bin_folder = binaries()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data = folder / "data"
    user, rights = {}, []
    if os.geteuid() == 0:  # the server refuses to be root
        account = pwd.getpwnam("postgres")
        shutil.chown(folder, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        rights = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    try:
        init = [bin_folder / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        settings = [part for setting in FAST for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    "setpriv", *rights, "--pdeathsig", "QUIT",
                    bin_folder / "postgres", "-D", data, "-k", folder, *settings,
                ],
                stdout=log, stderr=log, cwd=folder,
            )  # fmt: skip
        running = Cluster(folder, process)
        try:
            assert eventually(running.answers, 30), (folder / "log").read_text()
            yield running
        finally:
            running.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
