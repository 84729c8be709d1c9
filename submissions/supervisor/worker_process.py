"""The Celery worker as the supervisor runs it: as many processes as gradings at once, tied to the parent's life."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init, worker_ready

from submissions.settings import read_service_settings
from submissions.supervisor.leash import die_with
from submissions.worker import app


def main() -> None:
    """Run until told to stop."""
    settings = read_service_settings()
    mark = Path(os.environ["SUBMISSIONS_READY_FILE"])
    parent = os.getpid()

    def tell(**_: Any) -> None:
        mark.touch()

    def tie(**_: Any) -> None:
        die_with(parent)

    worker_ready.connect(tell, weak=False)
    worker_process_init.connect(tie, weak=False)
    options = ["--pool=prefork", f"--concurrency={settings.slots}", "--without-gossip", "--without-mingle"]
    app.worker_main(["worker", *options, "--loglevel=INFO"])


if __name__ == "__main__":
    main()
