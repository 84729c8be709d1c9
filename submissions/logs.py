"""The service's log: one JSON object a line, or coloured words where a person is watching.

`submission` is the id that everything about one submission carries, from the request that brought it to its result.
"""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any, TextIO

import structlog


def configure(stream: TextIO | None = None) -> None:
    """Set up structlog for this process. Safe to repeat."""
    out = sys.stderr if stream is None else stream
    shown: Any = structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if out.isatty() else [structlog.processors.format_exc_info]),
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


def about(public_id: str, **more: Any) -> AbstractContextManager[None]:
    """Every line logged inside the block, by whatever module, names this submission."""
    return structlog.contextvars.bound_contextvars(submission=public_id, **more)
