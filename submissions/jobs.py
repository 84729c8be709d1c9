"""The bell: a Celery message without content that says "something waits". The rows in the database are the queue.

So a lost message costs at most a second, until the reconciler rings again; a doubled one costs one look into an empty
queue. Ringing never raises and never hangs: what rings it is a request of a student whose submission is already safe.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

import structlog
from celery import Celery
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from submissions.settings import ServiceSettings

QUEUE = "grading"
TASK = "grade_next"
ANSWER_SECONDS = 0.5
CONNECT_SECONDS = 0.3
# After a failure the bell is left alone: a request waits for a dead broker once, not every time.
REST_SECONDS = 3.0
SOFT_SHUTDOWN_SECONDS = 10.0
# The last net only: longer than any task that is alive, see submissions.worker.
TASK_SECONDS = 600
TASKS_PER_CHILD = 200

log = structlog.get_logger(__name__)


def configuration(settings: ServiceSettings, *, publishes: bool = False) -> dict[str, Any]:
    """Celery's settings for a worker, or for a process that only rings.

    Measured before they were chosen: with the defaults a killed worker loses its running tasks for ever, a killed child
    as well, and a frozen broker hangs whoever publishes.
    """
    return {
        "broker_url": settings.celery_url,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_default_queue": QUEUE,
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_publish_retry": False,
        "task_time_limit": TASK_SECONDS,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": TASKS_PER_CHILD,
        "worker_soft_shutdown_timeout": SOFT_SHUTDOWN_SECONDS,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        # The right to a grading is the lease in the database; a broken connection to the broker ends nothing.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry": not publishes,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "visibility_timeout": 3600,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 1 if publishes else 5,
            "socket_connect_timeout": CONNECT_SECONDS if publishes else 1,
            "socket_keepalive": True,
        },
    }


def ring(settings: ServiceSettings) -> None:
    """Tell the workers that something waits. Never raises, never waits long."""
    _bell(settings, os.getpid()).ring()


@cache
def _bell(settings: ServiceSettings, _process: int) -> Bell:
    """One for each process: connections are not inherited."""
    return Bell(settings)


class Bell:
    """Rings, from any thread. Tickets are alike, so once enough of them lie in the queue another would tell nothing."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._app = Celery("submissions", set_as_current=False)
        self._app.conf.update(configuration(settings, publishes=True))
        self._client = Redis.from_url(
            settings.broker_url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self.enough = max(16, 2 * settings.slots)
        self._resting_until = 0.0

    def ring(self, tickets: int = 1) -> bool:
        """Leave up to so many tickets where there are not enough; whether the broker answered."""
        if time.monotonic() < self._resting_until:
            return False
        try:
            for _ in range(min(tickets, self.enough - self._waiting())):
                self._app.send_task(TASK, queue=QUEUE)
        except Exception as error:  # noqa: BLE001 - whatever the broker does, the submission is safe and will be found
            self._resting_until = time.monotonic() + REST_SECONDS
            log.warning("the bell does not ring", reason=repr(error))
            return False
        return True

    def top_up(self, wanted: int) -> bool:
        """See to it that so many tickets lie in the queue; whether the broker answered."""
        try:
            missing = min(wanted, self.enough) - self._waiting()
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("the broker does not answer", reason=repr(error))
            return False
        return missing <= 0 or self.ring(missing)

    def close(self) -> None:
        """Close the connections."""
        self._app.close()
        self._client.close()

    def _waiting(self) -> int:
        return self._client.llen(QUEUE)
