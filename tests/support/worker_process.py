"""A Celery worker as the supervisor runs it: its pool dies with it, and a file appears once it is ready."""

import os
import sys
from pathlib import Path

from celery.signals import worker_process_init, worker_ready

from submissions.settings import read_service_settings
from submissions.supervisor.leash import die_with
from submissions.worker import app


def main():
    settings, parent = read_service_settings(), os.getpid()
    name = next(word for word in sys.argv if word.startswith("--hostname=")).split("=")[1].split("@")[0]

    def ready(**_):
        Path(settings.data, f"{name}.ready").touch()

    def tie(**_):
        die_with(parent)

    worker_ready.connect(ready, weak=False)
    worker_process_init.connect(tie, weak=False)
    app.worker_main(["worker", "--without-gossip", "--without-mingle", *sys.argv[1:]])


if __name__ == "__main__":
    main()
